"""Classes and splits found in the names of folders and files."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.datasets.store import SPLITS, DatasetError

FOLDERS, NAMES = "folders", "names"
LABELLINGS = (FOLDERS, NAMES)
MAX_CLASSES = 1000
_SPLIT_NAMES = {
    **dict.fromkeys(("train", "training", "train_set", "training_set"), "train"),
    **dict.fromkeys(("test", "testing", "test_set", "testing_set"), "test"),
    **dict.fromkeys(("val", "valid", "validation", "val_set", "validation_set"), "validation"),
}
IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")
_LETTER = re.compile(r"[^\W\d_]")
_FEWEST_IMAGES_A_CLASS = 2


@dataclass(frozen=True)
class Labelling:
    """The class of each file, and its split where folders tell it.

    Attributes:
        kind: `folders` or `names`.
        class_names: one text a class.
        labels: int16 `(n,)`, -1 where the file has no class.
        splits: int8 `(n,)`, an index into `SPLITS`; `None` where no folder tells.
        notes: sentences on what a user should know.
    """

    kind: str
    class_names: tuple[str, ...]
    labels: np.ndarray
    splits: np.ndarray | None
    notes: tuple[str, ...] = ()


def best(paths: Sequence[tuple[str, ...]], kind: str | None, source: str) -> tuple[Labelling, tuple[str, ...]]:
    """Find the classes of files.

    Args:
        paths: each file's folders and name.
        kind: `folders` (`cat/1.jpg`, `train/cat/1.jpg`), `names` (`cat.1.jpg`), or `None` for what fits better.
        source: what to call all of it in an error.

    Returns:
        The labelling, and the kinds that would find classes too.

    Raises:
        DatasetError: no class is found, or far too many.
    """
    splits = _splits(paths)
    found = {FOLDERS: _of_folders(paths), NAMES: _of_names(paths)}
    usable = [each for each, texts in found.items() if any(texts)]
    if kind is None:
        plausible = [each for each in usable if _plausible(found[each])]
        kind = (plausible or usable or [FOLDERS])[0]
    if kind not in found:
        raise DatasetError(f"Classes can be found by {FOLDERS} or by {NAMES}; received {kind!r}.")
    if kind not in usable:
        raise DatasetError(
            f"No class labels found in {source}. Put the images of each class in a folder named after "
            "it (cat/1.jpg), or start the file names with it (cat.1.jpg)."
        )
    class_names, numbers, notes = _numbered(found[kind])
    if len(class_names) > MAX_CLASSES:
        raise DatasetError(
            f"{source} has {len(class_names):,} classes by {kind}; at most {MAX_CLASSES:,} are taken. Are these its "
            f"classes? Put the images of each class into one folder."
        )
    labels = numbers.astype(np.int16)
    splits, more = _usable_splits(splits, labels)
    notes += more
    if len(class_names) == 1:
        notes.append(f"Only one class found ({class_names[0]}). You can browse it, but a network needs at least two.")
    single = [class_names[label] for label, count in enumerate(np.bincount(labels[labels >= 0])) if count == 1]
    if single:
        notes.append(f"One image only: {', '.join(single[:5])}{'…' if len(single) > 5 else ''}. Training needs more.")
    return Labelling(kind, class_names, labels, splits, tuple(notes)), tuple(set(usable) - {kind})


def drawn_splits(labels: np.ndarray, test_share: float, seed: int) -> np.ndarray:
    """Draw train and test by class.

    Args:
        labels: int `(n,)`, -1 for what has no class.
        test_share: the share of each class that becomes test, rounded; a class of one image trains.
        seed: the same seed draws the same.

    Returns:
        int8 `(n,)`, an index into `SPLITS`.
    """
    rng, splits = np.random.default_rng(seed), np.zeros(len(labels), np.int8)
    for label in range(labels.max(initial=-1) + 1):
        members = np.flatnonzero(labels == label)
        count = min(max(round(test_share * len(members)), 1), len(members) - 1)
        splits[rng.permutation(members)[:count]] = SPLITS.index("test")
    return splits


def _levels(paths: Sequence[tuple[str, ...]]) -> list[Counter[str]]:
    """Return the folders' names at each depth, counted over the files that look like images, else over all."""
    images = [path for path in paths if path[-1].lower().endswith(IMAGE_ENDINGS)] or paths
    levels: list[Counter[str]] = []
    for path in images:
        for depth, name in enumerate(path[:-1]):
            if depth == len(levels):
                levels.append(Counter())
            levels[depth][name.casefold()] += 1
    return levels


