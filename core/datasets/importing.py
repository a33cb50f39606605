"""A user's own pictures: `plan` finds classes and splits in a zip or folder, `import_pictures` makes a data set of it.

Nothing is written before the import. It leaves a report beside the data set: what was accepted, refused and why.
"""

import contextlib
import hashlib
import json
import re
import shutil
import time
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from core import home, processes
from core.datasets import store
from core.datasets.decoding import GRAY_MODES, Chunk, Form, MisfitError, decoded, thumbnail
from core.datasets.labelling import Labelling, best, drawn_splits
from core.datasets.sources import Reader, Refused, Source, open_source
from core.datasets.store import SPLITS, About, Dataset, DatasetError
from core.errors import StorageError, storing
from core.pictures import PictureError, read_original
from core.progress import Progress, quiet
from core.spreadsheet import csv_text

# A larger picture takes more room as an array than as the file it came as.
_LARGEST_ARRAY_SIDE = 64
_SAMPLED = 64
_CHUNK = 64
_FREE_AFTER_BYTES = 200_000_000
_UPLOAD_KEPT_S = 24 * 3600


@dataclass(frozen=True)
class Plan:
    """What an import would take.

    Attributes:
        source: the zip or folder.
        labelling: how the classes were found.
        others: the other ways that find classes here.
        splits: the split of each member, int8 `(n,)`, an index into `SPLITS`; -1 where the member has no class.
        drawn: whether the splits were drawn, not found as folders.
        notes: sentences on what a user should know before.
    """

    source: Source
    labelling: Labelling
    others: tuple[str, ...]
    splits: np.ndarray
    drawn: bool
    notes: tuple[str, ...]

    @property
    def counts(self) -> np.ndarray:
        """How many files each class has in each split, int64 `(classes, splits)`."""
        counts = np.zeros((len(self.labelling.class_names), len(SPLITS)), np.int64)
        labelled = self.labelling.labels >= 0
        np.add.at(counts, (self.labelling.labels[labelled], self.splits[labelled]), 1)
        return counts

    def preview(self, classes: int = 12, each: int = 4) -> dict[str, list[tuple[str, bytes]]]:
        """Return the first readable pictures of the first classes: by class, file names with thumbnails."""
        shown: dict[str, list[tuple[str, bytes]]] = {}
        with self.source.opened() as reader:
            for label, name in enumerate(self.labelling.class_names[:classes]):
                found = shown.setdefault(name, [])
                for position in np.flatnonzero(self.labelling.labels == label)[: 4 * each]:
                    member = self.source.members[position]
                    with contextlib.suppress(PictureError, OSError):
                        found.append((member.name, thumbnail(read_original(reader.read(member)).picture)))
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
        labelling: `folders`, `names`, or `None` for what fits better.
        test_share: the share of each class drawn for the test split where folders tell no split.
        seed: the same seed draws the same pictures.
        progress: told that it begins.

    Raises:
        DatasetError: it cannot be read, holds no files, or no class can be found.
    """
    progress("listing the files", 0, 0, "files")
    source = open_source(path, title)
    if not source.members:
        refused = f" {len(source.refused):,} files were refused." if source.refused else ""
        raise DatasetError(f"{source.title} holds no pictures.{refused}")
    found, others = best([member.parts for member in source.members], labelling, source.title)
    drawn = found.splits is None
    splits = drawn_splits(found.labels, test_share, seed) if found.splits is None else found.splits
    return Plan(source, found, others, splits, drawn, found.notes)


@dataclass(frozen=True)
class Report:
    """What an import did: kept beside the data set as `report.json`.

    Attributes:
        source: the zip's or folder's name.
        accepted: how many pictures were taken.
        refused: every file that was not, with its reason.
        skipped: how many junk files there were, such as `Thumbs.db`.
        notes: sentences on what was found.
    """

    source: str
    accepted: int
    refused: tuple[Refused, ...]
    skipped: int
    notes: tuple[str, ...]

    def to_csv(self) -> str:
        """Return the refused files as CSV: file, reason, sentence."""
        rows = ((each.file, each.reason, each.sentence) for each in self.refused)
        return csv_text(("file", "reason", "sentence"), rows)


def report(dataset: Dataset) -> Report | None:
    """Return what the import of a data set did; `None` where it was not imported from files or is no longer known."""
    try:
        data = json.loads((dataset.folder / "report.json").read_text(encoding="utf-8"))
        refused = tuple(Refused(**each) for each in data["refused"])
        return Report(**{**data, "refused": refused, "notes": tuple(data["notes"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def import_pictures(
    plan: Plan, *, name: str, title: str, source: str = "", licence: str = "", progress: Progress = quiet
) -> Dataset:
    """Make a data set of what was planned; the same pictures, classes and splits make one data set only.

    Small pictures of one size become one array, others stay as the files they came as.

    Args:
        plan: from `plan`.
        name: what to call it; another data set's name gets a number added.
        title: for people.
        source: where the pictures come from.
        licence: under which terms.
        progress: told how many pictures are read.

    Raises:
        DatasetError: not one picture was accepted, or the name is none.
        StorageError: the disk is full or may not be written.
        Cancelled: the user cancelled; nothing is left.
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
    return home.data_home() / "uploads"


