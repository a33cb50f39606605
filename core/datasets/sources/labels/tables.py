"""Files of labels → tables of texts: CSV, TSV, XLSX, JSON, and lists such as `path label` a line."""

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.datasets.sources.labels import excel

TABLE_ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".txt", ".lst", excel.ENDING)
_DELIMITERS = (",", ";", "\t", "|")
_SEP, _QUOTED = re.compile("sep=."), re.compile('"[^"]*"')
_LOOKED_AT = 50
_MOST_COLUMNS = 2_000
# A table of 100,000 images; larger JSON is COCO's, as a rule, and takes ten times its size in memory.
MOST_JSON_BYTES = 10_000_000


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes:
        parts: the folders and the name of its file.
        rows: its rows, all of one length, a header, if any, among them.
        header: the names of the columns where the format tells; else empty.
    """

    parts: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    header: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's name."""
        return self.parts[-1]


def parsed(parts: tuple[str, ...], data: bytes) -> Table | None:
    """Return the table in a file; `None` where there is none.

    Args:
        parts: the folders and the name of the file.
        data: its bytes.

    Raises:
        ValueError: it is an Excel file that cannot be read.
    """
    if parts[-1].lower().endswith(excel.ENDING):
        found = excel.rows(data)
        return Table(parts, found) if found and len(found[0]) <= _MOST_COLUMNS else None
    text = _decoded(data)
    ending = parts[-1].rpartition(".")[2].lower()
    if "\0" in text:
        return None
    if ending in ("jsonl", "ndjson"):
        return _of_json_lines(parts, text)
    if ending == "json":
        return _of_json(parts, text)
    lines = [line for line in text.splitlines() if line.strip()]
    # Excel's line that tells the delimiter, and comments at the beginning; a header may begin so, too.
    while lines and (_SEP.fullmatch(lines[0].strip()) or _is_comment(lines)):
        del lines[0]
    if not lines:
        return None
    delimiter = "\t" if ending == "tsv" else _delimiter(lines[:_LOOKED_AT])
    if delimiter:
        try:
            rows = [tuple(cell.strip() for cell in row) for row in csv.reader(lines, delimiter=delimiter)]
        except csv.Error:
            return None
    elif ending == "csv":
        rows = [(line.strip(),) for line in lines]
    else:
        rows = _of_words(lines)
    width = len(rows[0])
    if width > _MOST_COLUMNS or sum(len(row) == width for row in rows[:_LOOKED_AT]) < len(rows[:_LOOKED_AT]) / 2:
        return None
    return Table(parts, [row for row in rows if len(row) == width])


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _is_comment(lines: Sequence[str]) -> bool:
    """Tell whether the first line is a comment: other than a header's, its cells are not as many as those below."""
    if not lines[0].startswith("# "):
        return False
    delimiter = _delimiter([line for line in lines[:_LOOKED_AT] if not line.startswith("#")] or lines[:1])
    return not delimiter or any(lines[0].count(delimiter) != line.count(delimiter) for line in lines[1:2])


def _delimiter(lines: Sequence[str]) -> str:
    """Return what stands between the cells: what is there as often in most lines; empty: nothing is."""

    def regular(delimiter: str) -> int:
        unquoted = [_QUOTED.sub("", line) for line in lines]
        first = unquoted[0].count(delimiter)
        return first and sum(line.count(delimiter) == first for line in unquoted)

    best = max(_DELIMITERS, key=regular)
    return best if regular(best) > len(lines) / 2 else ""


def _of_words(lines: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the rows of a list: `path label`, where a path may have spaces; or a path alone."""
    split = [tuple(line.strip().rsplit(maxsplit=1)) for line in lines]
    several = sum(len(row) == 2 for row in split)
    # Most have a last word that is short and repeats: a label; else the spaces are the names' own.
    if several > len(split) / 2 and len({row[-1] for row in split}) <= max(1, len(split) / 2):
        return split
    return [(line.strip(),) for line in lines]


def _of_json_lines(parts: tuple[str, ...], text: str) -> Table | None:
    """Return the table of one object a line."""
    try:
        return _of_objects(parts, [json.loads(line) for line in filter(str.strip, text.splitlines())])
    except (ValueError, RecursionError):
        return None


def _of_json(parts: tuple[str, ...], text: str) -> Table | None:
    """Return the table of an array of objects, or of one object with the label of each image, which repeat."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, list):
        return _of_objects(parts, found)
    if not isinstance(found, dict) or not all(isinstance(label, str | int | float) for label in found.values()):
        return None
    # Where labels do not repeat, it is a list of the classes.
    rows = [(name, str(label)) for name, label in found.items()]
    return Table(parts, rows, ("name", "label")) if len({label for _, label in rows}) * 2 <= len(rows) else None


def _of_objects(parts: tuple[str, ...], rows: Sequence[object]) -> Table | None:
    """Return the table of objects; what is no text, number or truth value is left out."""
    found: list[dict[str, str]] = []
    for row in rows:
        if not isinstance(row, dict):
            return None
        found.append({key: str(value) for key, value in row.items() if isinstance(value, str | int | float)})
    header = tuple(dict.fromkeys(key for row in found[:_LOOKED_AT] for key in row))
    if not header or len(header) > _MOST_COLUMNS:
        return None
    return Table(parts, [tuple(row.get(key, "") for key in header) for row in found], header)
