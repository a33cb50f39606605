"""What an import would take: classes with counts, splits, groups, what is left out, and images of each class."""

import contextlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.datasets.sources.archives import Source
from core.datasets.sources.choices import Choices
from core.datasets.sources.labels import BOXES, Labelling, LeftOut, Way, said
from core.datasets.sources.labels.folders import listed
from core.datasets.sources.labels.groups import Grouping
from core.datasets.store import LABELED_SPLITS, UNLABELED
from core.images.conversion import ALL_LEVELS, plain
from core.images.image_io import ImageError, read_original
from core.images.thumbnail import thumbnail
from core.storage.progress import counted

_SHOWN = 8


@dataclass(frozen=True)
class Plan:
    """What an import would take.

    Attributes:
        source: the zip or folder.
        labelling: how the classes were found.
        others: the other ways that find classes here, the likelier first.
        splits: the split of each member, int8 `(n,)`, an index into `SPLITS`; -1 where the member has no class.
        images: whether each member looks like an image, by its ending or else its first bytes, bool `(n,)`.
        drawn: whether the splits were drawn, not found as folders.
        notes: sentences on what a user should know before.
        choices: what was chosen, with the ways that were found where that was open.
        white: the value of white in grays of 16 bits, as `conversion.plain` takes it.
        grouping: which images belong together, so that no such group comes into several splits; `None`: not known.
        groupings: the ways to find that, the one that is taken first.
    """

    source: Source
    labelling: Labelling
    others: tuple[Way, ...]
    splits: np.ndarray
    images: np.ndarray
    drawn: bool
    notes: tuple[str, ...]
    choices: Choices
    white: int = ALL_LEVELS
    grouping: Grouping | None = None
    groupings: tuple[Way, ...] = ()

    @cached_property
    def unlabeled(self) -> np.ndarray:
        """Which members are images without a class that are kept, bool `(n,)`."""
        return self._unlabeled if self.choices.unlabeled else np.zeros(len(self.images), bool)

    @cached_property
    def _unlabeled(self) -> np.ndarray:
        places = [place for place, each in enumerate(self.labelling.left_out) if each.unlabeled]
        return self.images & np.isin(self.labelling.reasons, places) & (self.labelling.labels < 0)

    @cached_property
    def taken(self) -> np.ndarray:
        """Which members are taken, bool `(n,)`, unless they cannot be read."""
        return self.unlabeled | (self.labelling.labels >= 0)

    @property
    def counts(self) -> np.ndarray:
        """How many images each class has in each split, int64 `(classes, splits)`."""
        counts = np.zeros((len(self.labelling.class_names), len(LABELED_SPLITS)), np.int64)
        labelled = (self.labelling.labels >= 0) & self.images
        np.add.at(counts, (self.labelling.labels[labelled], self.splits[labelled]), 1)
        return counts

    @property
    def way(self) -> Way:
        """How the classes were found, with the first of them."""
        return Way.of(self.labelling.kind, self.labelling.class_names, self._how)

    @property
    def how_split(self) -> str:
        """Where the splits are from, in words."""
        if not self.drawn:
            return "as they came"
        return "drawn by group" if self.grouping else "stratified at random"

    @property
    def _how(self) -> str:
        told = self.source.reader.class_level and self.labelling.kind != BOXES
        return "Labels in the file" if told else said(self.labelling.kind)

    @property
    def left_out(self) -> list[tuple[LeftOut, int]]:
        """What is left out with how many images, the most first; files that are no images are not told."""
        reasons = self.labelling.reasons
        found = np.bincount(reasons[self.images & (reasons >= 0)]) if len(reasons) else np.zeros(0, np.int64)
        return [(self.labelling.left_out[place], int(found[place])) for place in np.argsort(-found) if found[place]]

    @property
    def set_aside(self) -> int:
        """How many files are left out on purpose, such as masks."""
        chosen = [place for place, each in enumerate(self.labelling.left_out) if each.set_aside]
        return int(np.isin(self.labelling.reasons, chosen).sum())

    @property
    def unlabeled_line(self) -> str:
        """What is kept without a class, for a person; empty: nothing is."""
        if not (count := int(self.unlabeled.sum())):
            return ""
        found = {self.labelling.left_out[place].where for place in self.labelling.reasons[self.unlabeled]}
        places = sorted(self.source.title if place == "." else place for place in found)
        return (
            f"Unlabeled: {counted(count, 'image')} in {listed(places, 3)}, kept to look at, to predict and to label. "
            "They neither train nor test."
        )

    def left_out_lines(self) -> list[str]:
        """Return what is left out, for a person, a line for each folder."""
        there = [(each, count) for each, count in self.left_out if not (each.unlabeled and self.choices.unlabeled)]
        left, rest = there[:_SHOWN], there[_SHOWN:]
        hidden = sum(count for _, count in rest)
        lines = [f"Left out: {counted(count, 'image')} in {each.where}. {each.why}" for each, count in left]
        more = f"Left out: {counted(hidden, 'image')} in {counted(len(rest), 'more folder')}."
        return [*lines, more] if rest else lines

    def lines(self) -> list[str]:
        """Return what was understood, for a person: classes, splits, what is left out, what to check."""
        counts, names = self.counts, self.labelling.class_names
        in_splits = (
            f"{count:,} {split}" for split, count in zip(LABELED_SPLITS, counts.sum(axis=0), strict=True) if count
        )
        how = self.how_split
        classes = [f"{name} {count:,}" for name, count in zip(names, counts.sum(axis=1), strict=True)]
        more = f" … and {len(classes) - _SHOWN} more" if len(classes) > _SHOWN else ""
        number = counted(len(names), "class", "classes")
        if not counts.any():
            return [f"{self._how}. Classes to give: {', '.join(names)}", self.unlabeled_line, *self.notes]
        return [
            f"{self._how}, {number}: {', '.join(classes[:_SHOWN])}{more}",
            f"Splits, {how}: {', '.join(in_splits)}",
            *([f"Groups, {len(self.grouping.names):,}: {self.grouping.way.text}"] if self.grouping else []),
            *([self.unlabeled_line] if self.unlabeled_line else []),
            *self.left_out_lines(),
            *self.notes,
            *(f"Check: {each}" for each in self.labelling.warnings),
            *(f"Other classes: --labels {each.kind} ({each.text})" for each in self.others),
            *(f"Other groups: --group {each.kind} ({each.text})" for each in self._other_groupings),
        ]

    @property
    def _other_groupings(self) -> list[Way]:
        taken = self.grouping.kind if self.grouping else ""
        return [each for each in self.groupings if each.kind != taken]

    def preview(self, classes: int = 12, each: int = 3) -> dict[str, list[tuple[str, bytes]]]:
        """Return the first readable images of the first classes: by class, file names with thumbnails.

        Where none has a class, they are those of `UNLABELED`.
        """
        shown: dict[str, list[tuple[str, bytes]]] = {}
        several = {
            name: (self.labelling.labels == label) & self.images
            for label, name in enumerate(self.labelling.class_names[:classes])
        }
        if not any(which.any() for which in several.values()):
            several, each = {UNLABELED: self.unlabeled}, classes
        with self.source.opened() as reader:
            for name, which in several.items():
                found = shown.setdefault(name, [])
                for position in np.flatnonzero(which)[: 4 * each]:
                    member = self.source.members[position]
                    with contextlib.suppress(ImageError, OSError):
                        found.append(
                            (member.name, thumbnail(read_original(plain(reader.read(member), self.white)).image))
                        )
                    if len(found) == each:
                        break
        return shown
