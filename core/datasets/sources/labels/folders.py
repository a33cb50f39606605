"""One reading of a tree of folders: which level names the classes, which the splits, and what is left out, and why.

Levels are looked at from the top. One is that of the splits (train, test), of versions of the same images (color,
grayscale), of parts of one dataset (fold_0, fold_1) or says nothing (images); the first other one that differs is that
of the classes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.datasets.sources.labels import words
from core.datasets.sources.labels.tree import Folder, Tree, within

# From that many folders on with a number in the name, that all hold the same few, the few are the classes.
_MANY_GROUPS = 6
_SHARED = 0.8
# Its images are kept without a class.
UNLABELED_FOLDER = "Nobody has said what its images are."


@dataclass
class Reading:
    """What the folders of a tree tell.

    Attributes:
        classes: the class of the files in each folder that has one.
        splits: the split of the files in each folder that is in one.
        left_out: folders, with all in them, that are not read, and why.
        level: which level of folders names the classes, 1 for the first; 0: none.
        versions: the names of the versions of the same images, if there are several, the one that is read first.
        groups: the names of parts of the dataset that are no classes.
        group_level: which level of folders is that of these, 1 for the first; 0: none.
        notes: sentences on what a user should know.
    """

    classes: dict[Folder, str] = field(default_factory=dict)
    splits: dict[Folder, str] = field(default_factory=dict)
    left_out: dict[Folder, str] = field(default_factory=dict)
    level: int = 0
    versions: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    group_level: int = 0
    notes: list[str] = field(default_factory=list)


def read(tree: Tree, level: int = 0, only: str = "") -> Reading:
    """Read the folders of a tree.

    Args:
        tree: what is there.
        level: which level of folders names the classes, 1 for the first; 0: find it.
        only: read only what is in a folder of this name; empty: all.
    """
    return _Levels(tree, level, only).read()


@dataclass(frozen=True)
class _Row:
    """A folder with images: its path, which levels of it count, with the names in one spelling, and how many images."""

    folder: Folder
    kept: tuple[int, ...]
    names: Folder
    count: int

    def name(self, depth: int) -> str | None:
        return self.names[depth] if depth < len(self.names) else None

    def until(self, depth: int) -> Folder:
        return self.folder[: self.kept[depth] + 1]


class _Levels:
    """Goes through the levels from the top and finds what each is."""

    def __init__(self, tree: Tree, level: int, only: str) -> None:
        self._tree, self._forced, self._only = tree, level, only
        self._reading = Reading()
        self._rows: list[_Row] = []
        self._spelling: dict[str, str] = {}
        self._splits_at: dict[int, dict[str, str]] = {}
        self._class_depth: int | None = None
        self._single: list[int] = []
        self._containers: list[int] = []
        self._group_depths: list[int] = []

    def read(self) -> Reading:
        self._leave_out_by_name()
        left_out = self._reading.left_out
        self._rows = [
            self._row(folder, count) for folder, count in self._tree.counts.items() if not within(folder, left_out)
        ]
        depth = 0
        while names := self._names(depth):
            self._look_at(depth, names)
            depth += 1
        self._settle_classes()
        self._tell()
        return self._reading

    def _leave_out_by_name(self) -> None:
        left_out = self._reading.left_out
        for folder in self._tree.copies:
            left_out[folder] = "A second copy: the same files are beside it."
        for folder in self._tree.masks:
            if len(folder) != self._forced:
                left_out[folder] = "Masks or annotations, not images to classify."
        if self._only:
            wanted = self._only.casefold()
            for folder in self._tree.counts:
                if wanted not in (name.casefold() for name in folder):
                    left_out[folder] = f"Only images in a folder {self._only} are read."

    def _row(self, folder: Folder, count: int) -> _Row:
        kept = tuple(range(len(folder))) if self._forced else self._tree.without_doubles(folder)
        names = (folder[level] for level in kept)
        # Many a disk takes `Cat` and `cat` for one.
        return _Row(folder, kept, tuple(self._spelling.setdefault(name.casefold(), name) for name in names), count)

    def _names(self, depth: int) -> Counter[str]:
        """Return the names at a depth with the number of images below."""
        names: Counter[str] = Counter()
        for row in self._rows:
            if (name := row.name(depth)) is not None:
                names[name] += row.count
        return names

    def _look_at(self, depth: int, names: Counter[str]) -> None:
        """Find what one level is."""
        if self._forced:
            if depth == self._forced - 1:
                self._class_depth = depth
                return
        elif self._class_depth is None and self._is_class_level(depth, names):
            self._class_depth = depth
            return
        splits = words.splits_of(names)
        above = self._class_depth is None
        if len(splits) == len(names) or (above and splits and self._are_splits(depth, names, splits)):
            self._take_splits(depth, names, splits)

    def _take_splits(self, depth: int, names: Counter[str], splits: dict[str, str]) -> None:
        """Let a level be that of the splits; what is beside them is left out."""
        self._splits_at[depth] = splits
        given, others = ", ".join(sorted(splits)), set(names) - set(splits)
        unlabeled = {name for name in others if words.is_unlabeled(name)}
        self._leave(depth, unlabeled, UNLABELED_FOLDER)
        self._leave(depth, others - unlabeled, f"It stands beside {given} and is none of these.")

    def _is_class_level(self, depth: int, names: Counter[str]) -> bool:
        """Tell whether a level names classes; if not, take what it tells."""
        splits = words.splits_of(names)
        if splits and self._are_splits(depth, names, splits):
            self._take_splits(depth, names, splits)
        elif all(words.is_container(name) for name in names):
            self._containers.append(depth)
        elif all(words.is_group(name) for name in names) or self._are_numbered_groups(depth, names):
            self._group_depths.append(depth)
            self._reading.groups = tuple(sorted(names))
            self._reading.group_level = next(row.kept[depth] + 1 for row in self._rows if row.name(depth) is not None)
        elif len(names) > 1 and self._are_versions(depth, names):
            ordered = sorted(names, key=lambda name: (words.preference(name), -names[name], name))
            self._reading.versions = tuple(ordered)
            self._leave(depth, set(ordered[1:]), f"Another version of the images in {ordered[0]}.")
        elif len(names) == 1:
            self._single.append(depth)
        elif whole := self._holds_splits(depth, names):
            self._leave(depth, set(names) - {whole}, f"It stands beside {whole}, where the splits are.")
        else:
            unlabeled = {name for name in names if words.says_unlabeled(name)}
            if len(names) - len(unlabeled) > 1:
                self._leave(depth, unlabeled, UNLABELED_FOLDER)
            return True
        return False

    def _leave(self, depth: int, names: set[str], sentence: str) -> None:
        """Leave out what is in some folders of a level."""
        if names:
            for row in self._rows:
                if row.name(depth) in names:
                    self._reading.left_out[row.until(depth)] = sentence
            self._rows = [row for row in self._rows if row.name(depth) not in names]

    def _below(self, depth: int) -> dict[str, set[str]]:
        """Return for each name at a depth the names of the folders one level below."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self._rows:
            if (name := row.name(depth)) is not None:
                found[name] |= {below} if (below := row.name(depth + 1)) is not None else set()
        return found

    def _are_splits(self, depth: int, names: Counter[str], splits: dict[str, str]) -> bool:
        """Tell whether a level in which some names are those of splits is a level of splits."""
        others = set(names) - set(splits)
        if not others or len(set(splits.values())) > 1 or all(words.is_beside(name) for name in others):
            return True
        # One split with folders of classes, and beside it no others than these: the rest is something else.
        below = self._below(depth)
        classes = set().union(*(below[name] for name in splits))
        return len(classes) > 1 and all(below[name] <= classes for name in others)

    def _are_versions(self, depth: int, names: Counter[str]) -> bool:
        """Tell whether a level is one of versions: known names, with the same folders in them."""
        if not all(words.is_version(name) for name in names):
            return False
        below = self._below(depth).values()
        shared = set.intersection(*below)
        return bool(shared) and len(shared) >= len(set().union(*below)) / 2

    def _are_numbered_groups(self, depth: int, names: Counter[str]) -> bool:
        """Tell whether a level is one of many numbered folders (patients, videos) that hold the same few classes."""
        if len(names) < _MANY_GROUPS or not all(any(letter.isdecimal() for letter in name) for name in names):
            return False
        below = self._below(depth).values()
        every = set().union(*below)
        if not 2 <= len(every) <= len(names) / 2 or any(
            words.split_of(name) or words.is_container(name) or words.is_version(name) for name in every
        ):
            return False
        return sum(len(each) > 1 for each in below) >= _SHARED * len(names)

    def _holds_splits(self, depth: int, names: Counter[str]) -> str | None:
        """Return the one folder of a level that holds splits and most of the images, if there is just one."""
        below = self._below(depth)
        splits = {name: set(words.splits_of(below[name]).values()) for name in names}
        holding = [name for name, each in splits.items() if each]
        if len(holding) != 1 or len(splits[holding[0]]) < 2 or names[holding[0]] <= names.total() / 2:
            return None
        return holding[0]

    def _settle_classes(self) -> None:
        """Find the class and the split of each folder by what the levels are."""
        reading, found = self._reading, self._class_depth
        if found is None and not self._forced:
            # Nothing differs: the last name, else one that says little.
            little = (self._single, self._group_depths, self._containers)
            found = self._class_depth = next((depths[-1] for depths in little if depths), None)
        names = set(self._names(found)) if found is not None else set()
        chosen = {name for name in names if self._forced or not words.is_container(name)} or names
        if found is not None:
            reading.level = next((row.kept[found] + 1 for row in self._rows if row.name(found) in chosen), 0)
        for folder in self._tree.files:
            if within(folder, reading.left_out):
                continue
            row = self._row(folder, 0)
            if found is not None and row.name(found) in chosen:
                reading.classes[folder] = folder[row.kept[found]]
            told = (splits.get(row.name(depth) or "") for depth, splits in self._splits_at.items())
            if split := next(filter(None, told), None):
                reading.splits[folder] = split

    def _tell(self) -> None:
        """Add the sentences."""
        reading = self._reading
        if reading.versions:
            first, *rest = reading.versions
            reading.notes.append(
                f"The same images are there as {', '.join(reading.versions)}: {first} is read. To mix them would put "
                f"versions of one image into train and test; {listed(rest)} can be chosen instead."
            )
        if reading.groups and self._class_depth not in self._group_depths:
            reading.notes.append(f"{listed(reading.groups)} are taken for parts of one dataset, not for classes.")


def listed(names: Iterable[str], most: int = 5) -> str:
    """Return names for a sentence, such as `cat, dog and 3 more`."""
    found = list(names)
    if len(found) > most + 1:
        return f"{', '.join(found[:most])} and {len(found) - most} more"
    return ", ".join(found)


def suspicions(class_names: Iterable[str]) -> list[str]:
    """Return sentences on class names that are no classes as a rule."""
    names, found = list(class_names), []
    if splits := [name for name in names if words.split_of(name)]:
        found.append(f"{listed(splits)}: this names a split as a rule, not a class. Check the classes.")
    if masks := [name for name in names if words.sounds_like_mask(name)]:
        found.append(f"{listed(masks)}: folders of this name hold masks or annotations as a rule, not a class.")
    if containers := [name for name in names if words.is_container(name)]:
        found.append(f"{listed(containers)}: a folder of this name just holds images as a rule; it names no class.")
    if len(names) > 1 and all(words.is_group(name) for name in names):
        found.append(f"{listed(names)}: these look like parts of one dataset, not like classes.")
    if len(names) > 1 and all(words.is_version(name) for name in names):
        found.append(f"{listed(names)}: these look like versions of the same images, not like classes.")
    return found
