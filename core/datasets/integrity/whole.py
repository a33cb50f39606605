"""Whether a dataset's files are what was written: they are compared with their checksums when they are used first."""

import math
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

import numpy as np

from core.errors import COMMAND, PixelwiseError
from core.storage import checksums, data_home
from core.storage.checksums import ChangedError, Watched
from core.storage.progress import Progress, quiet

CHECKSUMS, THUMBNAILS, IMAGES = "checksums.txt", "thumbnails.bin", "pictures.npy"
_DAMAGE = "damage.txt"
# Without these a dataset says something else, or nothing; thumbnails can be made again.
NEEDED = ("labels.npy", "splits.npy", "index.npy", IMAGES, "names.txt", "groups.npy", "group_names.txt")


class DatasetError(PixelwiseError):
    """A dataset that is not there, is damaged or cannot be made. The message says what to do."""


class Whole:
    """The watched files of a dataset's folder; none where an earlier version made it, until it is verified."""

    def __init__(self, folder: Path, size: tuple[int, int, int]) -> None:
        """Watch the files in `folder`; `size` is that of each image in `pictures.npy`: height, width, channels."""
        self._folder, self._each = folder, math.prod(size)
        kept = checksums.load(folder / CHECKSUMS)
        self.known = kept is not None
        self._watched = {name: Watched(folder / name, sums) for name, sums in (kept or {}).items()}

    def require(self, name: str, progress: Progress = quiet) -> None:
        """Make sure that a whole file is what was written, if its checksums are known.

        Raises:
            DatasetError: it is not.
            Cancelled: by `progress`.
        """
        if name in self._watched:
            with self.said(name):
                self._watched[name].require_all(progress)

    def require_all(self, progress: Progress = quiet) -> None:
        """Do `require` for every file but the thumbnails and the photos, which are looked at when they are read."""
        for name in NEEDED:
            self.require(name, progress)

    def require_bytes(self, name: str, begin: int, end: int) -> None:
        """Make sure that the bytes from `begin` to before `end` of a file are what was written; raises `DatasetError`.

        The blocks that they are in are read at their first use, and not again.
        """
        if name in self._watched:
            with self.said(name):
                self._watched[name].require(begin, end)

    def require_image(self, index: int) -> None:
        """Make sure that one image of `pictures.npy` is what was written; raises `DatasetError`."""
        if IMAGES in self._watched:
            begin = self._header + index * self._each
            self.require_bytes(IMAGES, begin, begin + self._each)

    def require_images(self, ids: np.ndarray) -> None:
        """Make sure that some images of `pictures.npy`, int64 `(n,)`, are what was written; raises `DatasetError`."""
        if IMAGES in self._watched:
            begins = self._header + ids * self._each
            touched = np.concatenate([begins, begins + self._each - 1]) // checksums.BLOCK
            for block in np.unique(touched).tolist():
                self.require_bytes(IMAGES, block * checksums.BLOCK, (block + 1) * checksums.BLOCK)

    @contextmanager
    def said(self, name: str) -> Iterator[None]:
        """Raise what the block finds on a file of this name as a `DatasetError`."""
        try:
            yield
        except ChangedError as error:
            raise self._error(f"{name} is no longer what was written{self._which(error)}") from error
        except OSError as error:
            raise self._error(f"{name} cannot be read") from error

    def _error(self, what: str) -> DatasetError:
        return damage_error(self._folder, what)

    def _which(self, error: ChangedError) -> str:
        if error.file != IMAGES or not error.end or not self._each:
            return ""
        first = max(0, error.begin - self._header) // self._each
        end = -(-(error.end - self._header) // self._each)
        return f" in images {first:,} to {end - 1:,}"

    @cached_property
    def _header(self) -> int:
        """Where the first image begins in `pictures.npy`, an NPY file of version 1.0, which has 10 bytes before."""
        with self.said(IMAGES), (self._folder / IMAGES).open("rb") as file:
            return 10 + int.from_bytes(file.read(10)[8:], "little")


def damage_error(folder: Path, what: str) -> DatasetError:
    """Return the error that says what is damaged in a dataset's folder; the Datasets page says it from now on."""
    sentence = (
        f"The dataset {folder.name} is damaged: {what}. Repair it on the Datasets page, or with: "
        f"{COMMAND} datasets repair {folder.name}"
    )
    with suppress(OSError):
        if known_damage(folder) != sentence:
            data_home.replace_text(folder / _DAMAGE, sentence)
    return DatasetError(sentence)


def known_damage(folder: Path) -> str:
    """Return what was found damaged in a dataset's folder when it was last read, in a sentence; empty: nothing."""
    try:
        return (folder / _DAMAGE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def forget_damage(folder: Path) -> None:
    """Note that nothing is damaged in a dataset's folder any more."""
    with suppress(OSError):
        (folder / _DAMAGE).unlink(missing_ok=True)


def keep_checksums(folder: Path) -> None:
    """Keep the checksums of a dataset's folder, as its files are now.

    Raises:
        OSError: one cannot be read, or the disk is full or may not be written.
    """
    files = {name: folder / name for name in (*NEEDED, THUMBNAILS)}
    checksums.keep(folder / CHECKSUMS, {name: file for name, file in files.items() if file.exists()})
