"""Text from outside is literal on every page: some seeded cases; `bench.hardening` tries many more."""

from pathlib import Path

import pytest

from tests import hardening
from tests.hardening import literal_names


@pytest.mark.usefixtures("browser")
def test_no_case_fails(data_home: Path) -> None:
    hardening.assert_holds(literal_names, data_home)
