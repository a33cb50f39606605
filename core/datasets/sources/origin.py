"""Where the images of a dataset came from, as far as it is known: it can be repaired from there."""

from dataclasses import asdict, dataclass, fields
from pathlib import Path

from core.datasets.sources.choices import Choices
from core.datasets.sources.labels.groups import NONE
from core.storage import checked
from core.storage.checked import DamagedError


@dataclass(frozen=True)
class Origin(Choices):
    """Where a dataset's images came from: kept beside it as `origin.json`, to repair it from.

    What an earlier Pixelwise did not write there was not to be chosen then: the defaults are what was done.

    Attributes:
        path: a zip, folder or published file on this machine.
        labelling: empty for a published file.
    """

    labelling: str | None = ""
    unlabeled: bool = False
    path: str = ""

    @classmethod
    def of(cls, path: Path, choices: Choices) -> "Origin":
        """Return the origin of images that were read from a path as it was chosen."""
        return cls(**asdict(choices), path=str(path))

    @property
    def choices(self) -> Choices:
        """How the images were read."""
        chosen = {each.name: getattr(self, each.name) for each in fields(Choices)}
        return Choices(**{**chosen, "group": self.group or NONE})

    def keep(self, folder: Path) -> None:
        """Write it into a dataset's folder. Raises `OSError`."""
        checked.write(folder / "origin.json", asdict(self), lasting=False)


def origin(folder: Path) -> Origin | None:
    """Return where the images of a dataset's folder came from; `None` where it is not known."""
    try:
        return checked.read_object(folder / "origin.json", Origin)
    except DamagedError:
        return None