def keep_upload(path: Path, data: bytes | memoryview) -> None:
    """Write an upload, and remove those of yesterday, whose import nobody began.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    with storing("the upload"):
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.iterdir():
            if time.time() - old.stat().st_mtime > _UPLOAD_KEPT_S:
                old.unlink(missing_ok=True)
        with home.replacing(path) as beside:
            beside.write_bytes(data)


def remove_upload(path: Path) -> None:
    """Remove a file if it is an upload; a user's own stays."""
    if path.parent == uploads():
        path.unlink(missing_ok=True)


def name_for(title: str, taken: Collection[str]) -> str:
    """Return a data set's name made of a title or file name that is not taken: `My Cats.zip` gives `my-cats`."""
    text = re.sub(r"[^a-z0-9]+", "-", Path(title).stem.lower()).strip("-")[:50].strip("-") or "pictures"
    numbered = [text, *(f"{text}-{number}" for number in range(2, len(taken) + 3))]
    return next(each for each in numbered if each not in taken)


class _KnownError(Exception):
    """The same pictures, classes and splits are a data set already."""

    def __init__(self, dataset: Dataset) -> None:
        super().__init__()
        self.dataset = dataset


def _sampled_form(plan: Plan, reader: Reader) -> Form:
    """Look at some pictures and decide how all are kept."""
    labelled = np.flatnonzero(plan.labelling.labels >= 0)
    sizes, gray = set(), True
    for position in labelled[:: max(1, len(labelled) // _SAMPLED)]:
        with contextlib.suppress(PictureError, OSError):
            original = read_original(reader.read(plan.source.members[position]))
            sizes.add(original.picture.size)
            gray = gray and original.mode in GRAY_MODES
    if len(sizes) != 1 or max(max(size) for size in sizes) > _LARGEST_ARRAY_SIDE:
        return Form(as_files=True)
    ((width, height),) = sizes
    return Form(False, (height, width, 1 if gray else 3))


class _Writer:
    """Fills the folder of a new data set, chunk by chunk."""

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
        self._payload.close()

    def _write_header(self) -> None:
        """Write the array's header; NumPy leaves room in it for a first dimension that grows."""
        if not self.form.as_files:
            header = {"descr": "|u1", "fortran_order": False, "shape": (len(self.taken), *self.form.size)}
            np.lib.format.write_array_header_1_0(self._payload, header)

    def append(self, chunk: Chunk, plan: Plan) -> None:
        """Take the pictures of a chunk."""
        if self.form.as_files:
            ends = np.cumsum([len(payload) for payload in chunk.payloads], dtype=np.int64)
            chunk.rows["thumbnail_end"] = self._payload.tell() + ends
        self._payload.writelines(chunk.payloads)
        self.rows.append(chunk.rows)
        self.taken += chunk.taken
        for position, sha256 in zip(chunk.taken, chunk.rows["sha256"], strict=True):
            label = plan.labelling.class_names[plan.labelling.labels[position]]
            self._digest.update(f"{sha256.decode()} {SPLITS[plan.splits[position]]} {label}\n".encode())

    def finish(self, plan: Plan, about: About, refused: Sequence[Refused]) -> None:
        """Write what comes beside the pictures."""
        if not self.form.as_files:
            self._payload.seek(0)
            self._write_header()
        self._payload.flush()
        index, taken = np.concatenate(self.rows), np.array(self.taken)
        used, labels = np.unique(plan.labelling.labels[taken], return_inverse=True)
        about = replace(
            about,
            class_names=tuple(plan.labelling.class_names[label] for label in used),
            size=_common_size(index, self.form),
            as_files=self.form.as_files,
            content_hash=self._digest.hexdigest(),
        )
        for known in map(store.read, map(store.folder_of, store.names())):
            if known.about.content_hash == about.content_hash:
                raise _KnownError(known)
        np.save(self.folder / "index.npy", index)
        np.save(self.folder / "labels.npy", labels.astype(np.int16))
        np.save(self.folder / "splits.npy", plan.splits[taken].astype(np.uint8))
        names = (plan.source.members[position].name for position in taken)
        (self.folder / "names.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
        made = Report(plan.source.title, len(taken), tuple(refused), len(plan.source.skipped), plan.notes)
        (self.folder / "report.json").write_text(json.dumps(asdict(made)), encoding="utf-8")
        (self.folder / "dataset.json").write_text(about.to_json(), encoding="utf-8")


def _common_size(index: np.ndarray, form: Form) -> tuple[int, int, int]:
    """Return height, width and channels, height and width 0 where they differ."""
    if not form.as_files:
        return form.size
    gray = all(mode.decode() in GRAY_MODES for mode in np.unique(index["mode"]))
    same = len(np.unique(index["height"])) == len(np.unique(index["width"])) == 1
    height, width = (int(index[0]["height"]), int(index[0]["width"])) if same else (0, 0)
    return height, width, 1 if gray else 3


def _import(plan: Plan, reader: Reader, form: Form, about: About, progress: Progress) -> Dataset:
    """Import in one form. Raises `MisfitError` where a picture does not fit it."""
    folder = store.folder_of(about.name)
    refused, reading = list(plan.source.refused), f"reading {plan.source.title}"
    done, total = 0, len(plan.source.members)
    with storing(f"the data set {about.name}"):
        _check_space(plan, form, folder)
        try:
            with home.new_folder(folder) as beside, _Writer(beside, form) as writer:
                for chunk in _chunks(plan, reader, form, beside / "files"):
                    writer.append(chunk, plan)
                    refused += chunk.refused
                    done += len(chunk.taken) + len(chunk.refused)
                    progress(reading, done, total, "pictures")
                if not writer.taken:
                    ((sentence, count),) = Counter(each.sentence for each in refused).most_common(1)
                    raise DatasetError(
                        f"No picture of {plan.source.title} could be used. Of {len(refused):,} files, {count:,}: "
                        f"{sentence}"
                    )
                writer.finish(plan, about, refused)
        except _KnownError as known:
            return known.dataset
    return store.read(folder)


def _check_space(plan: Plan, form: Form, folder: Path) -> None:
    """Refuse an import that the disk cannot hold."""
    pixels = form.size[0] * form.size[1] * form.size[2]
    needed = sum(member.bytes for member in plan.source.members) if form.as_files else pixels * len(plan.splits)
    folder.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder.parent).free
    if free < needed + _FREE_AFTER_BYTES:
        raise StorageError(
            f"Could not store the data set {folder.name}: it needs about {needed / 1e6:,.0f} MB and the disk of "
            f"{folder.parent} has {free / 1e6:,.0f} MB left. Free some space and try again."
        )


def _chunks(plan: Plan, reader: Reader, form: Form, files: Path) -> Iterator[Chunk]:
    """Yield what becomes of the members, in order."""
    total = len(plan.source.members)
    portions = (range(start, min(start + _CHUNK, total)) for start in range(0, total, _CHUNK))
    found = ((*_read(plan, reader, portion), form, files) for portion in portions)
    return processes.mapped(decoded, found, many=total >= processes.MANY_PICTURES)


def _read(plan: Plan, reader: Reader, positions: range) -> tuple[list[tuple[int, str, bytes]], list[Refused]]:
    """Return positions, names and bytes of members that have a class and can be read, and the others."""
    found, refused = [], []
    for position in positions:
        member = plan.source.members[position]
        if plan.labelling.labels[position] < 0:
            sentence = "Its class is not known: it is in no class's folder, or its name has no class."
            refused.append(Refused(member.name, "no-class", sentence))
            continue
        try:
            found.append((position, member.name, reader.read(member)))
        except OSError as error:
            refused.append(Refused(member.name, "not-readable", f"It could not be read: {error}."))
    return found, refused
