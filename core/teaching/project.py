"""Classes and their images as a user brings them, kept in the data home as they grow.

`teach/NAME/project.json` has the title, the classes, and each image by the sha256 of its file. The files are
`images/<sha256>.<ending>`, small copies `thumbnails/<sha256>.jpg`. What is taken away is no longer named; its files
stay for a day, so that it can be brought back.
"""

import hashlib
import re
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
from filelock import FileLock
from PIL import Image

from core.datasets.sources.readers import Refused
from core.datasets.store import file_name
from core.errors import PixelwiseError, as_storage_error
from core.images import image_io
from core.images.conversion import plain
from core.images.image_io import FORMATS, ImageError
from core.images.thumbnail import thumbnail
from core.nn.inference import teaching
from core.preprocessing import Pipeline
from core.spaces import limits
from core.storage import checked, data_home
from core.storage.checked import Between, DamagedError, Longest, MissingError, OneOf
from core.storage.names import slug

LONGEST_NAME = 60
MOST_CLASSES, MOST_IMAGES = 30, 1_000
_FILE = "project.json"
_MOST_BYTES = 20_000_000
_NAME, _SHA256 = re.compile(r"[a-z0-9][a-z0-9-]{0,63}"), re.compile(r"[0-9a-f]{64}")
_DECODED_AT_ONCE = 4
# As much as the network takes, twice: a photo is reduced by it while it is decoded.
_SIDE = 448
_KEPT_S = 24 * 3600


class TeachingError(PixelwiseError):
    """A project that is damaged, or something that cannot be done with it. The message says what to do."""


@dataclass(frozen=True)
class ClassImage:
    """An image of a class.

    Attributes:
        sha256: of its file, in hexadecimal.
        name: its file's name, as it is shown.
        format: of its file, as Pillow calls it.
        take: the recording that it is of, whose images are much alike; empty: it stands by itself.
    """

    sha256: Annotated[str, Longest(64)]
    name: Annotated[str, Longest(300)]
    format: Annotated[str, OneOf(tuple(FORMATS))]
    take: Annotated[str, Longest(80)] = ""


@dataclass(frozen=True)
class TaughtClass:
    """A class: a number that stays its own, its name, and its images, those that came first first."""

    id: Annotated[int, Between(1, 1_000_000)]
    name: Annotated[str, Longest(LONGEST_NAME)]
    images: Annotated[tuple[ClassImage, ...], Longest(MOST_IMAGES)] = ()


@dataclass(frozen=True)
class Content:
    """What a project is: its title and its classes."""

    title: Annotated[str, Longest(LONGEST_NAME)] = "My classes"
    classes: Annotated[tuple[TaughtClass, ...], Longest(MOST_CLASSES)] = (
        TaughtClass(1, "Class 1"),
        TaughtClass(2, "Class 2"),
    )

    def of(self, class_id: int) -> TaughtClass:
        """Return a class by its number. Raises `TeachingError` where it has been taken away."""
        for each in self.classes:
            if each.id == class_id:
                return each
        raise TeachingError("This class has been removed meanwhile. Load the page again.")

    @property
    def disputed(self) -> dict[str, list[str]]:
        """Files that are in several classes, by sha256, with the names of these: nothing is learned from them."""
        found: dict[str, list[str]] = {}
        for each in self.classes:
            for image in each.images:
                found.setdefault(image.sha256, []).append(each.name)
        return {sha256: names for sha256, names in found.items() if len(names) > 1}


@dataclass(frozen=True)
class Added:
    """What became of files that were brought for a class.

    Attributes:
        added: how many are new in it.
        known: how many it had already.
        too_many: how many more came than a class takes.
        refused: those that are no images.
    """

    added: int
    known: int
    too_many: int
    refused: tuple[Refused, ...]


