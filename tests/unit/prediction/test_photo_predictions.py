"""From files' bytes to answers: every kind of photo, in order, each by itself; and what the page takes away as CSV."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core import runs
from core.evaluation import calibration, threshold
from core.evaluation.threshold import DecisionThreshold
from core.nn.inference.models import Given
from core.prediction import photo_predictions, worker
from core.prediction.photo_predictions import Prediction, Refusal
from core.preprocessing import CropAt, Pipeline
from core.recipes.recipe import find_recipe
from core.runs import Run, RunError
from core.storage.progress import Cancelled
from tests.unit.made_answers import MadeAnswer, probabilities
from tests.unit.made_runs import made_run
from tests.unit.photo_files import PHOTO_FILES, PhotoFile, saved, scene

NAMES = tuple("0123456789")


@pytest.fixture
def run(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run on the digits whose worker is made up."""
    MadeAnswer.asked.clear()
    monkeypatch.setattr(worker, "WorkerCall", MadeAnswer)
    return made_run()


@pytest.mark.parametrize("file", PHOTO_FILES, ids=lambda file: file.name)
def test_every_file_has_an_answer_or_a_sentence(run: Run, file: PhotoFile) -> None:
    (found,) = photo_predictions.predict_photos(run, [file.make()], total=1)
    if file.size is None:
        assert isinstance(found, Refusal)
        assert found.reason == file.reason
        assert found.sentence.endswith(".")
    else:
        assert isinstance(found, Prediction)
        assert found.seen.shape == (8, 8, 1)
        small = Image.open(io.BytesIO(found.thumbnail))
        assert max(small.size) <= 128
        assert (small.width > small.height) == (file.size[0] > file.size[1]), "upright"


def test_answers_come_in_order_with_the_refused_between_them(run: Run) -> None:
    shades = [Image.new("RGB", (9, 9), (shade,) * 3) for shade in range(0, 250, 13)]
    photos: list[bytes | Refusal] = [saved(each, "PNG") for each in shades]
    photos[3:3] = [b"", Refusal("not-readable", "There is no such file.")]
    told: list[tuple[str, int]] = []
    found = list(
        photo_predictions.predict_photos(
            run, photos, total=len(photos), progress=lambda doing, done, _t, _u: told.append((doing, done))
        )
    )
    expected = [int(shade / 25.6) for shade in range(0, 250, 13)]
    assert [each.label for each in found if isinstance(each, Prediction)] == expected
    assert [each.reason for each in found[3:5] if isinstance(each, Refusal)] == ["empty", "not-readable"]
    assert MadeAnswer.asked == [6, 8, 6], "portions, without what cannot be read"
    assert told[0] == ("reading", 0)
    assert ("answering", len(photos)) in told


def test_what_was_answered_before_a_cancellation_has_been_given(run: Run) -> None:
    def cancel(_doing: str, done: int, _total: int, _unit: str) -> None:
        if done == 20:
            raise Cancelled("Cancelled.")

    given = []
    with pytest.raises(Cancelled):
        for answer in photo_predictions.predict_photos(run, [saved(scene(), "PNG")] * 30, total=30, progress=cancel):
            given.append(answer)
    assert len(given) == 8


def test_probabilities_are_calibrated_and_it_is_said(run: Run) -> None:
    certain = photo_predictions.certainty(run)
    assert certain.said.startswith("Calibrated on 50 validation images")
    assert certain.calibration == calibration.of(run)
    (found,) = photo_predictions.predict_photos(run, [saved(scene(), "PNG")], total=1)
    assert isinstance(found, Prediction)
    assert found.probabilities == pytest.approx(calibration.of(run).apply(probabilities(found.seen)))
    assert found.probabilities.sum() == pytest.approx(1)


def test_a_run_that_cannot_be_calibrated_answers_and_says_so(run: Run) -> None:
    (run.folder / "evaluation.npz").unlink()
    assert photo_predictions.certainty(run).said.startswith("Not calibrated")
    (found,) = photo_predictions.predict_photos(run, [saved(scene(), "PNG")], total=1)
    assert isinstance(found, Prediction)
    assert found.probabilities.tolist() == probabilities(found.seen).tolist()


