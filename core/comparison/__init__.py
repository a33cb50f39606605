"""Runs beside each other: as rows of a table, as curves, by their recipes, and picture by picture."""

from core.comparison.pictures import Comparison, ComparisonError, compare
from core.comparison.recipes import Difference, differences, recipe_differences
from core.comparison.table import Row, epochs, full_titles, row, rows

__all__ = [
    "Comparison",
    "ComparisonError",
    "Difference",
    "Row",
    "compare",
    "differences",
    "epochs",
    "full_titles",
    "recipe_differences",
    "row",
    "rows",
]
