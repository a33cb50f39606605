"""Figures: what all of them share."""

from core import figures


def test_ten_class_colours_differ() -> None:
    assert len(set(figures.CLASS_COLOURS)) == 10
