"""Where a sweep stands: its states, and what its driver says of it."""

from dataclasses import dataclass
from typing import Annotated

from core.storage.checked import Between, Longest, OneOf, Time

RUNNING, STOPPING, STOPPED = "running", "stopping", "stopped"
FINISHED, FAILED, INTERRUPTED = "finished", "failed", "interrupted"
ALIVE = (RUNNING, STOPPING)


@dataclass(frozen=True)
class SweepStatus:
    """What a sweep's `status.json` says; times are seconds since 1970.

    Attributes:
        state: one of this module's states.
        doing: what the driver does now, in words.
        asked: the moment when it was made or resumed, as `processes.moment` marks it.
        pid: the driver's process number, and `pid_started` the mark of that process's begin.
        ended: when it was over.
        cause: why it failed, in words.
        remark: how it ended otherwise than after all trials, in words.
    """

    state: Annotated[str, OneOf((*ALIVE, STOPPED, FINISHED, FAILED, INTERRUPTED))]
    doing: Annotated[str, Longest(1000)] = ""
    asked: Annotated[str, Longest(100)] = ""
    pid: Annotated[int, Between(1, 2**31 - 1)] | None = None
    pid_started: Annotated[str, Longest(200)] | None = None
    ended: Time | None = None
    cause: str = ""
    remark: str = ""
