"""The tables of what stands in the pages' addresses: each parameter is read, and written as it was.

A parameter without an example here fails a test.
"""

import json
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.augmentation import Augmentation
from core.augmentation.texts import NAMES
from core.prediction import worker
from core.preprocessing import Flip, Normalisation, Pipeline
from core.preprocessing.normalisation import SIGNED
from core.runs import kept_epochs
from core.storage import user_library
from pages.augment.address import VIEWS as AUGMENT_VIEWS
from pages.browse.address import VIEWS as BROWSE_VIEWS
from pages.common.address import Parameter
from pages.errors.address import VIEWS as ERRORS_VIEWS
from pages.explain.address import VIEWS as EXPLAIN_VIEWS
from pages.home.address import VIEWS as HOME_VIEWS
from pages.preprocess.address import VIEWS as PREPROCESS_VIEWS
from pages.train.address import VIEWS as TRAIN_VIEWS
from tests.pages.opening import new_session
from tests.unit import made_lessons
from tests.unit.made_answers import MadeAnswer
from tests.unit.made_runs import made_run
from tests.unit.made_samples import made_generating_run
from tests.unit.sweeps.made_sweeps import made_sweep

_VIEWS = {
    "home": HOME_VIEWS,
    "browse": BROWSE_VIEWS,
    "errors": ERRORS_VIEWS,
    "preprocess": PREPROCESS_VIEWS,
    "augment": AUGMENT_VIEWS,
    "explain": EXPLAIN_VIEWS,
    "train": TRAIN_VIEWS,
}
# Written whatever their value; RUN stands for a run of the test's.
_ALWAYS = {"dataset", "recipe", "run", "samples", "picture", "pictures"}
_SETTINGS = {
    "rotation_range": "10",
    "width_shift_range": "0.1",
    "height_shift_range": "0.1",
    "shear_range": "5",
    "zoom_range": "0.9,1.2",
    "horizontal_flip": "true",
}
_EXAMPLES: dict[str, dict[str, str | list[str]]] = {
    "browse": {
        "dataset": "digits",
        "view": "overview",
        "by": "features",
        "method": "tsne",
        "shows": ["tabby cat", "Siamese cat"],
        "split": "test",
        "class": ["3", "5"],
        "sort": "-brightness",
        "seed": "7",
        "decision": "exclude",
        "per": "24",
        "page": "2",
        "picture": "5",
    },
    "errors": {
        "run": "RUN",
        "view": "classes",
        "method": "tsne",
        "show": "all",
        "sort": "margin",
        "confidence": "0.2-0.9",
        "cells": "shares",
        "labels": "all",
        "true": "3",
        "predicted": "4",
        "part": "validation",
        "of": "train",
        "per": "24",
        "page": "2",
        "picture": "5",
    },
    "preprocess": {
        "dataset": "digits",
        "view": "numbers",
        "compare": "beside",
        "steps": json.dumps(Pipeline((Flip(),)).to_json(), separators=(",", ":")),
        "normalisation": json.dumps(Normalisation(SIGNED).to_json(), separators=(",", ":"), ensure_ascii=False),
        "picture": "7",
    },
    "augment": {
        "dataset": "digits",
        "view": "extremes",
        "tiles": "8",
        "seed": "4",
        "setting": "zoom_range",
        "pictures": "1, 2",
        **_SETTINGS,
    },
    # The parameters of a view stand in the address while it is shown: an example each, after the page's name.
    "explain numbers": {"run": "RUN", "frame": "3,1", "picture": "5"},
    "explain convolution": {
        "run": "RUN",
        "view": "convolution",
        "size": "2",
        "kernel": "1,0,0.5,-2",
        "stride": "2",
        "padding": "same",
        "plane": "red",
        "place": "3,1",
        "picture": "5",
    },
    "explain convolution network": {
        "run": "RUN",
        "view": "convolution",
        "filter": "network",
        "filter-layer": "2",
        "filter-number": "3",
        "filter-channel": "4",
        "filter-weights": "1,0,0.5,-2,0,0,0,0,3",
        "place": "3,1",
        "picture": "5",
    },
    "explain pooling": {
        "run": "RUN",
        "view": "pooling",
        "pool": "3",
        "pool-stride": "1",
        "pool-padding": "same",
        "pool-filter": "blur",
        "pool-plane": "blue",
        "pool-place": "2,3",
        "shift": "1,-1",
        "difference": "yes",
        "picture": "5",
    },
    "explain regularisation dropout": {
        "view": "regularisation",
        "run": "RUN",
        "picture": "5",
        "rate": "0.25",
        "masks": "3",
        "scaled": "no",
    },
    "explain regularisation penalties": {
        "view": "regularisation",
        "run": "RUN",
        "picture": "5",
        "regulariser": "penalties",
        "strength": "0.6",
        "pair": "l1",
    },
    "explain regularisation batch-norm": {
        "view": "regularisation",
        "run": "RUN",
        "picture": "5",
        "regulariser": "batch-norm",
        "batch-size": "32",
        "batch": "2",
        "channel": "1",
    },
    "explain generators": {
        "view": "generators",
        "run": "RUN",
        "picture": "5",
        "images": "250.5",
        "side": "64",
        "per-batch": "128",
        "nth": "3",
        "dtype": "uint8",
    },
    "explain augmentation": {"view": "augmentation", "run": "RUN", "picture": "5", "turn": "-45"},
    "explain recipes": {"view": "recipes", "exercise": "exercise-53", "divisor": "100"},
    "explain recipes discarded": {"view": "recipes", "trap": "discarded", "angle": "-20"},
    "explain recipes steps": {"view": "recipes", "trap": "steps", "fewer": "7"},
    "explain new-images": {
        "view": "new-images",
        "samples": "SAMPLES",
        "shown": "walk",
        "epoch": "2",
        "wanted": "7",
        "ends": "3,8",
        "step": "4",
        "game": "1",
    },
    "explain layers": {"view": "layers", "run": "RUN", "picture": "5", "epoch": "2", "at": "4-2-3-4"},
    "explain softmax": {
        "view": "softmax",
        "run": "RUN",
        "picture": "5",
        "logits": "1,-2.5,0,0,0,0,0,0,0,4",
        "label": "3",
        "smoothing": "10",
    },
    "explain optimisers": {
        "view": "optimisers",
        "surface": "saddle",
        "start": "-1,0.5",
        "rates": "0.1,0.5,0.99,1e-06",
        "racers": "sgd,adam",
    },
    "explain glossary": {"view": "glossary", "word": "batch"},
    "train": {"dataset": "digits", "recipe": "digits-dense", "view": "fit", "augmentation": "mine"},
    "runs": {"run": ["RUN", "OTHER"], "part": "validation"},
    "runs sweep": {"sweep": "SWEEP"},
    "predict": {"run": "RUN", "way": "upload", "framed": "yes"},
}
# What is found by an audit is tested with it; any text is a file's name, or says that a setting is asked for.
_ELSEWHERE = {"finding", "settings", *NAMES}
# What else stands in the address of a page follows from these.
_CHOOSING = ("view", "regulariser", "filter", "trap", "exercise")
_FREE = {"dataset", "pictures", "settings", "word", *NAMES}