@dataclass(frozen=True)
class Project:
    """A project's folder; it need not be there before the first change."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def version(self) -> tuple[int, int]:
        """What differs after each change."""
        return data_home.version(self.folder / _FILE)

    def content(self) -> Content:
        """Return its classes; two empty ones where nothing was changed yet. Raises `TeachingError`: it is damaged."""
        try:
            return _content(self.folder / _FILE, self.version)
        except MissingError:
            return Content()
        except DamagedError as error:
            raise TeachingError(
                f"The classes of {self.name} are damaged: {error}. Restore {self.folder / _FILE} from a "
                "copy, or remove the project."
            ) from error

    def rename(self, title: str) -> None:
        """Give it another title. Raises `TeachingError`, `StorageError`."""
        self._change(lambda content: replace(content, title=_checked(title)))

    def add_class(self, name: str = "") -> None:
        """Add a class without images, called as given, else by its number. Raises as `rename`."""

        def changed(content: Content) -> Content:
            if len(content.classes) >= MOST_CLASSES:
                raise TeachingError(f"At most {MOST_CLASSES} classes can be taught.")
            number = max((each.id for each in content.classes), default=0) + 1
            return replace(content, classes=(*content.classes, TaughtClass(number, name or f"Class {number}")))

        self._change(changed)

    def rename_class(self, class_id: int, name: str) -> None:
        """Call a class otherwise. Raises as `rename`; also where another has the name."""

        def changed(content: Content) -> Content:
            wanted = _checked(name)
            if any(each.name.casefold() == wanted.casefold() and each.id != class_id for each in content.classes):
                raise TeachingError(f"Another class is called {wanted}: give this one another name.")
            return _with(content, replace(content.of(class_id), name=wanted))

        self._change(changed)

    def remove_class(self, class_id: int) -> None:
        """Take a class away with its images; `restore` brings it back. Raises as `rename`."""
        self._change(lambda content: replace(content, classes=_others(content, class_id)))

    def remove_image(self, class_id: int, sha256: str) -> None:
        """Take an image out of a class. Raises as `rename`."""

        def changed(content: Content) -> Content:
            before = content.of(class_id)
            return _with(content, replace(before, images=tuple(i for i in before.images if i.sha256 != sha256)))

        self._change(changed)

    def restore(self, before: Content) -> None:
        """Put the classes back as they were, within a day. Raises as `rename`."""
        self._change(lambda _content: before)

    def add_images(self, class_id: int, files: Iterable[tuple[str, bytes]], *, take: str = "") -> Added:
        """Add images to a class.

        Args:
            class_id: its number.
            files: names, as they are shown, and bytes, of any kind; of those too many for a class, none are kept.
            take: the recording that they are of; empty: each stands by itself.

        Raises:
            TeachingError: there is no such class.
            StorageError: the disk is full or may not be written.
        """
        before = {image.sha256 for image in self.content().of(class_id).images}
        room = MOST_IMAGES - len(before)
        wanted: dict[str, tuple[str, bytes]] = {}
        known = too_many = 0
        for name, data in files:
            sha256 = hashlib.sha256(data).hexdigest()
            if sha256 in before or sha256 in wanted:
                known += 1
            elif len(wanted) >= room:
                too_many += 1
            else:
                wanted[sha256] = (name, data)
        limits.require_room(sum(len(data) for _, data in wanted.values()))
        with as_storage_error("the images"):
            for folder in ("images", "thumbnails"):
                (self.folder / folder).mkdir(parents=True, exist_ok=True)
            with ThreadPoolExecutor(_DECODED_AT_ONCE) as threads:
                found = list(threads.map(self._kept, wanted, wanted.values()))
        taken = [replace(each, take=take[:80]) for each in found if isinstance(each, ClassImage)]

        def changed(content: Content) -> Content:
            own = content.of(class_id)
            there = {image.sha256 for image in own.images}
            new = [each for each in taken if each.sha256 not in there][: MOST_IMAGES - len(own.images)]
            return _with(content, replace(own, images=(*own.images, *new)))

        if taken:
            self._change(changed)
        return Added(len(taken), known, too_many, tuple(each for each in found if isinstance(each, Refused)))

    def _kept(self, sha256: str, file: tuple[str, bytes]) -> ClassImage | Refused:
        """Keep a file and its thumbnail; return what is said of it."""
        name, data = file
        # Some characters would turn the direction of writing, and half letters cannot be written at all.
        shown = "".join(letter for letter in name if letter.isprintable())[:300] or "image"
        try:
            data = plain(data)
            original = image_io.read_original(data, _SIDE)
        except ImageError as error:
            return Refused(shown, error.reason, str(error))
        with data_home.replacing(self.thumbnail_file(sha256)) as beside:
            beside.write_bytes(thumbnail(original.image))
        made = ClassImage(sha256, shown, original.format)
        with data_home.replacing(self.file(made)) as beside:
            beside.write_bytes(data)
        return made

    def file(self, image: ClassImage) -> Path:
        """Return where an image's file is."""
        return self.folder / "images" / file_name(image.sha256, image.format)

    def thumbnail_file(self, sha256: str) -> Path:
        """Return where an image's small copy is."""
        return self.folder / "thumbnails" / f"{sha256}.jpg"

    def thumbnail(self, image: ClassImage) -> bytes:
        """Return an image's small copy as JPEG; made again where it is lost, empty where the image is lost, too."""
        path = self.thumbnail_file(image.sha256)
        with suppress(OSError):
            return path.read_bytes()
        with suppress(OSError, ImageError):
            return thumbnail(image_io.read_image(self.file(image).read_bytes(), _SIDE))
        return b""

    def tidy(self) -> None:
        """Remove files that no class names, a day after they came."""
        named = {image.sha256 for each in self.content().classes for image in each.images}
        for path in [*self.folder.glob("images/*"), *self.folder.glob("thumbnails/*")]:
            with suppress(OSError):
                if path.name.partition(".")[0] not in named and time.time() - path.stat().st_mtime > _KEPT_S:
                    path.unlink()

    def remove(self) -> None:
        """Delete it with all its images. Raises `StorageError`: it may not be deleted."""
        with as_storage_error(f"the removal of {self.name}"):
            data_home.remove(self.folder)

    def _change(self, change: Callable[[Content], Content]) -> None:
        with as_storage_error("the classes"):
            self.folder.mkdir(parents=True, exist_ok=True)
            # Two tabs may change it at once.
            with FileLock(self.folder / ".lock"):
                changed = change(self.content())
                checked.write(self.folder / _FILE, asdict(changed))


