"""Kinds of faults, one a module here: the tests try some seeded cases of each, `bench.hardening` many.

A module of a kind has

- its docstring's first line: what is tried, and what must hold;
- `SUITE` and `BENCH`: how many cases the tests and the benchmark try;
- `BROWSER`: whether it needs a Chromium;
- `failures(count, home)`: tries that many cases, always the same ones, and yields for each a sentence that tells what
  failed, or an empty text; it raises `MissingError` where this machine cannot try them. `home` is the data home, an
  empty folder that `$PIXELWISE_HOME` names.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

import pytest


class MissingError(Exception):
    """This machine lacks what a kind needs, such as a program; the message says what, and how to get it."""


class Kind(Protocol):
    """A module of this package."""

    __name__: str
    __doc__: str
    SUITE: int
    BENCH: int
    BROWSER: bool

    def failures(self, count: int, home: Path) -> Iterator[str]:
        """Try that many cases and yield what failed in each, or an empty text."""


def kinds() -> list[Kind]:
    """Return every kind there is, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return [cast(Kind, importlib.import_module(f"{__name__}.{name}")) for name in names]


def assert_holds(kind: Kind, home: Path) -> None:
    """Try what the tests try of a kind, and fail with the first cases that failed."""
    try:
        outcomes = list(kind.failures(kind.SUITE, home))
    except MissingError as lack:
        pytest.skip(str(lack))
    assert len(outcomes) >= kind.SUITE
    wrong = [sentence for sentence in outcomes if sentence]
    assert not wrong, "\n".join(wrong[:10])
