"""What is found out about the labels of files: the class of each, its split, what is left out, and other ways."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from core.datasets.sources.labels.files import FILE

FOLDERS, NAMES, BOXES, NO_LABELS = "folders", "names", "boxes", "none"
CHOICE = re.compile(r"folders:([1-9]\d?)(?::(.+))?")
_NAMES_SHOWN = 4


@dataclass(frozen=True)
class LeftOut:
    """What a labelling leaves out.

    Attributes:
        where: a folder or, for single files, the folder that they are in.
        why: a sentence.
        set_aside: whether it is left out on purpose, such as masks; else no class is found for it.
        unlabeled: whether it may be kept without a class.
    """

    where: str
    why: str
    set_aside: bool = True
    unlabeled: bool = False


@dataclass(frozen=True)
class Labelling:
    """The class of each file, and its split where folders tell it.

    Attributes:
        kind: how it was found, such as `folders`, `names`, `folders:2` or `file:train.csv:id:label`; see `best`.
        class_names: one text a class.
        labels: int16 `(n,)`, -1 where the file has no class.
        splits: int8 `(n,)`, an index into `SPLITS`; `None` where no folder tells.
        notes: sentences on what a user should know.
        warnings: sentences on what looks wrong.
        left_out: what is left out, and why.
        reasons: for each file its place in `left_out`, int32 `(n,)`, -1 where it has a class; empty: nothing is told.
        missing: rows of tables that name no image here, such as `train.csv: 7.jpg`.
        groupings: ways to find which images belong together, as `groups.find` takes them, the likelier first.
    """

    kind: str
    class_names: tuple[str, ...]
    labels: np.ndarray
    splits: np.ndarray | None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    reasons: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int32))
    missing: tuple[str, ...] = ()
    groupings: tuple[str, ...] = ()

    def reason(self, position: int) -> LeftOut | None:
        """Return why a file has no class; `None` where it is not told."""
        place = int(self.reasons[position]) if len(self.reasons) else -1
        return self.left_out[place] if place >= 0 else None


@dataclass(frozen=True)
class Way:
    """A way to find classes that can be chosen.

    Attributes:
        kind: as `best` takes it.
        text: for a person, such as `2nd folder: cat, dog`.
    """

    kind: str
    text: str

    @classmethod
    def of(cls, kind: str, class_names: Sequence[str], title: str = "") -> "Way":
        """Return a way with the first of the classes that it finds; `title` is what to call it."""
        more = f" … ({len(class_names):,})" if len(class_names) > _NAMES_SHOWN else ""
        return cls(kind, f"{title or said(kind)}: {', '.join(class_names[:_NAMES_SHOWN])}{more}")


def said(kind: str) -> str:
    """Return a way to find classes in words, such as `2nd folder`."""
    if chosen := CHOICE.fullmatch(kind):
        number = int(chosen[1])
        ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number not in (11, 12, 13) else 0, "th")
        return f"{number}{ending} folder" + (f", only {chosen[2]}" if chosen[2] else "")
    if kind.startswith(f"{FILE}:"):
        return f"Labels in {kind.split(':')[1]}"
    if kind == NO_LABELS:
        return "No labels yet"
    if kind == BOXES:
        return "Boxes of objects"
    return "File names" if kind == NAMES else "Folders"