def projects() -> list[Project]:
    """Return the projects, by name. Raises `StorageError`: their folder cannot be read."""
    names = data_home.folders_in(data_home.data_home() / "teach")
    return [find(name) for name in names if _NAME.fullmatch(name)]


def find(name: str) -> Project:
    """Return the project of a name, which need not be there."""
    return Project(data_home.data_home() / "teach" / name)


def new(title: str) -> Project:
    """Make a project. Raises `TeachingError`, `StorageError`."""
    title = _checked(title)
    taken = {each.name for each in projects()}
    base = slug(title, otherwise="project")
    name = next(each for each in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if each not in taken)
    made = find(name)
    made.rename(title)
    return made


def seen(data: bytes) -> np.ndarray:
    """Return an image as the network sees it, uint8 `(224, 224, 3)`. Raises `ImageError`."""
    return prepared(image_io.read_image(plain(data), _SIDE))


def prepared(image: Image.Image) -> np.ndarray:
    """Return an upright RGB image as the network sees it, uint8 `(224, 224, 3)`."""
    return image_io.to_array(_steps().apply(image))


@lru_cache(maxsize=1)
def _steps() -> Pipeline:
    return teaching.kind().steps


@lru_cache(maxsize=16)
def _content(path: Path, _version: tuple[int, int]) -> Content:
    found = checked.read_object(path, Content, most=_MOST_BYTES)
    images: Iterable[ClassImage] = (image for each in found.classes for image in each.images)
    numbers = {each.id for each in found.classes}
    if len(numbers) != len(found.classes) or not all(_SHA256.fullmatch(image.sha256) for image in images):
        raise DamagedError(path, "is not what it should be: classes or images have no proper names")
    return found


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or not name.isprintable():
        raise TeachingError("A name needs letters or digits that can be shown.")
    if len(name) > LONGEST_NAME:
        raise TeachingError(f"The name is too long ({len(name):,} characters; maximum {LONGEST_NAME}).")
    return name


def _with(content: Content, changed: TaughtClass) -> Content:
    return replace(content, classes=tuple(changed if each.id == changed.id else each for each in content.classes))


def _others(content: Content, class_id: int) -> tuple[TaughtClass, ...]:
    return tuple(each for each in content.classes if each.id != class_id)
