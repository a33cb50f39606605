"""Parquet as Hugging Face publishes datasets: the files of images in one column, their labels in another."""

import contextlib
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import IO, Any

from core.datasets.sources.labels import words
from core.datasets.sources.readers.base import Member, Opened, Reader, clean
from core.datasets.store import SPLITS, DatasetError

_MAGIC = b"PAR1"
_IMAGES = ("image", "img", "picture", "photo", "png", "jpg")
_LABELS = ("label", "labels", "fine_label", "class", "category", "target")
# A row group is unpacked at once; those of published datasets hold 100 or 1,000 images.
_LARGEST_GROUP = 2_000_000_000
_ENDINGS = {b"\xff\xd8": "jpg", b"\x89P": "png", b"GI": "gif", b"RI": "webp", b"BM": "bmp"}


class ParquetReader(Reader):
    """A Parquet file, or a folder with some in it or one level below."""

    in_order = True

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Tell whether it is such a file, or a folder of them."""
        if path.is_dir():
            return holds_parquet(path)
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) == _MAGIC

    @property
    def class_level(self) -> int:
        """The classes are the folders of its members' names, below those of the splits."""
        return 2 if any(each.split for each in self._files) else 1

    @cached_property
    def _files(self) -> list["_File"]:
        paths = _parquet_files(self.path) if self.path.is_dir() else [self.path]
        found = [_File.opened(path, self._split(path)) for path in paths]
        return sorted(found, key=lambda each: (*SPLITS, "").index(each.split))

    def _split(self, path: Path) -> str:
        """Return the split that a file's name, or else its folder's, tells: `train-00000-of-00001.parquet`."""
        names = [*path.stem.split("-"), path.parent.name if path != self.path else ""]
        return next((split for name in names if (split := words.split_of(name))), "")

    def members(self) -> Iterator[Member]:
        """Go through the rows."""
        splits, row = self.class_level == 2, 0
        for place, file in enumerate(self._files):
            folder = (file.split or SPLITS[0],) if splits else ()
            for group in range(file.content.num_row_groups):
                meta = file.content.metadata.row_group(group)
                if meta.total_byte_size > _LARGEST_GROUP:
                    raise DatasetError(
                        f"{self.title} has parts of {meta.total_byte_size / 1e9:.1f} GB, which are not read."
                    )
                size = meta.total_byte_size // max(1, meta.num_rows)
                for inner, label in enumerate(file.labels(group)):
                    row += 1
                    yield Member((*folder, clean((label,))[0], f"{row:06}.{file.ending}"), size, (place, group, inner))

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Open nothing: the files are open."""
        yield _Rows(self._files)


def holds_parquet(folder: Path) -> bool:
    """Tell whether there are Parquet files in a folder or one level below."""
    with contextlib.suppress(OSError):
        return bool(_parquet_files(folder))
    return False


def _parquet_files(folder: Path) -> list[Path]:
    return sorted([*folder.glob("*.parquet"), *folder.glob("*/*.parquet")])


@dataclass(frozen=True)
class _File:
    """One Parquet file: what reads it, its split, the columns of images and labels, and the names of the classes."""

    content: Any
    split: str
    image: str
    label: str
    names: tuple[str, ...]
    ending: str

    @classmethod
    def opened(cls, path: Path, split: str) -> "_File":
        """Open a file and find its columns."""
        from pyarrow import parquet  # Only where it is needed: it takes a third of a second.

        try:
            content = parquet.ParquetFile(path)
            image, label, names = _columns(content.schema_arrow)
            if image and label:
                found = cls(content, split, image, label, names, "png")
                first = next((data for data in found.images(0).to_pylist() if data), b"") if found.length else b""
                return cls(content, split, image, label, names, _ENDINGS.get(bytes(first[:2]), "png"))
        except Exception as error:  # Whatever a decoder makes of forged bytes.
            raise DatasetError(f"{path.name} is incomplete or damaged, or no Parquet file.") from error
        columns = ", ".join(content.schema_arrow.names[:12])
        raise DatasetError(f"{path.name} holds no images with one label each. Its columns: {columns}.")

    @property
    def length(self) -> int:
        return int(self.content.metadata.num_rows)

    def images(self, group: int) -> Any:
        """Return the bytes of the images of one row group."""
        column = self.content.read_row_group(group, columns=[self.image])[self.image.partition(".")[0]].combine_chunks()
        return column.field("bytes") if "." in self.image else column

    def labels(self, group: int) -> list[str]:
        """Return the labels of one row group, as texts."""
        try:
            values = self.content.read_row_group(group, columns=[self.label])[self.label].to_pylist()
        except Exception as error:  # Whatever a decoder makes of forged bytes.
            raise DatasetError("The labels of a Parquet file cannot be read: it is damaged.") from error
        return [self._name(value) for value in values]

    def _name(self, value: Any) -> str:
        if isinstance(value, int) and 0 <= value < len(self.names):
            return self.names[value]
        return "" if value is None else str(value)


def _columns(schema: Any) -> tuple[str, str, tuple[str, ...]]:
    """Return the columns of images and of labels, and the names of the classes; empty texts where there is none."""
    import pyarrow as pa

    features: dict[str, Any] = {}
    with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    images, labels = [], []
    for column in schema:
        kind = column.type
        if pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0:
            images.append(f"{column.name}.bytes")
        elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            images.append(column.name)
        elif pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
            feature = features.get(column.name)
            told = isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
            if told or column.name in _LABELS:
                labels.append((not told, _LABELS.index(column.name) if column.name in _LABELS else 99, column.name))
    image = min(images, key=lambda name: name.partition(".")[0] not in _IMAGES, default="")
    label = min(labels, default=(True, 0, ""))[2]
    feature = features.get(label)
    names = feature.get("names", []) if isinstance(feature, dict) else []
    return image, label, tuple(map(str, names)) if isinstance(names, list) else ()


class _Rows(Opened):
    """Reads one row group after the other; the last is kept."""

    def __init__(self, files: list[_File]) -> None:
        self._files, self._lock = files, Lock()
        self._at: tuple[int, int] | None = None
        self._images: Any = None

    def file(self, member: Member) -> IO[bytes]:
        place, group, inner = member.place
        with self._lock:
            if self._at != (place, group):
                self._images, self._at = self._files[place].images(group), (place, group)
            data = self._images[inner].as_py()
        if data is None:
            raise OSError("the file holds no bytes of it")
        return io.BytesIO(data)