def test_a_photo_that_the_steps_do_not_fit_is_refused_and_the_others_are_answered(run: Run) -> None:
    recipe = replace(find_recipe("digits-cnn"), steps=Pipeline((CropAt(width=8, height=8),)))
    odd = runs.create(recipe, "digits")
    found = list(
        photo_predictions.predict_photos(odd, [saved(scene(size), "PNG") for size in ((5, 5), (8, 8))], total=2)
    )
    assert isinstance(found[0], Refusal)
    assert found[0].reason == "does-not-fit"
    assert isinstance(found[1], Prediction)
    bare = runs.create(replace(recipe, steps=Pipeline((CropAt(width=4, height=8),))), "digits")
    (found_bare,) = photo_predictions.predict_photos(bare, [saved(scene(), "PNG")], total=1)
    assert isinstance(found_bare, Refusal)
    assert "leave 4×8 pixels, gray" in found_bare.sentence


def test_a_network_that_answers_with_nan_is_refused_in_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(self: Any, _seconds: float) -> list[Given]:
        return [Given(np.full(10, np.nan, np.float32), known=True)]

    monkeypatch.setattr(MadeAnswer, "within", nothing)
    (found,) = photo_predictions.predict_photos(run, [saved(scene(), "PNG")], total=1)
    assert isinstance(found, Refusal)
    assert found.reason == "no-number"
    with pytest.raises(RunError, match="training diverged"):
        photo_predictions.predict_drawing(run, scene())


def test_characters_on_paper_are_framed_as_the_data_set_frames_its_own(run: Run) -> None:
    paper = Image.new("RGB", (300, 200), (240, 235, 230))
    paper.paste((20, 20, 60), (40, 30, 50, 120))
    photo = saved(paper, "PNG")
    ((plain,), (framed,)) = (
        list(photo_predictions.predict_photos(run, [photo], total=1, box=box)) for box in (None, 0.9)
    )
    assert isinstance(plain, Prediction)
    assert isinstance(framed, Prediction)
    assert plain.seen.mean() > 200
    assert framed.seen[0, 0, 0] == 0
    assert framed.seen.max() > 60
    assert framed.thumbnail == plain.thumbnail, "the photo itself is shown"


def test_a_class_called_ask_is_told_from_asking_somebody() -> None:
    names, booked = ("ask", "cat"), DecisionThreshold(0.7, "")
    sure = Prediction(np.array([0.75, 0.25]), np.zeros((1, 1, 1), np.uint8), b"")
    doubtful = replace(sure, probabilities=np.array([0.6, 0.4]))
    unknown = replace(sure, known=False)
    assert [each.asks(booked) for each in (sure, doubtful, unknown)] == [False, True, True]
    assert {each.decision(booked, names) for each in (sure, doubtful, unknown)} == {"ask"}
    found: list[tuple[str, Prediction | Refusal, str | None]] = [
        ("a.jpg", sure, None),
        ("b.jpg", doubtful, None),
        ("c.jpg", Refusal("empty", "The file is empty."), "cat"),
    ]
    rows = list(csv.DictReader(io.StringIO(photo_predictions.to_csv(found, booked, names))))
    assert [row["asked"] for row in rows] == ["False", "True", ""]
    assert rows[2]["said to be"] == "cat"
    assert rows[2]["problem"] == "The file is empty."
    assert threshold.in_words("ask", names, asked=False) == "ask"
    assert threshold.in_words("ask", names, asked=True) == "needs review"


def test_the_csv_has_a_row_for_each_photo_and_runs_no_formula() -> None:
    sure = Prediction(np.array([0.25, 0.75]), np.zeros((1, 1, 1), np.uint8), b"")
    found: list[tuple[str, Prediction | Refusal, str | None]] = [
        ("=cmd()!A1.jpg", sure, "cat"),
        ("b.jpg", replace(sure, probabilities=np.array([0.6, 0.4])), None),
        ("c.jpg", Refusal("empty", "The file is empty."), None),
    ]
    text = photo_predictions.to_csv(found, DecisionThreshold(0.7, ""), ("cat", "+dog"))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["file"] for row in rows] == ["'=cmd()!A1.jpg", "b.jpg", "c.jpg"]
    assert [row["decision"] for row in rows] == ["'+dog", "ask", ""]
    assert [row["said to be"] for row in rows] == ["cat", "", ""]
    assert float(rows[0]["p(+dog)"]) == 0.75
    assert rows[2]["problem"] == "The file is empty."