def _split_level(paths: Sequence[tuple[str, ...]]) -> int | None:
    """Return the depth at which all folders are called train, test and the like."""
    for depth, names in enumerate(_levels(paths)):
        if all(name in _SPLIT_NAMES for name in names):
            return depth
    return None


def _splits(paths: Sequence[tuple[str, ...]]) -> np.ndarray | None:
    level = _split_level(paths)
    if level is None:
        return None
    names = [_SPLIT_NAMES.get(path[level].casefold()) if len(path) > level + 1 else None for path in paths]
    return np.array([SPLITS.index(name or "train") for name in names], np.int8)


def _of_folders(paths: Sequence[tuple[str, ...]]) -> list[str | None]:
    """Return each file's class by the first folders that differ, those of the splits aside."""
    split = _split_level(paths)
    levels = [(depth, names) for depth, names in enumerate(_levels(paths)) if depth != split]
    if not levels:
        return [None] * len(paths)
    depth = next((depth for depth, names in levels if len(names) > 1), levels[-1][0])
    return [path[depth] if len(path) > depth + 1 else None for path in paths]


def _of_names(paths: Sequence[tuple[str, ...]]) -> list[str | None]:
    """Return each file's class by its name without the number at its end."""
    return [_without_number(path[-1].rpartition(".")[0] or path[-1]) for path in paths]


def _without_number(text: str) -> str | None:
    """Return `cat` of `cat.0`, `cat_12`, `cat (3)` or `cat7`; `None` of what does not end so, or has no letter."""
    numbered = text.removesuffix(")")
    end = len(numbered)
    while end and numbered[end - 1].isdecimal():
        end -= 1
    if end == len(numbered) or not _LETTER.search(numbered[:end]):
        return None
    rest = numbered[:end].removesuffix("(")
    while rest[-1].isspace() or rest[-1] in "._-":
        rest = rest[:-1]
    return rest.strip()


def _plausible(texts: list[str | None]) -> bool:
    """Tell whether a labelling has at least two classes, and images enough in them."""
    counts = Counter(text.casefold() for text in texts if text)
    return len(counts) >= 2 and sum(counts.values()) >= _FEWEST_IMAGES_A_CLASS * len(counts)


def _numbered(texts: list[str | None]) -> tuple[tuple[str, ...], np.ndarray, list[str]]:
    """Number the classes; spellings that differ only in case are one, as on many a disk."""
    spellings: dict[str, Counter[str]] = {}
    for text in texts:
        if text:
            spellings.setdefault(text.casefold(), Counter())[text] += 1
    ordered = sorted(spellings, key=_natural)
    number = {key: label for label, key in enumerate(ordered)}
    labels = np.array([number[text.casefold()] if text else -1 for text in texts])
    several = [", ".join(sorted(spellings[key])) for key in ordered if len(spellings[key]) > 1]
    notes = [f"Names that differ only in upper and lower case are one class: {each}." for each in several]
    return tuple(spellings[key].most_common(1)[0][0] for key in ordered), labels, notes


def _natural(text: str) -> list[tuple[int, str]]:
    """Return a key by which 2 comes before 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text)]


def _usable_splits(splits: np.ndarray | None, labels: np.ndarray) -> tuple[np.ndarray | None, list[str]]:
    """Return splits with images in train and in test, or `None` when they have to be drawn."""
    if splits is None:
        return None, []
    present = {SPLITS[index] for index in np.unique(splits[labels >= 0])}
    if present >= {"train", "test"}:
        return splits, []
    if present == {"train", "validation"}:
        note = "No test folder found; the validation images are used as the test set."
        return np.where(splits == SPLITS.index("validation"), SPLITS.index("test"), splits).astype(np.int8), [note]
    return None, [f"Only {' and '.join(sorted(present))} folders found; train and test sets will be split at random."]
