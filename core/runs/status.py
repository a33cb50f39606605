"""Where a run stands: its states, and what its trainer says of it."""

from dataclasses import dataclass, field
from typing import Annotated

from core.errors import PixelwiseError
from core.storage.checked import Between, Longest, OneOf, OrNan, Seconds, Share, Time

WAITING, RUNNING, STOPPING = "waiting", "running", "stopping"
STOPPED, PAUSED, FINISHED = "stopped", "paused", "finished"
# How a trainer can be asked to end.
STOP, PAUSE = "stop", "pause"
FAILED, INTERRUPTED = "failed", "interrupted"
ALIVE = (WAITING, RUNNING, STOPPING)
# From these a run goes on where its checkpoint is, or begins again when it has none.
RESUMABLE = (STOPPED, PAUSED, FAILED, INTERRUPTED)
_Epochs = Annotated[int, Between(0, 1_000_000)]
_Speed = Annotated[float, Between(0, 1e12)]


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
        ending: how it was asked to end, `stop` or `pause`, while it is stopping; never written.
        asked: the moment when it was made or resumed, as `processes.moment` marks it; empty from earlier versions.
        pid: the trainer's process number, and `pid_started` the mark of that process's begin: numbers are given out
            again. Earlier versions wrote the time, in seconds since 1970.
        node: the machine of a cluster that it trains or trained on; empty: this one.
        heartbeat: when the trainer last wrote.
        epoch: whole epochs done and saved, of `epochs`.
        patient_from: the epoch from which a finished run trains on, so that it is not stopped early at once.
        seconds: how long its whole epochs took, over all its sittings.
        fraction: the share of all batches done, 0–1.
        pictures_per_second: training images a second, validation not counted.
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

    state: Annotated[str, OneOf((*ALIVE, *RESUMABLE, FINISHED))]
    created: Time
    doing: str = ""
    ending: Annotated[str, OneOf(("", STOP, PAUSE))] = ""
    queued: Time | None = None
    asked: str = ""
    pid: Annotated[int, Between(1, 2**31 - 1)] | None = None
    pid_started: str | Time | None = None
    node: Annotated[str, Longest(300)] = ""
    heartbeat: Time = 0.0
    started: Time | None = None
    ended: Time | None = None
    epoch: _Epochs = 0
    epochs: _Epochs = 0
    patient_from: _Epochs = 0
    seconds: Seconds = 0.0
    fraction: Share = 0.0
    pictures_per_second: _Speed | None = None
    seconds_left: Seconds | None = None
    memory_mb: _Speed | None = None
    precision: str = ""
    learning_rate: _Speed | None = None
    cause: str = ""
    remark: str = ""
    kept_epoch: Annotated[float, Between(0, 1_000_000)] | None = None
    result: dict[str, Annotated[float, Between(0, 1e39), OrNan()]] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """The state for a person: a run that is asked to pause is pausing."""
        return "pausing" if self.state == STOPPING and self.ending == PAUSE else self.state

    @property
    def pid_here(self) -> int | None:
        """The trainer's process number, where the trainer is on this machine."""
        return None if self.node else self.pid

    @property
    def place(self) -> float:
        """Its place in the queue: the earlier, the sooner its turn."""
        return self.created if self.queued is None else self.queued
