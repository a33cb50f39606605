"""Folders."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from core.datasets.sources.readers.base import Member, Opened, Reader, Refused, clean
from core.datasets.sources.readers.idx import holds_idx
from core.datasets.sources.readers.parquet import holds_parquet


class FolderReader(Reader):
    """A folder with others in it."""

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Tell whether it is a folder of files that are images themselves."""
        return path.is_dir() and not holds_idx(path) and not holds_parquet(path)

    def members(self) -> Iterator[Member | Refused]:
        """Go through the files."""
        for folder, folders, files in os.walk(self.path):
            for name in [*folders, *files]:
                place = Path(folder) / name
                member = Member(clean(place.relative_to(self.path).parts), 0, place)
                if place.is_symlink():
                    yield from self._linked(place, member)
                elif place.is_file():
                    yield Member(member.parts, place.stat().st_size, place)

    def _linked(self, place: Path, member: Member) -> Iterator[Member | Refused]:
        """Go through what a link leads to, if that is inside and links are followed; links in it are not."""
        if not self.follows_links:
            yield member.refused("link")
            return
        try:
            target = place.resolve(strict=True)
        except (OSError, RuntimeError):  # To nothing, or to itself.
            target = Path()
        if not target.is_relative_to(self.path.resolve()) or place.parent.resolve().is_relative_to(target):
            yield member.refused("outside")
        elif target.is_file():
            yield Member(member.parts, target.stat().st_size, target)
        else:
            for folder, _, files in os.walk(target):
                for name in files:
                    file = Path(folder) / name
                    parts = (*member.parts, *clean(file.relative_to(target).parts))
                    inner = Member(parts, 0, file)
                    if file.is_symlink():
                        yield inner.refused("link")
                    elif file.is_file():
                        yield Member(parts, file.stat().st_size, file)

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Open nothing: each file is opened when it is read."""
        yield _Files()


class _Files(Opened):
    def file(self, member: Member) -> IO[bytes]:
        place: Path = member.place
        return place.open("rb")
