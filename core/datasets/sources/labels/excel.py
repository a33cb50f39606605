"""Excel's XLSX → rows of texts: the first sheet that has several."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

ENDING = ".xlsx"
# Unpacked, and of all sheets together; what is larger is no table of labels.
_MOST_BYTES, _MOST_CELLS = 400_000_000, 5_000_000


def rows(data: bytes) -> list[tuple[str, ...]]:
    """Return the rows of a table, all of one length, without empty ones; none where no sheet has several.

    Of formulas, the values count that were stored with them.

    Args:
        data: the bytes of a file.

    Raises:
        ValueError: it is damaged, far too large, or something else; the message says which.
    """
    # It takes as long as a small page, which other imports need not wait for.
    from openpyxl import DEFUSEDXML, load_workbook

    if not DEFUSEDXML:
        raise ValueError("the package defusedxml is missing, without which Excel files are not safe to read")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > _MOST_BYTES:
            raise _TooLargeError(
                f"it unpacks to {unpacked / 1e6:,.0f} MB, and at most {_MOST_BYTES / 1e6:,.0f} are read"
            )
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for sheet in workbook.worksheets:
            # Some programs write a size that is not the sheet's.
            sheet.reset_dimensions()
            if len(found := list(_texts(sheet.iter_rows(values_only=True)))) > 1:
                width = max(map(len, found))
                return [(*row, *[""] * (width - len(row))) for row in found]
    except _TooLargeError as error:
        raise ValueError(str(error)) from error
    except Exception as error:  # Whatever the reader makes of forged bytes.
        raise ValueError("it is damaged, or no Excel file") from error
    return []


class _TooLargeError(Exception):
    """A table that is no table of labels."""


def _texts(several: Iterator[tuple[Any, ...]]) -> Iterator[tuple[str, ...]]:
    cells = 0
    for row in several:
        cells += max(1, len(row))
        if cells > _MOST_CELLS:
            raise _TooLargeError(f"it has more than {_MOST_CELLS:,} cells")
        texts = [_text(value) for value in row]
        while texts and not texts[-1]:
            texts.pop()
        if texts:
            yield tuple(texts)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # Excel knows no whole numbers.
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value).strip()
