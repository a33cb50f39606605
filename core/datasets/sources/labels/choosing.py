"""The ways to find classes and splits in the names of folders and files, ranked, with what each leaves out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.datasets.sources.labels import files, folders, words
from core.datasets.sources.labels.class_names import class_in, numbered, without_order
from core.datasets.sources.labels.files import FILE, FileLabels, Images, Told
from core.datasets.sources.labels.folders import Reading
from core.datasets.sources.labels.labelling import CHOICE, FOLDERS, NAMES, Labelling, LeftOut, Way, said
from core.datasets.sources.labels.splits import usable_splits
from core.datasets.sources.labels.tables import TABLE_ENDINGS, Table
from core.datasets.sources.labels.tree import Tree, within
from core.datasets.store import SPLITS, DatasetError
from core.storage.progress import counted

MAX_CLASSES = 1000
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".heif")
_FEWEST_IMAGES_A_CLASS = 2
# Deeper ones are not offered; they can be named.
_LEVELS_OFFERED = 6
_NO_CLASS = "No class is known for these: they are in no class's folder, or their names have no class."
_TABLE = "Texts and tables, not images."
_MASK_FILE = "Masks: the images that they belong to are beside them."


@dataclass(frozen=True)
class _Found:
    """What one way finds: a text or none for each file, what the folders tell, and the splits that files tell."""

    kind: str
    texts: list[str | None]
    reading: Reading
    masks: frozenset[int] = frozenset()
    splits: dict[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    groupings: tuple[str, ...] = ()

    def way(self) -> Way:
        return Way.of(self.kind, numbered(self.texts)[0])


def best(
    paths: Sequence[tuple[str, ...]],
    kind: str | None,
    source: str,
    images: Sequence[bool] | None = None,
    tables: Sequence[Table] = (),
    *,
    alone: bool = False,
) -> tuple[Labelling, tuple[Way, ...]]:
    """Find the classes of files.

    Args:
        paths: each file's folders and name.
        kind: `folders` (`cat/1.jpg`, `train/cat/1.jpg`), `names` (`cat.1.jpg`), `folders:2` for the second folder of
            each path whatever it is, `folders:2:color` for that of images in a folder `color` only,
            `file:train.csv:image_id:label` for columns of a file, or `None` for what fits best.
        source: what to call all of it in an error.
        images: whether each file is an image; `None`: by its ending.
        tables: the files of labels among them.
        alone: whether there is no other way than `kind`, a level of folders: others are not looked for.

    Returns:
        The labelling, and the other ways that would find classes, the likelier first.

    Raises:
        DatasetError: no class is found, or far too many, or there is no such way.
    """
    if kind not in (None, FOLDERS, NAMES) and not CHOICE.fullmatch(kind) and not kind.startswith(f"{FILE}:"):
        raise DatasetError(
            f"Classes can be found by {FOLDERS}, by {FOLDERS}:2 (the second folder of each path), by {NAMES} or by "
            f"{FILE}:train.csv:image_id:label; received {kind!r}."
        )
    tree = Tree(paths, _image_flags(paths, images))
    ways = [_of_level(tree, kind or FOLDERS, frozenset())] if alone else _ways(tree, kind, tables)
    usable = {each.kind: each for each in ways if any(each.texts)}
    if kind is None:
        plausible = [each for each in usable.values() if _plausible(each.texts)]
        # Names of which most stand alone are those of single images, such as hashes.
        guessed = [each for each in usable.values() if each.kind != NAMES or _repeat(each.texts)]
        chosen = next(iter(plausible or guessed), None)
    else:
        chosen = usable.get(kind)
    if chosen is None:
        raise DatasetError(_none_found(kind, source, [each.way() for each in usable.values()]))
    labelling = _labelling(tree, chosen, source)
    seen, others = [chosen.texts], []
    for each in usable.values():
        classes = {text for text in each.texts if text}
        # Nobody wants train and test for classes; who does can still say so.
        useful = 1 < len(classes) <= MAX_CLASSES and not all(map(words.split_of, classes))
        if each is not chosen and useful and each.texts not in seen:
            seen.append(each.texts)
            others.append(each.way())
    return labelling, tuple(others)


def _none_found(kind: str | None, source: str, others: list[Way]) -> str:
    if kind and others:
        return (
            f"{source} has no classes by {kind}. What it has: "
            f"{'; '.join(f'{each.kind} ({each.text})' for each in others)}."
        )
    return (
        f"No class labels found in {source}. Put the images of each class in a folder named after "
        "it (cat/1.jpg), or start the file names with it (cat.1.jpg). To label the images here, name the classes: "
        "--classes cat,dog."
    )


def _image_flags(paths: Sequence[tuple[str, ...]], images: Sequence[bool] | None) -> list[bool]:
    """Return which files are taken for images: all where none seems to be one."""
    found = list(images) if images is not None else [path[-1].lower().endswith(IMAGE_ENDINGS) for path in paths]
    return found if any(found) else [True] * len(paths)


def _ways(tree: Tree, kind: str | None, tables: Sequence[Table]) -> list[_Found]:
    """Return what the ways find, the likeliest first, that which was asked for among them."""
    masks = frozenset(tree.mask_files())
    reading = folders.read(tree)
    # Of a million images, what finds them by their names takes 400 MB.
    images = _images(tree, reading, masks) if tables else Images((), ())
    told = files.read(images, tables) if tables else FileLabels()
    first = _of_folders(tree, FOLDERS, reading, masks)
    ways = [_filled(first, told.ways), *(_of_file(tree, each, reading, masks) for each in told.ways)]
    ways.append(_of_names(tree, reading, masks))
    if folders.suspicions({text for text in first.texts if text}):
        ways.append(ways.pop(0))  # Only where nothing else is found.
    ways += [
        _of_folders(tree, f"{FOLDERS}:{reading.level}:{version}", folders.read(tree, reading.level, version), masks)
        for version in reading.versions[1:]
    ]
    deepest = max((len(folder) for folder in tree.counts), default=0)
    for level in range(1, min(deepest, _LEVELS_OFFERED) + 1):
        if len({folder[level - 1].casefold() for folder in tree.counts if len(folder) >= level}) > 1:
            ways.append(_of_folders(tree, f"{FOLDERS}:{level}", folders.read(tree, level), masks))
    if kind and kind not in [way.kind for way in ways]:
        if CHOICE.fullmatch(kind):
            ways.append(_of_level(tree, kind, masks))
        elif kind.startswith(f"{FILE}:"):
            ways.append(_of_file(tree, files.chosen(images, tables, kind), reading, masks))
    return [
        replace(
            way,
            splits=told.splits | way.splits,
            notes=(*way.notes, *told.notes),
            groupings=(*_level_of_groups(way), *told.groupings),
        )
        for way in ways
    ]


def _level_of_groups(found: _Found) -> tuple[str, ...]:
    """Return the way to find which images belong together by the level of their parts, if there is one."""
    level = found.reading.group_level
    return (f"{FOLDERS}:{level}",) if level and found.kind != f"{FOLDERS}:{level}" else ()


def _images(tree: Tree, reading: Reading, masks: frozenset[int]) -> Images:
    """Return the images that files of labels may name: what the folders do not leave out."""
    positions = [
        position
        for folder, several in tree.files.items()
        if not within(folder, reading.left_out)
        for position in several
        if tree.images[position] and position not in masks
    ]
    return Images(tree.paths, positions)


def _of_file(tree: Tree, told: Told, reading: Reading, masks: frozenset[int]) -> _Found:
    """Return each file's class by a file of labels."""
    texts = [told.classes.get(position) for position in range(len(tree.paths))]
    return _Found(
        told.kind, texts, replace(reading, notes=[]), masks, told.splits, tuple(told.notes), tuple(told.missing)
    )


