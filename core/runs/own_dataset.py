"""The dataset that a run was made with, and whether it still is what it was."""

from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.runs.folders import shipped
from core.runs.run import Run
from core.runs.status import RunError


def is_of(run: Run, dataset: Dataset) -> bool:
    """Tell whether a run was made with just this dataset, whatever that is called now."""
    return dataset.about.content_hash == run.about.content_hash


def check_unchanged(run: Run, dataset: Dataset) -> None:
    """Make sure that a dataset is what the run was made with.

    Raises:
        RunError: its content is another than it was.
    """
    if not is_of(run, dataset):
        raise RunError(
            f"The dataset {run.about.title} has changed since this run was made: its images or classes are others. "
            "Add it again as it was, or train anew."
        )


def dataset_of(run: Run) -> Dataset:
    """Return the dataset that a run was made with.

    Raises:
        DatasetError: it is not on this machine.
        RunError: its content is another than it was.
    """
    if run in shipped() and (found := catalogue.same_as(run.about)) is not None:
        return found
    dataset = catalogue.open_dataset(run.about.name)
    check_unchanged(run, dataset)
    return dataset
