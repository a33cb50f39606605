"""Regularisation: dropout, penalties on weights and batch normalisation, on the run's own layers."""

from collections.abc import Iterable

import streamlit as st

from pages.common.address import Parameter, one_of, text_of
from pages.common.single_choice import single_choice
from pages.explain import batch_norm, dropout, penalties
from pages.explain.view import Subject, View

_KIND = "explain_regulariser"
_KINDS = {"dropout": dropout.TITLE, "penalties": penalties.TITLE, "batch-norm": batch_norm.TITLE}
_SHOWN = {each.TITLE: each for each in (dropout, penalties, batch_norm)}


def _show(subject: Subject | None) -> None:
    assert subject is not None  # noqa: S101 the view asks for an image
    kinds = list(_KINDS.values())
    kind = single_choice("Of", kinds, key=_KIND, label_visibility="collapsed")
    _SHOWN[kind].show(subject)


def _parameters() -> Iterable[Parameter]:
    yield Parameter("regulariser", _KIND, one_of(_KINDS), text_of(_KINDS), dropout.TITLE)
    yield from _SHOWN[st.session_state.get(_KIND, dropout.TITLE)].parameters()


VIEW = View(
    "regularisation",
    "Regularization",
    "Three ways to keep a network from learning its training images by heart. Drag a slider and see what happens to "
    "this network’s own values and weights.",
    _show,
    _parameters,
)
