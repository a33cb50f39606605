"""What happened to a sweep's trials: the lines of `trials.jsonl`, and the trials that they make."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import Annotated, Any

from core.storage import checked, data_home
from core.storage.checked import Between, Count, DamagedError, Longest, OneOf, Share
from core.sweeps.plan import MOST_REPEATS, MOST_TRIALS

BEGUN, MADE, ENDED, MEASURED = "begun", "made", "ended", "measured"
OPEN, FINISHED, PRUNED, FAILED, LOST = "open", "finished", "pruned", "failed", "lost"
_MOST_BYTES = 200_000_000
_Figure = Annotated[float, Between(-1e39, 1e39)]


@dataclass(frozen=True)
class Line:
    """A line of `trials.jsonl`.

    Attributes:
        kind: `begun`: a trial has its values; `made`: a run of it was made; `ended`: that run is over; `measured`: it
            was measured on the test images.
        trial: which, from 0.
        values: those of a trial that begins, by dotted name.
        repeat: which of the trial's runs, from 0.
        run: its name.
        state: how it ended: `finished`, `pruned` (stopped before, as hopeless or by a user), `failed` or `lost`.
        value: the figure that the trial is judged by: of the network kept.
        curve: that figure after each epoch; `None` where it was no number.
        cause: why it failed, in words.
        accuracy: on the test images, and `images`: how many these are.
    """

    kind: Annotated[str, OneOf((BEGUN, MADE, ENDED, MEASURED))]
    trial: Annotated[int, Between(0, MOST_TRIALS - 1)]
    values: dict[str, Any] = field(default_factory=dict)
    repeat: Annotated[int, Between(0, MOST_REPEATS - 1)] = 0
    run: Annotated[str, Longest(255)] = ""
    state: Annotated[str, OneOf(("", FINISHED, PRUNED, FAILED, LOST))] = ""
    value: _Figure | None = None
    curve: Annotated[tuple[_Figure | None, ...], Longest(100_000)] = ()
    cause: Annotated[str, Longest(10_000)] = ""
    accuracy: Share | None = None
    images: Count = 0


@dataclass(frozen=True)
class Repeat:
    """One of a trial's runs; see `Line` for its fields."""

    number: int
    run: str
    state: str = OPEN
    value: float | None = None
    curve: tuple[float | None, ...] = ()
    cause: str = ""
    test_accuracy: float | None = None
    test_images: int = 0


@dataclass(frozen=True)
class Trial:
    """A combination of values that was tried.

    Attributes:
        number: from 0, in the order in which they began.
        values: by dotted name.
        repeats: its runs by number, as far as they were made.
        wanted: how many there are to be.
    """

    number: int
    values: Mapping[str, Any]
    repeats: Mapping[int, Repeat]
    wanted: int

    @property
    def state(self) -> str:
        """How it stands: `open` while a run is missing or goes on; else the worst of its runs' ends."""
        ends = [repeat.state for repeat in self.repeats.values()]
        for bad in (PRUNED, FAILED, LOST):
            if bad in ends:
                return bad
        return FINISHED if len(ends) == self.wanted and OPEN not in ends else OPEN

    @property
    def value(self) -> float | None:
        """The mean of its runs' figures, once all have finished."""
        figures = [repeat.value for repeat in self.repeats.values() if repeat.value is not None]
        return fmean(figures) if self.state == FINISHED and len(figures) == self.wanted else None

    @property
    def curve(self) -> tuple[float | None, ...]:
        """The figure after each epoch, of its first run."""
        return self.repeats[0].curve if 0 in self.repeats else ()

    @property
    def last(self) -> float | None:
        """The figure that it is judged by, or the last one of a trial that did not finish."""
        return (
            self.value
            if self.value is not None
            else next((each for each in self.curve[::-1] if each is not None), None)
        )


def read(path: Path, wanted: int) -> tuple[Trial, ...]:
    """Return the trials that a `trials.jsonl` tells of, by number; none where there is no such file.

    A torn last line, which a killed driver leaves, is left out.

    Args:
        path: the file.
        wanted: how many runs a trial is.

    Raises:
        DamagedError: any other line says nothing, or something that cannot have happened.
    """
    return _read(path, wanted, data_home.version(path))


@lru_cache(maxsize=64)
def _read(path: Path, wanted: int, version: tuple[int, int]) -> tuple[Trial, ...]:
    if version == (0, 0) and not os.path.lexists(path):
        return ()
    trials: list[Trial] = []
    for number, data in enumerate(whole_lines(path), start=1):
        try:
            _take(trials, checked.parsed(Line, data, path), wanted)
        except DamagedError as error:
            said = str(error).removeprefix(path.name).strip()
            raise DamagedError(path, f"cannot be read from line {number:,} on, which {said}") from error
        except (IndexError, KeyError, ValueError):
            raise DamagedError(path, f"tells in line {number:,} what cannot have happened") from None
    return tuple(trials)


def whole_lines(path: Path) -> list[bytes]:
    """Return the lines of a file that were written to their end.

    Raises:
        DamagedError: it cannot be read.
    """
    return checked.read_bytes(path, _MOST_BYTES).split(b"\n")[:-1]


def _take(trials: list[Trial], line: Line, wanted: int) -> None:
    """Let a line change the trials that those before it made.

    Raises:
        IndexError, KeyError, ValueError: it cannot follow them.
    """
    if line.kind == BEGUN:
        if line.trial != len(trials):
            raise ValueError
        trials.append(Trial(line.trial, line.values, {}, wanted))
        return
    trial = trials[line.trial]
    if line.kind == MADE:
        if line.repeat >= wanted or line.repeat in trial.repeats:
            raise ValueError
        made = Repeat(line.repeat, line.run)
    elif line.kind == ENDED:
        if not line.state or (line.state == FINISHED and line.value is None):
            raise ValueError
        made = replace(
            trial.repeats[line.repeat], state=line.state, value=line.value, curve=line.curve, cause=line.cause
        )
    else:
        if line.accuracy is None or not line.images:
            raise ValueError
        made = replace(trial.repeats[line.repeat], test_accuracy=line.accuracy, test_images=line.images)
    trials[line.trial] = replace(trial, repeats={**trial.repeats, line.repeat: made})
