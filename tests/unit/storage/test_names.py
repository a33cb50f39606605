"""Any text becomes a name that Linux, macOS and Windows take as one file, and never a path."""

import pytest

from core.storage.names import slug
from tests.unit.hostile_texts import TRICKS, is_portable


@pytest.mark.parametrize("any_script", [False, True])
@pytest.mark.parametrize("text", TRICKS, ids=lambda text: ascii(text[:20]))
def test_a_name_is_one_file_everywhere(text: str, any_script: bool) -> None:
    for made in (
        slug(text, otherwise="unnamed", any_script=any_script),
        slug(text, otherwise="unnamed", mark="7", any_script=any_script),
    ):
        assert made and len(made.encode()) <= 210 and not made.startswith(".")
        assert is_portable(made)


def test_a_name_stays_readable() -> None:
    assert slug("My Cats (2)", otherwise="x") == "my-cats-2"
    assert slug("My Cats (2)", otherwise="x", any_script=True) == "My Cats _2_"
    assert slug("犬", otherwise="x", any_script=True) == "犬"
    assert slug("犬", otherwise="x") == "x"
    assert slug("digits-dense", otherwise="x") == "digits-dense"
    assert slug("Cat", otherwise="x", mark="3", any_script=True) == "Cat 3"
