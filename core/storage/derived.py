"""A file that is made of others and counts as long as it is no older than they are, such as what a network tells."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from core.errors import PixelwiseError
from core.storage import data_home

_Read = TypeVar("_Read")


class DerivedFile:
    """A file bound to the versions of those that it is made of: read through it, write through it.

    Make it before the sources are read: what is written through it is made of these as they were then.

    Attributes:
        path: the file.
        sources: what it is made of.
    """

    def __init__(self, path: Path, *sources: Path) -> None:
        """Bind a file to its sources, at least one; it does not count while there is none of these."""
        self.path, self.sources = path, sources
        self._made_of = self._versions()

    def _versions(self) -> list[tuple[int, int]]:
        return [data_home.version(each) for each in self.sources]

    @property
    def is_current(self) -> bool:
        """Whether it is there, and as new as the newest of its sources that are there."""
        newest = max(changed_ns for changed_ns, _ in self._versions())
        return newest > 0 and self.version[0] >= newest

    @property
    def version(self) -> tuple[int, int]:
        """What differs after it was written again, as `data_home.version` tells it."""
        return data_home.version(self.path)

    def read(self, read: Callable[[Path], _Read]) -> _Read | None:
        """Return what a function reads of it; `None` where it is not current, or cannot be read."""
        try:
            return read(self.path) if self.is_current else None
        except (OSError, PixelwiseError):
            return None

    @contextmanager
    def write(self) -> Iterator[Path]:
        """Yield a new file to write, as `data_home.replacing`; made of sources that changed meanwhile it counts not.

        Raises:
            OSError: the disk is full or may not be written.
        """
        with data_home.replacing(self.path) as beside:
            yield beside
            if self._versions() != self._made_of:
                oldest = min(changed_ns for changed_ns, _ in self._made_of)
                os.utime(beside, ns=(oldest, oldest))
