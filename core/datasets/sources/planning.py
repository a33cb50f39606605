"""What an import would take, found out before anything is written: classes, splits, what is left out, what to check."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.datasets.sources.archives import Source, open_source
from core.datasets.sources.choices import USUAL, Choices
from core.datasets.sources.labels import (
    DRAWN,
    FOLDERS,
    IMAGE_ENDINGS,
    TABLE_ENDINGS,
    Labelling,
    Table,
    Way,
    best,
    drawn_splits,
    folder_splits,
    groups,
    parsed,
    usable_splits,
)
from core.datasets.sources.labels.groups import Grouping
from core.datasets.sources.plan import Plan
from core.datasets.sources.readers import Member, Opened
from core.datasets.store import SPLITS, UNLABELED, DatasetError
from core.images.conversion import ALL_LEVELS, is_other, may_have_16_bits, white_of
from core.spaces import limits
from core.storage.progress import Progress, counted, quiet

_SAMPLED = 64
_OF_16_BITS, _HEAD_BYTES = (".png", ".tif", ".tiff"), 32
# A text beside each image, as YOLO has it, is no file of labels; all their rows are in memory at once.
_MOST_TABLES, _MOST_TABLE_BYTES = 30, 100_000_000
# Endings of files with boxes of objects, and what is at their beginning.
_BOXES = ((".json", "COCO", (b'"images"', b'"file_name"')), (".xml", "VOC", (b"<annotation", b"<bndbox")))
_BOXES_BYTES = 100_000
_CUT_OUT = "Each image has one class: to classify objects, cut the boxes out into a folder for each class."
# JPEG, PNG, GIF, BMP, and the container of WebP.
_MAGIC, _MAGIC_BYTES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"RIFF"), 12


def plan(path: Path, choices: Choices = USUAL, *, title: str = "", progress: Progress = quiet) -> Plan:
    """Find out what an import of a zip or folder would take; nothing is written.

    Args:
        path: the zip or folder.
        choices: how it is to be read.
        title: what to call it instead of its file's name, such as an upload's own name.
        progress: told that it begins.

    Raises:
        DatasetError: it cannot be read, holds no files, no class can be found, or none of the splits or groups wanted.
    """
    progress("listing the files", 0, 0, "files")
    limits.require_own(path)
    source = open_source(path, title, follow_links=choices.follow_links)
    if not source.members:
        refused = f" {counted(len(source.refused), 'file was', 'files were')} refused." if source.refused else ""
        raise DatasetError(f"{source.title} holds no images.{refused}")
    looks = _images_among(source)
    paths = [member.parts for member in source.members]
    told = source.reader.class_level if choices.labelling is None else 0
    labelling = f"{FOLDERS}:{told}" if told else choices.labelling
    tables = _tables(source)
    found, others = best(paths, labelling, source.title, looks.tolist(), tables, alone=told > 0)
    labels = np.where(looks, found.labels, -1)
    grouping, groupings = _grouping(
        choices.group, found, paths, np.flatnonzero(labels >= 0).tolist(), tables, source.title
    )
    splits, notes = found.splits, (*source.reader.notes, *found.notes)
    if choices.split:
        splits, said_of_splits = usable_splits(
            None if choices.split == DRAWN else folder_splits(paths, choices.split, source.title), labels
        )
        notes += tuple(said_of_splits)
    drawn = splits is None
    if splits is None:
        splits = drawn_splits(labels, choices.test_share, choices.seed, grouping.groups if grouping else None)
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
    settled = replace(choices, labelling=found.kind, group=grouping.kind if grouping else groups.NONE)
    made = Plan(source, found, others, splits, looks, drawn, notes, settled, white, grouping, groupings)
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
