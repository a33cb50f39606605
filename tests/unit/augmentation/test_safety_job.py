"""Checks in the background, with a network that is known in place of the worker's."""

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import runs
from core.augmentation import Augmentation
from core.augmentation.safety import job
from core.augmentation.safety.job import Check, check, find, start
from core.datasets import store
from core.datasets.sources import catalogue
from core.runs import Run, RunError
from tests.pages.test_pages import finished_run
from tests.unit.made_runs import unsigned

FLIP = Augmentation(horizontal_flip=True)


@pytest.fixture
def run(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    def always_three(run: Run, batch: np.ndarray) -> np.ndarray:
        return np.tile(np.eye(10)[3], (len(batch), 1))

    monkeypatch.setattr("core.prediction.worker.predict_prepared", always_three)
    return finished_run()


def ended(key: str) -> Check:
    found = find(key)
    assert found is not None
    for _ in range(1800):
        if not found.standing.going_on:
            return found
        time.sleep(0.05)
    raise TimeoutError


def test_images_are_drawn_by_the_seed_from_the_part(run: Run) -> None:
    first, again, other = (check(run, FLIP, "test", 100, seed) for seed in (0, 0, 1))
    assert (first.ids == again.ids).all()
    assert (first.ids != other.ids).any()
    assert len(set(first.ids.tolist())) == 100
    assert first.fall.plain == (first.labels == 3).sum()
    assert check(run, FLIP, "test", 9999, 0).fall.images == 360


def test_it_goes_on_in_the_background_and_the_same_is_done_once(run: Run) -> None:
    key = start(run, FLIP, "test", 50, 0)
    assert start(run, FLIP, "test", 50, 0) == key
    standing = ended(key).standing
    assert standing.result is not None
    assert standing.result.fall.images == 50
    assert start(run, FLIP, "test", 51, 0) != key


def test_what_goes_wrong_is_said_and_can_be_tried_again(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(run: Run, batch: np.ndarray) -> np.ndarray:
        raise RunError("There is no network.")

    monkeypatch.setattr("core.prediction.worker.predict_prepared", refuse)
    key = start(run, FLIP, "test", 52, 0)
    failed = ended(key)
    assert failed.standing.cause == "There is no network."
    assert start(run, FLIP, "test", 52, 0) == key
    assert find(key) is not failed


def test_a_data_set_that_has_changed_is_not_checked(run: Run) -> None:
    about = run.folder / "dataset.json"
    about.write_text(unsigned(about).replace('"content_hash": "', '"content_hash": "0'))
    with pytest.raises(RunError, match="has changed") as checked:
        check(Run(run.folder), FLIP, "test", 10, 0)
    with pytest.raises(RunError) as opened:
        runs.dataset_of(Run(run.folder))
    assert str(checked.value) == str(opened.value), "said alike wherever it matters"


def test_a_cancelled_check_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(run: Run, batch: np.ndarray) -> np.ndarray:
        time.sleep(0.2)
        return np.tile(np.eye(10)[3], (len(batch), 1))

    monkeypatch.setattr("core.prediction.worker.predict_prepared", slow)
    key = start(run, FLIP, "test", 53, 0)
    found = job.find(key)
    assert found is not None
    found.cancel()
    assert "canceled" in ended(key).standing.cause


def test_a_run_on_other_images_of_the_same_classes_is_asked_about_the_test_images(run: Run) -> None:
    digits = catalogue.open_dataset("digits")
    upside_down = tuple(reversed(digits.about.class_names))
    arrays = {
        "pictures": np.asarray(digits.images[:40]),
        "labels": np.asarray(9 - digits.labels[:40]),
        "splits": np.repeat(np.array([0, 1], np.uint8), 20),
    }
    other = store.write(replace(digits.about, name="other", class_names=upside_down), arrays)
    found = check(run, FLIP, "test", 100, 0, other)
    assert found.ids.tolist() == list(range(20, 40))
    assert (found.labels == digits.labels[20:40]).all(), "classes as the run numbers them"
    fruit = store.write(replace(digits.about, name="fruit", class_names=tuple("abcdefghij")), arrays)
    with pytest.raises(RunError, match="knows other images than"):
        check(run, FLIP, "test", 100, 0, fruit)
