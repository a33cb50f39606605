"""A user's own images: `plan` finds classes and splits in a zip or folder, `import_images` makes a dataset of it.

Nothing is written before the import. It leaves a report beside the dataset: what was accepted, refused and why.
"""

import contextlib
import hashlib
import shutil
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from core.datasets import store
from core.datasets.integrity.whole import keep_checksums
from core.datasets.sources.archives import Source, open_source
from core.datasets.sources.conversion import ALL_LEVELS, is_other, may_have_16_bits, plain, white_of
from core.datasets.sources.decoding import GRAY_MODES, LARGE_BYTES, Chunk, Form, MisfitError, decoded
from core.datasets.sources.labels import (
    FOLDERS,
    IMAGE_ENDINGS,
    TABLE_ENDINGS,
    Labelling,
    LeftOut,
    Table,
    Way,
    best,
    drawn_splits,
    parsed,
    said,
)
from core.datasets.sources.origin import Origin
from core.datasets.sources.readers import Member, Opened, Refused
from core.datasets.store import SPLITS, About, Dataset, DatasetError
from core.errors import StorageError, as_storage_error
from core.images.image_io import ImageError, decode, look_into, read_original
from core.images.thumbnail import thumbnail
from core.storage import checked, data_home, processes
from core.storage.checked import Count, DamagedError
from core.storage.csv_files import csv_text
from core.storage.names import slug
from core.storage.progress import Progress, counted, quiet

# A larger image takes more room as an array than as the file it came as.
_LARGEST_ARRAY_SIDE = 64
_SAMPLED = 64
_SHOWN = 8
_OF_16_BITS, _HEAD_BYTES = (".png", ".tif", ".tiff"), 32
# A text beside each image, as YOLO has it, is no file of labels; all their rows are in memory at once.
_MOST_TABLES, _MOST_TABLE_BYTES = 30, 100_000_000
# JPEG, PNG, GIF, BMP, and the container of WebP.
_MAGIC, _MAGIC_BYTES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"RIFF"), 12
_CHUNK = 64
_CHUNK_BYTES = 8_000_000
_FREE_AFTER_BYTES = 200_000_000
_UPLOAD_KEPT_S = 24 * 3600
_MOST_REPORT = 500_000_000
_NO_IMAGE = "This row names no image that is here, or several."


