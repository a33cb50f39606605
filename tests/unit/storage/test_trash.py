"""The trash: only what lies in the trash of one's own kind comes back."""

from pathlib import Path

import pytest

from core import runs
from core.errors import PixelwiseError
from core.storage import trash
from core.sweeps import folders as sweeps


@pytest.mark.parametrize("trick", ["../{other}/thing", "{home}/{other}/thing", "../../outside/thing", "", ".", ".."])
@pytest.mark.parametrize(("other", "restore"), [("sweeps", runs.restore), ("runs", sweeps.restore)])
def test_a_path_is_no_name(data_home: Path, other: str, restore: object, trick: str) -> None:
    assert callable(restore)
    outside = data_home.parent / "outside"
    for parent in (data_home / "runs", data_home / "sweeps", outside):
        parent.mkdir(parents=True)
    for folder in (data_home / other / "thing", outside / "thing"):
        folder.mkdir()
        trash.put(folder)
    with pytest.raises(PixelwiseError, match="in the trash"):
        restore(trick.format(other=other, home=data_home))
    assert trash.names(data_home / other) == trash.names(outside) == ["thing"]
