"""The Predict page: photos of every kind, answered once; what the user says of them; datasets made of them."""

from pathlib import Path

import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from core import runs
from core.datasets import store
from core.datasets.sources import catalogue
from core.evaluation import threshold
from core.nn.inference.models import Given
from core.prediction import worker
from core.runs import Run, folders
from tests.pages.opening import said, show
from tests.unit.made_answers import MadeAnswer
from tests.unit.made_runs import made_run
from tests.unit.photo_files import PHOTO_FILES, saved


@pytest.fixture
def run(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run on the digits whose worker is made up, and why it answers so left out."""
    MadeAnswer.asked.clear()
    monkeypatch.setattr("pages.predict.open_photo.explain_answer", lambda *_arguments, **_key: None)
    monkeypatch.setattr(worker, "WorkerCall", MadeAnswer)
    made = made_run()
    (made.folder / "model.keras").touch()
    return made


def shade(value: int) -> bytes:
    return saved(Image.new("RGB", (20, 10), (value,) * 3), "PNG")


def bring(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    app.button_group(key="way").set_value("Upload").run()
    app.file_uploader[0].set_value([(name, data, "image/png") for name, data in files]).run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def test_every_kind_of_photo_at_once(app: AppTest, run: Run) -> None:
    show(app, "predict")
    bring(app, *((file.name, file.make()) for file in PHOTO_FILES))
    # The page takes TIFF, too: it becomes PNG.
    readable = [file for file in PHOTO_FILES if file.size or file.name == "scan.tiff"]
    assert f"**{len(readable)} photos**, least confident first" in said(app)
    refused = app.error[0].value.replace("\\", "")
    for file in PHOTO_FILES:
        assert (f"{file.name}: " in refused) == (file not in readable), file.name
    app.button(key="take_refused").click().run()
    assert not app.error
    assert f"**{len(readable)} photos**" in said(app)


def test_a_photo_unlike_what_the_run_learned_from_is_said_to_be(
    app: AppTest, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = MadeAnswer.within

    def nothing_known(self: MadeAnswer, seconds: float) -> list[Given | None] | None:
        found = answer(self, seconds)
        return found and [each and Given(each.probabilities, known=False) for each in found]

    monkeypatch.setattr(MadeAnswer, "within", nothing_known)
    show(app, "predict")
    bring(app, ("a.png", shade(10)))
    assert "Unlike the training data" in [each.value for each in app.header]
    assert "Needs review" in said(app)
    assert "would say 0" in said(app)
    assert "**Had it to choose**" in said(app), "a bar of 99% is no answer here"


def test_photos_are_taken_once_though_a_slow_browser_sends_them_again(app: AppTest, run: Run) -> None:
    show(app, "predict")
    app.button_group(key="way").set_value("Upload").run()
    app.file_uploader[0].set_value([("a.png", shade(10), "image/png"), ("b.png", shade(100), "image/png")])
    sent = app._tree.get_widget_states()
    app.run()
    assert "**2 photos**" in said(app)
    # With the next click a browser sends the state of every widget that it still draws, the filled one's as well.
    app._run(sent)
    assert "**2 photos**" in said(app)


def test_a_photo_is_answered_once_over_reruns_and_page_changes(app: AppTest, run: Run) -> None:
    show(app, "predict")
    bring(app, ("a.png", shade(10)), ("b.png", shade(100)), ("again.png", shade(10)))
    assert MadeAnswer.asked == [2], "what has the same content is asked once"
    assert "**3 photos**" in said(app)
    app.run()
    show(app, "browse")
    show(app, "predict")
    assert "**3 photos**" in said(app)
    assert MadeAnswer.asked == [2]
    bring(app, ("c.png", shade(200)))
    assert MadeAnswer.asked == [2, 1]
    assert "c\\.png" in said(app), "a single new photo is opened"


def test_another_run_or_a_new_model_is_asked_anew(app: AppTest, run: Run) -> None:
    show(app, "predict")
    bring(app, ("a.png", shade(10)))
    (run.folder / "model.keras").write_bytes(b"trained on")
    app.run()
    assert MadeAnswer.asked == [1, 1]


def test_the_threshold_decides_between_an_answer_and_asking(app: AppTest, run: Run) -> None:
    show(app, "predict")
    threshold.save(run, 0.1)
    bring(app, ("a.png", shade(10)))
    assert "Answer: 0" in said(app)
    assert "You chose this threshold" in said(app)
    threshold.save(run, 0.999)
    app.run()
    assert "Needs review" in said(app)
    assert "less sure than the 99.9%" in said(app)


def test_what_a_threshold_does_to_other_images_is_told_as_an_interval(app: AppTest, run: Run) -> None:
    show(app, "predict")
    booked = threshold.default(run)
    low, high = threshold.forecast(run).at(booked.threshold).right_elsewhere
    assert low < high
    assert f"expect **{low:.1%} to {high:.1%}**" in said(app)
    assert booked.reason.split(": ")[1].rstrip(".") in said(app).replace("\\", "")


def test_a_run_without_validation_images_answers_and_says_what_cannot_be_told(app: AppTest, run: Run) -> None:
    (run.folder / "evaluation.npz").unlink()
    show(app, "predict")
    bring(app, ("a.png", shade(10)))
    assert "Not calibrated" in said(app)
    assert "What it leads to cannot be told" in said(app)


def test_what_photos_show_makes_a_data_set_to_train_on(app: AppTest, run: Run) -> None:
    show(app, "predict")
    bring(app, ("a.png", shade(10)), ("b.png", shade(100)))
    truth = next(each for each in app.button_group if str(each.key).startswith("truth_"))
    truth.set_value("7").run()
    assert not app.exception
    app.text_input(key="extended_digits_1 photo").set_value("Digits and mine").run()
    app.button(key="extend").click().run()
    assert not app.exception
    assert "has 1,798 images, 1 of them new" in app.success[0].value
    made = catalogue.open_dataset("digits-and-mine")
    assert made.labels[-1] == 7
    app.button(key="train_on_added").click().run()
    assert not app.exception
    assert app.title[0].value == "Train"


def test_what_cannot_be_added_is_said(app: AppTest, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    show(app, "predict")
    bring(app, ("a.png", shade(10)))
    next(each for each in app.button_group if str(each.key).startswith("truth_")).set_value("0").run()
    app.text_input(key="extended_digits_1 photo").set_value(" ").run()
    app.button(key="extend").click().run()
    assert "needs a title" in app.error[0].value
    assert store.names() == ["digits"]


def test_samples_are_photos_too(app: AppTest, run: Run) -> None:
    show(app, "predict")
    app.button_group(key="way").set_value("Examples").run()
    app.button(key="sample_flower.jpg").click().run()
    assert not app.exception
    assert "flower\\.jpg · 640×427 pixels" in said(app)


def test_starting_afresh_leaves_nothing(app: AppTest, run: Run) -> None:
    show(app, "predict")
    bring(app, ("a.png", shade(10)))
    next(each for each in app.button if each.label == "Clear photos").click().run()
    assert not app.exception
    assert "a\\.png" not in said(app)


def test_a_name_from_outside_is_shown_as_text(app: AppTest, run: Run) -> None:
    show(app, "predict")
    bring(app, ("![](https://x/y) :red[x].png", shade(10)))
    assert "\\!\\[\\]\\(https\\:\u2060//x/y\\) \\:\u2060red\\[x\\]\\.png" in said(app)


def test_a_shipped_run_answers_on_a_fresh_machine(
    app: AppTest, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    models = tmp_path / "models"
    monkeypatch.setattr(folders, "SHIPPED", models)
    models.mkdir()
    run.folder.rename(models / "pets")
    before = sorted(path.name for path in (models / "pets").iterdir())
    assert runs.all_runs() == []
    show(app, "predict")
    bring(app, ("a.png", shade(10)))
    assert "a\\.png" in said(app)
    threshold.save(runs.shipped()[0], 0.9)
    assert sorted(path.name for path in (models / "pets").iterdir()) == before, "nothing is written into it"
