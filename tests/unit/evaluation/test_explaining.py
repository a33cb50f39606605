"""What explains an answer: heatmaps on images, nearest images, changed images, and features that are kept."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core import runs
from core.datasets import store
from core.datasets.audit import report
from core.datasets.decisions import Decided
from core.datasets.sources import catalogue
from core.datasets.views import embedding_map as maps
from core.errors import StorageError
from core.evaluation import label_errors
from core.evaluation.explaining import feature_map, features, sensitivity, subject, training_labels
from core.evaluation.explaining.heat import GRAD_CAM, HeatMaps, laid_over
from core.evaluation.explaining.nearest import nearest
from core.evaluation.explaining.sensitivity import CHANGES
from core.evaluation.predictions import Predictions
from core.recipes.recipe import find_recipe
from core.runs import Run, RunError
from core.storage.progress import quiet
from core.training.parts import Parts
from tests.unit.datasets.test_audit import clean
from tests.unit.made_runs import unsigned

RNG = np.random.default_rng(0)


@pytest.fixture
def run(data_home: Path) -> Run:
    """A run on the digits whose network is only named."""
    made = runs.create(find_recipe("digits-cnn"))
    (made.folder / "model.keras").write_bytes(b"a network")
    return made


def test_heat_is_bright_where_it_is_most_and_leaves_gray_what_is_cold() -> None:
    image = np.full((4, 8, 3), (200, 100, 0), np.uint8)
    heat = np.zeros((2, 4), np.float32)
    heat[0, 3] = 5
    shown = laid_over(image, heat, 80)
    assert shown.size == (80, 40), "enlarged by a whole number"
    pixels = np.asarray(shown).astype(int)
    assert len(set(pixels[-1, 0])) == 1, "gray"
    assert pixels[0, -1, 0] > pixels[0, -1, 2] + 50, "the brightest of the colours is yellow"
    cold = np.asarray(laid_over(image, np.zeros((2, 4), np.float32), 80))
    assert np.ptp(cold.astype(int), axis=2).max() == 0
    assert laid_over(np.zeros((300, 200, 1), np.uint8), heat, 100).size == (67, 100)


def test_a_map_says_how_it_was_made() -> None:
    assert "7×5 grid" in HeatMaps(GRAD_CAM, np.zeros((1, 5, 7), np.float32)).said


@pytest.mark.parametrize("count", [1, 20_000])
def test_the_nearest_are_those_of_brute_force(count: int) -> None:
    vectors = RNG.normal(size=(count, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    ids = np.flatnonzero(np.arange(count) % 2 == 0)
    found, cosines = nearest(vectors, ids, vectors[0], 9)
    expected = ids[np.argsort(-(vectors[ids] @ vectors[0]), kind="stable")[:9]]
    assert found.tolist() == expected.tolist()
    assert found[0] == 0
    assert cosines[0] == pytest.approx(1, abs=1e-5)
    assert np.all(np.diff(cosines) <= 0)


def test_images_are_changed_as_they_are_said_to_be() -> None:
    image = np.zeros((20, 20, 1), np.uint8)
    image[10, 10] = 200
    parts = sensitivity.by_change(sensitivity.changed(image))
    assert [len(part) for part in parts] == [len(change.values) for change in CHANGES]
    sideways, upright, _, brightness = parts
    for change, part in zip(CHANGES, parts, strict=True):
        assert np.array_equal(part[change.middle], image), change.title
    assert np.argwhere(sideways[-1])[0].tolist() == [10, 14, 0], "20% of the width to the right"
    assert np.argwhere(upright[-1])[0].tolist() == [14, 10, 0], "20% of the height down"
    assert brightness[0].max() == 40
    column = np.zeros((21, 21, 1), np.uint8)
    column[:10, 10] = 255
    right = sensitivity.by_change(sensitivity.changed(column))[2][-1]
    assert right[:10, 11:].sum() > right[:10, :10].sum(), "clockwise brings the upper half to the right"


def test_how_far_an_answer_holds_is_said_in_words() -> None:
    turned = CHANGES[2]
    answers = np.zeros((len(turned.values), 2))
    answers[:, 0] = 1
    assert sensitivity.in_words(turned, answers, ("cat", "dog")) == "Always predicted as cat."
    answers[turned.middle - 3] = (0.1, 0.9)
    answers[-1] = (0.1, 0.9)
    assert sensitivity.in_words(turned, answers, ("cat", "dog")) == "Prediction changes from cat to dog at −15°."
    assert CHANGES[3].in_words(0.4) == "×0.4"


def test_features_are_kept_until_the_network_changes(run: Run) -> None:
    assert features.load(run) is None
    vectors = RNG.normal(size=(7, 5)).astype(np.float32)
    vectors[3] = 0
    features.keep(run, iter([vectors[:4], vectors[4:]]), 7)
    found = features.load(run)
    assert found is not None
    assert found.dtype == np.float16
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    assert found == pytest.approx(vectors / np.maximum(lengths, 1e-9), abs=1e-3)
    newer = (run.folder / "features.npy").stat().st_mtime_ns + 1_000_000
    os.utime(run.folder / "model.keras", ns=(newer, newer))
    assert features.load(run) is None, "the network is another by now"
    os.utime(run.folder / "model.keras", ns=(0, 0))
    (run.folder / "features.npy").write_bytes(b"\x93NUMPY torn")
    assert features.load(run) is None


def test_features_of_a_network_that_is_another_by_the_time_do_not_count(run: Run) -> None:
    def portions() -> Iterator[np.ndarray]:
        yield RNG.normal(size=(7, 5)).astype(np.float32)
        (run.folder / "model.keras").write_bytes(b"the network of a training that went on")

    os.utime(run.folder / "model.keras", ns=(1, 1))
    features.keep(run, portions(), 7)
    assert (run.folder / "features.npy").exists()
    assert features.load(run) is None


def test_features_that_cannot_be_stored_leave_nothing(run: Run) -> None:
    def full() -> "np.typing.NDArray[np.float32]":
        raise OSError(28, "No space left on device")

    with pytest.raises(StorageError, match="the disk is full"):
        features.keep(run, (full() for _ in range(1)), 7)
    with pytest.raises(RunError, match="diverged"):
        features.keep(run, iter([np.full((7, 3), np.nan, np.float32)]), 7)
    assert not list(run.folder.glob("*features*"))


def test_many_features_become_fewer_and_keep_who_is_near() -> None:
    vectors = RNG.normal(size=(40, 5000)).astype(np.float32)
    vectors[20:] = vectors[:20] + RNG.normal(scale=0.3, size=(20, 5000))
    reduced = features.unit(vectors)
    assert reduced.shape == (40, features.REDUCED)
    assert np.linalg.norm(reduced, axis=1) == pytest.approx(1, abs=1e-5)
    assert (reduced[:20] @ reduced[20:].T).argmax(axis=1).tolist() == list(range(20))
    assert features.unit(vectors[:1])[0] == pytest.approx(reduced[0], abs=1e-6), "the same for one image as for many"


def test_an_image_is_known_by_its_place_in_the_data_set() -> None:
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]], np.float32)
    found = Predictions(np.array([4, 9, 11]), np.array([0, 0, 1], np.int16), probabilities)
    known = subject.prediction_of(found, 9)
    assert known is not None
    assert known.label == 0
    assert [known.loss, known.worse_than] == pytest.approx([-np.log(0.2), 2 / 3])
    assert subject.prediction_of(found, 5) is None


def test_a_data_set_that_is_gone_or_another_is_said(run: Run) -> None:
    digits = catalogue.open_dataset("digits")
    assert subject.network_input(run, digits, 3).shape == (8, 8, 1)
    assert len(subject.parts_of(run).train) > 1000
    text = unsigned(run.folder / "dataset.json")
    (run.folder / "dataset.json").write_text(text.replace(digits.about.content_hash or "", "another"))
    with pytest.raises(RunError, match="has changed since this run"):
        runs.dataset_of(Run(run.folder))
    (run.folder / "dataset.json").write_text(text.replace('"digits"', '"vanished"'))
    with pytest.raises(store.DatasetError):
        runs.dataset_of(Run(run.folder))


def test_findings_of_the_audit_are_told_of_their_images(data_home: Path) -> None:
    arrays = clean()
    arrays["pictures"][4] = 128
    made = store.write(store.About("made-up", "Made up", "", "", ("cat", "dog"), (40, 40, 3)), arrays)
    assert subject.flags(made, 4) == [], "not audited yet"
    report.audit(made)
    assert "almost-empty" in [finding.key for finding in subject.flags(made, 4)]
    assert subject.flags(made, 5) == []


def test_the_map_of_features_shows_a_part_and_is_kept_until_they_change(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunError, match="not known yet"):
        feature_map.by_pca(run, "test")
    digits = catalogue.open_dataset("digits")
    features.keep(run, iter([digits.images.reshape(len(digits), -1).astype(np.float32)]), len(digits))
    found = feature_map.by_pca(run, "test")
    assert found.ids.tolist() == digits.select("test").tolist()
    assert 0 < found.explained[1] <= found.explained[0] < 1
    divided = [set(feature_map.sample_ids(run, part)) for part in ("train", "validation", "test")]
    assert sum(map(len, divided)) == len(set.union(*divided)) == len(digits)

    assert feature_map.find_tsne(run, "test") is None
    monkeypatch.setattr(maps, "tsne", lambda components, _progress: components[:, 1::-1])
    assert feature_map.make_tsne(run.name, "test", quiet) == {"pictures": 360}
    arranged = feature_map.find_tsne(run, "test")
    assert arranged is not None
    assert arranged.ids.tolist() == found.ids.tolist()
    assert np.abs(arranged.coordinates[:, ::-1]) == pytest.approx(np.abs(found.coordinates), abs=1e-4)
    newer = (run.folder / "features-tsne-test.npz").stat().st_mtime_ns + 1_000_000
    os.utime(run.folder / "features.npy", ns=(newer, newer))
    assert feature_map.find_tsne(run, "test") is None


def test_training_labels_are_judged_by_others_and_kept_until_the_network_changes(run: Run) -> None:
    digits = catalogue.open_dataset("digits")
    train = subject.parts_of(run).train
    wrong = train[::40]
    relabelled = {int(index): int((digits.labels[index] + 1) % 10) for index in wrong}
    (run.folder / "decisions.json").write_text(Decided(labels=relabelled).to_json())
    judged = Run(run.folder)
    pixels = digits.images.reshape(len(digits), -1).astype(np.float32)
    subject._parts.cache_clear()
    assert training_labels.load(judged) is None
    training_labels.judge(judged, features.unit(pixels), quiet)
    found = training_labels.load(judged)
    assert found is not None
    assert found.ids.tolist() == train.tolist()
    assert found.probabilities.shape == (len(train), 10)
    implausible = label_errors.find(found.ids, found.labels, found.probabilities)
    assert np.isin(implausible.ids[: len(wrong)], wrong).mean() > 0.75
    newer = (run.folder / "training_labels.npz").stat().st_mtime_ns + 1_000_000
    os.utime(run.folder / "model.keras", ns=(newer, newer))
    assert training_labels.load(judged) is None


def test_labels_of_too_few_images_are_not_judged(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = catalogue.open_dataset("digits")
    few = Parts(digits.select("train")[:3], np.empty(0, int), np.empty(0, int), np.array(digits.labels))
    monkeypatch.setattr(subject, "parts_of", lambda _run: few)
    with pytest.raises(RunError, match="at least two classes with 2 training images"):
        training_labels.judge(run, np.zeros((len(digits), 4), np.float32), quiet)
