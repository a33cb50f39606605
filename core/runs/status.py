"""Where a run stands: its states, and what its trainer says of it."""

import json
from dataclasses import dataclass, field, fields

from core.errors import PixelwiseError

WAITING, RUNNING, STOPPING = "waiting", "running", "stopping"
STOPPED, PAUSED, FINISHED = "stopped", "paused", "finished"
FAILED, INTERRUPTED = "failed", "interrupted"
ALIVE = (WAITING, RUNNING, STOPPING)
# From these a run goes on where its checkpoint is, or begins again when it has none.
RESUMABLE = (STOPPED, PAUSED, FAILED, INTERRUPTED)
# In the year 5138; dates end with 9999.
_LATEST = 1e11


class RunError(PixelwiseError):
    """A run that is not there or cannot do what was asked. The message says what to do."""


@dataclass(frozen=True)
class Status:
    """What `status.json` says; times are seconds since 1970.

    Attributes:
        state: one of this module's states.
        created: when the run was made; `queued` when it last asked for its turn; `started` when that came; `ended`
            when it was over.
        doing: what the trainer does now, in words.
        pid: the trainer's process number, and `pid_started` when that process began: numbers are given out again.
        heartbeat: when the trainer last wrote.
        epoch: whole epochs done and saved, of `epochs`.
        patient_from: the epoch from which a finished run trains on, so that it is not stopped early at once.
        seconds: how long its whole epochs took, over all its sittings.
        fraction: the share of all batches done, 0–1.
        pictures_per_second: training pictures a second, validation not counted.
        seconds_left: what remains, estimated; `None` before there is anything to estimate from.
        memory_mb: what the trainer has in memory, in millions of bytes.
        precision: what it computes with, as `Fit.precision` names it: 32 bits also where the recipe says 16, if the
            machine is slower with those; empty before the network is built.
        learning_rate: what a user set it to while it trained, before the schedule; `None`: the recipe's.
        cause: why it failed, in words.
        remark: how it ended otherwise than after all epochs, in words.
        kept_epoch: where the weights of its network are from, in epochs; `None` before there is a network.
        result: `validation_accuracy`, `validation_loss`, `test_accuracy`, `test_loss`, once there are predictions.
    """

    state: str
    created: float
    doing: str = ""
    queued: float | None = None
    pid: int | None = None
    pid_started: float | None = None
    heartbeat: float = 0.0
    started: float | None = None
    ended: float | None = None
    epoch: int = 0
    epochs: int = 0
    patient_from: int = 0
    seconds: float = 0.0
    fraction: float = 0.0
    pictures_per_second: float | None = None
    seconds_left: float | None = None
    memory_mb: float | None = None
    precision: str = ""
    learning_rate: float | None = None
    cause: str = ""
    remark: str = ""
    kept_epoch: float | None = None
    result: dict[str, float] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> "Status":
        """Read a `status.json`; fields of later versions are left aside.

        Raises:
            ValueError: it is no JSON, or the run was made at no time there is.
            TypeError, AttributeError: it is no status.
        """
        known = {each.name for each in fields(cls)}
        status = cls(**{name: value for name, value in json.loads(text).items() if name in known})
        if not 0 <= status.created < _LATEST:
            raise ValueError(f"created: {status.created!r}")
        return status

    @property
    def place(self) -> float:
        """Its place in the queue: the earlier, the sooner its turn."""
        return self.created if self.queued is None else self.queued
