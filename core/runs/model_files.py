"""A run's model, and what is made of it and kept beside it until a training goes on and replaces it."""

from pathlib import Path

from core.runs.run import Run
from core.storage import data_home
from core.storage.derived import DerivedFile

MODEL = "model.keras"
# The network of a run that makes images; such a run has no other.
GENERATOR = "generator.keras"


def made_of_model(run: Run, name: str) -> DerivedFile:
    """Return the file of a run's folder that is made of its model."""
    return DerivedFile(run.folder / name, run.folder / MODEL)


def model_version(folder: Path) -> tuple[int, int]:
    """Return what differs after the model in a run's folder was replaced: what is worked out is kept by it."""
    return data_home.version(folder / MODEL)