@dataclass(frozen=True)
class Plan:
    """What an import would take.

    Attributes:
        source: the zip or folder.
        labelling: how the classes were found.
        others: the other ways that find classes here, the likelier first.
        splits: the split of each member, int8 `(n,)`, an index into `SPLITS`; -1 where the member has no class.
        images: whether each member looks like an image, by its ending or else its first bytes, bool `(n,)`.
        drawn: whether the splits were drawn, not found as folders.
        notes: sentences on what a user should know before.
        test_share: the share that was drawn for the test split, by the seed `seed`.
        white: the value of white in grays of 16 bits, as `conversion.plain` takes it.
    """

    source: Source
    labelling: Labelling
    others: tuple[Way, ...]
    splits: np.ndarray
    images: np.ndarray
    drawn: bool
    notes: tuple[str, ...]
    test_share: float = 0.2
    seed: int = 0
    white: int = ALL_LEVELS

    @property
    def counts(self) -> np.ndarray:
        """How many images each class has in each split, int64 `(classes, splits)`."""
        counts = np.zeros((len(self.labelling.class_names), len(SPLITS)), np.int64)
        labelled = (self.labelling.labels >= 0) & self.images
        np.add.at(counts, (self.labelling.labels[labelled], self.splits[labelled]), 1)
        return counts

    @property
    def way(self) -> Way:
        """How the classes were found, with the first of them."""
        return Way.of(self.labelling.kind, self.labelling.class_names, self._how)

    @property
    def _how(self) -> str:
        return "Labels in the file" if self.source.reader.class_level else said(self.labelling.kind)

    @property
    def left_out(self) -> list[tuple[LeftOut, int]]:
        """What is left out with how many images, the most first; files that are no images are not told."""
        reasons = self.labelling.reasons
        found = np.bincount(reasons[self.images & (reasons >= 0)]) if len(reasons) else np.zeros(0, np.int64)
        return [(self.labelling.left_out[place], int(found[place])) for place in np.argsort(-found) if found[place]]

    @property
    def set_aside(self) -> int:
        """How many files are left out on purpose, such as masks."""
        chosen = [place for place, each in enumerate(self.labelling.left_out) if each.set_aside]
        return int(np.isin(self.labelling.reasons, chosen).sum())

    def left_out_lines(self) -> list[str]:
        """Return what is left out, for a person, a line for each folder."""
        left, rest = self.left_out[:_SHOWN], self.left_out[_SHOWN:]
        hidden = sum(count for _, count in rest)
        lines = [f"Left out: {counted(count, 'image')} in {each.where}. {each.why}" for each, count in left]
        more = f"Left out: {counted(hidden, 'image')} in {counted(len(rest), 'more folder')}."
        return [*lines, more] if rest else lines

    def lines(self) -> list[str]:
        """Return what was understood, for a person: classes, splits, what is left out, what to check."""
        counts, names = self.counts, self.labelling.class_names
        in_splits = (f"{count:,} {split}" for split, count in zip(SPLITS, counts.sum(axis=0), strict=True) if count)
        how = "drawn by class" if self.drawn else "as they came"
        classes = [f"{name} {count:,}" for name, count in zip(names, counts.sum(axis=1), strict=True)]
        more = f" … and {len(classes) - _SHOWN} more" if len(classes) > _SHOWN else ""
        number = counted(len(names), "class", "classes")
        return [
            f"{self._how}, {number}: {', '.join(classes[:_SHOWN])}{more}",
            f"Splits, {how}: {', '.join(in_splits)}",
            *self.left_out_lines(),
            *self.notes,
            *(f"Check: {each}" for each in self.labelling.warnings),
            *(f"Other classes: --labels {each.kind} ({each.text})" for each in self.others),
        ]

    def preview(self, classes: int = 12, each: int = 3) -> dict[str, list[tuple[str, bytes]]]:
        """Return the first readable images of the first classes: by class, file names with thumbnails."""
        shown: dict[str, list[tuple[str, bytes]]] = {}
        with self.source.opened() as reader:
            for label, name in enumerate(self.labelling.class_names[:classes]):
                found = shown.setdefault(name, [])
                for position in np.flatnonzero((self.labelling.labels == label) & self.images)[: 4 * each]:
                    member = self.source.members[position]
                    with contextlib.suppress(ImageError, OSError):
                        found.append(
                            (member.name, thumbnail(read_original(plain(reader.read(member), self.white)).image))
                        )
                    if len(found) == each:
                        break
        return shown


def plan(
    path: Path,
    *,
    title: str = "",
    labelling: str | None = None,
    test_share: float = 0.2,
    seed: int = 0,
    progress: Progress = quiet,
) -> Plan:
    """Find out what an import of a zip or folder would take; nothing is written.

    Args:
        path: the zip or folder.
        title: what to call it instead of its file's name, such as an upload's own name.
        labelling: `folders`, `names`, `folders:2`, as `labels.best` takes it; `None` for what fits best.
        test_share: the share of each class drawn for the test split where folders tell no split.
        seed: the same seed draws the same images.
        progress: told that it begins.

    Raises:
        DatasetError: it cannot be read, holds no files, or no class can be found.
    """
    progress("listing the files", 0, 0, "files")
    source = open_source(path, title)
    if not source.members:
        refused = f" {counted(len(source.refused), 'file was', 'files were')} refused." if source.refused else ""
        raise DatasetError(f"{source.title} holds no images.{refused}")
    looks = _images_among(source)
    paths = [member.parts for member in source.members]
    told = source.reader.class_level if labelling is None else 0
    labelling = f"{FOLDERS}:{told}" if told else labelling
    found, others = best(paths, labelling, source.title, looks.tolist(), _tables(source), alone=told > 0)
    drawn, splits = found.splits is None, found.splits
    if splits is None:
        splits = drawn_splits(np.where(looks, found.labels, -1), test_share, seed)
    notes = (*source.reader.notes, *found.notes)
    white = _white(source, found.labels)
    if white < ALL_LEVELS:
        notes += (
            f"Gray images of 16 bits use values up to {white:,} only, of {ALL_LEVELS:,}: these become black to white, "
            "the same way for all images.",
        )
    return Plan(source, found, others, splits, looks, drawn, notes, test_share, seed, white)


