"""What an import would take, found out before anything is written: classes, splits, what is left out, what to check."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from core.datasets.sources.archives import Source, open_source
from core.datasets.sources.boxes.annotations import Format
from core.datasets.sources.boxes.crops import cut_out, format_in
from core.datasets.sources.choices import USUAL, Choices
from core.datasets.sources.labels import (
    BOXES,
    DRAWN,
    FOLDERS,
    IMAGE_ENDINGS,
    MOST_JSON_BYTES,
    NAMES,
    NO_LABELS,
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
    words,
)
from core.datasets.sources.labels.folders import listed
from core.datasets.sources.labels.groups import Grouping
from core.datasets.sources.plan import Plan
from core.datasets.sources.readers import Member, Opened
from core.datasets.sources.readers.base import IMAGE_HEAD_BYTES, begins_as_image, clean
from core.datasets.store import SPLITS, UNLABELED, DatasetError
from core.images.containers import foreign
from core.images.conversion import ALL_LEVELS, may_have_16_bits, white_of
from core.spaces import limits
from core.storage.progress import Progress, counted, quiet

_SAMPLED = 64
_OF_16_BITS, _HEAD_BYTES = (".png", ".tif", ".tiff"), 32
# A text beside each image, as YOLO has it, is no file of labels; all their rows are in memory at once.
_MOST_TABLES, _MOST_TABLE_BYTES = 30, 100_000_000
_NOTHING = Labelling("", (), np.zeros(0, np.int16), None)
# Files of datasets that are read alone, not from within a folder or an archive.
_READ_ALONE = (".npz", ".parquet", ".mat")


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
    looks = _images_among(source)
    if not looks.any():
        raise DatasetError(_no_images(source))
    tables, unread = _tables(source)
    found, others, boxes = _labelled(source, choices, looks, tables)
    if boxes:
        source = cut_out(source, boxes, looks.tolist(), tables, progress)
        looks, tables = np.ones(len(source.members), bool), []
        found = _by_boxes(source)
    paths = [member.parts for member in source.members]
    labels = np.where(looks, found.labels, -1)
    # Where people give all labels, images of one group stay together as well.
    together = np.flatnonzero(looks if found.kind == NO_LABELS else labels >= 0).tolist()
    grouping, groupings = _grouping(choices.group, found, paths, together, tables, source.title)
    if grouping and len(together) < np.count_nonzero(looks):
        grouping = _with_unlabeled(grouping, paths, looks, tables, source.title)
    splits, notes = found.splits, (*source.reader.notes, *found.notes, *unread)
    if choices.split:
        splits, said_of_splits = usable_splits(
            None if choices.split == DRAWN else folder_splits(paths, choices.split, source.title), labels
        )
        notes += tuple(said_of_splits)
    drawn = splits is None
    if splits is None:
        together_drawn = grouping.groups if grouping and (labels >= 0).any() else None
        splits = drawn_splits(labels, choices.test_share, choices.seed, together_drawn)
    elif grouping and (divided := grouping.divided(splits, labels >= 0)):
        notes += (
            f"{counted(divided, 'group has', 'groups have')} images in several splits. Training leaves out those in "
            f"train; to keep them, let the splits be drawn by group (--split {DRAWN}).",
        )
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


def _labelled(
    source: Source, choices: Choices, images: np.ndarray, tables: Sequence[Table]
) -> tuple[Labelling, tuple[Way, ...], Format | None]:
    """Find the classes of a source's files, or that objects are cut out of them.

    Where there are boxes of objects and nothing is wanted, they are rather taken than what looks wrong, or is a guess
    by names.

    Returns:
        The labelling, the other ways, and the format of the boxes by which objects are cut out instead, if so.

    Raises:
        DatasetError: no class can be found.
    """
    if choices.classes or choices.labelling == NO_LABELS:
        return _without_labels(images, choices.classes), (), None
    wanted, there = choices.labelling, format_in(source)
    told = source.reader.class_level if wanted is None else 0
    kind = f"{FOLDERS}:{told}" if told else wanted
    if wanted == BOXES and there is None:
        raise DatasetError(
            f"{source.title} has no boxes of objects that are read: COCO's JSON, Pascal VOC's XML or YOLO's texts."
        )
    paths = [member.parts for member in source.members]
    try:
        kind = None if wanted == BOXES else kind
        found, others = best(paths, kind, source.title, images.tolist(), tables, alone=told > 0)
    except DatasetError:
        if there is None or wanted not in (None, BOXES):
            raise
        return _NOTHING, (), there[0]
    if there is None:
        return found, others, None
    unsure = found.kind == NAMES or len(found.class_names) < 2 or bool(found.warnings)
    if wanted == BOXES or (wanted is None and unsure):
        return found, (Way.of(found.kind, found.class_names), *others), there[0]
    return found, (*others, Way(BOXES, f"{said(BOXES)}, each cut out ({there[0].name}: {there[1]})")), None


def _without_labels(images: np.ndarray, classes: Sequence[str]) -> Labelling:
    """Return that no image has a class, and which classes a person will give.

    Raises:
        DatasetError: these are fewer than two, or two of them are the same.
    """
    names = tuple(clean((name,))[0] for name in classes if name.strip())
    if len({name.casefold() for name in names}) < max(2, len(names)):
        raise DatasetError(
            "Images without labels need the names of at least two different classes, which you will give them, such as "
            f"cat, dog; received {', '.join(names) or 'none'}."
        )
    kept = LeftOut(".", "You give these a class.", set_aside=False, unlabeled=True)
    reasons = np.where(images, 0, 1).astype(np.int32)
    none = np.full(len(images), -1, np.int16)
    return Labelling(NO_LABELS, names, none, None, left_out=(kept, LeftOut(".", "Not images.")), reasons=reasons)


def _by_boxes(source: Source) -> Labelling:
    """Return the classes of objects that were cut out; those of one image belong together."""
    level = source.reader.class_level
    paths = [member.parts for member in source.members]
    found, _ = best(paths, f"{FOLDERS}:{level}", source.title, [True] * len(paths), alone=True)
    return replace(found, kind=BOXES, groupings=(groups.IMAGE,))


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


def _with_unlabeled(
    grouping: Grouping, paths: Sequence[tuple[str, ...]], looks: np.ndarray, tables: Sequence[Table], source: str
) -> Grouping:
    """Return a grouping of labeled images with the others in their groups, so that none labeled later divides one."""
    every = groups.find(grouping.kind, paths, np.flatnonzero(looks).tolist(), tables, source)
    numbers = {name: number for number, name in enumerate(grouping.names)}
    # The last is for what is in no group at all.
    known = np.array([*(numbers.get(name, -1) for name in every.names), -1], np.int32)
    return replace(grouping, groups=known[every.groups])


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


def _tables(source: Source) -> tuple[list[Table], list[str]]:
    """Return the files of labels among the members, and what cannot be read of them, in sentences.

    Of many, such as a text for each image, the first are read.
    """
    candidates = [
        each
        for each in source.members
        if (name := each.name.lower()).endswith(TABLE_ENDINGS)
        and not (name.endswith(".json") and each.bytes > MOST_JSON_BYTES)
    ]
    # Lists such as train.txt first of the texts, of which VOC has many more, as others have JSON beside each image.
    candidates.sort(
        key=lambda each: (
            each.name.lower().endswith((".txt", ".json")),
            words.split_of_table(each.parts[-1]) is None,
            len(each.parts),
            each.parts,
        )
    )
    found: list[Table] = []
    unread: list[str] = []
    total = 0
    with source.opened() as reader:
        for member in candidates[:_MOST_TABLES]:
            total += member.bytes
            if total > _MOST_TABLE_BYTES:
                break
            try:
                table = parsed(member.parts, reader.read(member))
            except OSError:
                continue
            except ValueError as error:
                unread.append(f"{member.parts[-1]} is not read as a table: {error}. Save it as CSV.")
                continue
            if table is not None:
                found.append(table)
    return found, unread


def _images_among(source: Source) -> np.ndarray:
    """Tell of each member whether it looks like an image; only those with another ending are looked into."""
    with source.opened() as reader:
        return np.array([_is_image(member, reader) for member in source.members], bool)


def _is_image(member: Member, reader: Opened) -> bool:
    if member.name.lower().endswith(IMAGE_ENDINGS):
        return True
    with contextlib.suppress(OSError):
        return begins_as_image(reader.begin(member, IMAGE_HEAD_BYTES))
    return False


def _no_images(source: Source) -> str:
    """Return that a source holds no images, and what there is instead, in sentences."""
    begin = f"{source.title} holds no images."
    alone = next((each for each in source.members if each.name.lower().endswith(_READ_ALONE)), None)
    if alone is not None:
        return f"{begin} {alone.name} is read alone: use that file itself, unpacked."
    with source.opened() as reader:
        for member in source.members[:_SAMPLED]:
            with contextlib.suppress(OSError):
                head = reader.begin(member, foreign.HEAD_BYTES)
                if sentence := foreign.said(head, member.name) or foreign.image(head):
                    return f"{begin} {member.name}: {sentence}"
    if source.refused:
        first = source.refused[0]
        refused = counted(len(source.refused), "file was", "files were")
        return f"{begin} {refused} refused. {first.file}: {first.sentence}"
    if source.members:
        there = listed([each.name for each in source.members], 3)
        return f"{begin} It holds {there}. Images are JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC files."
    return begin
