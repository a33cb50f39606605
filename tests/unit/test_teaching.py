"""Teaching by example without a worker: what is kept, what is learned, and what is said of bad input."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import damaged
from core.errors import PixelwiseError
from core.nn.inference import teaching
from core.prediction import worker
from core.recipes.recipe import find_recipe
from core.runs import RunError
from core.teaching import clues, head, making, project
from core.teaching.learner import Learned, Learner
from core.teaching.project import MOST_IMAGES, Project, TeachingError
from core.training.features import unit
from core.training.parts import parts
from tests.unit.photo_files import saved


def photo(shade: int, seed: int = 0) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 30, (24, 32, 3))
    return saved(Image.fromarray((noise + shade).astype(np.uint8)), "PNG")


def files(shade: int, count: int) -> list[tuple[str, bytes]]:
    return [(f"{seed}.png", photo(shade, seed)) for seed in range(count)]


@pytest.fixture
def taught(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project without images; the worker's features are colours, noisy."""

    def made(_function: object, images: np.ndarray) -> np.ndarray:
        values = np.ones((len(images), 1280), np.float32)
        values[:, :640] *= images.mean(axis=(1, 2, 3))[:, np.newaxis] / 40
        return values + np.random.default_rng(0).random((len(images), 1280)).astype(np.float32) / 10

    monkeypatch.setattr(worker, "ask", made)
    return project.find("mine")


def learn(taught: Project) -> Learner:
    made = Learner(taught.folder)
    made.wake()
    if made._thread is not None:
        made._thread.join(60)
    return made


def known(taught: Project) -> Learned:
    made = learn(taught)
    assert not made.problem
    assert made.learned is not None
    return made.learned


def test_two_classes_are_learned_by_themselves_and_anew_after_a_change(taught: Project) -> None:
    taught.add_images(1, files(20, 10))
    assert learn(taught).learned is None, "one class cannot be told from anything"
    taught.add_images(2, files(200, 10))
    found = known(taught)
    assert found.class_names == ("Class 1", "Class 2")
    assert found.accuracy is not None
    assert found.accuracy[0] == 1.0
    assert 0.8 < found.accuracy[1] < 0.9, "of 20 images that are all right little more is certain"
    assert [size for size, _ in found.curve] == [1, 2, 3, 5]
    taught.add_class("Third")
    assert known(taught).class_names == ("Class 1", "Class 2"), "a class without images is not known, and no harm"


