"""How much a user of a server may have: bytes, images, and runs at a time; a sentence says which is reached."""

import os
import time
from pathlib import Path

from core.errors import PixelwiseError
from core.spaces import settings
from core.spaces.settings import Limits
from core.storage import data_home

_COUNTS_S = 5.0
_used: dict[Path, tuple[float, int]] = {}


class LimitError(PixelwiseError):
    """A user would have more than a server gives each."""


def now() -> Limits | None:
    """Return the limits of the user who asks; `None`: there are none."""
    serving = settings.now()
    return serving.limits if serving is not None else None


def used_bytes(home: Path, *, look_again: bool = False) -> int:
    """Return what a data home takes on the disk, in bytes, as it was a few seconds ago; what is shared counts not.

    Args:
        home: whose.
        look_again: whether what was found seconds ago will not do.
    """
    moment, found = _used.get(home, (0.0, 0))
    if look_again or not moment or time.monotonic() - moment > _COUNTS_S:
        found = _size(home)
        if len(_used) > 1000:
            _used.clear()
        _used[home] = (time.monotonic(), found)
    return found


def _size(folder: Path) -> int:
    total = 0
    try:
        with os.scandir(folder) as entries:
            for each in entries:
                if each.is_dir(follow_symlinks=False):
                    total += _size(Path(each.path))
                elif not each.is_symlink():
                    # What was removed meanwhile takes nothing.
                    total += each.stat(follow_symlinks=False).st_size
    except OSError:
        return total
    return total


def require_room(more: int = 0) -> None:
    """Make sure that a user's space holds so many bytes more.

    Raises:
        LimitError: it does not.
    """
    if (limits := now()) is None:
        return
    used, most = used_bytes(data_home.data_home(), look_again=True), limits.megabytes * 1_000_000
    if used + more > most or used >= most:
        wanted = f" and this needs about {more / 1e6:,.0f} MB" if more else ""
        raise LimitError(
            f"Your space is full: {used / 1e6:,.0f} of {limits.megabytes:,} MB are used{wanted}. Remove datasets or "
            "runs that you no longer need, and empty the trash."
        )


def require_images(there: int, more: int) -> None:
    """Make sure that a user's own datasets may have so many images more.

    Raises:
        LimitError: they may not.
    """
    limits = now()
    if limits is not None and there + more > limits.images:
        raise LimitError(
            f"Your datasets may have {limits.images:,} images in all: {there:,} are there, and this would add "
            f"{more:,}. Remove a dataset, or import fewer images."
        )


def require_turn(alive: int) -> None:
    """Make sure that a user may have one more run that trains or waits.

    Raises:
        LimitError: they may not.
    """
    limits = now()
    if limits is not None and alive >= limits.runs:
        raise LimitError(
            f"{alive} of your runs {'trains or waits' if alive == 1 else 'train or wait'}, and {limits.runs} may at a "
            "time. Wait until one has ended, or stop one."
        )


def require_own(path: Path) -> None:
    """Make sure that a file that a user names is theirs: on a server, only what they uploaded is.

    Raises:
        LimitError: it is not.
    """
    if now() is not None and not path.resolve().is_relative_to(data_home.data_home().resolve()):
        raise LimitError("On a server only files that you upload can be read. Upload it.")
