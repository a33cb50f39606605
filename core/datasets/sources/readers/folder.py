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
    """A folder with others in it; links are not followed."""

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
                    yield member.refused("link")
                elif place.is_file():
                    yield Member(member.parts, place.stat().st_size, place)

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Open nothing: each file is opened when it is read."""
        yield _Files()


class _Files(Opened):
    def file(self, member: Member) -> IO[bytes]:
        place: Path = member.place
        return place.open("rb")
