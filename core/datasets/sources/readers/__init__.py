"""All readers of what images come in: a class each, and a line each here; the first that claims a path reads it."""

from pathlib import Path

from core.datasets.sources.readers.base import Member as Member
from core.datasets.sources.readers.base import Opened as Opened
from core.datasets.sources.readers.base import Reader as Reader
from core.datasets.sources.readers.base import Refused as Refused
from core.datasets.sources.readers.folder import FolderReader as FolderReader
from core.datasets.sources.readers.idx import IdxReader as IdxReader
from core.datasets.sources.readers.mat import MatReader as MatReader
from core.datasets.sources.readers.npz import NpzReader as NpzReader
from core.datasets.sources.readers.parquet import ParquetReader as ParquetReader
from core.datasets.sources.readers.pixels_csv import PixelsCsvReader as PixelsCsvReader
from core.datasets.sources.readers.tar import TarReader as TarReader
from core.datasets.sources.readers.zip import ZipReader as ZipReader

READERS: tuple[type[Reader], ...] = tuple(
    kind for kind in globals().values() if isinstance(kind, type) and issubclass(kind, Reader) and kind is not Reader
)


def reader_of(path: Path, title: str, *, follows_links: bool = False) -> Reader:
    """Return the reader of what is at a path; the last takes all that no other claims, and says what is wrong with it.

    Args:
        path: a file or folder that is there.
        title: what to call it.
        follows_links: whether links to what is inside are followed.
    """
    kind = next(kind for kind in READERS if kind.claims(path) or kind is READERS[-1])
    return kind(path, title, follows_links)
