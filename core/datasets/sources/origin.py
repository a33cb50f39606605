"""Where the images of a dataset came from, as far as it is known: it can be repaired from there."""

from dataclasses import asdict, dataclass
from pathlib import Path

from core.storage import checked
from core.storage.checked import Count, DamagedError, Share


@dataclass(frozen=True)
class Origin:
    """Where a dataset's images came from: kept beside it as `origin.json`, to repair it from.

    Attributes:
        path: a zip, folder or published file on this machine.
        labelling: as `plan` takes it, like `test_share` and `seed`; empty for a published file.
        test_share: the share drawn for test.
        seed: of that draw.
        split: as `plan` takes it, like `group`; empty: as it comes.
        group: which images belong together.
        unlabeled: whether images without a class are kept.
        follow_links: whether links are followed.
    """

    path: str
    labelling: str = ""
    test_share: Share = 0.2
    seed: Count = 0
    split: str = ""
    group: str = ""
    unlabeled: bool = False
    follow_links: bool = False

    def keep(self, folder: Path) -> None:
        """Write it into a dataset's folder. Raises `OSError`."""
        checked.write(folder / "origin.json", asdict(self), lasting=False)


def origin(folder: Path) -> Origin | None:
    """Return where the images of a dataset's folder came from; `None` where it is not known."""
    try:
        return checked.read_object(folder / "origin.json", Origin)
    except DamagedError:
        return None
