"""The map of a network's features on a page: made on request, then shown."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation.explaining import features
from core.runs import Run
from core.runs.run_job import RunJob
from tests.pages.opening import said
from tests.pages.test_explanation_card import keep_features, run, shown

__all__ = ["run"]  # a fixture


def map_of(name: str) -> None:
    import streamlit as st

    from core import runs
    from pages.errors import embedding_map

    st.session_state["chosen"] = embedding_map.show(runs.find(name), "test")


def test_features_are_made_on_request(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[RunJob, Run]] = []
    monkeypatch.setattr(RunJob, "start", lambda job, run: started.append((job, run)))
    app = shown(map_of, run.name)
    assert "needs the network's features" in said(app)
    app.button(key="make_features").click().run()
    assert started == [(features.JOB, run)]


def test_the_map_says_what_is_ringed_and_returns_the_lasso(run: Run) -> None:
    keep_features(run)
    app = AppTest.from_function(map_of, default_timeout=90, args=(run.name,)).run()
    assert not app.exception
    assert "rings mark the" in said(app)
    assert app.session_state["chosen"] is None
    app.session_state[f"features_{run.name}_test_lasso"] = np.array([3, 4])
    assert app.run().session_state["chosen"].tolist() == [3, 4]
