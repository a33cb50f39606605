"""What a run answers to all images of a folder, however many: one Parquet file, made in parts that outlast an end.

The parts stand beside the file until all are there: `OUT.parts` holds the plan (which run, which files), a copy of the
run, so that all parts are answered by the same network, and a file a part. Whoever begins again with the same folder
and run goes on where it ended. A part is made by one process, here or on a machine of the cluster: the same function,
with the same answers, to the last digit, as a photo gets alone.
"""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.cluster import start as cluster
from core.errors import PixelwiseError, as_storage_error
from core.evaluation import threshold
from core.evaluation.threshold import ASK, DecisionThreshold
from core.images import image_io
from core.prediction import photo_predictions, worker
from core.prediction.photo_predictions import Certainty, Prediction, Refusal
from core.runs import Run, RunError
from core.runs.model_files import MODEL
from core.storage import checked, data_home
from core.storage.checked import Count, DamagedError, Longest
from core.storage.progress import Progress, counted, quiet

# Some seconds' work, which is lost at most; 1,000,000 images are 1,954 parts.
PART = 512
# Of a process with TensorFlow and a network.
PROCESS_BYTES = 1_200_000_000
# What may be an image; what else lies in a folder is left out.
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".heic", ".heif")
_PARTS, _NAMES = ".parts", "names"
# Of a run's folder, what prediction does without.
_LEFT_OUT = ("checkpoint", "epochs", "*.lock", ".*", "metrics.jsonl", "train.log", "live.npz", "node.json", "stop")


class FolderError(PixelwiseError):
    """A folder whose images cannot be predicted. The message says what to do."""


@dataclass(frozen=True)
class Plan:
    """What is to be answered by which run.

    Attributes:
        run: its name, and `model` the sha256 of its network.
        model: see above.
        folder: where the images are.
        images: how many, and `names` the sha256 of their names in order.
        names: see above.
        part: how many images a part has.
    """

    run: Annotated[str, Longest(300)]
    model: Annotated[str, Longest(64)]
    folder: Annotated[str, Longest(5000)]
    images: Count
    names: Annotated[str, Longest(64)]
    part: Count


@dataclass(frozen=True)
class Work:
    """What a process needs to make parts; it goes to other machines.

    Attributes:
        run: the folder of the run's copy.
        folder: where the images are.
        parts: where parts are put.
        certain: what calibrates the run's answers.
        booked: from which probability an answer is acted on.
    """

    run: str
    folder: str
    parts: str
    certain: Certainty
    booked: DecisionThreshold


@dataclass(frozen=True)
class Part:
    """Some images: the part's number, and the images' names below the folder."""

    number: int
    names: tuple[str, ...]

    def path(self, parts: Path | str) -> Path:
        """Return where its answers are put."""
        return Path(parts) / f"part-{self.number:06d}.parquet"


@dataclass(frozen=True)
class Summary:
    """What came of a folder: how many images there are, how many could not be read, and how many had parts before."""

    images: int
    refused: int
    before: int


def predict(run: Run, folder: Path, out: Path, progress: Progress = quiet) -> Summary:
    """Answer all images of a folder, and of the folders in it, into a Parquet file: a row an image, by name.

    Args:
        run: a run that has a model.
        folder: where the images are; on a cluster, all its nodes see it under the same path.
        out: the file, which is replaced. Its columns: `file` (the name below the folder), `label`, `probability`,
            `decision`, `known`, `probabilities` (float32, in the order of the classes, which the file's metadata has
            as `classes`, a JSON list), and `error` and `reason` of what could not be read; where a class is called
            `ask`, `asked`, too.
        progress: told how many are done.

    Raises:
        FolderError: there is no image, or what was begun there was another run's or another folder's.
        RunError: the run has no model, or it cannot be read.
        ClusterError: there is a cluster, and it cannot do it.
        StorageError: the disk is full or may not be written.
        Cancelled: by `progress`; what is done stays.
    """
    worker.require_model(run)
    folder, out = folder.resolve(), out.resolve()
    if cluster.is_set():
        cluster.require(PROCESS_BYTES)
    progress("looking for images", 0, 0, "")
    names = names_in(folder)
    if not names:
        raise FolderError(f"No images in {folder}. Pixelwise looks for {', '.join(ENDINGS)}, also in its folders.")
    parts = out.with_name(out.name + _PARTS)
    with as_storage_error("the answers"):
        names = _begin(parts, run, folder, names)
        work = Work(
            str(parts / "run" / run.name),
            str(folder),
            str(parts),
            photo_predictions.certainty(run),
            threshold.decision_threshold(run),
        )
        every = [Part(number, tuple(names[at : at + PART])) for number, at in enumerate(range(0, len(names), PART))]
        missing = [part for part in every if not part.path(parts).exists()]
        before = len(names) - sum(len(part.names) for part in missing)
        if missing:
            _make(work, missing, lambda done: progress("answering", before + done, len(names), "images"))
        progress("answering", len(names), len(names), "images")
        refused = _join([part.path(parts) for part in every], out, run)
        shutil.rmtree(parts)
    return Summary(len(names), refused, before)