def opened(page: str, /, **address: str | list[str]) -> AppTest:
    """Open a page in a new session."""
    app = new_session()
    app.switch_page(f"pages/{page.partition(' ')[0]}/page.py")
    for name, texts in address.items():
        app.query_params[name] = texts
    app.run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def table(app: AppTest) -> list[Parameter]:
    found: list[Parameter] = app.session_state["address_table"]
    return found


def address_of(app: AppTest) -> dict[str, list[str]]:
    return {name: [texts] if isinstance(texts, str) else list(texts) for name, texts in app.query_params.items()}


def values(app: AppTest) -> dict[str, Any]:
    """Return what the session has for each parameter, but what numbers itself anew."""
    keys = {each.name: (each.key,) if isinstance(each.key, str) else each.key for each in table(app)}
    state = app.session_state
    return {name: [state[key] for key in some if key in state] for name, some in keys.items() if name != "steps"}


@pytest.fixture
def runs_of(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setattr(worker, "WorkerCall", MadeAnswer)
    monkeypatch.setattr("pages.explain.asking.asked", made_lessons.asked)
    monkeypatch.setattr("pages.common.explanation_card.prepare_cards", lambda _run: None)
    user_library.save("augmentation", "mine", Augmentation(rotation_range=7.0).to_json())
    made = {"OTHER": made_run([4]), "RUN": made_run(range(40))}
    for run in made.values():
        (run.folder / "model.keras").touch()
        kept_epochs.keep(run, 2, [np.zeros(8, np.float32)])
    made["SAMPLES"] = made_generating_run()
    return {"SWEEP": made_sweep("fit.epochs=1,2").name, **{name: run.name for name, run in made.items()}}


def example(page: str, runs_of: dict[str, str]) -> dict[str, str | list[str]]:
    def named(texts: str | list[str]) -> str | list[str]:
        return runs_of.get(texts, texts) if isinstance(texts, str) else [runs_of.get(text, text) for text in texts]

    return {name: named(texts) for name, texts in _EXAMPLES[page].items()}


@pytest.mark.parametrize("page", _EXAMPLES)
def test_all_that_a_page_has_stands_in_its_link(page: str, runs_of: dict[str, str]) -> None:
    asked = {name: [texts] if isinstance(texts, str) else texts for name, texts in example(page, runs_of).items()}
    first = opened(page, **asked)
    assert {each.name for each in table(first)} - set(asked) <= _ELSEWHERE | {"source", "run", "sweep", *_CHOOSING}, (
        "each has an example"
    )
    assert address_of(first) == asked
    again = opened(page, **address_of(first))
    assert values(again) == values(first)
    assert address_of(again) == asked


@pytest.mark.parametrize("page", _EXAMPLES)
def test_what_is_usual_is_left_out_of_the_address(page: str, runs_of: dict[str, str]) -> None:
    app = opened(page)
    assert set(address_of(app)) <= _ALWAYS


@pytest.mark.parametrize("page", _VIEWS)
def test_each_view_has_a_parameter_of_its_own(page: str, runs_of: dict[str, str]) -> None:
    app = opened(page)
    usual, *others = _VIEWS[page]
    for text in (*others, usual):
        app.query_params["view"] = [text]
        app.run()
        assert not app.exception
        (shown,) = [each.value for each in app.button_group if each.label == "View"]
        assert shown == _VIEWS[page][text]
        assert address_of(app).get("view", [usual]) == [text]


@pytest.mark.parametrize("page", _EXAMPLES)
def test_nonsense_is_said_and_left_out(page: str, runs_of: dict[str, str]) -> None:
    view = {name: _EXAMPLES[page][name] for name in _CHOOSING if " " in page and name in _EXAMPLES[page]}
    nonsense = {name: "no(such)thing" for name in _EXAMPLES[page] if name not in {*_FREE, *view}}
    usual = address_of(opened(page, **view))
    app = opened(page, **view, **nonsense)
    said = " ".join(each.value.replace("\\", "") for each in (*app.warning, *app.error))
    assert [name for name in nonsense if f"address's {name} cannot be used" not in said] == []
    assert address_of(app) == usual


def test_a_built_in_photo_stands_in_the_link(app: AppTest) -> None:
    found = opened("preprocess", source="photos", view="code")
    photo = found.selectbox(key="photo_built_in")
    photo.select_index(1).run()
    link = address_of(found)
    assert {"source", "photo", "view"} <= set(link)
    assert opened("preprocess", **link).selectbox(key="photo_built_in").value == link["photo"][0]
