"""What an import would take, found out before anything is written: classes, splits, what is left out, what to check."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from core.datasets.sources.archives import Source, open_source
from core.datasets.sources.labels import (
    DRAWN,
    FOLDERS,
    IMAGE_ENDINGS,
    TABLE_ENDINGS,
    Labelling,
    LeftOut,
    Table,
    Way,
    best,
    drawn_splits,
    folder_splits,
    groups,
    parsed,
    said,
    usable_splits,
)
from core.datasets.sources.labels.folders import listed
from core.datasets.sources.labels.groups import Grouping
from core.datasets.sources.readers import Member, Opened
from core.datasets.store import LABELED_SPLITS, SPLITS, UNLABELED, DatasetError
from core.images.conversion import ALL_LEVELS, is_other, may_have_16_bits, plain, white_of
from core.images.image_io import ImageError, read_original
from core.images.thumbnail import thumbnail
from core.spaces import limits
from core.storage.progress import Progress, counted, quiet

_SAMPLED = 64
_SHOWN = 8
_OF_16_BITS, _HEAD_BYTES = (".png", ".tif", ".tiff"), 32
# A text beside each image, as YOLO has it, is no file of labels; all their rows are in memory at once.
_MOST_TABLES, _MOST_TABLE_BYTES = 30, 100_000_000
# Endings of files with boxes of objects, and what is at their beginning.
_BOXES = ((".json", "COCO", (b'"images"', b'"file_name"')), (".xml", "VOC", (b"<annotation", b"<bndbox")))
_BOXES_BYTES = 100_000
_CUT_OUT = "Each image has one class: to classify objects, cut the boxes out into a folder for each class."
# JPEG, PNG, GIF, BMP, and the container of WebP.
_MAGIC, _MAGIC_BYTES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"RIFF"), 12


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
        test_share: the share that was drawn for the test split, by the seed `seed`.
        white: the value of white in grays of 16 bits, as `conversion.plain` takes it.
        split: as it was chosen: `drawn`, a level of folders, or empty.
        grouping: which images belong together, so that no such group comes into several splits; `None`: not known.
        groupings: the ways to find that, the one that is taken first.
        keeps_unlabeled: whether images without a class are kept, to look at and to label.
    """

    source: Source
    labelling: Labelling
    others: tuple[Way, ...]
    splits: np.ndarray
    images: np.ndarray
    drawn: bool
    notes: tuple[str, ...]
    test_share: float = 0.2
    seed: int = 0
    white: int = ALL_LEVELS
    split: str = ""
    grouping: Grouping | None = None
    groupings: tuple[Way, ...] = ()
    keeps_unlabeled: bool = False

    @cached_property
    def unlabeled(self) -> np.ndarray:
        """Which members are images without a class that are kept, bool `(n,)`."""
        return self._unlabeled if self.keeps_unlabeled else np.zeros(len(self.images), bool)

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
        return "Labels in the file" if self.source.reader.class_level else said(self.labelling.kind)

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
        places = sorted({self.labelling.left_out[place].where for place in self.labelling.reasons[self.unlabeled]})
        return (
            f"Unlabeled: {counted(count, 'image')} in {listed(places, 3)}, kept to look at, to predict and to label. "
            "They neither train nor test."
        )

    def left_out_lines(self) -> list[str]:
        """Return what is left out, for a person, a line for each folder."""
        there = [(each, count) for each, count in self.left_out if not (each.unlabeled and self.keeps_unlabeled)]
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
        """Return the first readable images of the first classes: by class, file names with thumbnails."""
        shown: dict[str, list[tuple[str, bytes]]] = {}
        with self.source.opened() as reader:
            for label, name in enumerate(self.labelling.class_names[:classes]):
                found = shown.setdefault(name, [])
                for position in np.flatnonzero((self.labelling.labels == label) & self.images)[: 4 * each]:
                    member = self.source.members[position]
                    with contextlib.suppress(ImageError, OSError):
                        found.append(
                            (member.name, thumbnail(read_original(plain(reader.read(member), self.white)).image))
                        )
                    if len(found) == each:
                        break
        return shown


