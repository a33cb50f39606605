"""The folders of what is read, each with what is in it."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from core.datasets.sources.labels import words

Folder = tuple[str, ...]
# So much of a folder must be there twice, by names, that it is a copy: a repaired or renamed image may differ.
_COPY, _COPIED_FOLDERS = 0.9, 2


@dataclass(frozen=True)
class Tree:
    """Folders and files.

    Attributes:
        paths: each file's folders and name.
        images: whether each file is taken for an image.
    """

    paths: Sequence[tuple[str, ...]]
    images: Sequence[bool]

    @cached_property
    def files(self) -> dict[Folder, Sequence[int]]:
        """The positions of the files right in each folder."""
        # Four bytes each; as a list, the numbers of a million files take 36 MB.
        found: dict[Folder, array[int]] = defaultdict(lambda: array("i"))
        for position, path in enumerate(self.paths):
            found[path[:-1]].append(position)
        return dict(found)

    @cached_property
    def counts(self) -> dict[Folder, int]:
        """How many images are right in a folder, for each that has some."""
        counts = {folder: sum(self.images[each] for each in files) for folder, files in self.files.items()}
        return {folder: count for folder, count in counts.items() if count}

    @cached_property
    def children(self) -> dict[Folder, dict[str, int]]:
        """The folders in each folder, with the number of images in and below them."""
        found: dict[Folder, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for folder, count in self.counts.items():
            for depth, name in enumerate(folder):
                found[folder[:depth]][name] += count
        return {folder: dict(names) for folder, names in found.items()}

    @cached_property
    def copies(self) -> list[Folder]:
        """The folders whose files are there once more, under the same names, beside them.

        That is `chest_xray/chest_xray` where it holds train and test as `chest_xray` itself does: all that is beside
        it, and two folders at least, since each class may well have its `images/1.jpg`.
        """
        found = []
        for parent, names in self.children.items():
            for name in names:
                below = self.children.get((*parent, name), {}).keys()
                alike = len(below) == len(names) - 1 >= _COPIED_FOLDERS and below == names.keys() - {name}
                if alike and self._is_copy((*parent, name), parent):
                    found.append((*parent, name))
        return found

    @cached_property
    def _sorted(self) -> list[Folder]:
        return sorted(self.files)

    def _is_copy(self, folder: Folder, original: Folder) -> bool:
        depth, total, twice = len(folder), 0, 0
        for inner in islice(self._sorted, bisect_left(self._sorted, folder), None):
            if inner[:depth] != folder:
                break  # In order, what is in a folder follows it.
            there = {self.paths[each][-1] for each in self.files.get((*original, *inner[depth:]), ())}
            total += len(self.files[inner])
            twice += sum(self.paths[each][-1] in there for each in self.files[inner])
        return twice >= _COPY * total

    @cached_property
    def masks(self) -> list[Folder]:
        """The folders of masks or annotations, by their names and those beside them."""
        return [(*parent, name) for parent, names in self.children.items() for name in words.masks_among(names)]

    def mask_files(self) -> Iterator[int]:
        """Yield the position of each file that is the mask of an image beside it: `1_mask.png` and `1.png`."""
        for positions in self.files.values():
            stems = {each: self.paths[each][-1].rpartition(".")[0] for each in positions}
            there = set(stems.values())
            for position, stem in stems.items():
                if words.masked(stem) in there:
                    yield position

    def without_doubles(self, folder: Folder) -> tuple[int, ...]:
        """Return which levels of a folder count: of `training_set/training_set` with nothing else in it, the second."""
        kept: list[int] = []
        for level, name in enumerate(folder):
            if kept and self._is_doubled(folder[:level], name):
                kept.pop()
            kept.append(level)
        return tuple(kept)

    def _is_doubled(self, parent: Folder, name: str) -> bool:
        return (
            words.normalized(parent[-1]) == words.normalized(name)
            and self.children.get(parent, {}).keys() == {name}
            and parent not in self.counts
        )


def within(folder: Folder, some: Collection[Folder]) -> Folder | None:
    """Return the first of some folders in which a folder is, or which it is itself; else `None`."""
    if not some:
        return None
    return next((folder[:depth] for depth in range(1, len(folder) + 1) if folder[:depth] in some), None)
