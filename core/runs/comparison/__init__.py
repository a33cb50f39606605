"""Runs beside each other: as rows of a table, as curves, by their recipes, and image by image."""

from core.runs.comparison.apart import apart_from_trials
from core.runs.comparison.images import Comparison, ComparisonError, compare
from core.runs.comparison.recipes import Difference, differences, recipe_differences
from core.runs.comparison.sweep_rows import FIELDS as SWEEP_FIELDS
from core.runs.comparison.sweep_rows import SweepRow
from core.runs.comparison.sweep_rows import row as sweep_row
from core.runs.comparison.sweep_rows import rows as sweep_rows
from core.runs.comparison.table import FIELDS, RunRow, epochs, full_titles, row, rows

__all__ = [
    "FIELDS",
    "SWEEP_FIELDS",
    "Comparison",
    "ComparisonError",
    "Difference",
    "RunRow",
    "SweepRow",
    "apart_from_trials",
    "compare",
    "differences",
    "epochs",
    "full_titles",
    "recipe_differences",
    "row",
    "rows",
    "sweep_row",
    "sweep_rows",
]
