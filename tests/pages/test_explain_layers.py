"""Explain: through the network, with layers that no network made."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import pages.explain.views  # noqa: F401 what it imports has the worker as it is
from core.nn.inference import layers
from core.nn.inference.layers import Layers
from core.prediction import worker
from core.runs import Run, kept_epochs
from core.runs.kept_epochs import KeptEpochError
from tests.pages.opening import said, show
from tests.unit.made_answers import made_layers, made_products
from tests.unit.made_runs import made_run


class MadeLayers:
    """Stands in for `core.prediction.worker.WorkerCall` where layers are asked for."""

    asked: ClassVar[list[tuple[Any, ...]]] = []

    def __init__(self, _run: Run, function: object, _image: np.ndarray, epoch: int | None, *place: int) -> None:
        """Ask."""
        self._function, self._epoch, self._place = function, epoch, place
        MadeLayers.asked.append((epoch, *place))

    def within(self, _seconds: float) -> Any:
        """Answer."""
        if self._epoch == 1:
            raise KeptEpochError("The weights after epoch 1 cannot be read. Choose another epoch.")
        return (made_products(),) if self._function is layers.products else made_layers()

    def wait(self) -> Any:
        """Answer."""
        return self.within(0)


@pytest.fixture
def run(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(worker, "WorkerCall", MadeLayers)
    MadeLayers.asked.clear()
    made = made_run([4])
    (made.folder / "model.keras").touch()
    for epoch in (0, 1, 2):
        kept_epochs.keep(made, epoch, [np.zeros(8, np.float32)])
    return made


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the view has the component show, each time."""
    found: list[dict[str, Any]] = []

    def component(image: np.ndarray, _found: Layers, names: Sequence[str], *epochs: Any, **more: Any) -> None:
        found.append({"image": image, "names": names, "epochs": epochs[0], "epoch": epochs[1], **more})

    monkeypatch.setattr("pages.explain.layers.layer_maps", component)
    return found


def test_the_layers_are_shown_with_the_epochs_that_are_kept(
    app: AppTest, run: Run, shown: list[dict[str, Any]]
) -> None:
    show(app, "explain", view="layers", run=run.name, picture="5")
    assert shown[-1]["image"].shape == (8, 8, 1)
    assert (shown[-1]["epochs"], shown[-1]["epoch"]) == ([0, 1, 2, None], None)
    assert "after epochs 0, 1, 2 are kept with the run" in said(app)
    assert MadeLayers.asked == [(None,)]


def test_an_epoch_and_a_place_by_the_link_are_shown_with_the_products(
    app: AppTest, run: Run, shown: list[dict[str, Any]]
) -> None:
    show(app, "explain", view="layers", run=run.name, picture="5", epoch="2", at="4-1-6-6")
    assert (shown[-1]["epoch"], shown[-1]["place"]) == (2, (4, 1, 6, 6))
    assert shown[-1]["told"].sum == 2
    assert MadeLayers.asked == [(2,), (2, 4, 1, 6, 6)]
    app.session_state["layers_place"] = (4, 0, 3, 3)
    app.run()
    assert MadeLayers.asked[2:] == [(2, 4, 0, 3, 3)], "the layers are those that are there"


@pytest.mark.parametrize("at", ["9-0-0-0", "4-3-0-0", "4-0-7-0"])
def test_a_place_that_the_network_lacks_is_left(app: AppTest, run: Run, shown: list[dict[str, Any]], at: str) -> None:
    show(app, "explain", view="layers", run=run.name, picture="5", at=at)
    assert shown[-1]["place"] is None
    assert "at" not in app.query_params


def test_damaged_weights_of_an_epoch_are_said_and_the_final_ones_shown(
    app: AppTest, run: Run, shown: list[dict[str, Any]]
) -> None:
    show(app, "explain", view="layers", run=run.name, picture="5", epoch="1")
    assert "epoch 1 cannot be read" in app.warning[0].value
    assert shown[-1]["epoch"] is None


def test_a_run_without_kept_epochs_says_so(app: AppTest, run: Run, shown: list[dict[str, Any]]) -> None:
    kept_epochs.remove_after(run, -1)
    show(app, "explain", view="layers", run=run.name, picture="5", epoch="2")
    assert shown[-1]["epochs"] == [None]
    assert "kept no weights of earlier epochs" in said(app)


def test_a_network_that_gives_no_number_is_said(
    app: AppTest, run: Run, shown: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = made_layers()._replace(probabilities=np.full(10, np.nan))
    monkeypatch.setattr(MadeLayers, "within", lambda _self, _seconds: broken)
    assert "training diverged" in said(show(app, "explain", view="layers", run=run.name, picture="5"))
    assert shown == []
