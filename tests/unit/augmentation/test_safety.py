"""Whether augmentation is safe: what a network that is known makes of draws that are known."""

import numpy as np
import pytest

from core.augmentation import Augmentation
from core.augmentation.safety.measurement import Fall, Safety, in_words, measure
from core.storage.progress import Cancelled

NAMES = ("left", "right", "neither")
LEFT, RIGHT, NEITHER = range(3)


def images(of_each: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """A bright half, left or right, or all dark: flipped, left is right, and neither stays."""
    labels = np.repeat([LEFT, RIGHT, NEITHER], of_each)
    made = np.zeros((len(labels), 8, 8, 1), np.uint8)
    made[labels == LEFT, :, :4] = 200
    made[labels == RIGHT, :, 4:] = 200
    return made, labels


def brighter_side(batch: np.ndarray) -> np.ndarray:
    left, right = batch[:, :, :4].mean((1, 2, 3)), batch[:, :, 4:].mean((1, 2, 3))
    answers = np.where(left > right, LEFT, np.where(right > left, RIGHT, NEITHER))
    return np.eye(3)[answers] * 0.7 + 0.1


def found(augmentation: Augmentation, of_each: int = 200, seed: int = 0) -> Safety:
    batch, labels = images(of_each)
    return measure(brighter_side, batch, np.arange(len(labels)), labels, augmentation, seed=seed)


def test_a_flip_costs_what_is_flipped_and_no_more() -> None:
    safety = found(Augmentation(horizontal_flip=True))
    flipped = np.array([draw["flip_horizontal"] for draw in safety.draws])
    wrong = flipped & (safety.labels != NEITHER)
    assert safety.fall == Fall(600, 600, 600 - wrong.sum(), wrong.sum(), 0)
    by_class = safety.by_class(3)
    assert by_class[NEITHER] == Fall(200, 200, 200, 0, 0)
    assert by_class[LEFT].lost == (wrong & (safety.labels == LEFT)).sum()
    assert sorted(safety.lost()) == np.flatnonzero(wrong).tolist()


def test_of_a_flip_only_what_is_flipped_counts_as_confused() -> None:
    (confused,) = found(Augmentation(horizontal_flip=True)).confused
    assert confused.field == "horizontal_flip"
    assert {confused.true, confused.taken_for} == {LEFT, RIGHT}
    assert confused.count == confused.of < 200


def test_each_setting_alone_tells_which_one_costs() -> None:
    safety = found(Augmentation(horizontal_flip=True, brightness_range=(0.8, 1.2), rotation_range=5))
    assert next(iter(safety.alone)) == "horizontal_flip"
    assert safety.alone["brightness_range"].share == 0
    said = in_words(safety, "test", NAMES)
    assert said[0].startswith("Be careful")
    assert any(sentence.startswith("Horizontal flip has the largest effect") for sentence in said)
    assert any("in 100%" in sentence and "Horizontal flip alone" in sentence for sentence in said)
    assert not any("Brightness alone" in sentence for sentence in said)


def test_what_changes_no_answer_is_safe_and_nothing_is_named() -> None:
    said = in_words(found(Augmentation(brightness_range=(0.5, 1.5))), "test", NAMES)
    assert said[0].startswith("Looks safe")
    assert "drops by 0.0 points" in said[1]
    assert "600 original test images" in said[1]
    assert said[2:] == ["No single setting lowers accuracy by more than chance would explain."]


def test_few_images_are_not_enough_to_call_it_safe() -> None:
    assert in_words(found(Augmentation(brightness_range=(0.5, 1.5)), of_each=3), "test", NAMES)[0].startswith(
        "Inconclusive"
    )


def test_the_same_seed_finds_the_same() -> None:
    flip = Augmentation(horizontal_flip=True, rotation_range=30)
    assert (found(flip).after == found(flip).after).all()
    assert (found(flip).after != found(flip, seed=1).after).any()


def test_only_the_images_asked_about_are_counted() -> None:
    batch, labels = images()
    ids = np.array([0, 25, 59])
    safety = measure(brighter_side, batch, ids, labels[ids], Augmentation(rotation_range=1))
    assert safety.fall.images == 3
    assert safety.before.tolist() == [LEFT, RIGHT, NEITHER]


def test_it_can_be_cancelled() -> None:
    def cancel(doing: str, done: int, total: int, unit: str) -> None:
        raise Cancelled("enough")

    batch, labels = images()
    with pytest.raises(Cancelled):
        measure(brighter_side, batch, np.arange(60), labels, Augmentation(), progress=cancel)


@pytest.mark.parametrize("true_fall", [0.0, 0.1, 0.4])
def test_the_interval_holds_the_true_fall_nineteen_times_of_twenty(true_fall: float) -> None:
    chance, n, times = np.random.default_rng(0), 400, 2000
    won = 0.03
    counts = chance.multinomial(n, [true_fall + won, won, 1 - true_fall - 2 * won], times)
    ends = np.array([Fall(n, 0, 0, int(lost), int(gained)).interval for lost, gained, _ in counts])
    held = ((ends[:, 0] <= true_fall) & (true_fall <= ends[:, 1])).mean()
    assert 0.935 <= held <= 0.975


def test_the_interval_of_no_image_is_everything() -> None:
    low, high = Fall(0, 0, 0, 0, 0).interval
    assert low < -0.6 < 0.6 < high
