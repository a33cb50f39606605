"""What images come in, such as a zip, tar or folder, as a list of members: junk left out, what is unsafe refused."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from core.datasets.sources.readers import Member, Opened, Reader, Refused, reader_of
from core.datasets.sources.readers.base import MOST_FOLDERS
from core.datasets.sources.readers.unpacked import MAX_TOTAL_BYTES
from core.datasets.store import DatasetError

# Files and folders that systems, network disks and cloud folders leave.
_JUNK = {
    *("thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "@eadir", "#recycle", "$recycle.bin", "recycler"),
    *("system volume information", "lost+found", "found.000", "icon\r"),
}
_ARCHIVES = {".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"}


@dataclass(frozen=True)
class Source:
    """What images come in.

    Attributes:
        reader: reads it.
        members: what may be an image, sorted by name, unless their own order counts.
        refused: what was refused by its name or its entry in the archive alone.
        skipped: the names of junk files, such as `Thumbs.db`.
    """

    reader: Reader
    members: list[Member] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def path(self) -> Path:
        """Where it is."""
        return self.reader.path

    @property
    def title(self) -> str:
        """What to call it."""
        return self.reader.title

    def opened(self) -> AbstractContextManager[Opened]:
        """Open it for reading members, by several threads if wanted."""
        return self.reader.opened()


def require_readable(path: Path) -> None:
    """Raise `DatasetError` where the system does not even tell what is at `path`, such as a name that is too long."""
    try:
        path.exists()
    except OSError as error:
        raise DatasetError(f"{str(path)[:200]} cannot be read: {error.strerror}.") from error


def open_source(path: Path, title: str = "", *, follow_links: bool = False) -> Source:
    """List what a zip or folder holds, without reading the files in it.

    Args:
        path: the zip or folder.
        title: what to call it instead of its file's name.
        follow_links: whether links in a folder to what is inside it are followed.

    Raises:
        DatasetError: there is nothing at `path`, it is neither zip nor folder, is cut short, or holds far too much.
    """
    require_readable(path)
    if not path.exists():
        raise DatasetError(f"There is no file or folder {path}.")
    found = Source(reader_of(path, title or path.name, follows_links=follow_links))
    for each in found.reader.members():
        if isinstance(each, Refused):
            found.refused.append(each)
        else:
            _sort_in(found, each)
        most = found.reader.most_members
        if len(found.members) + len(found.refused) + len(found.skipped) > most:
            raise DatasetError(f"{found.title} holds more than {most:,} files; at most that many are read.")
    total = sum(member.bytes for member in found.members)
    if total > MAX_TOTAL_BYTES:
        limit = f"{MAX_TOTAL_BYTES / 1e9:.0f} GB"
        raise DatasetError(f"{found.title} says that it holds {total / 1e9:,.0f} GB; at most {limit} are read.")
    if not found.reader.in_order:
        found.members.sort(key=lambda member: member.parts)
    return found


def is_junk(parts: Sequence[str]) -> bool:
    """Tell by the parts of a path whether it is a file that a system leaves beside images, such as `Thumbs.db`."""
    return any(part.lower() in _JUNK or part.startswith(".") for part in parts)


def _sort_in(source: Source, member: Member) -> None:
    """Put a member where it belongs by its name."""
    if is_junk(member.parts):
        source.skipped.append(member.name)
    elif len(member.parts) > MOST_FOLDERS + 1:
        source.refused.append(member.refused("too-deep"))
    elif Path(member.parts[-1]).suffix.lower() in _ARCHIVES:
        source.refused.append(member.refused("archive"))
    else:
        source.members.append(member)
