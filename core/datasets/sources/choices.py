"""How images of a user's own are read, as a person chooses on the page or the command line."""

from dataclasses import dataclass
from typing import Annotated, Any

from core.storage.checked import Count, Longest, Share


@dataclass(frozen=True)
class Choices:
    """What an import can be told; without a word, what fits best is found.

    Attributes:
        labelling: where the classes are, such as `folders`, `names` or `folders:2`, as `labels.best` takes it; `None`:
            what fits best.
        test_share: the share of each class drawn for the test split where nothing tells a split.
        seed: of that draw: the same seed draws the same images.
        split: `drawn`, whatever folders and tables tell; `folders:1` for the first folder of each path; empty: as it
            comes, and drawn where nothing tells any.
        group: which images belong together, as `groups.find` takes it; empty: what is found; `none`: none do.
        unlabeled: whether images without a class are kept, in a split of their own.
        follow_links: whether links in a folder to what is inside it are followed.
        classes: those that a person will give to images of which none has a class yet; with them, none is looked for.
    """

    labelling: str | None = None
    test_share: Share = 0.2
    seed: Count = 0
    split: str = ""
    group: str = ""
    unlabeled: bool = True
    follow_links: bool = False
    classes: Annotated[tuple[Annotated[str, Longest(200)], ...], Longest(1000)] = ()

    @classmethod
    def read(cls, **chosen: Any) -> "Choices":
        """Return what is chosen, as programs keep it: of JSON, where a tuple is a list."""
        return cls(**{**chosen, "classes": tuple(chosen.get("classes", ()))})


USUAL = Choices()
