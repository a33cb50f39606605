"""Images that belong together are found and kept, and never come into two splits, from the import to the training."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets import decisions, export
from core.datasets.audit.report import audit, look
from core.datasets.integrity import verification
from core.datasets.integrity.repair import repair
from core.datasets.sources import catalogue, regrouping
from core.datasets.sources.importing import Choices, import_images, plan
from core.datasets.sources.labels.groups import parts_of_names
from core.datasets.store import Dataset, DatasetError
from core.datasets.views import image_detail
from core.preprocessing import Pipeline, Resize
from core.recipes.recipe import RecipeError, find_recipe
from core.recipes.script import recipe_script
from core.recipes.split import Split
from core.training.parts import parts
from tests.unit.datasets.test_importing import image, zipped
from tests.unit.recipes.test_script import loaded
from tests.unit.test_cli import call

RECORDS = [(f"p{patient}_{each}", "nv" if patient % 2 else "mel", patient) for patient in range(10) for each in "abc"]
TABLE = "".join(f"{name},{label},{patient}\n" for name, label, patient in RECORDS)


def lesions(path: Path, size: tuple[int, int] = (12, 10)) -> Path:
    """Ten patients with three images each, of two classes; a table names both."""
    files = {f"images/{name}.png": image(place, size) for place, (name, _, _) in enumerate(RECORDS)}
    return zipped(path, {**files, "metadata.csv": f"image_id,dx,patient_id\n{TABLE}".encode()})


def imported(path: Path, group: str = "") -> Dataset:
    return import_images(plan(path, Choices(group=group)), name="mine", title="Mine")


def shared(dataset: Dataset, first: np.ndarray, second: np.ndarray) -> set[int]:
    assert dataset.groups is not None
    return {*dataset.groups[first].tolist()} & {*dataset.groups[second].tolist()}


def test_a_column_of_patients_keeps_their_images_together(data_home: Path, tmp_path: Path) -> None:
    found = plan(lesions(tmp_path / "x.zip"))
    assert "Groups, 10: patient_id in metadata.csv: 0, 1, 2, 3 … (10)" in found.lines()
    assert any(line.startswith("Splits, drawn by group: 24 train, 6 test") for line in found.lines())
    made = import_images(found, name="mine", title="Mine")
    assert made.about.groups == "patient_id in metadata.csv"
    assert made.groups is not None
    assert np.bincount(made.groups).tolist() == [3] * 10
    patients = {f"{name}.png": str(patient) for name, _, patient in RECORDS}
    for place, name in enumerate(made.names):
        assert made.group_of(place) == patients[name.rpartition("/")[2]]
        assert image_detail.facts(made, place)["group"] == made.group_of(place)
    assert not shared(made, made.select("train"), made.select("test"))
    divided = parts(made, Split())
    assert not shared(made, divided.train, np.concatenate([divided.validation, divided.test]))
    assert not shared(made, divided.validation, divided.test)
    assert np.bincount(made.labels[divided.validation]).tolist() == [3, 3], "stratified as well as groups allow"
    assert np.array_equal(parts(made, Split()).validation, divided.validation), "seeded"
    assert shared(made, parts(made, Split(by_group=False)).train, parts(made, Split(by_group=False)).validation)
    verification.verify(made)
    assert look(made).finding("divided-groups").severity == "passed"  # type: ignore[union-attr]


def test_groups_by_folders_by_names_or_none(data_home: Path, tmp_path: Path) -> None:
    folds = {f"fold_{fold}/{kind}/{each}.png": image(100 * fold + 10 * each + (kind == "all"))
             for fold in range(5) for kind in ("all", "hem") for each in range(3)}  # fmt: skip
    path = zipped(tmp_path / "folds.zip", folds)
    made = imported(path)
    assert made.about.groups == "1st folder"
    assert made.counts[:, 1].tolist() == [3, 3], "one fold tests"
    assert not shared(made, made.select("train"), made.select("test"))
    assert plan(path, Choices(group="none")).grouping is None
    named = plan(lesions(tmp_path / "x.zip"), Choices(group="name:{group}_*"))
    assert named.grouping is not None
    assert named.grouping.names == tuple(f"p{patient}" for patient in range(10))
    with pytest.raises(DatasetError, match="no groups by name:"):
        plan(path, Choices(group="name:patient{group}-*"))
    with pytest.raises(DatasetError, match="received 'nonsense'"):
        plan(path, Choices(group="nonsense"))
    with pytest.raises(DatasetError, match=r"no splits by folders:1\. What is there: fold_0"):
        plan(path, Choices(split="folders:1"))


def test_patterns_take_a_part_of_the_name() -> None:
    def taken(pattern: str, *names: str) -> list[str | None]:
        return parts_of_names([tuple(name.split("/")) for name in names], pattern)

    assert taken("{group}_*", "p12_003.jpg", "x.jpg") == ["p12", None]
    assert taken("{group}_#.jpg", "cat_12_003.jpg") == ["cat_12"]
    assert taken("*patient{group}-*", "IMG Patient7-a.jpg") == ["7"]
    assert taken("*/{group}/*", "train/p1/cat/1.jpg") == ["p1"]
    assert taken("*a*_*{group}*a*_*!", "a_" * 100) == [None], "at once, however many jokers there are"
    for wrong in ("", "*_*", "{group}{group}"):
        with pytest.raises(DatasetError, match=r"has \{group\} once"):
            taken(wrong, "x.jpg")


def test_splits_as_they_come_leave_divided_groups_out_of_training(data_home: Path, tmp_path: Path) -> None:
    kinds = {0: ("cat", "train"), 1: ("dog", "train"), 2: ("cat", "test"), 3: ("dog", "test")}
    files = {f"{split}/{kind}/p{place if each else 'both'}_{each}.png": image(10 * place + each)
             for place, (kind, split) in kinds.items() for each in range(4)}  # fmt: skip
    path = zipped(tmp_path / "x.zip", files)
    found = plan(path, Choices(group="name:{group}_*"))
    assert any("1 group has images in several splits" in note for note in found.notes)
    made = import_images(found, name="mine", title="Mine")
    divided = parts(made, Split(validation="test"))
    assert len(divided.train) == 6
    assert len(divided.test) == 8, "test images stay as they came"
    finding = look(made).finding("divided-groups")
    assert finding is not None
    assert (finding.severity, len(finding.ids)) == ("warning", 4)
    drawn = plan(path, Choices(group="name:{group}_*", split="drawn"))
    assert drawn.drawn
    assert not any("several splits" in note for note in drawn.notes)


def test_an_image_without_a_class_is_in_the_group_that_it_may_be_labeled_into(
    data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"train/{'cat' if patient % 2 else 'dog'}/p{patient}_{each}.png": image(10 * patient + each)
             for patient in range(6) for each in range(3)}  # fmt: skip
    more = {f"test/p{patient}_9.png": image(200 + patient) for patient in range(8)}
    found = plan(zipped(tmp_path / "x.zip", {**files, **more}), Choices(group="name:{group}_*"))
    assert found.grouping is not None
    assert len(found.grouping.names) == 6, "those that hold labeled images together"
    made = import_images(found, name="mine", title="Mine")
    unlabeled = made.select("unlabeled")
    assert {made.group_of(each) for each in unlabeled.tolist()} == {*(f"p{patient}" for patient in range(6)), ""}
    (tested,) = {made.group_of(each) for each in made.select("test").tolist() if made.class_of(each) == "cat"}
    (alike,) = (each for each in unlabeled.tolist() if made.group_of(each) == tested)
    alone = [each for each in unlabeled.tolist() if made.group_of(each) == ""]
    decisions.decide(made, [alike, *alone], decisions.RELABEL, made.about.class_names.index("cat"))
    decided = decisions.decided(made)
    divided = parts(made, Split(), decided)
    assert alike not in divided.train
    assert {*alone} < {*divided.train.tolist()}
    export.export(made, tmp_path / "x.npz")
    recipe = find_recipe("own-pictures").for_dataset(made.about, len(made))
    code = recipe_script(replace(recipe, steps=Pipeline((Resize(8, 8),))), made.about, decided)
    assert np.array_equal(loaded(code, tmp_path / "x.npz", monkeypatch)["train"], divided.train)


def test_training_with_nothing_left_says_why(data_home: Path, tmp_path: Path) -> None:
    files = {f"{split}/{kind}/p{kind}_{each}{split}.png": image(each + 10 * (split == "test") + 100 * (kind == "cat"))
             for kind in ("cat", "dog") for split in ("train", "test") for each in range(3)}  # fmt: skip
    made = imported(zipped(tmp_path / "x.zip", files), group="name:{group}_*")
    with pytest.raises(RecipeError, match="All training images of Mine belong to groups"):
        parts(made, Split())
    assert len(parts(made, Split(by_group=False)).train) > 0


@pytest.mark.parametrize("side", [12, 90], ids=["array", "files"])
def test_the_script_divides_alike_and_an_export_has_the_groups(
    data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: int
) -> None:
    made = imported(lesions(tmp_path / "x.zip", (side, side)))
    recipe = find_recipe("own-pictures").for_dataset(made.about, len(made))
    for split in (Split(), Split(test_pictures=9, seed=4), Split(validation="test")):
        small = replace(recipe, split=split, steps=Pipeline((Resize(8, 8),)))
        code = recipe_script(small, made.about)
        folder = tmp_path / f"{split.seed}{split.validation}{'' if made.about.as_files else '.npz'}"
        export.export(made, folder)
        found = loaded(code, folder, monkeypatch)
        expected = parts(made, split)
        for name in ("train", "validation", "test"):
            assert np.array_equal(found[name], getattr(expected, name)), (split, name)


def test_copies_that_an_audit_found_are_kept_together(data_home: Path, tmp_path: Path) -> None:
    pictures = [(kind, place) for kind in ("cat", "dog") for place in range(30)]
    files = {f"{kind}/{place}.png": image(place // 3 + 100 * (kind == "cat")) for kind, place in pictures}
    made = imported(zipped(tmp_path / "x.zip", files))
    assert look(made).finding("leak").severity == "problem"  # type: ignore[union-attr]
    with pytest.raises(DatasetError, match="was not audited"):
        regrouping.keep_copies_together("mine")
    audit(made)
    again = catalogue.open_dataset(regrouping.keep_copies_together("mine")["name"])
    assert (again.about.groups, len(again), again.about.name) == ("near copies", 60, "mine-copies-together")
    assert look(again).finding("leak").severity == "passed"  # type: ignore[union-attr]
    assert again.counts.sum(axis=0).tolist() == made.counts.sum(axis=0).tolist()
    verification.verify(again)
    assert made.about.groups == "", "the old one stays"


def test_a_damaged_file_of_groups_is_said_and_repaired(data_home: Path, tmp_path: Path) -> None:
    path = lesions(tmp_path / "x.zip")
    made = imported(path)
    (made.folder / "groups.npy").write_bytes(b"no array")
    fresh = Dataset(made.folder, made.about)
    with pytest.raises(DatasetError, match=r"groups\.npy"):
        parts(fresh, Split())
    repaired = repair("mine")
    assert repaired.groups is not None
    assert np.bincount(repaired.groups).tolist() == [3] * 10


def test_the_command_line_takes_groups_and_splits(data_home: Path, tmp_path: Path) -> None:
    path = str(lesions(tmp_path / "x.zip"))
    shown = call("datasets", "add", "x", "--from", path, "--plan", "--group", "name:{group}_*").output
    assert "Groups, 10: Names like {group}_*: p0, p1, p2, p3 … (10)" in shown
    assert "Other groups: --group file:metadata.csv:image_id:patient_id" in shown
    assert "stratified at random" in call("datasets", "add", "x", "--from", path, "--plan", "--group", "none").output
