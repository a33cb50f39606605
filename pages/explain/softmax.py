"""Softmax and cross-entropy: the image's logits to drag, its probabilities, and what its label costs."""

import math
from collections.abc import Iterator

import numpy as np
import streamlit as st

from core.errors import PixelwiseError
from core.evaluation import predictions
from core.images import image_io
from core.lessons import cross_entropy
from core.lessons.cross_entropy import BatchLosses
from core.prediction import worker
from core.runs import Run, RunError
from pages.common import address
from pages.common.address import AddressError, Parameter, fragment, number
from pages.common.messages import escape_markdown
from pages.common.worker_wait import awaited
from pages.components.pixel_image import crisp
from pages.components.softmax import LARGEST_LOGIT, LARGEST_SMOOTHING, Chosen, Rest, softmax_lesson
from pages.explain.keras_code import as_keras
from pages.explain.view import Subject, View

# More than fit on a screen are not shown: the likeliest are, and the rest is one sum.
_MOST_CLASSES = 10
_IMAGE_PX, _WAIT_PX = 190, 420
_LOGITS, _LABEL, _SMOOTHING, _OF = "softmax_logits", "softmax_label", "softmax_smoothing", "softmax_of"


def _show(subject: Subject | None) -> None:
    assert subject is not None  # noqa: S101 the view asks for an image
    place = st.empty()
    probabilities = awaited(worker.probabilities(subject.run, subject.batch), place, _WAIT_PX)[0]
    place.empty()
    if not np.isfinite(probabilities).all():
        raise RunError(
            f"Run {subject.run.name} predicts NaN: training diverged. Train again with a lower learning rate."
        )
    names = subject.run.about.class_names
    true = int(probabilities.argmax()) if subject.label is None else subject.label
    shown = _shown(probabilities, true)
    _begin(subject, shown)
    left, right = st.columns([1, 5], gap="medium")
    with left:
        crisp(image_io.from_array(subject.seen), f"What the network sees of {subject.said}", _IMAGE_PX)
        st.caption(
            f"Label: {escape_markdown(names[true])}"
            if subject.label is not None
            else "Nobody labeled this image: its likeliest class stands in. Choose another one."
        )
    batch = _batch(subject.run)

    @fragment
    def live() -> None:
        own = cross_entropy.logits_of(probabilities)
        label = true if st.session_state[_LABEL] is None else st.session_state[_LABEL]
        softmax_lesson(
            [names[label] for label in shown],
            own[shown].tolist(),
            Chosen(st.session_state[_LOGITS], shown.index(label), st.session_state[_SMOOTHING] / 100),
            rest=_rest(np.delete(own, shown)),
            batch=batch,
            take=lambda chosen: _keep(chosen, shown, true),
            key=f"softmax_{subject.key}",
        )

    with right:
        live()
    as_keras(_code(len(names), st.session_state[_SMOOTHING] / 100))


def _shown(probabilities: np.ndarray, true: int) -> list[int]:
    """Return the classes that have a row: all in order, or the likeliest, and the true one."""
    if len(probabilities) <= _MOST_CLASSES:
        return list(range(len(probabilities)))
    first: list[int] = np.argsort(-probabilities, kind="stable")[:_MOST_CLASSES].tolist()
    return first if true in first else [*first[:-1], true]


def _begin(subject: Subject, shown: list[int]) -> None:
    """Keep what was dragged only for the image that it was dragged on, or that a link gave it for."""
    state = st.session_state
    linked, labelled = address.take_came("logits"), address.take_came("label")
    another = state.get(_OF) not in (None, subject.key)
    state[_OF] = subject.key
    logits = state.get(_LOGITS)
    if (another and not linked) or (logits is not None and len(logits) != len(shown)):
        logits = None
    state[_LOGITS] = logits
    if (another and not labelled) or state.get(_LABEL) not in shown:
        state[_LABEL] = None
    state.setdefault(_SMOOTHING, 0)


def _keep(chosen: Chosen, shown: list[int], true: int) -> None:
    st.session_state[_LOGITS] = chosen.logits
    label = shown[chosen.label]
    st.session_state[_LABEL] = None if label == true else label
    st.session_state[_SMOOTHING] = round(100 * chosen.smoothing)


def _rest(logits: np.ndarray) -> Rest:
    if not len(logits):
        return Rest()
    return Rest(len(logits), float(np.logaddexp.reduce(logits)), float(logits.sum()))


def _batch(run: Run) -> BatchLosses | None:
    """Return what the images cost that the run was measured on; `None` where it kept no predictions."""
    try:
        found = predictions.load(run, "test")
    except PixelwiseError:
        return None
    return cross_entropy.batch_losses(found.probabilities[np.arange(len(found.labels)), found.labels])


def _code(classes: int, smoothing: float) -> str:
    given = f"label_smoothing={smoothing:g}" if smoothing else ""
    return (
        "probabilities = keras.ops.softmax(logits)\n"
        f"label = keras.ops.one_hot(true_class, {classes})\n"
        f"loss = keras.losses.CategoricalCrossentropy({given})(label, probabilities)"
    )


def _read_logits(texts: list[str]) -> list[float]:
    try:
        logits = [float(each) for each in texts[0].split(",")]
    except ValueError:
        logits = []
    if not 2 <= len(logits) <= _MOST_CLASSES or not all(map(math.isfinite, logits)):
        raise AddressError(f"“{texts[0][:40]}” is not a list of logits. Drag them instead.")
    return [min(max(each, -LARGEST_LOGIT), LARGEST_LOGIT) for each in logits]


def _parameters() -> Iterator[Parameter]:
    yield Parameter("logits", _LOGITS, _read_logits, lambda logits: [",".join(f"{each:g}" for each in logits)])
    yield Parameter("label", _LABEL, number(100_000), default=None)
    yield Parameter("smoothing", _SMOOTHING, number(round(100 * LARGEST_SMOOTHING)), default=0)


VIEW = View(
    "softmax",
    "Softmax and loss",
    "Drag a logit: softmax turns all of them into probabilities, and only the one of the label counts for the loss. "
    "Watch how steeply the loss climbs as that one nears 0.",
    _show,
    _parameters,
)
