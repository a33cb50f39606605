"""Images that belong together, such as those of a patient, a video or a fold: by folders, parts of names, or tables."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from core.datasets.sources.labels import files
from core.datasets.sources.labels.class_names import numbered
from core.datasets.sources.labels.files import FILE, Images
from core.datasets.sources.labels.labelling import CHOICE, Way, said
from core.datasets.sources.labels.tables import Table
from core.datasets.store import DatasetError

# `IMAGE` is for objects that were cut out: the folder that each is in stands for its image.
NONE, NAME, IMAGE = "none", "name", "image"
_PART, _ANY, _NUMBER = "{group}", "*", "#"
_PATTERN = (
    f"A pattern has {_PART} once, where names say what belongs together; {_ANY} stands for anything, {_NUMBER} for a "
    f"number: {_PART}_{_NUMBER}.jpg takes 12 from 12_3.jpg."
)
_FEWEST = 2


@dataclass(frozen=True)
class Grouping:
    """Which images belong together.

    Attributes:
        kind: how it was found, as `find` takes it.
        groups: int32 `(n,)`, -1 where a file is in no group.
        names: one text a group.
    """

    kind: str
    groups: np.ndarray
    names: tuple[str, ...]

    @property
    def way(self) -> Way:
        """How it was found, with the first groups."""
        return Way.of(self.kind, self.names, said_group(self.kind))

    @property
    def holds_together(self) -> bool:
        """Whether any group has more than one image."""
        return len(self.names) < int(np.count_nonzero(self.groups >= 0))

    def divided(self, splits: np.ndarray, among: np.ndarray) -> int:
        """Return how many groups have images in several splits.

        Args:
            splits: of all files, int `(n,)`.
            among: which files count, bool `(n,)`.
        """
        pairs = np.unique(np.stack([self.groups, splits])[:, among & (self.groups >= 0)], axis=1)
        return int((np.bincount(pairs[0].astype(np.int64)) > 1).sum()) if pairs.size else 0


def said_group(kind: str) -> str:
    """Return a way to find groups in words, such as `patient in train.csv`."""
    if kind.startswith(f"{FILE}:"):
        _, table, _, column, *_ = [*kind.split(":"), "", "", ""]
        return f"{column} in {table}"
    if kind == IMAGE:
        return "Source image"
    if kind.startswith(f"{NAME}:"):
        return f"Names like {kind.removeprefix(f'{NAME}:')}"
    return said(kind)


def find(
    kind: str, paths: Sequence[tuple[str, ...]], among: Collection[int], tables: Sequence[Table], source: str
) -> Grouping:
    """Find which images belong together.

    Args:
        kind: `folders:1` for the first folder of each path, `name:{group}_*` for a part of the names (of the whole path
            where the pattern has a slash), `file:train.csv:image_id:patient` for a column of a table, or `image`.
        paths: each file's folders and name.
        among: the positions of the images.
        tables: the files of labels among them.
        source: what to call all of it in an error.

    Raises:
        DatasetError: there is no such way, or it groups nothing.
    """
    texts: list[str | None] = [None] * len(paths)
    if chosen := CHOICE.fullmatch(kind):
        level = int(chosen[1])
        for position in among:
            if len(paths[position]) > level:
                texts[position] = paths[position][level - 1]
    elif kind == IMAGE:
        for position in among:
            texts[position] = paths[position][-2] if len(paths[position]) > 1 else None
    elif kind.startswith(f"{NAME}:"):
        pattern = kind.removeprefix(f"{NAME}:")
        for position, text in zip(among, parts_of_names([paths[each] for each in among], pattern), strict=True):
            texts[position] = text
    elif kind.startswith(f"{FILE}:"):
        for position, text in files.chosen(Images(paths, among), tables, kind).classes.items():
            texts[position] = text
    else:
        raise DatasetError(
            f"Groups are found by folders:1 (the first folder of each path), by {NAME}:{_PART}_{_ANY} (a part of the "
            f"names) or by {FILE}:train.csv:image_id:patient; received {kind!r}."
        )
    names, groups, _ = numbered(texts)
    if len(names) < _FEWEST:
        what = f"only one, {names[0]}" if names else "none"
        raise DatasetError(f"{source} has no groups by {kind}: {what} is found. Choose another way, or {NONE}.")
    return Grouping(kind, groups.astype(np.int32), names)


def parts_of_names(paths: Sequence[tuple[str, ...]], pattern: str) -> list[str | None]:
    """Return the part of each file's name that a pattern takes; `None` where it does not fit.

    Args:
        paths: each file's folders and name.
        pattern: such as `patient{group}_*`; with a slash it is for the whole path.

    Raises:
        DatasetError: it is no pattern.
    """
    if pattern.count(_PART) != 1:
        raise DatasetError(_PATTERN)
    compiled, whole = _compiled(pattern), "/" in pattern
    found = (compiled.fullmatch("/".join(path) if whole else path[-1]) for path in paths)
    return [match[1] if match else None for match in found]


def _compiled(pattern: str) -> re.Pattern[str]:
    """Return the expression of a pattern; its groups are atomic, so that no name takes long."""
    begin, *rest = re.split(f"({re.escape(_PART)}|{re.escape(_ANY)})", pattern)
    pairs = [
        ("(.+?)" if joker == _PART else ".*?") + _fixed(after)
        for joker, after in zip(rest[::2], rest[1::2], strict=True)
    ]
    inner = "".join(f"(?>{pair})" for pair in pairs[:-1])
    return re.compile(_fixed(begin) + inner + pairs[-1], re.IGNORECASE)


def _fixed(text: str) -> str:
    return r"\d+".join(map(re.escape, text.split(_NUMBER)))
