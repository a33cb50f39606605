"""Some seeded cases of every kind of fault that needs no browser; `bench.hardening` tries many more."""

from pathlib import Path

import pytest

from tests import hardening


@pytest.mark.parametrize(
    "kind", [kind for kind in hardening.kinds() if not kind.BROWSER], ids=lambda kind: kind.__name__.split(".")[-1]
)
def test_no_case_of_a_kind_fails(kind: hardening.Kind, data_home: Path) -> None:
    try:
        outcomes = list(kind.failures(kind.SUITE, data_home))
    except hardening.MissingError as lack:
        pytest.skip(str(lack))
    assert len(outcomes) >= kind.SUITE
    assert not [sentence for sentence in outcomes if sentence][:10]
