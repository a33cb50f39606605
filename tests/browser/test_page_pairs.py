"""Every page after every other: a walk over all pairs; `bench.hardening` tries many more."""

from pathlib import Path

import pytest

from tests import hardening
from tests.hardening import page_pairs


@pytest.mark.usefixtures("browser")
def test_no_case_fails(data_home: Path) -> None:
    hardening.assert_holds(page_pairs, data_home)
