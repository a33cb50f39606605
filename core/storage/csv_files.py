"""Tables for spreadsheet programs."""

import csv
import io
from collections.abc import Iterable, Sequence

# A spreadsheet would run a cell that begins so: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return a table as CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it.

    Args:
        header: the columns' names.
        rows: texts, numbers or `None`, which leaves its cell empty.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    for row in (header, *rows):
        writer.writerow(map(no_formula, row))
    return text.getvalue()


def no_formula(cell: object) -> object:
    """Return a cell; a text that a spreadsheet would take for a formula with an apostrophe before it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