def _filled(found: _Found, several: Sequence[Told]) -> _Found:
    """Add classes from files of labels to images that no folder gives one, where they are classes of the folders."""
    classes = {text.casefold(): text for text in found.texts if text}
    texts, notes = list(found.texts), []
    for told in several:
        missing = [each for each in told.classes if texts[each] is None]
        if missing and all(told.classes[each].casefold() in classes for each in missing):
            for each in missing:
                texts[each] = classes[told.classes[each].casefold()]
            names = told.kind.split(":")[1]
            notes.append(f"{names} gives the classes of {counted(len(missing), 'image')} that no folder tells.")
    return replace(found, texts=texts, notes=tuple(notes))


def _of_level(tree: Tree, kind: str, masks: frozenset[int]) -> _Found:
    """Return each file's class by the level that a way names."""
    chosen = CHOICE.fullmatch(kind)
    level, only = (int(chosen[1]), chosen[2] or "") if chosen else (0, "")
    return _of_folders(tree, kind, folders.read(tree, level, only), masks)


def _of_folders(tree: Tree, kind: str, reading: Reading, masks: frozenset[int]) -> _Found:
    """Return each file's class by its folders."""
    texts: list[str | None] = [None] * len(tree.paths)
    for folder, positions in tree.files.items():
        if (text := reading.classes.get(folder)) is not None:
            for position in positions:
                if position not in masks:
                    texts[position] = text
    return _Found(kind, texts, reading, masks)


