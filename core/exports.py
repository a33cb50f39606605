"""What a run can be taken away as: the folder itself, and files for other programs, which a process makes."""

import importlib.util
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from core import jobs
from core.jobs import Job
from core.runs import Run, RunError

_FOLDER = "exports"
# What a run's folder holds that is of no use elsewhere.
_LEFT_OUT = {_FOLDER, "stop", "reserve"}


@dataclass(frozen=True)
class Format:
    """A file that is made of a run, for other programs.

    Attributes:
        title: what people call the format.
        file: the file's name.
        use: what it is good for, in a sentence.
        packages: what must be installed for it besides what Pixelwise needs, as it is imported.
    """

    title: str
    file: str
    use: str
    packages: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages that it needs and that are not installed."""
        return tuple(name for name in self.packages if importlib.util.find_spec(name) is None)


FORMATS = {
    "onnx": Format("ONNX", "model.onnx", "The network for ONNX Runtime, in many languages.", ("onnx", "tf2onnx")),
    "litert": Format("LiteRT", "model.tflite", "The network for phones and small boards (once TensorFlow Lite)."),
    "tensorboard": Format("TensorBoard logs", "tensorboard.zip", "The curves: unpack, then tensorboard --logdir."),
}


def made(run: Run, kind: str) -> Path | None:
    """Return the file of a format, of `FORMATS`, if it was made of the run as it is now."""
    path = run.folder / _FOLDER / FORMATS[kind].file
    try:
        return path if path.stat().st_mtime_ns >= _source(run, kind).stat().st_mtime_ns else None
    except FileNotFoundError:
        return None


def can_be_made(run: Run, kind: str) -> bool:
    """Tell whether the run has what a format is made of."""
    return _source(run, kind).exists()


def make(run: Run, kind: str) -> Job:
    """Start to make the file of a format; the job that does it is returned, also when it was started before.

    Raises:
        RunError: the run has nothing to make it of, or a package is missing.
        StorageError: the disk is full or may not be written.
    """
    about = FORMATS[kind]
    if about.missing:
        raise RunError(f"{about.title} needs packages that are not installed: pip install {' '.join(about.missing)}")
    if not can_be_made(run, kind):
        raise RunError(f"The run {run.name} has no {_source(run, kind).name} yet to make {about.title} of.")
    path = run.folder / _FOLDER / about.file
    arguments = {"folder": str(run.folder), "kind": kind, "path": str(path)}
    return jobs.start(job_key(run, kind), "core.nn.export:export", arguments)


def job_key(run: Run, kind: str) -> str:
    """Return the key of the job that makes a format."""
    return f"export-{kind}-{run.name}"


def archive(run: Run) -> BinaryIO:
    """Return the run's folder as a zip, an open temporary file at its beginning.

    Weights hardly shrink: what is large is stored as it is.
    """
    file = tempfile.TemporaryFile()  # noqa: SIM115 the caller reads it
    with zipfile.ZipFile(file, "w") as archive:
        for path in _files(run):
            packed = path.suffix in (".json", ".jsonl", ".log")
            how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            # A checkpoint of a run that goes on may be gone by now: a newer one is beside it.
            with suppress(FileNotFoundError):
                archive.write(path, Path(run.name) / path.relative_to(run.folder), how)
    file.seek(0)
    return file


def archive_bytes(run: Run) -> int:
    """Return about how large the zip of the run's folder is."""
    return sum(path.stat().st_size for path in _files(run))


def _files(run: Run) -> Iterator[Path]:
    for path in sorted(run.folder.rglob("*")):
        inner = path.relative_to(run.folder).parts
        if path.is_file() and inner[0] not in _LEFT_OUT and not any(part.startswith(".") for part in inner):
            yield path


def _source(run: Run, kind: str) -> Path:
    return run.folder / ("metrics.jsonl" if kind == "tensorboard" else "model.keras")