def test_what_is_taught_survives_a_restart_and_features_are_not_asked_again(
    taught: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught.add_images(1, files(20, 3))
    taught.add_images(2, files(200, 3))
    before = known(taught)
    project._content.cache_clear()
    monkeypatch.setattr(worker, "ask", lambda *_arguments: pytest.fail("asked again"))
    after = known(project.find("mine"))
    assert np.allclose(before.head.weights, after.head.weights)


def test_damaged_features_are_made_again(taught: Project) -> None:
    taught.add_images(1, files(20, 3))
    taught.add_images(2, files(200, 3))
    known(taught)
    (taught.folder / "seen.npz").write_bytes(b"torn")
    assert known(taught).whole


def test_an_image_in_two_classes_is_kept_said_and_not_learned_from(taught: Project) -> None:
    taught.add_images(1, [*files(20, 3), ("both.png", photo(100))])
    taught.add_images(2, [*files(200, 3), ("both.png", photo(100))])
    (names,) = taught.content().disputed.values()
    assert names == ["Class 1", "Class 2"]
    assert len(known(taught).images) == 6
    (disputed,) = taught.content().disputed
    taught.remove_image(2, disputed)
    assert len(known(taught).images) == 7


def test_what_is_no_image_is_refused_by_name_and_the_rest_is_taken(taught: Project) -> None:
    added = taught.add_images(1, [("a.png", photo(20)), ("b.txt", b"text"), ("c.png", b""), ("a2.png", photo(20))])
    assert (added.added, added.known, added.too_many) == (1, 1, 0)
    assert [each.file for each in added.refused] == ["b.txt", "c.png"]
    assert [each.name for each in taught.content().of(1).images] == ["a.png"]


def test_two_thousand_frames_of_a_stuck_button_end_at_the_limit(taught: Project) -> None:
    frames = [("camera.png", saved(Image.new("L", (8, 8 + n // 256), n % 256), "PNG")) for n in range(2_000)]
    added = taught.add_images(1, frames, take="recording 1")
    assert (added.added, added.too_many) == (MOST_IMAGES, 2_000 - MOST_IMAGES)
    assert taught.add_images(1, frames[-3:]).too_many == 3
    assert len(taught.content().of(1).images) == MOST_IMAGES


def test_a_class_that_was_removed_comes_back_with_its_images(taught: Project) -> None:
    taught.add_images(1, files(20, 3))
    before = taught.content()
    taught.remove_class(1)
    taught.tidy()
    taught.restore(before)
    assert len(taught.content().of(1).images) == 3
    assert taught.thumbnail(taught.content().of(1).images[0]).startswith(b"\xff\xd8")


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "Class 2", "class 2"])
def test_a_name_that_cannot_be_is_refused(taught: Project, name: str) -> None:
    with pytest.raises(TeachingError):
        taught.rename_class(1, name)
    assert taught.content().of(1).name == "Class 1"


def test_a_lost_image_is_named_and_what_is_known_stays(taught: Project) -> None:
    taught.add_images(1, files(20, 3))
    taught.add_images(2, files(200, 3))
    learner = learn(taught)
    taught.add_images(1, [("new.png", photo(30, 99))])
    taught.file(taught.content().of(1).images[-1]).unlink()
    learner.wake()
    assert learner._thread is not None
    learner._thread.join(60)
    assert "new.png" in learner.problem
    assert learner.learned is not None


def test_images_that_are_all_lost_are_said(taught: Project) -> None:
    taught.add_images(1, files(20, 3))
    taught.add_images(2, files(200, 3))
    for path in taught.folder.glob("images/*"):
        path.unlink()
    assert "6 images cannot be read any more, such as" in learn(taught).problem


def test_a_worker_that_fails_is_said(taught: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    taught.add_images(1, files(20, 3))
    taught.add_images(2, files(200, 3))

    def fails(*_arguments: object) -> None:
        raise RunError("The worker was killed.")

    monkeypatch.setattr(worker, "ask", fails)
    assert learn(taught).problem == "The worker was killed."


def test_a_damaged_project_is_said(taught: Project) -> None:
    taught.add_images(1, files(20, 1))
    (taught.folder / "project.json").write_text('{"classes": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}]}')
    with pytest.raises(PixelwiseError, match="damaged"):
        taught.content()
    (found,) = damaged.all_damaged()
    assert found.key == "project mine"
    assert found.for_good, "a person is asked first"
    assert found.remove is not None
    found.remove()
    assert project.projects() == []


def test_what_is_far_from_all_images_is_none_of_these() -> None:
    rng = np.random.default_rng(0)
    own = unit(rng.random((20, 64)) + 5 * np.eye(64)[np.arange(20) % 2])
    others = unit(rng.random((20, 64)) + 5 * np.eye(64)[10 + np.arange(20)])
    assert (head.nearness(own, own, among_own=True) >= head.known_from(own)).mean() >= 0.9
    assert not (head.nearness(own, others) >= head.known_from(own)).any()


def test_frames_of_one_recording_stay_together_where_they_can() -> None:
    labels = np.repeat([0, 1], 20)
    takes = np.repeat(np.arange(8), 5)
    for learned, held in head._folds(labels, takes):
        assert not set(takes[learned]) & set(takes[held])
    assert head.is_grouped(labels, takes)
    assert not head.is_grouped(labels, np.repeat([0, 1], 20)), "a class of one recording"


def test_few_images_that_are_all_right_do_not_make_it_certain() -> None:
    right = np.array([[0.6, 0.4], [0.4, 0.6]] * 5)
    labels = np.array([0, 1] * 5)
    logits = np.log(right) / head.temperature(right, labels)
    sure = float(np.exp(logits[0, 0]) / np.exp(logits[0]).sum())
    assert sure == pytest.approx(11 / 12, abs=0.01)


def test_brightness_or_edges_alone_are_said_and_neither_where_only_the_middle_differs() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], 15)
    plain = rng.integers(60, 120, (30, 16, 16, 3)).astype(np.uint8)
    dark, edged, middle = plain.copy(), plain.copy(), plain.copy()
    dark[labels == 1] += 100
    edged[labels == 1, :3, :, 0] += 120
    edged[labels == 0, :3, :, 2] += 120
    shapes = rng.integers(0, 2, 30).astype(bool)
    middle[shapes, 6:10, 6:10] = 255
    assert [each.split()[0] for each in clues.said(dark, labels)] == ["Brightness"]
    assert "at the edges" in " ".join(clues.said(edged, labels))
    assert list(clues.said(middle, labels)) == []


def test_probabilities_are_those_of_the_fitted_layer_for_two_classes_and_three() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    for classes in (2, 3):
        labels = np.arange(30) % classes
        features = unit(rng.random((30, 12)) + np.eye(12)[labels])
        wanted = LogisticRegression(C=30.0, max_iter=200).fit(features, labels).predict_proba(features)
        assert np.allclose(head.fitted(features, labels, classes).probabilities(features), wanted, atol=1e-3)
        assert np.allclose(head.compact(features) @ head.compact(features).T, features @ features.T, atol=1e-5)


def test_many_classes_of_few_images_are_a_dataset_that_can_be_divided(taught: Project) -> None:
    for class_id in range(3, 8):
        taught.add_class(f"Kind {class_id}")
    for class_id in range(1, 8):
        taught.add_images(class_id, [(f"{n}.png", photo(20 * class_id, 100 * class_id + n)) for n in range(6)])
    found = known(taught)
    dataset = making._dataset(taught, found)
    assert dataset.about.class_names == found.class_names
    assert np.array_equal(dataset.labels, found.labels)
    divided = parts(dataset, find_recipe(teaching.RECIPE).split)
    for ids in (divided.train, divided.validation, divided.test):
        assert len(np.unique(dataset.labels[ids])) == 7


def test_a_run_of_too_few_images_is_refused_and_says_of_which_class(taught: Project) -> None:
    taught.add_images(1, files(20, 8))
    taught.add_images(2, files(200, 5))
    with pytest.raises(TeachingError, match="Class 2 has 5 images: a run needs 6 of each class"):
        making.make(taught, known(taught))


def test_a_photo_is_seen_whole_whatever_its_size() -> None:
    assert project.seen(photo(10)).shape == (224, 224, 3)
    large = io.BytesIO()
    Image.new("RGB", (3000, 1000), "red").save(large, "JPEG")
    assert project.seen(large.getvalue()).shape == (224, 224, 3)