def names_in(folder: Path) -> list[str]:
    """Return the names of a folder's images, below it and sorted; hidden files and folders are left out.

    Raises:
        FolderError: there is no such folder, or it cannot be read.
    """
    if not folder.is_dir():
        raise FolderError(f"There is no folder {folder}.")

    def refuse(error: OSError) -> None:
        raise FolderError(f"{error.filename} cannot be read: {error.strerror}.") from error

    found = []
    for here, folders, files in os.walk(folder, onerror=refuse):
        folders[:] = [each for each in folders if not each.startswith(".")]
        below = os.path.relpath(here, folder)
        for name in files:
            if name.lower().endswith(ENDINGS) and not name.startswith("."):
                found.append(name if below == "." else f"{below}{os.sep}{name}")
    return sorted(found)


def _begin(parts: Path, run: Run, folder: Path, names: list[str]) -> list[str]:
    """Make the folder of parts, or make sure that the one that is there is of the same; return whose answers it has.

    A file that has gone since it was begun keeps its place: the rest is not done for nothing.
    """
    model = hashlib.sha256((run.folder / MODEL).read_bytes()).hexdigest()
    plan = Plan(run.name, model, str(folder), len(names), _hash(names), PART)
    again = f"Delete {parts} to begin again, or choose another file for --out."
    if parts.exists():
        try:
            kept = checked.read_object(parts / "plan.json", Plan)
        except DamagedError as error:
            raise FolderError(f"What was begun in {parts} cannot be read: {error}. {again}") from error
        if (kept.run, kept.model) != (plan.run, plan.model):
            raise FolderError(f"The answers that were begun in {parts} are the run {kept.run}'s as it was. {again}")
        if kept.folder != plan.folder:
            raise FolderError(f"The answers that were begun in {parts} are to images of {kept.folder}. {again}")
        begun = _read_names(parts)
        if kept.part != PART or kept.names != _hash(begun) or not set(begun).issuperset(names):
            had = f"{counted(kept.images, 'image')} then, and {counted(plan.images, 'image')} now"
            raise FolderError(f"The files in {folder} have changed since {parts} was begun ({had}). {again}")
        data_home.sweep(parts)
        return begun
    with data_home.new_folder(parts) as beside:
        shutil.copytree(run.folder, beside / "run" / run.name, ignore=shutil.ignore_patterns(*_LEFT_OUT))
        (beside / _NAMES).write_bytes(b"\0".join(map(os.fsencode, names)))
        checked.write(beside / "plan.json", asdict(plan))
    return names


def _hash(names: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(names).encode("utf-8", "surrogatepass")).hexdigest()


def _read_names(parts: Path) -> list[str]:
    """Return the names that were begun with; none where they are lost."""
    try:
        return [os.fsdecode(name) for name in (parts / _NAMES).read_bytes().split(b"\0")]
    except FileNotFoundError:
        return []


def _make(work: Work, missing: Sequence[Part], told: Callable[[int], None]) -> None:
    """Make parts, on the cluster or by processes here; `told` is called with how many images are done."""
    if cluster.is_set():
        from core.cluster import mapped

        mapped.work_through(Maker, work, [(part.number, part.names) for part in missing], PROCESS_BYTES, told)
        left = [part for part in missing if not part.path(work.parts).exists()]
        if left:
            raise RunError(f"The cluster left out {counted(len(left), 'part')}. Begin again: the rest is kept.")
        return
    from core.prediction import processes_here

    processes_here.work_through(work, missing, told)


