"""Components of our own, each a Python file with its script and style beside it."""

from pathlib import Path


def source(*names: str) -> str:
    """Return the text of a script or style in this folder, or of several as one: scripts here cannot import."""
    return "\n".join((Path(__file__).parent / name).read_text(encoding="utf-8") for name in names)