def _white(source: Source, labels: np.ndarray) -> int:
    """Return the value of white in grays of 16 bits, by a sample of the files that may be such."""
    several = [
        source.members[place]
        for place in np.flatnonzero(labels >= 0)
        if source.members[place].name.lower().endswith(_OF_16_BITS)
    ]
    with source.opened() as reader:
        return white_of(_files_of_16_bits(several[:: max(1, len(several) // _SAMPLED)], reader))


def _files_of_16_bits(members: Sequence[Member], reader: Opened) -> Iterator[bytes]:
    for member in members:
        with contextlib.suppress(OSError):
            if may_have_16_bits(reader.begin(member, _HEAD_BYTES)):
                yield reader.read(member)


def _tables(source: Source) -> list[Table]:
    """Return the files of labels among the members; of many, such as a text for each image, the first."""
    candidates = [each for each in source.members if each.name.lower().endswith(TABLE_ENDINGS)]
    candidates.sort(key=lambda each: (each.name.lower().endswith(".txt"), len(each.parts), each.parts))
    found, total = [], 0
    with source.opened() as reader:
        for member in candidates[:_MOST_TABLES]:
            total += member.bytes
            if total > _MOST_TABLE_BYTES:
                break
            with contextlib.suppress(OSError):
                found.append(parsed(member.parts, reader.read(member)))
    return [table for table in found if table is not None]


def _images_among(source: Source) -> np.ndarray:
    """Tell of each member whether it looks like an image; only those with another ending are looked into."""
    with source.opened() as reader:
        return np.array([_is_image(member, reader) for member in source.members], bool)


def _is_image(member: Member, reader: Opened) -> bool:
    if member.name.lower().endswith(IMAGE_ENDINGS):
        return True
    with contextlib.suppress(OSError):
        begin = reader.begin(member, _MAGIC_BYTES)
        return begin.startswith(_MAGIC) or is_other(begin)
    return False


@dataclass(frozen=True)
class Report:
    """What an import did: kept beside the dataset as `report.json`.

    Attributes:
        source: the zip's or folder's name.
        accepted: how many images were taken.
        refused: every file that was not, with its reason.
        skipped: how many junk files there were, such as `Thumbs.db`.
        notes: sentences on what was found.
    """

    source: str
    accepted: Count
    refused: tuple[Refused, ...]
    skipped: Count
    notes: tuple[str, ...]

    def to_csv(self) -> str:
        """Return the refused files as CSV: file, reason, sentence."""
        rows = ((each.file, each.reason, each.sentence) for each in self.refused)
        return csv_text(("file", "reason", "sentence"), rows)


def report(dataset: Dataset) -> Report | None:
    """Return what the import of a dataset did; `None` where it was not imported from files or is no longer known."""
    try:
        return checked.read_object(dataset.folder / "report.json", Report, most=_MOST_REPORT)
    except DamagedError:
        return None


def import_images(
    plan: Plan, *, name: str, title: str, source: str = "", licence: str = "", progress: Progress = quiet
) -> Dataset:
    """Make a dataset of what was planned; the same images, classes and splits make one dataset only.

    Small images of one size become one array, others stay as the files they came as.

    Args:
        plan: from `plan`.
        name: what to call it; another dataset's name gets a number added.
        title: for people.
        source: where the images come from.
        licence: under which terms.
        progress: told how many images are read.

    Raises:
        DatasetError: not one image was accepted, or the name is none.
        StorageError: the disk is full or may not be written.
        Cancelled: the user cancelled; nothing is left.
    """
    return import_or_find(plan, name=name, title=title, source=source, licence=licence, progress=progress)[0]


def import_or_find(
    plan: Plan, *, name: str, title: str, source: str = "", licence: str = "", progress: Progress = quiet
) -> tuple[Dataset, bool]:
    """Do `import_images`; return the dataset, and whether it was there already.

    It was, too, where another process made it meanwhile, under this name or another.
    """
    about = About(name_for(name, store.names()), title, source, licence, (), (0, 0, 0))
    with plan.source.opened() as reader:
        form = _sampled_form(plan, reader)
        while True:
            try:
                return _import(plan, reader, form, about, progress)
            except MisfitError as misfit:
                form = misfit.form


def uploads() -> Path:
    """Return where uploaded files wait for their import."""
    return data_home.data_home() / "uploads"


def keep_upload(path: Path, data: bytes | memoryview) -> None:
    """Write an upload, and remove those of yesterday, whose import nobody began.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    with as_storage_error("the upload"):
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.iterdir():
            if time.time() - old.stat().st_mtime > _UPLOAD_KEPT_S:
                old.unlink(missing_ok=True)
        with data_home.replacing(path) as beside:
            beside.write_bytes(data)


def remove_upload(path: Path) -> None:
    """Remove a file if it is an upload; a user's own stays."""
    if path.parent == uploads():
        path.unlink(missing_ok=True)


def name_for(title: str, taken: Collection[str]) -> str:
    """Return a dataset's name made of a title or file name that is not taken: `My Cats.zip` gives `my-cats`."""
    text = slug(Path(title).stem, otherwise="pictures")
    numbered = [text, *(f"{text}-{number}" for number in range(2, len(taken) + 3))]
    return next(each for each in numbered if each not in taken)


def _sampled_form(plan: Plan, reader: Opened) -> Form:
    """Look at some images and decide how all are kept."""
    labelled = np.flatnonzero(plan.labelling.labels >= 0)
    sizes, gray = set(), True
    for position in labelled[:: max(1, len(labelled) // _SAMPLED)]:
        with contextlib.suppress(ImageError, OSError):
            size, mode = _size_and_mode(plain(reader.read(plan.source.members[position]), plan.white))
            sizes.add(size)
            gray = gray and mode in GRAY_MODES
    if len(sizes) != 1 or max(max(size) for size in sizes) > _LARGEST_ARRAY_SIDE:
        return Form(as_files=True)
    ((width, height),) = sizes
    return Form(False, (height, width, 1 if gray else 3))


def _size_and_mode(data: bytes) -> tuple[tuple[int, int], str]:
    opened = look_into(data)
    if opened.cost > LARGE_BYTES:
        return opened.size, "RGB"  # It is kept as a file, whatever it is.
    original = decode(opened)
    return original.image.size, original.mode


class _Writer:
    """Fills the folder of a new dataset, chunk by chunk."""

    def __init__(self, folder: Path, form: Form) -> None:
        self.folder, self.form = folder, form
        self.rows: list[np.ndarray] = []
        self.taken: list[int] = []
        self._digest = hashlib.sha256()
        if form.as_files:
            (folder / "files").mkdir()
        self._payload = (folder / ("thumbnails.bin" if form.as_files else "pictures.npy")).open("wb")
        self._write_header()

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *_error: object) -> None:
        if not self.form.as_files:
            self._payload.seek(0)
            self._write_header()
        self._payload.close()

    def _write_header(self) -> None:
        """Write the array's header; NumPy leaves room in it for a first dimension that grows."""
        if not self.form.as_files:
            header = {"descr": "|u1", "fortran_order": False, "shape": (len(self.taken), *self.form.size)}
            np.lib.format.write_array_header_1_0(self._payload, header)

    def append(self, chunk: Chunk, plan: Plan) -> None:
        """Take the images of a chunk."""
        if self.form.as_files:
            ends = np.cumsum([len(payload) for payload in chunk.payloads], dtype=np.int64)
            chunk.rows["thumbnail_end"] = self._payload.tell() + ends
        self._payload.writelines(chunk.payloads)
        self.rows.append(chunk.rows)
        self.taken += chunk.taken
        for position, sha256 in zip(chunk.taken, chunk.rows["sha256"], strict=True):
            label = plan.labelling.class_names[plan.labelling.labels[position]]
            self._digest.update(f"{sha256.decode()} {SPLITS[plan.splits[position]]} {label}\n".encode())

    @property
    def content_hash(self) -> str:
        """The hash of what was taken."""
        return self._digest.hexdigest()

    def finish(self, plan: Plan, about: About, refused: Sequence[Refused]) -> None:
        """Write what comes beside the images."""
        index, taken = np.concatenate(self.rows), np.array(self.taken)
        used, labels = np.unique(plan.labelling.labels[taken], return_inverse=True)
        about = replace(
            about,
            class_names=tuple(plan.labelling.class_names[label] for label in used),
            size=_common_size(index, self.form),
            as_files=self.form.as_files,
            content_hash=self.content_hash,
            in_srgb=True,
        )
        np.save(self.folder / "index.npy", index)
        np.save(self.folder / "labels.npy", labels.astype(np.int16))
        np.save(self.folder / "splits.npy", plan.splits[taken].astype(np.uint8))
        names = (plan.source.members[position].name for position in taken)
        (self.folder / "names.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
        notes = (*plan.notes, *plan.labelling.warnings, *plan.left_out_lines())
        made = Report(plan.source.title, len(taken), tuple(refused), len(plan.source.skipped), notes)
        checked.write(self.folder / "report.json", asdict(made), lasting=False)
        checked.write(self.folder / "dataset.json", asdict(about), indent=1, lasting=False)
        if plan.source.path.parent != uploads():
            origin = Origin(str(plan.source.path.absolute()), plan.labelling.kind, plan.test_share, plan.seed)
            origin.keep(self.folder)
        keep_checksums(self.folder)


def _common_size(index: np.ndarray, form: Form) -> tuple[int, int, int]:
    """Return height, width and channels, height and width 0 where they differ."""
    if not form.as_files:
        return form.size
    gray = all(mode.decode() in GRAY_MODES for mode in np.unique(index["mode"]))
    same = len(np.unique(index["height"])) == len(np.unique(index["width"])) == 1
    height, width = (int(index[0]["height"]), int(index[0]["width"])) if same else (0, 0)
    return height, width, 1 if gray else 3


def _import(plan: Plan, reader: Opened, form: Form, about: About, progress: Progress) -> tuple[Dataset, bool]:
    """Import in one form; tell whether it was there. Raises `MisfitError` where an image does not fit the form."""
    folder = store.folder_of(about.name)
    with as_storage_error(f"the dataset {about.name}"):
        _check_space(plan, form, folder)
        with data_home.filling(folder.parent) as beside:
            writer, refused = _written(plan, reader, form, beside, progress)
            with store.adding():
                if known := store.with_content(writer.content_hash):
                    return known, True
                # Another import may have taken the name meanwhile.
                name = name_for(about.name, store.names())
                writer.finish(plan, replace(about, name=name), refused)
                data_home.put(beside, store.folder_of(name))
    return store.read(store.folder_of(name)), False


def _written(plan: Plan, reader: Opened, form: Form, folder: Path, progress: Progress) -> tuple[_Writer, list[Refused]]:
    """Write the images into a folder; return what can write the rest, and what was refused."""
    refused, reading = list(plan.source.refused), f"reading {plan.source.title}"
    refused += [Refused(row, "no-image", _NO_IMAGE) for row in plan.labelling.missing]
    done, total = 0, len(plan.source.members) - plan.set_aside
    with _Writer(folder, form) as writer:
        for chunk in _chunks(plan, reader, form, folder / "files"):
            writer.append(chunk, plan)
            refused += chunk.refused
            done += len(chunk.taken) + len(chunk.refused)
            progress(reading, done, total, "images")
    if not writer.taken:
        ((sentence, count),) = Counter(each.sentence for each in refused).most_common(1)
        raise DatasetError(
            f"No image of {plan.source.title} could be used. Of {counted(len(refused), 'file')}, {count:,}: {sentence}"
        )
    return writer, refused


def write_again(plan: Plan, about: About, folder: Path, progress: Progress = quiet) -> None:
    """Write the files of a dataset that was imported into a folder, in the form in which it was.

    Args:
        plan: of the same source as then.
        about: what the dataset is.
        folder: an empty one.
        progress: told how many images are read.

    Raises:
        DatasetError: the source does not give such images any more.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`.
    """
    form = Form(True) if about.as_files else Form(False, about.size)
    with as_storage_error(f"the dataset {about.name}"), plan.source.opened() as reader:
        try:
            _check_space(plan, form, store.folder_of(about.name))
            writer, refused = _written(plan, reader, form, folder, progress)
        except MisfitError as error:
            raise DatasetError(f"{plan.source.title} has other images than {about.title} was made of.") from error
        writer.finish(plan, about, refused)


def _check_space(plan: Plan, form: Form, folder: Path) -> None:
    """Refuse an import that the disk cannot hold."""
    pixels = form.size[0] * form.size[1] * form.size[2]
    taken = np.flatnonzero(plan.labelling.labels >= 0)
    needed = sum(plan.source.members[each].bytes for each in taken) if form.as_files else pixels * len(taken)
    folder.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder.parent).free
    if free < needed + _FREE_AFTER_BYTES:
        raise StorageError(
            f"Could not store the dataset {folder.name}: it needs about {needed / 1e6:,.0f} MB and the disk of "
            f"{folder.parent} has {free / 1e6:,.0f} MB left. Free some space and try again."
        )


def _chunks(plan: Plan, reader: Opened, form: Form, files: Path) -> Iterator[Chunk]:
    """Yield what becomes of the members, in order."""
    sizes = [member.bytes for member in plan.source.members]
    portions = list(_portions(sizes))
    found = ((*_read(plan, reader, portion), form, files, plan.white) for portion in portions)
    return processes.mapped(
        decoded,
        found,
        many=len(sizes) >= processes.MANY_IMAGES,
        sizes=[sum(sizes[portion.start : portion.stop]) for portion in portions],
    )


def _portions(sizes: Sequence[int]) -> Iterator[range]:
    """Yield which files are worked on together: so many, or as few as have so many bytes, one at least."""
    start, total = 0, 0
    for position, size in enumerate(sizes):
        if position > start and (position - start == _CHUNK or total + size > _CHUNK_BYTES):
            yield range(start, position)
            start, total = position, 0
        total += size
    if start < len(sizes):
        yield range(start, len(sizes))


def _read(plan: Plan, reader: Opened, positions: range) -> tuple[list[tuple[int, str, bytes]], list[Refused]]:
    """Return positions, names and bytes of members that have a class and can be read, and the others.

    What is set aside, such as masks, is neither: the report's notes tell of it by folders.
    """
    found, refused = [], []
    for position in positions:
        member = plan.source.members[position]
        if plan.labelling.labels[position] < 0:
            reason = plan.labelling.reason(position)
            if reason is None or not reason.set_aside:
                sentence = "Its class is not known: it is in no class's folder, or its name has no class."
                refused.append(Refused(member.name, "no-class", sentence))
            continue
        try:
            found.append((position, member.name, reader.read(member)))
        except OSError as error:
            refused.append(Refused(member.name, "not-readable", f"It could not be read: {error}."))
    return found, refused
