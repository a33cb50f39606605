"""The Explain page's view of networks that make images: training one, its samples, the walk, the game."""

from collections.abc import Callable

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core import runs
from core.runs import Run
from core.runs.model_files import GENERATOR
from pages.components.film import Film
from tests.pages.opening import said, show
from tests.unit.made_samples import made_generating_run, write_records


@pytest.fixture
def films(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Film, int, Callable[[int], None]]]:
    """What the component was given each time: the film, the frame, and what takes another."""
    found: list[tuple[Film, int, Callable[[int], None]]] = []

    def component(shown: Film, *, at: int, take: Callable[[int], None], key: str) -> None:
        found.append((shown, at, take))

    for module in ("new_images", "noise_walk"):
        monkeypatch.setattr(f"pages.explain.{module}.film", component)
    return found


def opened(app: AppTest, **address: str) -> AppTest:
    return show(app, "explain", view="new-images", **address)


def test_the_first_press_trains(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Run] = []
    monkeypatch.setattr(Run, "start", lambda run: started.append(run))
    opened(app)
    assert "No network that makes images yet" in said(app)
    assert "samples_train_gan-mnist" not in {button.key for button in app.button}, "MNIST is not here"
    app.button(key="samples_train_flow-digits").click().run()
    assert not app.exception
    assert [run.recipe.name for run in started] == ["flow-digits"]
    assert app.query_params["samples"] == started[0].name
    assert "Samples appear here" in said(app)


def test_samples_over_the_epochs_and_what_the_coach_says(
    app: AppTest, films: list[tuple[Film, int, Callable[[int], None]]]
) -> None:
    run = made_generating_run(epochs=3)
    opened(app, epoch="2")
    shown, at, take = films[-1]
    assert shown.frames.shape == (4, 50, 8, 8, 1)
    assert list(shown.columns) == list("0123456789")
    assert (shown.said[0], shown.said[at]) == ("before training", "epoch 2")
    assert "The samples look real" in said(app)
    assert "generator([noise, label])" in app.code[0].value
    take(1)
    assert not app.exception
    write_records(run.folder, 3, diversity=0.1)
    (run.folder / "samples" / "epoch-00001.npz").write_bytes(b"torn")
    app.run()
    assert not app.exception
    assert "Mode collapse" in said(app)
    assert "after epoch 1 are damaged" in app.warning[0].value
    assert films[-1][0].frames.shape[0] == 3
    assert "Train again: learning rate 6e-05" in app.button(key="samples_try").label


def test_the_walk_asks_the_network_once_and_goes_on_from_its_end(
    app: AppTest, films: list[tuple[Film, int, Callable[[int], None]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = made_generating_run()
    opened(app, shown="walk", wanted="7")
    assert "kept when the training ends" in said(app)
    (run.folder / GENERATOR).touch()
    asked: list[tuple[int, int, int]] = []

    class Answer:
        def __init__(self, count: int) -> None:
            self.count = count

        def wait(self) -> np.ndarray:
            return np.zeros((self.count, 8, 8, 1), np.uint8)

    def walked(_run: Run, first: int, last: int, label: int, count: int) -> Answer:
        asked.append((first, last, label))
        return Answer(count)

    monkeypatch.setattr("core.prediction.samples.walked", walked)
    monkeypatch.setattr("core.prediction.samples.forming", lambda _run, _seed, _label: Answer(13))
    opened(app, shown="walk", wanted="7", ends="3,8", step="4")
    (shown, at, _), (formed, _, _) = films[-2:]
    assert formed.said[-1] == "step 12 of 12"
    assert (shown.frames.shape, at) == ((33, 1, 8, 8, 1), 4)
    assert "7 on the way from noise 3 to noise 8" in shown.alt
    assert "generator([noise, label])" in app.code[0].value
    app.button(key="walk_on").click().run()
    assert not app.exception
    assert asked == [(3, 8, 7), (8, 9, 7)]
    assert app.query_params["ends"] == "8,9"


def test_the_game_keeps_score_and_begins_anew(app: AppTest) -> None:
    made_generating_run()
    opened(app, shown="game")
    assert "Which one was made?" in said(app)
    assert "generator([noise, label])" in app.code[0].value
    for number in range(3):
        app.button(key="game_left").click().run()
        assert not app.exception
        assert app.metric[0].value.endswith(f"of {number + 1}")
    assert "of 3 right" in said(app)
    app.button(key="game_again").click().run()
    assert app.metric[0].value == "0 of 0"
    assert app.query_params["game"] == "1"


@pytest.mark.parametrize("page", ["train", "runs", "errors", "predict"])
def test_other_pages_do_without_what_such_a_run_has_not(app: AppTest, page: str) -> None:
    run = made_generating_run()
    address = {"run": run.name} if page in ("train", "runs") else {}
    show(app, page, **address)
    assert not app.error, [each.value for each in app.error]
    assert [each.name for each in runs.with_model()] == []
