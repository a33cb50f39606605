"""Where the tests find things: the project, their own files, and real data beside the project where it is there."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
DATA = PROJECT / "tests" / "data"
SHARED = PROJECT.parent / "shared"