class Maker:
    """Makes parts of a work, in a process that holds TensorFlow and the run's network from its first part on."""

    def __init__(self, work: Work) -> None:
        """Look at what there is to work on.

        Raises:
            FolderError: this machine does not see it.
        """
        for path in (work.run, work.folder, work.parts):
            if not Path(path).is_dir():
                raise FolderError(f"The folder {path} is not there on every node of the cluster. Put it where all are.")
        self._work, self._run = work, Run(Path(work.run))

    def make_numbered(self, number: int, names: Sequence[str]) -> None:
        """Make a part of a number and names; as `make`."""
        self.make(Part(number, tuple(names)))

    def make(self, part: Part) -> None:
        """Answer a part's images and put the answers in place, whole.

        Raises:
            RunError: the model cannot be read.
            OSError: the disk is full or may not be written.
        """
        folder = Path(self._work.folder)
        try:
            given = photo_predictions.predict_here(
                self._run, self._work.certain, (_photo(folder / name) for name in part.names)
            )
            made = table(self._run, part.names, list(given), self._work.booked)
        except (ValueError, TypeError) as error:
            raise RunError(f"The network of the run {self._run.name} cannot be read. Train it again.") from error
        with data_home.replacing(part.path(self._work.parts), lasting=True) as beside:
            pq.write_table(made, beside)


def _photo(path: Path) -> bytes | Refusal:
    try:
        found = path.stat()
        # A pipe would be waited for, and a device never end.
        if not stat.S_ISREG(found.st_mode):
            return Refusal("not-readable", "It is not a file.")
        if found.st_size > image_io.MAX_BYTES:
            size = f"{found.st_size / 1e6:,.0f} MB"
            return Refusal("too-large", f"The file is {size}; the limit is {image_io.MAX_MEGABYTES} MB.")
        return path.read_bytes()
    except OSError as error:
        return Refusal("not-readable", f"{error.strerror or error}.")


def schema(class_names: Sequence[str]) -> pa.Schema:
    """Return what the file is like; see `predict`."""
    fields = [
        ("file", pa.string()),
        ("label", pa.string()),
        ("probability", pa.float64()),
        ("decision", pa.string()),
        *([("asked", pa.bool_())] if ASK in class_names else []),
        ("known", pa.bool_()),
        ("probabilities", pa.list_(pa.float32())),
        ("error", pa.string()),
        ("reason", pa.string()),
    ]
    return pa.schema(fields, metadata={"classes": json.dumps(list(class_names))})


def table(run: Run, names: Sequence[str], given: Sequence[Prediction | Refusal], booked: DecisionThreshold) -> pa.Table:
    """Return answers as rows.

    Raises:
        ValueError: the network gives other answers than the run's dataset has classes.
    """
    classes, rows = run.about.class_names, []
    for name, answer in zip(names, given, strict=True):
        row: dict[str, Any] = {"file": name.encode("utf-8", "replace").decode()}
        if isinstance(answer, Refusal):
            row |= {"error": answer.sentence, "reason": answer.reason}
        else:
            if len(answer.probabilities) != len(classes):
                raise ValueError("as many probabilities as classes are needed")
            row |= {
                "label": classes[answer.label],
                "probability": answer.confidence,
                "decision": answer.decision(booked, classes),
                "asked": answer.asks(booked),
                "known": answer.known,
                "probabilities": answer.probabilities.astype("float32"),
            }
        rows.append(row)
    return pa.Table.from_pylist(rows, schema(classes))


def _join(parts: Sequence[Path], out: Path, run: Run) -> int:
    """Put parts together, a few thousand rows in memory at a time; return how many images could not be read."""
    refused = 0
    with (
        data_home.replacing(out, lasting=True) as beside,
        pq.ParquetWriter(beside, schema(run.about.class_names)) as to,
    ):
        for made in _few_at_a_time(parts):
            refused += made.num_rows - made["error"].null_count
            to.write_table(made)
    return refused


def _few_at_a_time(parts: Sequence[Path]) -> Iterator[pa.Table]:
    """Yield the rows of parts, of some at a time: a row group a part would make a file slow to read."""
    for first in range(0, len(parts), 64):
        yield pa.concat_tables([pq.read_table(path) for path in parts[first : first + 64]])
