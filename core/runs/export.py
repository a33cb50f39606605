"""What a run can be taken away as: the folder itself, and files for other programs, which a process makes."""

import importlib.util
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.runs import Run, RunError
from core.storage import jobs
from core.storage.derived import DerivedFile
from core.storage.jobs import Job

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
        network: what the network's file in it is called; empty: it holds none.
        packages: what must be installed for it besides what Pixelwise needs, as it is imported.
    """

    title: str
    file: str
    use: str
    network: str = ""
    packages: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages that it needs and that are not installed."""
        return tuple(name for name in self.packages if importlib.util.find_spec(name) is None)


FORMATS = {
    "keras": Format("Keras", "keras.zip", "The network for `keras.saving.load_model`.", "network.keras"),
    "onnx": Format(
        "ONNX",
        "onnx.zip",
        "The model for ONNX Runtime (Python, C++, C#, JavaScript…).",
        "network.onnx",
        ("onnx", "tf2onnx"),
    ),
    "litert": Format(
        "LiteRT", "litert.zip", "The model for phones and embedded boards (formerly TensorFlow Lite).", "network.tflite"
    ),
    "tensorboard": Format(
        "TensorBoard logs", "tensorboard.zip", "The curves. Unzip, then run `tensorboard --logdir .`"
    ),
}


def exported_file(run: Run, kind: str) -> Path | None:
    """Return the file of a format, of `FORMATS`, if it was made of the run as it is now."""
    file = file_of(run, kind)
    return file.path if file.is_current else None


def file_of(run: Run, kind: str) -> DerivedFile:
    """Return the file of a format, of `FORMATS`, bound to what it is made of."""
    path, source = run.folder / _FOLDER / FORMATS[kind].file, _source(run, kind)
    # What the network's answers are calibrated by belongs to it.
    return DerivedFile(path, source, *([run.folder / "evaluation.npz"] if FORMATS[kind].network else []))


def can_be_made(run: Run, kind: str) -> bool:
    """Tell whether the run has what a format is made of; a link, which may lead anywhere, is not that."""
    source = _source(run, kind)
    return source.is_file() and not source.is_symlink()


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
    arguments = {"folder": str(run.folder), "kind": kind, "path": str(file_of(run, kind).path)}
    return jobs.start(job_key(run, kind), "core.nn.inference.export:export", arguments)


def job_key(run: Run, kind: str) -> str:
    """Return the key of the job that makes a format."""
    return f"export-{kind}-{run.name}"


def archive(run: Run) -> bytes:
    """Return the run's folder as a zip.

    Weights hardly shrink: what is large is stored as it is.
    """
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", strict_timestamps=False) as archive:
            for path in _files(run):
                packed = path.suffix in (".json", ".jsonl", ".log")
                how = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
                # A checkpoint of a run that goes on may be gone by now: a newer one is beside it.
                with suppress(FileNotFoundError):
                    archive.write(path, Path(run.name) / path.relative_to(run.folder), how)
        file.seek(0)
        return file.read()


def archive_bytes(run: Run) -> int:
    """Return about how large the zip of the run's folder is."""
    return sum(path.stat().st_size for path in _files(run))


def _files(run: Run) -> Iterator[Path]:
    """Yield the files of a run's folder. A link is none of them: it may lead to anything on this machine."""
    for folder, folders, files in os.walk(run.folder):
        inner = Path(folder).relative_to(run.folder).parts
        folders[:] = sorted(name for name in folders if not name.startswith(".") and (inner or name not in _LEFT_OUT))
        for name in sorted(files):
            path = Path(folder) / name
            hidden = name.startswith(".") or (not inner and name in _LEFT_OUT)
            if not hidden and path.is_file() and not path.is_symlink():
                yield path


def _source(run: Run, kind: str) -> Path:
    return run.folder / ("metrics.jsonl" if kind == "tensorboard" else "model.keras")
