"""Whose labels are judged on a page: those of a part at once, those of training images by a job."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets.sources import catalogue
from core.evaluation.explaining import features, subject, training_labels
from core.runs import Run
from core.runs.run_job import RunJob
from core.storage.progress import quiet
from tests.pages.opening import said
from tests.pages.test_explanation_card import run, shown

__all__ = ["run"]  # a fixture


def choice(name: str) -> None:
    import streamlit as st

    from core import runs
    from core.evaluation import predictions
    from pages.errors import label_check

    st.session_state["page"] = "errors"
    of = runs.find(name)
    part, judged = label_check.choose(of, "test", predictions.load(of, "test"))
    st.session_state["chosen"] = part, None if judged is None else judged.ids


def with_training(app: AppTest) -> AppTest:
    app.session_state["labels_of"] = "train"
    return app.run()


def test_a_parts_labels_are_judged_by_the_runs_own_predictions(run: Run) -> None:
    part, ids = shown(choice, run.name).session_state["chosen"]
    assert part == "test"
    assert ids.tolist() == catalogue.open_dataset("digits").select("test").tolist()


def test_training_labels_are_judged_on_request(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[RunJob, Run]] = []
    monkeypatch.setattr(RunJob, "start", lambda job, run: started.append((job, run)))
    app = with_training(shown(choice, run.name))
    assert app.session_state["chosen"] == ("train", None)
    assert "may have memorized them" in said(app)
    app.button(key="judge_labels").click().run()
    assert started == [(training_labels.JOB, run)]

    digits = catalogue.open_dataset("digits")
    pixels = digits.images.reshape(len(digits), -1).astype(np.float32)
    training_labels.judge(run, features.unit(pixels), quiet)
    part, ids = with_training(shown(choice, run.name)).session_state["chosen"]
    assert part == "train"
    assert ids.tolist() == subject.parts_of(run).train.tolist()
