"""All readers of what images come in: a class each, and a line each here; the first that claims a path reads it."""

from pathlib import Path

from core.datasets.sources.labels.tables import TABLE_ENDINGS
from core.datasets.sources.readers.base import Member as Member
from core.datasets.sources.readers.base import Opened as Opened
from core.datasets.sources.readers.base import Reader as Reader
from core.datasets.sources.readers.base import Refused as Refused
from core.datasets.sources.readers.base import begins_as_image
from core.datasets.sources.readers.folder import FolderReader as FolderReader
from core.datasets.sources.readers.idx import IdxReader as IdxReader
from core.datasets.sources.readers.mat import MatReader as MatReader
from core.datasets.sources.readers.npz import NpzReader as NpzReader
from core.datasets.sources.readers.parquet import ParquetReader as ParquetReader
from core.datasets.sources.readers.pixels_csv import PixelsCsvReader as PixelsCsvReader
from core.datasets.sources.readers.tar import TarReader as TarReader
from core.datasets.sources.readers.zip import ZipReader as ZipReader
from core.datasets.store import DatasetError
from core.images.containers import foreign

READERS: tuple[type[Reader], ...] = tuple(
    kind for kind in globals().values() if isinstance(kind, type) and issubclass(kind, Reader) and kind is not Reader
)


def reader_of(path: Path, title: str, *, follows_links: bool = False) -> Reader:
    """Return the reader of what is at a path; the last takes all that no other claims, and says what is wrong with it.

    Args:
        path: a file or folder that is there.
        title: what to call it.
        follows_links: whether links to what is inside are followed.

    Raises:
        DatasetError: it is something else that people take for a dataset; the sentence says what to do.
    """
    kind = next((kind for kind in READERS if kind.claims(path)), None)
    if kind in (None, ZipReader) and path.is_file():
        with path.open("rb") as file:
            if sentence := _something_else(file.read(foreign.HEAD_BYTES), title):
                raise DatasetError(f"{title} is not read. {sentence}")
    return (kind or READERS[-1])(path, title, follows_links)


def _something_else(head: bytes, name: str) -> str:
    """Return what a file is that is not read, and what to do; empty: it may be a zip."""
    if begins_as_image(head):
        return "This is a single image. Use the folder that has it and the others."
    if name.lower().endswith(TABLE_ENDINGS) and not head.startswith(b"PK"):
        return "This is a text or a table. Use the folder that has it and the images."
    return foreign.said(head, name)
