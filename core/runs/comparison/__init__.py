"""Runs beside each other: as rows of a table, as curves, by their recipes, and image by image."""

from core.runs.comparison.images import Comparison, ComparisonError, compare
from core.runs.comparison.recipes import Difference, differences, recipe_differences
from core.runs.comparison.table import FIELDS, RunRow, epochs, full_titles, row, rows

__all__ = [
    "FIELDS",
    "Comparison",
    "ComparisonError",
    "Difference",
    "RunRow",
    "compare",
    "differences",
    "epochs",
    "full_titles",
    "recipe_differences",
    "row",
    "rows",
]
