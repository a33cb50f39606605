"""Labels in files: which column names the images, which their classes and splits, and what fits together."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from core.datasets.sources.labels import words
from core.datasets.sources.labels.tables import Table
from core.datasets.store import DatasetError
from core.storage.progress import counted

FILE = "file"
# The label column that stands for one-hot columns.
ONE_HOT = "*"
_LOOKED_AT, _COUNTED = 500, 20_000
_MOST_COLUMNS = 60
_MATCHING = 0.5
_LABEL_COLUMNS = (
    *("label", "labels", "class name", "classname", "class", "category", "category name", "target", "breed", "species"),
    *("dx", "diagnosis", "label name", "labels name", "text label", "class id", "classid", "label id", "level", "y"),
    *("expression", "emotion", "tag", "category id", "finding labels"),
)
_SPLIT_COLUMNS = ("split", "set", "data set", "dataset", "subset", "usage", "partition", "phase")
_GROUP_COLUMNS = (
    *("patient", "patient id", "patientid", "subject", "subject id", "person", "person id", "participant", "case id"),
    *(
        "lesion id",
        "slide id",
        "donor",
        "individual",
        "individual id",
        "animal id",
        "video",
        "video id",
        "clip",
        "scene",
    ),
    *("scene", "burst", "sequence", "sequence id", "session", "group", "group id", "fold", "site", "camera"),
)
# As pandas writes them, and people do.
_ROW_NUMBERS = {"", "index", "idx", "unnamed 0", "level 0", "row", "row id", "no", "nr"}
_SEVERAL = ("|", ";")
# What stands in a cell for no label; the float of a whole number.
_MISSING, _FLOAT = {"", "nan", "<na>", "null"}, re.compile(r"-?\d{1,9}\.\d*(e[+-]?\d{1,2})?")
_HOT = ("0", "1", "0.0", "1.0", "-1")
_SHOWN = 3
# They are listed in the import's report; of a table of another dataset all would be.
_MOST_MISSING, _LONGEST_CELL = 10_000, 100


@dataclass(frozen=True)
class Columns:
    """Which columns of a table tell what, by their places; -1: none does.

    Attributes:
        header: the names of all columns.
        name: names the image.
        label: names its class.
        split: names its split.
        one_hot: a column for each class with 1 where an image is of it.
        begin: the first row after the header.
        unsure: several that could name its class, none surely.
        groups: those that tell which images belong together.
    """

    header: tuple[str, ...]
    name: int
    label: int = -1
    split: int = -1
    one_hot: tuple[int, ...] = ()
    begin: int = 0
    unsure: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()

    @property
    def has_colons(self) -> bool:
        """Whether the name of a column that is used has a colon, so that `kind` cannot tell it."""
        return any(":" in self.header[each] for each in (self.name, self.label, self.split) if each >= 0)

    def kind(self, names: Collection[str]) -> str:
        """Return the way to find classes by these columns, as it is chosen."""
        chosen = [self.header[self.name], ONE_HOT if self.one_hot else self.header[self.label]]
        chosen += [self.header[self.split]] if self.split >= 0 else []
        return ":".join([FILE, "+".join(sorted(names)), *chosen])


@dataclass
class FileLabels:
    """What all files of labels tell.

    Attributes:
        ways: to find classes by them, that with the most images first.
        splits: that lists of images tell, by position.
        notes: sentences on files that cannot be used.
        groupings: ways to find which images belong together.
    """

    ways: list["Told"] = field(default_factory=list)
    splits: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    groupings: list[str] = field(default_factory=list)


@dataclass
class Told:
    """What files tell.

    Attributes:
        kind: the way, as it is chosen.
        classes: of images, by their positions.
        splits: of images, by their positions.
        notes: sentences on what does not fit.
        missing: what tables name and is not there, each with the table's name before it; of very many, the first.
    """

    kind: str
    classes: dict[int, str] = field(default_factory=dict)
    splits: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


class Images:
    """Images, found by what a table calls them: a path or a name, with or without its ending."""

    def __init__(self, paths: Sequence[tuple[str, ...]], positions: Collection[int]) -> None:
        """Take the paths of all files, and which of them are images to be found."""
        self._paths = paths
        self.count = len(positions)
        self._named: dict[str, list[int]] = defaultdict(list)
        for position in positions:
            name = paths[position][-1].casefold()
            self._named[name].append(position)
            if (stem := name.rpartition(".")[0]) and stem != name:
                self._named[stem].append(position)

    def find(self, text: str, table: tuple[str, ...]) -> int | None:
        """Return the position of the image that a cell names; `None` where there is none, or several could be it.

        Args:
            text: the cell.
            table: the folders and the name of the table's file; an image near it is preferred.
        """
        parts = [part for part in text.replace("\\", "/").casefold().split("/") if part not in ("", ".")]
        found = self._named.get(parts[-1], []) if parts else []
        if len(found) > 1 and len(parts) > 1:
            found = [each for each in found if self._ends(each, parts[:-1])]
        if len(found) > 1:
            folder = table[:-1]
            found = [each for each in found if self._paths[each][: len(folder)] == folder] or found
        if len(found) > 1 and (split := words.split_of_table(table[-1])):
            found = [each for each in found if any(words.split_of(name) == split for name in self._paths[each][:-1])]
        return found[0] if len(found) == 1 else None

    def _ends(self, position: int, folders: list[str]) -> bool:
        end = self._paths[position][:-1][-len(folders) :]
        return [name.casefold() for name in end] == folders


def read(images: Images, tables: Sequence[Table]) -> FileLabels:
    """Read what tables tell of images."""
    found: dict[str, list[tuple[Table, Columns]]] = defaultdict(list)
    read = FileLabels()
    for table in tables:
        columns = _columns(images, table)
        if columns is None:
            continue
        name = columns.header[columns.name]
        read.groupings += [
            f"{FILE}:{table.name}:{name}:{columns.header[each]}"
            for each in columns.groups
            if ":" not in name + columns.header[each]
        ]
        if several := _several(table, columns):
            read.notes.append(several)
        elif columns.label >= 0 or columns.one_hot:
            if not columns.has_colons:
                found[replace(columns, begin=0).kind([""])].append((table, columns))
        elif split := words.split_of_table(table.name):
            places = (images.find(row[columns.name], table.parts) for row in table.rows[columns.begin :])
            read.splits.update((place, split) for place in places if place is not None)
        elif columns.unsure:
            names = [columns.header[each] for each in columns.unsure]
            read.notes.append(
                f"{table.name} names images here, but which of its columns has the labels is not clear: "
                f"{', '.join(names[:_SHOWN])}{' …' if len(names) > _SHOWN else ''}. "
                f"Give it as {FILE}:{table.name}:{columns.header[columns.name]}:{names[0]}."
            )
    ways = [_told(images, each) for each in found.values()]
    ways = [way for way in ways if len({text.casefold() for text in way.classes.values()}) > 1]
    read.ways = sorted(ways, key=lambda way: -len(way.classes))
    return read


def chosen(images: Images, tables: Sequence[Table], kind: str) -> Told:
    """Read what a person wants read.

    Args:
        images: to be found.
        tables: all that are there.
        kind: `file:train.csv:image_id:label`, which may end in a column of splits; `*` for one-hot columns.

    Raises:
        DatasetError: there is no such file or column, or it is no way.
    """
    _, *told = kind.split(":")
    if not 3 <= len(told) <= 4:
        raise DatasetError(
            f"Labels in a file are given as file:train.csv:image_id:label, the file and its columns with the names and "
            f"the labels of the images, and after that that of the splits, if any; received {kind!r}."
        )
    names, *wanted = told
    several = []
    for name in names.split("+"):
        matching = [table for table in tables if table.name == name or "/".join(table.parts) == name]
        if not matching:
            there = ", ".join(sorted({table.name for table in tables})[:_SHOWN]) or "none"
            raise DatasetError(f"There is no file of labels {name} that can be read. Files of labels here: {there}.")
        several += [(table, _wanted(images, table, wanted)) for table in matching]
    return _told(images, several, kind)


def _wanted(images: Images, table: Table, wanted: Sequence[str]) -> Columns:
    """Return the columns of these names."""
    known = _columns(images, table)
    header = known.header if known else table.header or table.rows[0]
    begin = known.begin if known else 0 if table.header else 1
    places = []
    for name in wanted:
        if name == ONE_HOT and known and known.one_hot:
            places.append(-1)
        elif name.casefold() in (lower := [each.casefold() for each in header]):
            places.append(lower.index(name.casefold()))
        else:
            raise DatasetError(f"{table.name} has no column {name!r}. Its columns: {', '.join(header[:20])}.")
    one_hot = known.one_hot if known and wanted[1] == ONE_HOT else ()
    return Columns(header, places[0], places[1], places[2] if len(places) > 2 else -1, one_hot, begin)


def _columns(images: Images, table: Table) -> Columns | None:
    """Find which columns of a table tell what; `None` where none names images."""
    sample = table.rows[:_LOOKED_AT]
    if not sample or not images.count:
        return None
    name = _name_column(images, table, sample)
    if name < 0:
        return None
    begin = int(not table.header and images.find(sample[0][name], table.parts) is None)
    header = table.header or (sample[0] if begin else tuple(str(each + 1) for each in range(len(sample[0]))))
    rows = table.rows[begin:]
    others = [column for column in range(len(header)) if column != name]
    titles = [words.normalized(each) for each in header]
    split = next((each for each in others if titles[each] in _SPLIT_COLUMNS and _are_splits(rows, each)), -1)
    others = [column for column in others if column != split]
    groups = sorted((_GROUP_COLUMNS.index(titles[each]), each) for each in others if titles[each] in _GROUP_COLUMNS)
    groups = [each for each in groups if _repeats(rows, each[1])]
    found = Columns(header, name, split=split, begin=begin, groups=tuple(each for _, each in groups))
    others = [column for column in others if column not in found.groups] or others
    known = sorted((_LABEL_COLUMNS.index(titles[each]), each) for each in others if titles[each] in _LABEL_COLUMNS)
    usable = [place for _, place in known] + others[:_MOST_COLUMNS]
    usable = [each for each in usable if _could_be_labels(rows, each)]
    hot = tuple(
        each for each in others if all(row[each] in ("0", "1", "0.0", "1.0", "-1") for row in rows[:_LOOKED_AT])
    )
    if len(hot) > 1 and len(hot) == len(others) and not known:
        return replace(found, one_hot=hot)
    texts = [each for each in usable if not all(_is_number(row[each]) for row in rows[:_LOOKED_AT])]
    # A title that is known; else the only column that could be it, or the only one of texts.
    sure = usable if known or len(usable) == 1 else texts if len(texts) == 1 else []
    return replace(found, label=sure[0]) if sure else replace(found, unsure=tuple(usable))


def _name_column(images: Images, table: Table, sample: Sequence[tuple[str, ...]]) -> int:
    """Return the column that names images; -1: none does.

    Numbers of rows and labels may be names of images as well, such as 7 of 7.jpg: rather that with endings of files is
    taken, then that which names the most, and numbers of rows only where nothing else does.
    """
    found = [[images.find(row[column], table.parts) for row in sample] for column in range(len(sample[0]))]
    fits = [len(sample) - places.count(None) for places in found]
    several = [len(set(places) - {None}) for places in found]
    titles = [words.normalized(each) for each in table.header or sample[0]]
    # The names of most images, or most of the names: of a list of all there may be but a part here.
    fitting = [each for each, fit in enumerate(fits) if fit and fit >= _MATCHING * min(len(sample) - 1, images.count)]

    def rank(column: int) -> tuple[bool, bool, bool, int, int]:
        files = any(row[column].rpartition(".")[2].isalpha() for row in sample[1:] if "." in row[column])
        as_many = 2 * several[column] >= max(several)
        return files, as_many, titles[column] not in _ROW_NUMBERS, several[column], fits[column]

    return max(fitting, key=rank, default=-1)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _are_splits(rows: Sequence[tuple[str, ...]], column: int) -> bool:
    values = {row[column] for row in rows}
    return len(values) > 1 and sum(words.split_of(_usage(value)) is not None for value in values) > len(values) / 2


def _usage(text: str) -> str:
    """Return the split's name in FER2013's `PublicTest`, by which its makers validated, and `PrivateTest`."""
    return {"PublicTest": "validation", "PrivateTest": "test"}.get(text, text)


def _could_be_labels(rows: Sequence[tuple[str, ...]], column: int) -> bool:
    """Tell whether a column has at least two values that repeat."""
    values = Counter(row[column].casefold() for row in rows[:_COUNTED] if row[column])
    return len(values) > 1 and (len(values) <= values.total() / 2 or values.total() < 2 * _SHOWN)


def _repeats(rows: Sequence[tuple[str, ...]], column: int) -> bool:
    """Tell whether a column has at least two values, one of them twice."""
    values = {row[column] for row in rows}
    return 1 < len(values) < len(rows)


def _several(table: Table, columns: Columns) -> str:
    """Return a sentence where images have several classes at once; else an empty text."""
    rows = table.rows[columns.begin :]
    if columns.one_hot:
        if all(sum(row[each] in ("1", "1.0") for each in columns.one_hot) == 1 for row in rows):
            return ""
    elif columns.label < 0 or not any(
        sum(mark in row[columns.label] for row in rows) > len(rows) / 20 for mark in _SEVERAL
    ):
        return ""
    return (
        f"{table.name} gives some images several classes at once, or none. Pixelwise trains networks that choose one "
        "class for each image, so its labels are not used."
    )


def _told(images: Images, several: Sequence[tuple[Table, Columns]], kind: str = "") -> Told:
    """Read tables that belong together."""
    told = Told(kind or several[0][1].kind({table.name for table, _ in several}))
    by_name = len({words.split_of_table(table.name) for table, _ in several}) > 1
    missing, rows = 0, told.missing
    unclear: dict[int, str] = {}
    for table, columns in several:
        of_table = words.split_of_table(table.name) if by_name else None
        read = table.rows[columns.begin :]
        whole = _are_whole(read, columns)
        for row in read:
            position = images.find(row[columns.name], table.parts)
            if position is None:
                missing += 1
                if len(rows) < _MOST_MISSING:
                    rows.append(f"{table.name}: {row[columns.name][:_LONGEST_CELL]}")
                continue
            text = _class_of(row, columns, whole)
            if text and told.classes.setdefault(position, text).casefold() != text.casefold():
                unclear[position] = row[columns.name]
            split = words.split_of(_usage(row[columns.split])) if columns.split >= 0 else of_table
            if split:
                told.splits[position] = split
    names = ", ".join(sorted({table.name for table, _ in several}))
    if missing:
        told.notes.append(
            f"{names}: {counted(missing, 'row names', 'rows name')} no image here, or several: "
            f"{', '.join(row.partition(': ')[2] for row in rows[:_SHOWN])}{' …' if missing > _SHOWN else ''}"
        )
    for position in unclear:
        del told.classes[position]
    if unclear:
        told.notes.append(
            f"{names} gives {counted(len(unclear), 'image')} different classes in several rows, so that none counts: "
            f"{', '.join(list(unclear.values())[:_SHOWN])}{' …' if len(unclear) > _SHOWN else ''}"
        )
    if without := images.count - len(told.classes):
        told.notes.append(f"{names}: {counted(without, 'image has', 'images have')} no label there.")
    return told


def _class_of(row: tuple[str, ...], columns: Columns, whole: bool) -> str:
    """Return the class that a row tells; empty: none. Of `whole` numbers, 1.0 is 1, as pandas writes it."""
    if columns.one_hot:
        return next((columns.header[each] for each in columns.one_hot if row[each] in ("1", "1.0")), "")
    text = row[columns.label]
    if text.casefold() in _MISSING:
        return ""
    return str(int(float(text))) if whole else text


def _are_whole(rows: Sequence[tuple[str, ...]], columns: Columns) -> bool:
    """Tell whether all labels are whole numbers with a decimal point or an exponent."""
    if columns.one_hot:
        return False
    texts = {row[columns.label].casefold() for row in rows}.difference(_MISSING)
    return bool(texts) and all(_FLOAT.fullmatch(text) and float(text).is_integer() for text in texts)
