"""The Explain page's view of an image as numbers: the frame, what scaling does, and exercise 52 a's runs."""

from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.datasets.sources import catalogue
from core.lessons import collapse
from core.recipes.recipe import find_recipe
from core.runs import Run
from tests.pages.opening import said, show
from tests.unit.made_runs import made_run


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list[tuple[np.ndarray, object]]:
    """The image that the component was given each time, and where its frame is."""
    found: list[tuple[np.ndarray, object]] = []

    def component(image: np.ndarray, _side: int, at: object, _moved: object, *, of: str, key: str) -> None:
        found.append((image, at))

    monkeypatch.setattr("pages.explain.numbers.magnifier", component)
    return found


def opened(app: AppTest, **address: str) -> AppTest:
    run = made_run()
    (run.folder / "model.keras").touch()
    return show(app, "explain", run=run.name, view="numbers", **address)


def test_the_image_is_shown_with_what_scaling_does(app: AppTest, frames: list[tuple[np.ndarray, object]]) -> None:
    opened(app, frame="1,2")
    image, at = frames[-1]
    assert (image.shape, at) == ((8, 8, 1), (1, 2))
    assert "| 0–255 | 0 to 255 |" in said(app)
    assert "| ÷ 255: 0–1 | 0 to 1 |" in said(app)


def test_without_a_run_of_exercise_52_a_its_training_is_offered(
    app: AppTest, frames: list[tuple[np.ndarray, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(app)
    assert "not on this computer" in said(app)
    # The digits stand in for CIFAR-10.
    monkeypatch.setattr("pages.explain.collapse._DATASET", "digits")
    started: list[str] = []
    monkeypatch.setattr(Run, "start", lambda run: started.append(run.name))
    app.run()
    app.button(key=f"collapse_{collapse.SCALED}").click().run()
    assert not app.exception
    made = collapse.newest(collapse.SCALED)
    assert made is not None
    assert started == [made.name]
    assert runs.find(made.name).about.name == catalogue.open_dataset("digits").about.name


def test_a_run_of_exercise_52_a_shows_what_became_of_it(app: AppTest, frames: list[tuple[np.ndarray, object]]) -> None:
    made_run(recipe=replace(find_recipe("digits-cnn"), name=collapse.UNSCALED))
    opened(app)
    assert "| First batches’ loss | 2.0" in said(app)
    assert "Guessing costs a loss of 2\\.30" in said(app)
