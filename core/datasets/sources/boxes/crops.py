"""Objects cut out of images: a source of its own, with a member for each box."""

import contextlib
import io
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, ClassVar, NamedTuple, cast

from PIL import Image

from core.datasets.sources.archives import Source
from core.datasets.sources.boxes import FORMATS
from core.datasets.sources.boxes.annotations import Annotated, Format, Reading
from core.datasets.sources.labels import Table, words
from core.datasets.sources.labels.files import Images
from core.datasets.sources.labels.files import read as read_tables
from core.datasets.sources.readers import Member, Opened, Reader, Refused
from core.datasets.sources.readers.base import clean
from core.datasets.store import DatasetError
from core.images.conversion import plain
from core.images.image_io import MAX_BYTES, MAX_MEGABYTES, ImageError, read_original
from core.storage.progress import Progress, counted, quiet

_BEGIN_BYTES = 100_000
# So many files are looked into to find out whether there are boxes at all.
_LOOKED_AT = 30
_QUALITY = 95
_MOST_IN_PIECES = 2_000_000_000


class _Place(NamedTuple):
    """Where a crop is: its image, its box (left, top, right, bottom), and the size that the image is said to have.

    Its sides are pixels, or shares of the image where `shares` says so.
    """

    image: Member
    sides: tuple[float, float, float, float]
    size: tuple[int, int]
    shares: bool


