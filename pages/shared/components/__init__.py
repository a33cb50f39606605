"""Components of our own, each a Python file with its script and style beside it."""

from pathlib import Path


def source(name: str) -> str:
    """Return the text of a script or style in this folder."""
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
