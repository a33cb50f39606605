"""Some seeded cases of every kind of fault that needs no browser; `bench.hardening` tries many more."""

from pathlib import Path

import pytest

from tests import hardening
from tests.paths import PROJECT


def name_of(kind: hardening.Kind) -> str:
    return kind.__name__.split(".")[-1]


@pytest.mark.parametrize("kind", [kind for kind in hardening.kinds() if not kind.BROWSER], ids=name_of)
def test_no_case_of_a_kind_fails(kind: hardening.Kind, data_home: Path) -> None:
    hardening.assert_holds(kind, data_home)


def test_every_kind_that_needs_a_browser_has_a_file_there() -> None:
    files = {path.stem.removeprefix("test_") for path in (PROJECT / "tests" / "browser").glob("test_*.py")}
    assert {name_of(kind) for kind in hardening.kinds() if kind.BROWSER} <= files
