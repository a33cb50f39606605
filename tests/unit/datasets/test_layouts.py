"""Public layouts of datasets, as they unpack: classes and splits are those that were meant, the rest is said."""

from collections import Counter

import numpy as np
import pytest

from core.datasets.sources import labels
from core.datasets.sources.labels import Labelling
from core.datasets.store import SPLITS, DatasetError


def tree(text: str) -> list[tuple[str, ...]]:
    """Return paths of `train/{cat,dog}/{1,2}.jpg`: braces give each of what is between them, `~` a space."""
    found: list[str] = []
    for each in text.split():
        opened = [each]
        while any("{" in path for path in opened):
            opened = [
                f"{path[: path.index('{')]}{choice}{path[path.index('}') + 1 :]}"
                for path in opened
                for choice in path[path.index("{") + 1 : path.index("}")].split(",")
            ]
        found += opened
    return [tuple(path.replace("~", " ").split("/")) for path in found]


def understood(found: Labelling) -> dict[str, dict[str, int]]:
    """Return how many files each class has in each split; those whose split no folder tells are in `drawn`."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in found.class_names}
    for position in np.flatnonzero(found.labels >= 0):
        split = "drawn" if found.splits is None else SPLITS[found.splits[position]]
        counts[found.class_names[found.labels[position]]][split] += 1
    return {name: dict(each) for name, each in counts.items()}


def left_out(found: Labelling) -> dict[str, int]:
    """Return how many files are left out of each folder that is said."""
    return dict(Counter(found.left_out[place].where for place in found.reasons if place >= 0))


LAYOUTS = {
    "class folders": ("x/{cat,dog}/{1,2}.jpg", {"cat": {"drawn": 2}, "dog": {"drawn": 2}}, {}),
    "splits": (
        "{train,test}/{cat,dog}/{1,2}.jpg",
        {"cat": {"train": 2, "test": 2}, "dog": {"train": 2, "test": 2}},
        {},
    ),
    "splits below classes": (
        "{cat,dog}/{train,val}/{1,2}.jpg",
        {"cat": {"train": 2, "test": 2}, "dog": {"train": 2, "test": 2}},
        {},
    ),
    "doubled folders": (
        "training_set/training_set/{cats,dogs}/{1,2}.jpg test_set/test_set/{cats,dogs}/3.jpg",
        {"cats": {"train": 2, "test": 1}, "dogs": {"train": 2, "test": 1}},
        {},
    ),
    "doubled folders beside a third": (
        "single_prediction/{1,2}.jpg dataset/training_set/{cats,dogs}/{1,2}.jpg dataset/test_set/{cats,dogs}/3.jpg",
        {"cats": {"train": 2, "test": 1}, "dogs": {"train": 2, "test": 1}},
        {"single_prediction": 2},
    ),
    "traffic signs": (
        "Train/{0,1}/{1,2}.png Test/{00,01}.png Meta/{0,1}.png Test.csv",
        {"0": {"drawn": 2}, "1": {"drawn": 2}},
        {"Test": 2, "Meta": 2, ".": 1},
    ),
    "names in train, no label in test1": (
        "train/{cat,dog}.{0,1}.jpg test1/{1,2}.jpg",
        {"cat": {"drawn": 2}, "dog": {"drawn": 2}},
        {"test1": 2},
    ),
    "folds": (
        "fold_{0,1,2}/{all,hem}/{1,2}.bmp",
        {"all": {"drawn": 6}, "hem": {"drawn": 6}},
        {},
    ),
    "fruits": (
        "fruits-360/Training/{Apple,Pear}/{1,2}.jpg fruits-360/Test/{Apple,Pear}/3.jpg "
        "fruits-360/test-multiple_fruits/{a,b,c}.jpg fruits-360/papers/fruits.pdf",
        {"Apple": {"train": 2, "test": 1}, "Pear": {"train": 2, "test": 1}},
        {"fruits-360/test-multiple_fruits": 3, "fruits-360/papers": 1},
    ),
    "scenes": (
        "seg_train/seg_train/{sea,street}/{1,2}.jpg seg_test/seg_test/{sea,street}/3.jpg seg_pred/seg_pred/{4,5}.jpg",
        {"sea": {"train": 2, "test": 1}, "street": {"train": 2, "test": 1}},
        {"seg_pred/seg_pred": 2},
    ),
    "words of splits": (
        "{Training~Data,eval,test-set}/{cat,dog}/1.jpg",
        {"cat": {"train": 1, "validation": 1, "test": 1}, "dog": {"train": 1, "validation": 1, "test": 1}},
        {},
    ),
    "one word": ("{TrainingSet,TestSet}/{a,b}/1.jpg", {"a": {"train": 1, "test": 1}, "b": {"train": 1, "test": 1}}, {}),
    "years": ("{train2017,val2017}/{a,b}/1.jpg", {"a": {"train": 1, "test": 1}, "b": {"train": 1, "test": 1}}, {}),
    "a common prefix": (
        "asl_alphabet_train/asl_alphabet_train/{A,B}/{A1,A2}.jpg asl_alphabet_test/asl_alphabet_test/{A,B}_test.jpg",
        {"A": {"drawn": 2}, "B": {"drawn": 2}},
        {"asl_alphabet_test/asl_alphabet_test": 2},
    ),
    "tiny ImageNet": (
        "tiny/train/{n01,n02}/images/{1,2}.JPEG tiny/val/images/{1,2,3}.JPEG tiny/val/val_annotations.txt "
        "tiny/test/images/4.JPEG",
        {"n01": {"drawn": 2}, "n02": {"drawn": 2}},
        {"tiny/val/images": 3, "tiny/val": 1, "tiny/test/images": 1},
    ),
    "a test of no class": (
        "train/{cat,dog}/{1,2}.jpg test/{1,2,3}.jpg",
        {"cat": {"drawn": 2}, "dog": {"drawn": 2}},
        {"test": 3},
    ),
    "predict beside train": (
        "train/{cat,dog}/{1,2}.jpg predict/{1,2,3}.jpg",
        {"cat": {"drawn": 2}, "dog": {"drawn": 2}},
        {"predict": 3},
    ),
    "anything beside train": (
        "train/{cat,dog}/{1,2}.jpg posters/{1,2,3}.jpg",
        {"cat": {"drawn": 2}, "dog": {"drawn": 2}},
        {"posters": 3},
    ),
    "pets": (
        "images/{Abyssinian,yorkshire_terrier}_{1,2}.jpg annotations/trimaps/Abyssinian_{1,2}.png annotations/list.txt",
        {"Abyssinian": {"drawn": 2}, "yorkshire_terrier": {"drawn": 2}},
        {"annotations": 3},
    ),
    "images and masks": (
        "{COVID,Normal}/{images,masks}/{1,2}.png README.txt",
        {"COVID": {"drawn": 2}, "Normal": {"drawn": 2}},
        {"COVID/masks": 2, "Normal/masks": 2, ".": 1},
    ),
    "masks beside their images": (
        "{benign,normal}/a_({1,2}).png {benign,normal}/a_({1,2})_mask.png benign/a_(1)_mask_1.png",
        {"benign": {"drawn": 2}, "normal": {"drawn": 2}},
        {"benign": 3, "normal": 2},
    ),
    "masks of train": (
        "train/{cat,dog}_{1,2}.png train_masks/{cat,dog}_{1,2}.png",
        {"cat": {"drawn": 2}, "dog": {"drawn": 2}},
        {"train_masks": 4},
    ),
    "people with masks": (
        "{mask,no_mask}/{1,2}.jpg",
        {"mask": {"drawn": 2}, "no_mask": {"drawn": 2}},
        {},
    ),
    "versions": (
        "PlantVillage/{grayscale,color,segmented}/{Apple___scab,Apple___healthy}/{1,2}.JPG",
        {"Apple___healthy": {"drawn": 2}, "Apple___scab": {"drawn": 2}},
        {"PlantVillage/grayscale": 4, "PlantVillage/segmented": 4},
    ),
    "a nested copy": (
        "chest_xray/{train,test}/{NORMAL,PNEUMONIA}/{1,2}.jpg "
        "chest_xray/chest_xray/{train,test}/{NORMAL,PNEUMONIA}/{1,2}.jpg",
        {"NORMAL": {"train": 2, "test": 2}, "PNEUMONIA": {"train": 2, "test": 2}},
        {"chest_xray/chest_xray": 8},
    ),
    "a nested copy of classes": (
        "cell_images/{Parasitized,Uninfected}/{1,2}.png cell_images/cell_images/{Parasitized,Uninfected}/{1,2}.png",
        {"Parasitized": {"drawn": 2}, "Uninfected": {"drawn": 2}},
        {"cell_images/cell_images": 4},
    ),
    "our own export": (
        "pets/train/{0-cat,1-dog}/{1,2}.jpg pets/test/{0-cat,1-dog}/3.jpg",
        {"cat": {"train": 2, "test": 1}, "dog": {"train": 2, "test": 1}},
        {},
    ),
    "numbers that are names": (
        "{001.Albatross,002.Auklet}/{1,2}.jpg",
        {"001.Albatross": {"drawn": 2}, "002.Auklet": {"drawn": 2}},
        {},
    ),
    "patients": (
        "{8863,8864,8865,8867,8913,8914}/{0,1}/{1,2}.png",
        {"0": {"drawn": 12}, "1": {"drawn": 12}},
        {},
    ),
    "splits one level down": (
        "data/{train,valid,test}/{cat,dog}/1.jpg plots/{1,2}.png",
        {"cat": {"train": 1, "validation": 1, "test": 1}, "dog": {"train": 1, "validation": 1, "test": 1}},
        {"plots": 2},
    ),
    "camera names": ("{cat,dog}/IMG_{0001,0002}.jpg", {"cat": {"drawn": 2}, "dog": {"drawn": 2}}, {}),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_understood(name: str) -> None:
    text, classes, out = LAYOUTS[name]
    found, _ = labels.best(tree(text), None, "x.zip")
    assert understood(found) == classes
    assert left_out(found) == out
    assert found.warnings == ()


@pytest.mark.parametrize(
    ("text", "kind", "classes"),
    [
        ("Fruit/{Apple,Pear}/{1,2}.jpg Root/{Beet,Carrot}/{1,2}.jpg", None, "Fruit Root"),
        ("Fruit/{Apple,Pear}/{1,2}.jpg Root/{Beet,Carrot}/{1,2}.jpg", "folders:2", "Apple Beet Carrot Pear"),
        ("x/{color,gray}/{A,B}/{1,2}.jpg", "folders", "A B"),
        ("x/{color,gray}/{A,B}/{1,2}.jpg", "folders:2", "color gray"),
        ("train/{cat,dog}/{a,b}_{1,2}.jpg test/cat/a_3.jpg", "names", "a b"),
    ],
)
def test_another_way_can_be_chosen(text: str, kind: str | None, classes: str) -> None:
    found, others = labels.best(tree(text), kind, "x.zip")
    assert found.class_names == tuple(classes.split())
    for other in others:
        again, _ = labels.best(tree(text), other.kind, "x.zip")
        assert again.kind == other.kind
        assert other.text.endswith(", ".join(again.class_names))


def test_the_other_versions_of_images_are_offered() -> None:
    paths = tree("x/{grayscale,color}/{A,B}/{1,2}.jpg")
    found, others = labels.best(paths, None, "x.zip")
    assert "color is read" in found.notes[0]
    assert [each.kind for each in others] == ["folders:3:grayscale", "folders:2", "folders:3"]
    gray, _ = labels.best(paths, "folders:3:grayscale", "x.zip")
    assert gray.class_names == ("A", "B")
    assert left_out(gray) == {"x/color/A": 2, "x/color/B": 2}


def test_splits_stay_where_a_level_is_chosen() -> None:
    found, _ = labels.best(tree("{train,test,extra}/Fruit/{Apple,Pear}/{1,2}.jpg"), "folders:3", "x.zip")
    assert understood(found) == {"Apple": {"train": 2, "test": 2}, "Pear": {"train": 2, "test": 2}}
    assert left_out(found) == {"extra": 4}


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        ("{train,test}/{cat,dog}/{1,2}.jpg", "folders:1", "test, train: this names a split"),
        ("{cat,masks}/{1,2}.jpg", None, "masks: folders of this name hold masks"),
        ("images/{1,2}.jpg", None, "images: a folder of this name just holds images"),
        ("IMAGES_part_{1,2}/{A1,A2}.jpg", "folders", "these look like parts of one dataset"),
        ("{color,gray}/{A,B}/{1,2}.jpg", "folders:1", "these look like versions of the same images"),
    ],
)
def test_what_looks_wrong_is_said(text: str, kind: str | None, sentence: str) -> None:
    found, _ = labels.best(tree(text), kind, "x.zip")
    assert sentence in found.warnings[0]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("folder", "received 'folder'"),
        ("folders:0", "received 'folders:0'"),
        ("folders:9", r"x\.zip has no classes by folders:9\. What it has: folders \(Folders: cat, dog\)"),
        ("folders:1:gray", r"x\.zip has no classes by folders:1:gray"),
    ],
)
def test_a_way_that_finds_nothing_is_said(kind: str, sentence: str) -> None:
    with pytest.raises(DatasetError, match=sentence):
        labels.best(tree("{cat,dog}/{1,2}.jpg"), kind, "x.zip")


def test_a_tree_of_many_folders_is_read_in_time() -> None:
    # Hostile ones: many folders beside each other, each of which could be a copy, a mask or a class.
    many = [f"{number} mask" for number in range(5_000)]
    for paths in ([(name, "y", "1.jpg") for name in many], [("y", name, "1.jpg") for name in many]):
        with pytest.raises(DatasetError, match="5,000 classes"):
            labels.best(paths, "folders", "x.zip")


def test_each_class_may_have_the_same_names_of_files() -> None:
    found, _ = labels.best(tree("{cat,dog,images}/images/{1,2}.jpg images/{1,2}.jpg"), None, "x.zip")
    assert {name for name, counts in understood(found).items() if counts == {"drawn": 2}} == {"cat", "dog"}
