"""What is damaged, said above every page; a data home that cannot be read."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.evaluation import ood
from pages.common import damage_notice as damaged_page
from tests.pages.opening import said, show
from tests.unit.evaluation.test_ood import HALF
from tests.unit.made_runs import made_run

PAGES = ("home", "datasets", "browse", "preprocess", "augment", "train", "runs", "errors", "predict")


@pytest.mark.parametrize("page", PAGES)
def test_every_page_says_what_is_damaged_and_shows_the_rest(app: AppTest, page: str) -> None:
    whole, broken = made_run(title="Whole"), made_run()
    (broken.folder / "status.json").write_text('{"state": [], "created": 1}')
    damaged_page._last.clear()
    show(app, page)
    assert f"The run {broken.name} is damaged".replace("-", "\\-") in said(app)
    assert "state must be" in said(app)
    app.button(key=f"damaged_run {broken.name}").click().run()
    assert "is damaged" not in said(app)
    assert runs.all_runs() == [whole]


def test_a_data_home_that_cannot_be_read_is_a_sentence(
    app: AppTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PIXELWISE_HOME", str(tmp_path / "file"))
    app.run()
    assert not app.exception
    assert "cannot be read" in app.error[0].value


def test_predict_says_that_a_run_asks_because_it_can_no_longer_tell(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.prediction.photo_predictions.warm", lambda _run: None)
    run = made_run()
    (run.folder / "model.keras").write_bytes(b"no network")
    ood.keep(run.folder, HALF)
    show(app, "predict", run=run.name)
    assert not app.warning
    (run.folder / "novelty.npz").unlink()
    show(app, "predict", run=run.name)
    assert "every answer is to ask a person" in app.warning[0].value
