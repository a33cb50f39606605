"""What an import did, kept beside the dataset: what was accepted, refused and why."""

from dataclasses import dataclass

from core.datasets.sources.readers import Refused
from core.datasets.store import Dataset
from core.storage import checked
from core.storage.checked import Count, DamagedError
from core.storage.csv_files import csv_text

_MOST_REPORT = 500_000_000


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
