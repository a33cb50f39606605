"""Places that processes take, so many at once: a lock file each, which falls free when its process ends."""

from collections.abc import Iterable

from filelock import FileLock, Timeout


def take(places: Iterable[FileLock]) -> FileLock | None:
    """Take the first place that is free, and return it; whoever has it releases it. `None`: all are taken."""
    for place in places:
        try:
            place.acquire(blocking=False)
        except Timeout:
            continue
        return place
    return None