def _of_names(tree: Tree, reading: Reading, masks: frozenset[int]) -> _Found:
    """Return each file's class by its name without the number at its end."""
    texts: list[str | None] = [None] * len(tree.paths)
    for folder, positions in tree.files.items():
        if not within(folder, reading.left_out):
            for position in positions:
                name = tree.paths[position][-1]
                if position not in masks:
                    texts[position] = class_in(name.rpartition(".")[0] or name)
    return _Found(NAMES, texts, reading, masks)


def _labelling(tree: Tree, found: _Found, source: str) -> Labelling:
    """Make a labelling of what was found."""
    class_names, numbers, notes = numbered(found.texts)
    if len(class_names) > MAX_CLASSES:
        by = found.kind if found.kind in (FOLDERS, NAMES) else f"{said(found.kind)} names"
        raise DatasetError(
            f"{source} has {len(class_names):,} classes by {by}; at most {MAX_CLASSES:,} are taken. Are these its "
            f"classes? Put the images of each class into one folder."
        )
    labels = numbers.astype(np.int16)
    notes += [*found.reading.notes, *found.notes]
    splits, more = usable_splits(_splits(tree, found), labels)
    notes += more
    warnings = folders.suspicions(class_names)
    class_names, labels, more = without_order(class_names, labels)
    notes += more
    if len(class_names) == 1:
        notes.append(f"Only one class found ({class_names[0]}). You can browse it, but a network needs at least two.")
    single = [class_names[label] for label, count in enumerate(np.bincount(labels[labels >= 0])) if count == 1]
    if single:
        notes.append(f"One image only: {', '.join(single[:5])}{'…' if len(single) > 5 else ''}. Training needs more.")
    left_out, reasons = _left_out(tree, found, labels)
    return Labelling(
        found.kind,
        class_names,
        labels,
        splits,
        tuple(notes),
        tuple(warnings),
        left_out,
        reasons,
        found.missing,
        found.groupings,
    )


def _left_out(tree: Tree, found: _Found, labels: np.ndarray) -> tuple[tuple[LeftOut, ...], np.ndarray]:
    """Return what has no class, and why, by folders."""
    places: dict[LeftOut, int] = {}
    reasons = np.full(len(tree.paths), -1, np.int32)
    # A single image above the folders of the classes is a logo or a plot.
    having = {folder for folder, positions in tree.files.items() if (labels[positions] >= 0).any()}
    above = {folder[:depth] for folder in having for depth in range(len(folder))} - having
    for folder, positions in tree.files.items():
        outer = within(folder, found.reading.left_out)
        for position in positions:
            if labels[position] >= 0:
                continue
            if outer is not None:
                why = found.reading.left_out[outer]
                unlabeled = why == folders.UNLABELED_FOLDER
                reason = LeftOut("/".join(outer), why, set_aside=not unlabeled, unlabeled=unlabeled)
            elif not tree.images[position] and tree.paths[position][-1].lower().endswith(TABLE_ENDINGS):
                reason = LeftOut("/".join(folder) or ".", _TABLE)
            elif position in found.masks:
                reason = LeftOut("/".join(folder) or ".", _MASK_FILE)
            else:
                kept = tree.images[position] and folder not in above
                reason = LeftOut("/".join(folder) or ".", _NO_CLASS, set_aside=False, unlabeled=kept)
            reasons[position] = places.setdefault(reason, len(places))
    return tuple(places), reasons


def _splits(tree: Tree, found: _Found) -> np.ndarray | None:
    """Return each file's split by its folders, or as files of labels tell; `None` where nothing tells one."""
    if not found.reading.splits and not found.splits:
        return None
    splits = np.zeros(len(tree.paths), np.int8)
    for folder, split in found.reading.splits.items():
        splits[tree.files[folder]] = SPLITS.index(split)
    for position, split in found.splits.items():
        splits[position] = SPLITS.index(split)
    return splits


def _plausible(texts: list[str | None]) -> bool:
    """Tell whether a labelling has at least two classes, and images enough in them."""
    counts = Counter(text.casefold() for text in texts if text)
    return len(counts) >= 2 and sum(counts.values()) >= _FEWEST_IMAGES_A_CLASS * len(counts)


def _repeat(texts: list[str | None]) -> bool:
    """Tell whether half of the classes at least have several images."""
    counts = Counter(text.casefold() for text in texts if text)
    return sum(count > 1 for count in counts.values()) * 2 >= len(counts)
