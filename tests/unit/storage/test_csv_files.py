"""Tables as CSV: read back as they were, and no cell that a spreadsheet would run."""

import csv
import io

from core.storage.csv_files import csv_text


def test_a_table_is_read_back_as_it_was() -> None:
    text = csv_text(["file", "share"], [("a, b.jpg", 0.1), ('say "cheese"\n.png', None)])
    assert list(csv.reader(io.StringIO(text))) == [["file", "share"], ["a, b.jpg", "0.1"], ['say "cheese"\n.png', ""]]


def test_no_text_begins_like_a_formula_and_numbers_stay_numbers() -> None:
    hostile = ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]
    (row, numbers) = list(csv.reader(io.StringIO(csv_text([], [hostile, [-1, -0.5]]), newline="")))[1:]
    assert row == [f"'{cell}" for cell in hostile]
    assert numbers == ["-1", "-0.5"]
