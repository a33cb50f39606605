from pathlib import Path

import pytest

from core import runs
from core.datasets import store
from core.datasets.sources import catalogue, importing, uploads
from core.errors import PixelwiseError
from core.recipes.recipe import find_recipe
from core.spaces import limits, settings
from core.spaces.limits import LimitError
from core.storage import data_home as homes
from tests.unit.small_sets import imported
from tests.unit.spaces.served import CLASS_KEY


@pytest.fixture
def space(served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's home on a server that gives each 80 MB, 1,900 images and one run at a time."""
    path = tmp_path / "tight.toml"
    path.write_text(
        f'[pixelwise]\nclass_key = "{CLASS_KEY}"\n[pixelwise.limits]\nmegabytes = 80\nimages = 1900\nruns = 1\n'
    )
    monkeypatch.setenv(settings.SERVE, str(path))
    home = served / "spaces" / "ada"
    monkeypatch.setattr(homes, "_finder", lambda: home)
    return home


def sparse(path: Path, size: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.truncate(size)


def test_a_full_space_takes_no_upload_and_no_run_and_links_count_not(space: Path, tmp_path: Path) -> None:
    sparse(tmp_path / "shared", 500_000_000)
    (space / "datasets").mkdir(parents=True)
    (space / "datasets" / "link").symlink_to(tmp_path / "shared")
    assert limits.used_bytes(space, look_again=True) == 0
    uploads.keep_upload(space / "uploads" / "a", b"x" * 1000)
    sparse(space / "big", 79_999_500)
    with pytest.raises(LimitError, match=r"80 of 80 MB are used and this needs about 1 MB"):
        uploads.keep_upload(space / "uploads" / "b", b"x" * 600_000)
    with pytest.raises(LimitError, match="space is full"):
        runs.create(find_recipe("digits-cnn"))
    assert [path.name for path in (space / "uploads").iterdir()] == ["a"] and not (space / "runs").exists()


def test_one_run_more_than_may_wait_is_refused_and_one_that_ended_counts_not(space: Path) -> None:
    first = runs.create(find_recipe("digits-cnn"))
    with pytest.raises(LimitError, match="1 of your runs trains or waits, and 1 may"):
        runs.create(find_recipe("digits-cnn"))
    first.write_status(runs.Status(runs.STOPPED, first.status().created))
    assert runs.create(find_recipe("digits-cnn")) != first


def test_more_images_than_fit_are_refused_before_anything_is_written(space: Path) -> None:
    catalogue.open_dataset("digits")
    (space / "uploads").mkdir()
    imported("two-by-45-photos", space / "uploads")
    assert store.own_images() == 1797 + 90
    with pytest.raises(LimitError, match=r"1,900 images in all: 1,887 are there, and this would add 24"):
        imported("eight-by-eight", space / "uploads")
    assert store.names() == ["digits", "two-by-45-photos"]


def test_only_what_was_uploaded_is_read(space: Path, tmp_path: Path) -> None:
    other = space.parent / "ben"
    with homes.at(other):
        (other / "uploads").mkdir(parents=True)
        theirs = imported("eight-by-eight", other / "uploads")
    (space / "uploads").mkdir(parents=True)
    (space / "uploads" / "link").symlink_to(theirs.folder)
    for path in (
        theirs.folder,
        other / "uploads" / "eight-by-eight.zip",
        space / "uploads" / "link",
        space / ".." / "ben" / "uploads",
        Path("/etc"),
        tmp_path,
    ):
        with pytest.raises(PixelwiseError, match="only files that you upload"):
            importing.plan(path)
        with pytest.raises(PixelwiseError, match="only files that you upload"):
            catalogue.add("mnist", path)


def test_where_nothing_is_served_nothing_is_limited(data_home: Path, tmp_path: Path) -> None:
    assert limits.now() is None
    limits.require_room(10**15)
    limits.require_images(10**9, 1)
    limits.require_turn(10**6)
    limits.require_own(tmp_path)
