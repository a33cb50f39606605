from pathlib import Path

import numpy as np
import pytest

from core.classroom import sharing
from core.datasets import decisions, store
from core.datasets.integrity import repair, verification
from core.datasets.sources import catalogue
from core.datasets.store import Dataset, DatasetError
from core.spaces import limits
from core.storage import data_home as homes
from tests.unit.small_sets import imported


def contents(dataset: Dataset) -> set[bytes]:
    return {dataset.image(index).tobytes() for index in range(len(dataset))}


@pytest.fixture
def teacher(data_home: Path) -> Path:
    return data_home / "spaces" / "eve"


@pytest.mark.parametrize("name", ["two-by-45-photos", "eight-by-eight"])
def test_what_is_held_back_is_of_each_class_and_nothing_of_it_is_seen(
    data_home: Path, teacher: Path, tmp_path: Path, name: str
) -> None:
    with homes.at(teacher):
        dataset = imported(name, tmp_path)
        shared = sharing.share(dataset, 0.25)
    assert shared.held is not None
    assert len(shared.held) + len(shared.dataset) == len(dataset)
    assert not contents(shared.held) & contents(shared.dataset)
    assert contents(shared.held) | contents(shared.dataset) == contents(dataset)
    assert (np.bincount(shared.held.labels) > 0).all()
    for made in (shared.held, shared.dataset):
        verification.verify(made)
        assert made.about.class_names == dataset.about.class_names
        assert [name in dataset.names for name in made.names] == [True] * len(made)
    student = data_home / "spaces" / "ada"
    sharing.show_in(student)
    seen = {each for path in student.rglob("*") if path.is_file() for each in [path.resolve()]}
    assert not [path for path in seen if path.is_relative_to(data_home / "held-back")]


def test_a_space_sees_it_without_a_copy_and_what_a_user_decides_stays_theirs(
    data_home: Path, teacher: Path, tmp_path: Path
) -> None:
    with homes.at(teacher):
        shared = sharing.share(imported("two-by-45-photos", tmp_path), 0.0).dataset
    before = {path: path.read_bytes() for path in shared.folder.rglob("*") if path.is_file()}
    for name in ("ada", "ben"):
        sharing.show_in(data_home / "spaces" / name)
    ada, ben = data_home / "spaces" / "ada", data_home / "spaces" / "ben"
    assert limits.used_bytes(ada, look_again=True) < sum(map(len, before.values())) / 4
    with homes.at(ada):
        own = catalogue.open_dataset("two-by-45-photos")
        assert contents(own) == contents(shared) and store.own_images() == 0
        decisions.decide(own, [3], "exclude")
        verification.verify(own)
        for refused in (lambda: store.remove("two-by-45-photos"), lambda: repair.repair("two-by-45-photos")):
            with pytest.raises(DatasetError, match="shared with the class"):
                refused()
    with homes.at(ben):
        assert not decisions.current(catalogue.open_dataset("two-by-45-photos"))
    assert before == {path: path.read_bytes() for path in shared.folder.rglob("*") if path.is_file()}


def test_what_is_shared_no_longer_goes_and_an_own_dataset_of_its_name_stays(
    data_home: Path, teacher: Path, tmp_path: Path
) -> None:
    student = data_home / "spaces" / "ada"
    with homes.at(student):
        own = imported("eight-by-eight", tmp_path)
    with homes.at(teacher):
        sharing.share(imported("eight-by-eight", tmp_path), 0.25)
    sharing.show_in(student)
    with homes.at(student):
        assert store.names() == ["eight-by-eight", "eight-by-eight-shared"]
        assert catalogue.title("eight-by-eight-shared").endswith("(shared)")
    sharing.unshare("eight-by-eight")
    sharing.show_in(student)
    with homes.at(student):
        assert store.names() == ["eight-by-eight"] and contents(store.read(own.folder)) == contents(own)
    assert not sharing.all_shared()


@pytest.mark.parametrize(
    ("name", "share", "said"), [("two-by-two", 0.1, "can be held back"), ("digits", 0.2, "public")]
)
def test_what_cannot_be_held_back_is_said_and_nothing_is_shared(
    data_home: Path, teacher: Path, tmp_path: Path, name: str, share: float, said: str
) -> None:
    with homes.at(teacher):
        dataset = catalogue.open_dataset("digits") if name == "digits" else imported(name, tmp_path)
        with pytest.raises(DatasetError, match=said):
            sharing.share(dataset, share)
    assert not sharing.all_shared()