@dataclass(frozen=True, kw_only=True)
class CropReader(Reader):
    """Reads objects cut out of the images of a source: `cat/photos/1.jpg/2.png`, or `train/cat/photos/1.jpg/2.png`."""

    source: Source
    crops: tuple[Member, ...]
    level: int
    said: tuple[str, ...]
    in_order: ClassVar[bool] = True
    # COCO's training set has 860,000.
    most_members: ClassVar[int] = 1_000_000

    @classmethod
    def claims(cls, path: Path) -> bool:
        """Tell that no path is read by it: it is made of a source."""
        return path.exists() and False

    @property
    def class_level(self) -> int:
        """The classes are the folders below those of the splits, if there are such."""
        return self.level

    @property
    def notes(self) -> tuple[str, ...]:
        """What was cut out and what was not."""
        return self.said

    def members(self) -> Iterator[Member | Refused]:
        """Go through the objects, image by image."""
        yield from self.crops

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Open what the images are in."""
        with self.source.opened() as inner:
            yield _Crops(inner)


class _Crops(Opened):
    def __init__(self, inner: Opened) -> None:
        self._inner = inner
        self._lock = threading.Lock()
        # The objects of an image follow each other.
        self._last: tuple[Member, Image.Image, str] | None = None

    def file(self, member: Member) -> IO[bytes]:
        place: _Place = member.place
        with self._lock:
            if self._last is None or self._last[0] is not place.image:
                try:
                    original = read_original(plain(self._inner.read(place.image)))
                except ImageError as error:
                    raise OSError(f"its image {place.image.name} cannot be used: {error}") from error
                self._last = (place.image, original.image, original.format)
            _, image, kind = self._last
        if 0 not in place.size and place.size != image.size:
            there, said = ("{}×{}".format(*size) for size in (image.size, place.size))
            raise OSError(f"its box is for an image of {said} px, and {place.image.name} has {there} px")
        left, top, right, bottom = place.sides
        across, down = image.size if place.shares else (1, 1)
        corners = _within((left * across, top * down, right * across, bottom * down), image.size)
        if corners is None:
            raise OSError(f"its box is outside {place.image.name}")
        made, file = image.crop(corners), io.BytesIO()
        made.save(file, "JPEG", quality=_QUALITY, subsampling=0) if kind == "JPEG" else made.save(file, "PNG")
        file.seek(0)
        return file


def _within(sides: tuple[float, float, float, float], size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """Return the whole pixels of a box that are in an image; `None` where none is.

    Args:
        sides: left, top, right and bottom.
        size: width and height of the image; 0, 0: not known.
    """
    width, height = size if 0 not in size else (2**31, 2**31)
    left, top = (max(0, min(round(side), 2**31)) for side in sides[:2])
    right, bottom = (
        min(most, max(round(side), least + 1))
        for side, least, most in zip(sides[2:], (left, top), (width, height), strict=True)
    )
    outside = sides[2] <= 0 or sides[3] <= 0
    return None if outside or right <= left or bottom <= top else (left, top, right, bottom)


def _is_outside(sides: tuple[float, float, float, float]) -> bool:
    """Tell whether nothing of a box, in shares of an image, is in it."""
    left, top, right, bottom = sides
    return right <= 0 or bottom <= 0 or left >= 1 or top >= 1


def format_in(source: Source) -> tuple[Format, str] | None:
    """Return the format of the boxes that come with images, and the name of a file with such; `None`: there are none.

    Few files are looked into.
    """
    with source.opened() as reader:
        for each in FORMATS:
            several = [
                member for member in source.members if member.bytes and member.name.lower().endswith(each.ending)
            ]
            for member in several[:_LOOKED_AT]:
                with contextlib.suppress(OSError):
                    if each.fits(reader.begin(member, _BEGIN_BYTES)):
                        return each, member.parts[-1]
    return None


def cut_out(
    source: Source, of: Format, images: Sequence[bool], tables: Sequence[Table], progress: Progress = quiet
) -> Source:
    """Return a source of the objects in the images of another; no image is read.

    Args:
        source: what has images and files of boxes.
        of: the format of these.
        images: which of its members are images.
        tables: its files of labels; lists of images among them tell splits.
        progress: told how many files are read.

    Raises:
        DatasetError: no box is of an image that is there, or there are far too many.
        Cancelled: by `progress`.
    """
    taken = _Taken(
        source,
        Images([each.parts for each in source.members], [i for i, is_one in enumerate(images) if is_one]),
        progress,
    )
    with source.opened() as opened:
        reading = of.reading(source.members, opened)
        several = [member for member in source.members if member.name.lower().endswith(of.ending)]
        for done, member in enumerate(several):
            progress("reading boxes", done, len(several), "files")
            taken.read(member, of, reading, opened)
    notes = (*taken.notes(of), *reading.notes)
    if not taken.boxes:
        raise DatasetError(
            f"{source.title} has files of boxes ({of.name}), but none of an object in an image that is here. "
            f"{' '.join(notes)}"
        )
    splits = {place: split for place in taken.boxes if (split := taken.split_of(place))}
    if not splits:
        lists = read_tables(taken.images, tables).splits
        splits = {place: lists[place] for place in taken.boxes if place in lists}
    crops: list[Member] = []
    for place in sorted(taken.boxes):
        image, size = source.members[place], taken.sizes[place]
        name_of_image = image.name
        ending = "jpg" if name_of_image.lower().endswith((".jpg", ".jpeg")) else "png"
        folder = (splits.get(place, "train"),) if splits else ()
        for number, (name, sides) in enumerate(taken.boxes[place], start=1):
            pixels = int(
                (sides[2] - sides[0]) * (sides[3] - sides[1]) * (image.bytes if place in taken.by_shares else 1)
            )
            # One part for all of the image's path: all its objects are in that folder, and belong together.
            parts = (*folder, name, name_of_image, f"{number}.{ending}")
            crops.append(Member(parts, int(pixels), _Place(image, sides, size, place in taken.by_shares)))
    reader = CropReader(
        path=source.path,
        title=source.title,
        follows_links=source.reader.follows_links,
        source=source,
        crops=tuple(crops),
        level=2 if splits else 1,
        said=notes,
    )
    return Source(reader, crops, [*source.refused, *taken.refused], source.skipped)


class _Counted:
    """A large file that is read up to a limit, which tells how far it is read."""

    def __init__(self, file: IO[bytes], size: int, progress: Progress) -> None:
        self._file, self._size, self._progress, self._done = file, size, progress, 0

    def read(self, size: int = -1) -> bytes:
        try:
            piece = self._file.read(size)
        except OSError:
            raise
        except Exception as error:  # Whatever a decoder makes of forged bytes.
            raise OSError("its bytes in the archive are damaged") from error
        self._done += len(piece)
        if self._done > _MOST_IN_PIECES:
            raise ValueError(f"it is larger than {_MOST_IN_PIECES // 1_000_000_000} GB")
        self._progress("reading boxes", self._done // 1_000_000, self._size // 1_000_000, "MB")
        return piece


class _Taken:
    """What files of boxes tell of the images that are there."""

    def __init__(self, source: Source, images: Images, progress: Progress) -> None:
        self.source, self.images, self._progress = source, images, progress
        self.boxes: dict[int, list[tuple[str, tuple[float, float, float, float]]]] = defaultdict(list)
        self.sizes: dict[int, tuple[int, int]] = {}
        self.by_shares: set[int] = set()
        self.refused: list[Refused] = []
        self._places = {member.name: place for place, member in enumerate(source.members)}
        self._told_by: dict[int, Member] = {}
        self._counts: Counter[str] = Counter()

    def read(self, member: Member, of: Format, reading: Reading, reader: Opened) -> None:
        """Take what a file tells; one that is damaged is refused."""
        try:
            if not reading.takes(member, reader.begin(member, _BEGIN_BYTES)):
                return
            several = self._told(member, reading, reader)
        except (OSError, ValueError) as error:
            said = f"Its boxes of objects ({of.name}) cannot be read: {error}."
            self.refused.append(Refused(member.name, "boxes", said))
            return
        for each in several:
            self._take(each, member)

    def _told(self, member: Member, reading: Reading, reader: Opened) -> list[Annotated]:
        if member.bytes > MAX_BYTES and reading.in_pieces is not None:
            with reader.file(member) as file:
                return list(reading.in_pieces(cast(IO[bytes], _Counted(file, member.bytes, self._progress))))
        data = reader.read(member)
        if len(data) > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_MEGABYTES} MB")
        return list(reading.read(member, data))

    def _take(self, told: Annotated, member: Member) -> None:
        if told.exact:
            place = self._places.get(told.image) if told.image != member.name else None
        else:
            place = self.images.find(told.image, member.parts) if told.image else None
        if place is None and not told.exact:
            # In VOC the file's own name is the image's.
            place = self.images.find(member.parts[-1].rpartition(".")[0], member.parts)
        if place is None:
            self._counts["missing"] += len(told.boxes)
            return
        self._counts += Counter(crowds=told.crowds, difficult=told.difficult, odd=told.odd, beyond=told.beyond)
        self.sizes[place], self._told_by[place] = told.size, member
        if told.shares:
            self.by_shares.add(place)
        for box in told.boxes:
            if _is_outside(box.sides) if told.shares else _within(box.sides, told.size) is None:
                self._counts["outside"] += 1
                continue
            self.boxes[place].append((clean((box.name.replace("/", " "),))[0], box.sides))
            self._counts["taken"] += 1
            if self._counts["taken"] > CropReader.most_members:
                most = f"{CropReader.most_members:,}"
                raise DatasetError(f"{self.source.title} has more than {most} boxes; at most that many are cut out.")

    def split_of(self, place: int) -> str | None:
        """Return the split that an image's folders tell, or the name of the file with its boxes."""
        file = self._told_by[place].parts
        names = [*self.source.members[place].parts[:-1], *file[:-1]]
        told = next((split for name in names if (split := words.split_of(name))), None)
        # Such as instances_train2017.json.
        tokens = file[-1].rpartition(".")[0].replace("_", " ").replace("-", " ").split()
        return told or next((split for token in tokens if (split := words.split_of(token))), None)

    def notes(self, of: Format) -> tuple[str, ...]:
        """Return what was cut out and what was not, for a person."""
        counts = self._counts
        reasons = {
            "crowds": "with several objects in one (crowd)",
            "difficult": "marked as difficult",
            "odd": "empty, or of no class",
            "beyond": "in files with too many lines",
            "outside": "outside of the image",
            "missing": "of images that are not here",
        }
        left = [f"{counts[key]:,} {said}" for key, said in reasons.items() if counts[key]]
        images = counted(len(self.boxes), "image")
        made = f"Boxes of objects ({of.name}): {counted(counts['taken'], 'object')} cut out of {images}."
        notes = [made, f"Boxes left out: {', '.join(left)}." if left else ""]
        if bare := self.images.count - len(self.boxes):
            notes.append(f"{counted(bare, 'image has no box and is', 'images have no box and are')} left out.")
        return tuple(filter(None, notes))
