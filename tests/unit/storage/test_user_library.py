"""What is saved under a name comes back; names that clash on disk, damaged files and bad names are stood."""

from pathlib import Path

import pytest

from core.storage import user_library
from core.storage.user_library import LONGEST_NAME, SavedError


def test_saved_things_come_back_by_name_and_kind(data_home: Path) -> None:
    assert user_library.names("pipeline") == []
    user_library.save("pipeline", "  Pets 50×50 ", [{"kind": "Grayscale"}])
    user_library.save("pipeline", "digits", [])
    user_library.save("augmentation", "digits", {"rotation_range": 20})
    assert user_library.names("pipeline") == ["digits", "Pets 50×50"]
    assert user_library.load("pipeline", "Pets 50×50") == [{"kind": "Grayscale"}]
    assert user_library.load("augmentation", "digits") == {"rotation_range": 20}
    user_library.save("pipeline", "digits", [1])
    assert user_library.load("pipeline", "digits") == [1]
    user_library.remove("pipeline", "digits")
    user_library.remove("pipeline", "digits")
    assert user_library.names("pipeline") == ["Pets 50×50"]


@pytest.mark.parametrize(
    "name", ["../../escape", "a/b", "C:\\x", "猫", ".hidden", "![](https://x/y)", "x" * LONGEST_NAME]
)
def test_any_text_is_a_name_and_never_a_path(data_home: Path, name: str) -> None:
    user_library.save("pipeline", name, [])
    assert user_library.names("pipeline") == [name]
    assert [path.parent for path in data_home.rglob("*.json")] == [data_home / "saved" / "pipeline"]


def test_names_that_look_alike_on_disk_stay_apart(data_home: Path) -> None:
    for number, name in enumerate(["A b", "a-b", "a b"]):
        user_library.save("pipeline", name, number)
    assert [user_library.load("pipeline", name) for name in ("A b", "a-b", "a b")] == [0, 1, 2]


@pytest.mark.parametrize(("name", "said"), [(" ", "Enter a name"), ("x" * 81, "81 characters"), ("a\nb", "line break")])
def test_a_name_that_cannot_be_used_is_refused(data_home: Path, name: str, said: str) -> None:
    with pytest.raises(SavedError, match=said):
        user_library.save("pipeline", name, [])


@pytest.mark.parametrize(
    "text", ["", '{"name": "good", "con', "[]", '{"name": 3, "content": []}', "\udc80", "[" * 10**5]
)
def test_a_torn_file_is_left_out_of_the_names_and_named_when_loaded(data_home: Path, text: str) -> None:
    user_library.save("pipeline", "good", [])
    user_library.save("pipeline", "torn", [])
    (path,) = (data_home / "saved" / "pipeline").glob("torn-*.json")
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert user_library.names("pipeline") == ["good"]
    with pytest.raises(SavedError, match="'torn' is damaged"):
        user_library.load("pipeline", "torn")
    with pytest.raises(SavedError, match="no saved pipeline called 'other'"):
        user_library.load("pipeline", "other")