def plan(
    path: Path,
    *,
    title: str = "",
    labelling: str | None = None,
    test_share: float = 0.2,
    seed: int = 0,
    split: str = "",
    group: str = "",
    unlabeled: bool = True,
    follow_links: bool = False,
    progress: Progress = quiet,
) -> Plan:
    """Find out what an import of a zip or folder would take; nothing is written.

    Args:
        path: the zip or folder.
        title: what to call it instead of its file's name, such as an upload's own name.
        labelling: `folders`, `names`, `folders:2`, as `labels.best` takes it; `None` for what fits best.
        test_share: the share of each class drawn for the test split where folders tell no split.
        seed: the same seed draws the same images.
        split: `drawn`, whatever folders and tables tell; `folders:1` for the first folder of each path; empty: as it
            comes, and drawn where nothing tells any.
        group: which images belong together, as `groups.find` takes it; empty: what is found; `none`: none do.
        unlabeled: whether images without a class are kept, in a split of their own.
        follow_links: whether links in a folder to what is inside it are followed.
        progress: told that it begins.

    Raises:
        DatasetError: it cannot be read, holds no files, no class can be found, or none of the splits or groups wanted.
    """
    progress("listing the files", 0, 0, "files")
    limits.require_own(path)
    source = open_source(path, title, follow_links=follow_links)
    if not source.members:
        refused = f" {counted(len(source.refused), 'file was', 'files were')} refused." if source.refused else ""
        raise DatasetError(f"{source.title} holds no images.{refused}")
    looks = _images_among(source)
    paths = [member.parts for member in source.members]
    told = source.reader.class_level if labelling is None else 0
    labelling = f"{FOLDERS}:{told}" if told else labelling
    tables = _tables(source)
    found, others = best(paths, labelling, source.title, looks.tolist(), tables, alone=told > 0)
    labels = np.where(looks, found.labels, -1)
    grouping, groupings = _grouping(group, found, paths, np.flatnonzero(labels >= 0).tolist(), tables, source.title)
    splits, notes = found.splits, (*source.reader.notes, *found.notes)
    if split:
        splits, said_of_splits = usable_splits(
            None if split == DRAWN else folder_splits(paths, split, source.title), labels
        )
        notes += tuple(said_of_splits)
    drawn = splits is None
    if splits is None:
        splits = drawn_splits(labels, test_share, seed, grouping.groups if grouping else None)
    elif grouping and (divided := grouping.divided(splits, labels >= 0)):
        notes += (
            f"{counted(divided, 'group has', 'groups have')} images in several splits. Training leaves out those in "
            f"train; to keep them, let the splits be drawn by group (--split {DRAWN}).",
        )
    if boxes := _boxes(source):
        notes += (boxes,)
    white = _white(source, looks)
    if white < ALL_LEVELS:
        notes += (
            f"Gray images of 16 bits use values up to {white:,} only, of {ALL_LEVELS:,}: these become black to white, "
            "the same way for all images.",
        )
    made = Plan(
        source,
        found,
        others,
        splits,
        looks,
        drawn,
        notes,
        test_share,
        seed,
        white,
        split,
        grouping,
        groupings,
        unlabeled,
    )
    splits[made.unlabeled] = SPLITS.index(UNLABELED)
    return made


def _grouping(
    wanted: str,
    found: Labelling,
    paths: Sequence[tuple[str, ...]],
    among: Sequence[int],
    tables: Sequence[Table],
    source: str,
) -> tuple[Grouping | None, tuple[Way, ...]]:
    """Return which images belong together, and all ways to find that."""
    there = []
    for kind in found.groupings:
        with contextlib.suppress(DatasetError):
            grouping = groups.find(kind, paths, among, tables, source)
            if grouping.holds_together:
                there.append(grouping)
    if wanted and wanted not in [each.kind for each in there]:
        chosen = None if wanted == groups.NONE else groups.find(wanted, paths, among, tables, source)
    else:
        chosen = next((each for each in there if wanted in ("", each.kind)), None)
    return chosen, tuple(each.way for each in there)


def _white(source: Source, images: np.ndarray) -> int:
    """Return the value of white in grays of 16 bits, by a sample of the files that may be such."""
    several = [
        source.members[place]
        for place in np.flatnonzero(images)
        if source.members[place].name.lower().endswith(_OF_16_BITS)
    ]
    with source.opened() as reader:
        return white_of(_files_of_16_bits(several[:: max(1, len(several) // _SAMPLED)], reader))


def _files_of_16_bits(members: Sequence[Member], reader: Opened) -> Iterator[bytes]:
    for member in members:
        with contextlib.suppress(OSError):
            if may_have_16_bits(reader.begin(member, _HEAD_BYTES)):
                yield reader.read(member)


def _tables(source: Source) -> list[Table]:
    """Return the files of labels among the members; of many, such as a text for each image, the first."""
    candidates = [each for each in source.members if each.name.lower().endswith(TABLE_ENDINGS)]
    candidates.sort(key=lambda each: (each.name.lower().endswith(".txt"), len(each.parts), each.parts))
    found, total = [], 0
    with source.opened() as reader:
        for member in candidates[:_MOST_TABLES]:
            total += member.bytes
            if total > _MOST_TABLE_BYTES:
                break
            with contextlib.suppress(OSError):
                found.append(parsed(member.parts, reader.read(member)))
    return [table for table in found if table is not None]


def _boxes(source: Source) -> str:
    """Say that there are boxes of objects, as COCO and VOC have them; empty: none are seen."""
    with source.opened() as reader:
        for ending, kind, marks in _BOXES:
            several = [each for each in source.members if each.name.lower().endswith(ending)]
            for member in several[:_MOST_TABLES]:
                with contextlib.suppress(OSError):
                    begin = reader.begin(member, _BOXES_BYTES)
                    if all(mark in begin for mark in marks):
                        return f"{member.parts[-1]} has boxes of objects ({kind}), which are not read. {_CUT_OUT}"
    return ""


def _images_among(source: Source) -> np.ndarray:
    """Tell of each member whether it looks like an image; only those with another ending are looked into."""
    with source.opened() as reader:
        return np.array([_is_image(member, reader) for member in source.members], bool)


def _is_image(member: Member, reader: Opened) -> bool:
    if member.name.lower().endswith(IMAGE_ENDINGS):
        return True
    with contextlib.suppress(OSError):
        begin = reader.begin(member, _MAGIC_BYTES)
        return begin.startswith(_MAGIC) or is_other(begin)
    return False
