"""Browse, Label: what is proposed is accepted or corrected by a click or key, and the next image is asked about."""

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import decisions
from core.datasets.features import imagenet_classes, neighbours
from core.datasets.store import UNLABELED, About, Dataset, write
from core.training import features
from tests.pages.opening import said, show

PAGE = "browse"


@pytest.fixture
def mixed(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Two classes apart: 12 images train, 12 test, 6 have no class."""
    true = np.arange(30) % 2
    seen = np.eye(2, 8)[true] + np.random.default_rng(0).normal(0, 0.05, (30, 8))
    monkeypatch.setattr(features, "known", lambda _dataset: seen.astype(np.float16))
    splits = np.repeat([0, 1, 3], [12, 12, 6]).astype(np.uint8)
    pictures = np.random.default_rng(1).integers(0, 256, (30, 8, 8, 1), np.uint8)
    labels = np.where(splits == 3, -1, true).astype(np.int16)
    return write(About("mixed", "Mixed", "", "", ("cat", "dog"), (8, 8, 1)), {
        "pictures": pictures, "labels": labels, "splits": splits})  # fmt: skip


def opened(app: AppTest, dataset: str) -> AppTest:
    app.session_state["dataset"] = dataset
    app.session_state["browse_view"] = "Label"
    return show(app, PAGE)


def test_images_are_labelled_one_by_one(app: AppTest, mixed: Dataset) -> None:
    opened(app, "mixed")
    assert "**0 labeled by you** · 6 left · accuracy on 12 held-back images **100.0%**" in said(app)
    app.button(key="label_accept").click().run()
    app.button(key="label_2").click().run()
    app.button(key="label_unsure").click().run()
    assert not app.exception
    made = decisions.current(mixed)
    assert sorted(each.decision for each in made.values()) == ["relabel", "relabel", "unsure"]
    assert set(made) <= set(mixed.select(UNLABELED).tolist())
    assert "**2 labeled by you** · 3 left" in said(app)
    assert "before your first label 100.0%" in said(app)
    app.button(key="label_undo").click().run()
    assert "**2 labeled by you** · 4 left" in said(app)
    app.button(key="label_compare_start").click().run()
    assert "On labels that are known: after 8 labels" in said(app) or "after 0 labels" in said(app)


def test_where_all_is_labelled_it_says_so(app: AppTest) -> None:
    opened(app, "digits")
    assert "All images have a label" in app.info[0].value


def test_without_features_they_are_offered(app: AppTest, mixed: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "known", lambda _dataset: None)
    opened(app, "mixed")
    assert "needs a pretrained network" in said(app)


@pytest.mark.parametrize("view", ["pictures", "overview", "map"])
def test_they_can_be_browsed(app: AppTest, mixed: Dataset, view: str) -> None:
    index = int(mixed.select(UNLABELED)[0])
    opened = show(app, "browse", dataset="mixed", split=UNLABELED, view=view, picture=str(index))
    assert "**6 images**" in said(opened)
    assert "**unlabeled** · image 24" in said(opened).replace("\\", "")
    assert "without a class, it neither trains nor tests; give it one (L)" in said(opened)


def test_images_without_a_class_are_named_so_among_similar_ones(
    app: AppTest, mixed: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = np.array([25, 0, 26, 1]), np.array([0.9, 0.8, 0.7, 0.6], np.float32)
    monkeypatch.setattr(neighbours, "nearest", lambda _dataset, _index, _most: found)
    monkeypatch.setattr(imagenet_classes, "of_image", lambda _dataset, _index: [])
    show(app, PAGE, dataset="mixed", view="pictures", picture="24")
    assert "**More like this** · unlabeled: 2 of 4, cat: 1 of 4, dog: 1 of 4" in said(app)


@pytest.fixture
def bare(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """Two classes apart, 24 images, none of which came with a class."""
    seen = np.eye(2, 8)[np.arange(24) % 2] + np.random.default_rng(0).normal(0, 0.05, (24, 8))
    monkeypatch.setattr(features, "known", lambda _dataset: seen.astype(np.float16))
    return write(About("bare", "Bare", "", "", ("cat", "dog"), (8, 8, 1)), {
        "pictures": np.random.default_rng(1).integers(0, 256, (24, 8, 8, 1), np.uint8),
        "labels": np.full(24, -1, np.int16),
        "splits": np.full(24, 3, np.uint8),
    })  # fmt: skip


def test_a_dataset_without_labels_is_labelled_from_the_first_on_and_trains(app: AppTest, bare: Dataset) -> None:
    opened(app, "bare")
    assert "Once two classes have labels, the network proposes one." in said(app)
    assert not any(each.key == "label_accept" for each in app.button)
    app.button(key="label_1").click().run()
    index = next(iter(decisions.current(bare)))
    assert "which class?" in said(app), "one class alone proposes nothing"
    decisions.decide(bare, [each for each in range(24) if each % 2 == index % 2][:6], "relabel", 0)
    decisions.decide(bare, [each for each in range(24) if each % 2 != index % 2][:5], "relabel", 1)
    app.run()
    assert app.button(key="label_accept")
    assert not app.exception
    app.session_state["recipe"] = "own-pictures"
    show(app, "train")
    assert not app.exception
    assert not app.error
    assert not app.button(key="train").disabled
    told = said(app).replace("\\", "")
    labeled = len(decisions.current(bare))
    assert f"You labeled {labeled} of 24 images: these are split by class with seed 0" in told
    assert f"{24 - labeled} without a label are left out." in told


def test_train_says_what_is_missing_while_there_are_no_labels(app: AppTest, bare: Dataset) -> None:
    app.session_state["dataset"] = "bare"
    show(app, "train")
    assert not app.exception
    assert app.button(key="train").disabled
    assert "Bare came without labels, and has none yet" in app.error[0].value


def test_a_dataset_without_labels_is_shown_by_its_images(app: AppTest, bare: Dataset) -> None:
    show(app, "datasets")
    assert sum("alt='unlabeled'" in each.proto.body for each in app.get("html")) == 1
