"""Images without a class are kept: to look at and to label, and neither trained on nor counted."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets import decisions, export, given_labels, store
from core.datasets.audit.report import look
from core.datasets.decisions import RELABEL
from core.datasets.features import label_check
from core.datasets.integrity import verification
from core.datasets.integrity.repair import repair
from core.datasets.selection import Filters, select
from core.datasets.sources.importing import Choices, import_images, plan, report
from core.datasets.store import UNLABELED, Dataset, DatasetError
from core.datasets.views import overview
from core.preprocessing import Pipeline, Resize
from core.recipes.recipe import RecipeError, find_recipe
from core.recipes.script import recipe_script
from core.recipes.split import Split
from core.recipes.suitable import suited
from core.training.parts import parts
from tests.unit.datasets.test_importing import image, imported, zipped
from tests.unit.recipes.test_script import loaded
from tests.unit.test_cli import call


def kaggle(path: Path, size: tuple[int, int] = (12, 10)) -> Path:
    """Cats and dogs by file names, and six images of which nobody has said what they are, before them by name."""
    named = {f"train/{kind}.{each}.png": image(each + 100 * (kind == "cat"), size)
             for kind in ("cat", "dog") for each in range(10)}  # fmt: skip
    return zipped(path, {**named, **{f"test1/{each}.png": image(500 + each, size) for each in range(6)}})


KINDS = ("cat", "dog")
LAYOUTS = {
    "a folder beside": ["train/{}/{}.png", "seg_pred/seg_pred/{}.png"],
    "a test without classes": ["train/{}/{}.png", "test/{}.png"],
    "a numbered test": ["train/{}.{}.png", "test1/{}.png"],
    "photos to predict": ["training_set/{}/{}.png", "single_prediction/{}.png"],
    "beside the classes": ["pets/{}/{}.png", "pets/unlabeled/{}.png"],
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_folders_without_classes_are_kept(layout: list[str], data_home: Path, tmp_path: Path) -> None:
    named, without = layout
    files = {named.format(kind, each): image(each + 100 * (kind == "cat")) for kind in KINDS for each in range(5)}
    path = zipped(tmp_path / "x.zip", {**files, **{without.format(each): image(500 + each) for each in range(3)}})
    found = plan(path)
    assert found.labelling.class_names == ("cat", "dog")
    assert int(found.unlabeled.sum()) == 3
    made = import_images(found, name="mine", title="Mine")
    assert made.in_splits == {"train": 8, "test": 2, UNLABELED: 3}
    assert [made.class_of(index) for index in made.select(UNLABELED)] == [UNLABELED] * 3
    left = plan(path, Choices(unlabeled=False))
    assert not left.unlabeled.any()
    assert len(import_images(left, name="left", title="Left")) == 10


def test_what_is_no_photo_to_classify_is_still_left_out(tmp_path: Path) -> None:
    files = {f"train/{kind}/{each}.png": image(each) for kind in ("cat", "dog") for each in range(3)}
    beside = {"Meta/1.png": image(7), "papers/fruits.pdf": b"%PDF", "train/cat/1_mask.png": image(8)}
    found = plan(zipped(tmp_path / "x.zip", {**files, **beside}))
    assert int(found.unlabeled.sum()) == 0


def test_the_plan_the_report_and_the_command_line_say_so(data_home: Path, tmp_path: Path) -> None:
    path = kaggle(tmp_path / "x.zip")
    line = "Unlabeled: 6 images in test1, kept to look at, to predict and to label. They neither train nor test."
    shown = call("datasets", "add", "x", "--from", str(path), "--plan").output
    assert line in shown
    assert "Left out" not in shown
    shown = call("datasets", "add", "x", "--from", str(path), "--plan", "--no-unlabeled").output
    assert "Left out: 6 images in test1" in shown
    said = report(imported(path))
    assert said is not None
    assert line in said.notes
    assert (said.accepted, said.refused) == (26, ())
    assert "6 unlabeled" in call("datasets", "list").output


def test_nothing_that_counts_classes_meets_them(data_home: Path, tmp_path: Path) -> None:
    made = imported(kaggle(tmp_path / "x.zip"))
    assert made.counts.sum() == 20
    everything = np.arange(len(made))
    assert overview.counts(made, everything).sum() == 20
    assert np.isfinite(overview.brightness(made, everything)).all()
    assert overview.class_means(made).means.shape[0] == 2
    assert select(made, Filters(split=UNLABELED)).tolist() == made.select(UNLABELED).tolist()
    for split in (Split(), Split(pictures=12), Split(test_pictures=6), Split(validation="test")):
        divided = parts(made, split)
        used = np.concatenate([divided.train, divided.validation, divided.test])
        assert not np.isin(made.select(UNLABELED), used).any()
        assert (divided.labels[used] >= 0).all()
    verification.verify(made)
    assert not [each for each in look(made).findings if each.severity == "problem"]


def test_a_copy_without_a_class_is_no_leak(data_home: Path, tmp_path: Path) -> None:
    files = {f"train/{kind}/{each}.png": image(each + 100 * (kind == "cat")) for kind in KINDS for each in range(5)}
    made = imported(zipped(tmp_path / "x.zip", {**files, "test/1.png": image(3)}))
    audit = look(made)
    assert {each.key: each.severity for each in audit.findings}["leak"] == "passed"
    assert {each.key: each.severity for each in audit.findings}["label-conflict"] == "passed"


def test_an_image_that_is_given_a_class_trains(data_home: Path, tmp_path: Path) -> None:
    made = imported(kaggle(tmp_path / "x.zip"))
    first, second = made.select(UNLABELED)[:2].tolist()
    decisions.decide(made, [first, second], "relabel", 1)
    decisions.decide(made, [second], "exclude")
    decided = decisions.decided(made)
    before, after = parts(made, Split()), parts(made, Split(), decided)
    assert set(after.train) - set(before.train) == {first}
    assert after.labels[first] == 1
    assert np.array_equal(before.validation, after.validation), "what is measured on stays"
    assert f"{first},test1/0.png,unlabeled,relabel,dog," in decisions.to_csv(made)


@pytest.mark.parametrize("side", [12, 90], ids=["array", "files"])
def test_an_export_comes_back_and_the_script_divides_alike(
    data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: int
) -> None:
    made = imported(kaggle(tmp_path / "x.zip", (side, side)))
    given = int(made.select(UNLABELED)[2])
    decisions.decide(made, [given], "relabel", 0)
    decided = decisions.decided(made)
    path = tmp_path / ("out" if made.about.as_files else "out.npz")
    export.export(made, path)
    recipe = find_recipe("own-pictures").for_dataset(made.about, len(made))
    for split in (Split(), Split(test_pictures=6)):
        small = replace(recipe, split=split, steps=Pipeline((Resize(8, 8),)))
        found = loaded(recipe_script(small, made.about, decided), path, monkeypatch)
        expected = parts(made, split, decided)
        for name in ("train", "validation", "test"):
            assert np.array_equal(found[name], getattr(expected, name)), (split, name)
        assert found["labels"][given] == 0
    back = imported(path, "back")
    assert back.in_splits == made.in_splits
    assert back.about.class_names == made.about.class_names


def test_labels_are_checked_without_them(data_home: Path, tmp_path: Path) -> None:
    made = imported(kaggle(tmp_path / "x.zip"))
    features = np.random.default_rng(0).normal(size=(len(made), 16)).astype(np.float16)
    found = label_check.check(Dataset(made.folder, made.about), features)
    assert not np.isin(made.select(UNLABELED), found.errors.ids).any()


def test_where_no_image_has_a_label_the_classes_are_named(data_home: Path, tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {**{f"{number}.png": image(number) for number in range(6)}, "a.txt": b"x"})
    with pytest.raises(DatasetError, match="--classes cat,dog"):
        plan(path)
    for few in ((), ("cat",), ("cat", "Cat"), ("cat", " ")):
        with pytest.raises(DatasetError, match="at least two different classes"):
            plan(path, Choices("none", classes=few))
    found = plan(path, Choices(classes=("cat", "dog")))
    assert found.lines()[0] == "No labels yet. Classes to give: cat, dog"
    assert "6 images in x.zip" in found.lines()[1]
    assert len(found.preview()["unlabeled"]) == 6
    made = import_images(found, name="mine", title="Mine")
    assert made.in_splits == {"unlabeled": 6}
    assert made.about.class_names == ("cat", "dog")
    assert store.damage("mine") == ""
    decisions.decide(made, [0], RELABEL, 1)
    with pytest.raises(RecipeError, match=r"has 1 image so far. Label at least 3 images of each of two classes"):
        parts(made, Split(), decisions.decided(made))
    (made.folder / "labels.npy").write_bytes(b"")
    assert repair("mine").in_splits == {"unlabeled": 6}, "what was chosen is known"


def unlabeled(path: Path, count: int, **chosen: object) -> Dataset:
    """Import images that come without any label, to be labeled cat, dog or owl."""
    files = {f"{number % 8}_{number}.png": image(number) for number in range(count)}
    found = plan(zipped(path, files), Choices(classes=("cat", "dog", "owl"), **chosen))  # type: ignore[arg-type]
    return import_images(found, name="mine", title="Mine")


@pytest.mark.parametrize("split", [
    Split(), Split(seed=3), Split(fraction=0.9), Split(validation="test"), Split(folds=3, fold=2), Split(pictures=20),
    Split(test_pictures=6),
], ids=str)  # fmt: skip
@pytest.mark.parametrize("group", ["", "name:{group}_*"])
def test_labels_that_people_gave_are_divided(
    split: Split, group: str, data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = unlabeled(tmp_path / "x.zip", 60, group=group)
    given = {index: (index % 3) if index < 45 else 0 for index in range(50)}
    for label in range(3):
        decisions.decide(made, [index for index, each in given.items() if each == label], RELABEL, label)
    decisions.decide(made, [49], "exclude")
    decided = decisions.decided(made)
    found = parts(made, split, decided)
    again = parts(made, split, decided)
    judging = [found.test] if split.validation == "test" else [found.validation, found.test]
    ids = np.concatenate([found.train, *judging])
    assert len(np.unique(ids)) == len(ids), "no image is in two parts"
    assert set(ids.tolist()) <= set(range(49)), "neither excluded nor unlabeled"
    if not split.pictures:
        assert len(ids) == 49, "all that have a label take part"
    assert [found.labels[index] for index in ids] == [given[index] for index in ids]
    for part in [] if split.pictures else [found.train, *judging]:
        assert set(found.labels[part].tolist()) == {0, 1, 2}, "each class is in each part"
    assert np.array_equal(found.test, again.test)
    if group and made.groups is not None:
        sides = [set(made.groups[part].tolist()) for part in (found.train, *judging)]
        assert sum(map(len, sides)) == len(set.union(*sides)), "no group is divided"
    path = tmp_path / "out.npz"
    export.export(made, path)
    recipe = replace(find_recipe("own-pictures"), split=split, steps=Pipeline((Resize(8, 8),)))
    script = loaded(recipe_script(recipe.for_dataset(made.about), made.about, decided), path, monkeypatch)
    for name in ("train", "validation", "test"):
        assert np.array_equal(script[name], getattr(found, name)), name
    assert np.array_equal(script["labels"], found.labels)


def test_classes_with_few_labels_only_train_and_the_plan_says_so(data_home: Path, tmp_path: Path) -> None:
    made = unlabeled(tmp_path / "x.zip", 30)
    with pytest.raises(RecipeError, match=r"has none yet. Label at least 3 images"):
        parts(made, Split(), decisions.decided(made))
    for label, ids in ((0, range(5)), (1, range(5, 12)), (2, (20, 21))):
        decisions.decide(made, ids, RELABEL, label)
    with pytest.raises(RecipeError, match="ignores review decisions"):
        parts(made, Split(decisions="ignore"))
    decided = decisions.decided(made)
    found = parts(made, Split(), decided)
    assert {20, 21} <= set(found.train.tolist())
    assert set(found.labels[found.test].tolist()) == set(found.labels[found.validation].tolist()) == {0, 1}
    assert given_labels.said(made, decided, 0, by_group=True) == (
        "You labeled 14 of 30 images: these are split by class with seed 0 to train, validate and test; 16 without a "
        "label are left out. Images of owl train only: to test, a class needs 3 labels."
    )
    suits = suited(find_recipe("own-pictures"), made)
    assert (suits.split.validation, suits.fit.batch_size) == ("train", 4)
