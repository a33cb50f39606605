"""The card of an image: why a run's network answers as it does."""

import html
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import starmap
from typing import Any

import numpy as np
import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from core import runs
from core.charts import explaining_figures
from core.charts.palette import IMAGE_EDGE
from core.datasets.audit.findings import INFO, PROBLEM, WARNING
from core.datasets.audit.report import load
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.evaluation import predictions
from core.evaluation.explaining import features, sensitivity, subject
from core.evaluation.explaining.heat import HeatMaps, laid_over
from core.evaluation.explaining.nearest import nearest
from core.evaluation.explaining.sensitivity import CHANGES
from core.evaluation.explaining.subject import Known
from core.evaluation.predictions import ranked
from core.images import image_io
from core.prediction import worker
from core.prediction.photo_predictions import Certainty, Prediction
from core.prediction.worker import WorkerCall
from core.runs import Run, RunError
from core.storage import jobs
from core.storage.data_home import carried
from pages.common.job_progress import show_job
from pages.common.messages import escape_markdown, show_errors
from pages.common.worker_wait import awaited
from pages.components.gallery import image_url
from pages.components.pixel_image import data_url

_BEFORE_PREPARING_S = 1.0
_HEAT_PX, _NEAR_PX = 196, 84
_LOOKS_PX, _CHANGES_PX = 280, 280
_NEIGHBOURS = 8
_FRAME = f"border-radius:4px;outline:1px solid {IMAGE_EDGE}"
_ICONS = {
    PROBLEM: ":red[:material/error:]",
    WARNING: ":orange[:material/warning:]",
    INFO: ":blue[:material/visibility:]",
}
_LOOK = {"displayModeBar": False}
_WHY_FEATURES = (
    "Computes features for every image in the dataset once. Takes seconds to minutes and continues in the background."
)


@dataclass(frozen=True, eq=False)
class _Case:
    """What is explained.

    Attributes:
        run: whose network answers.
        seen: the image as the network sees it, uint8 `(height, width, channels)`.
        true: the true class; `None` where it is not known.
        key: what tells this case's elements from those of others on the page.
        index: the image's place in the run's dataset; `None` for one from outside.
        certain: makes probabilities as sure as the network is often right, where the page shows them so.
    """

    run: Run
    seen: np.ndarray
    true: int | None
    key: str
    index: int | None = None
    certain: Certainty | None = None


def show_card(run: Run, part: str, index: int) -> None:
    """Show why a run answers as it does to an image of its dataset; made for the dialog that enlarges it.

    Args:
        run: a run with predictions.
        part: `validation` or `test`, or `train` for an image of which no prediction is kept.
        index: the image's place in the dataset.
    """
    key = f"card_{run.name}_{index}"
    with show_errors():
        found = subject.predictions(run, part)
        known = None if found is None else subject.prediction_of(found, index)
        answer_place, looks_place = _columns()
        if known is not None and np.isfinite(known.probabilities).all():
            with answer_place:
                _show_answer(run, known.probabilities, known.label, key)
                st.caption(_loss(known, part))
        dataset = runs.dataset_of(run)
        label = known.label if known is not None else int(subject.parts_of(run).labels[index])
        true = label if label >= 0 else None
        case = _Case(run, subject.network_input(run, dataset, index), true, key, index)
        with show_errors():
            _explain(case, None if known is None else known.probabilities, answer_place, looks_place)
        _show_flags(dataset, index)


def explain_answer(run: Run, answer: Prediction, certain: Certainty, *, key: str) -> None:
    """Show why a run answers as it does to an image from outside, beneath the answer that the page shows itself.

    Args:
        run: a run that has a model.
        answer: what it answers; the network is not asked for that again.
        certain: as the answer was calibrated.
        key: what tells these elements from those of another image on the page.
    """
    with show_errors():
        case = _Case(run, answer.seen, None, f"card_{key}", certain=certain)
        _explain(case, answer.probabilities, None, st.container())


def prepare_cards(run: Run) -> None:
    """Let the worker read a run's network in the background, once a session: its first card need not wait for that.

    It begins a moment later, so that what the browser is drawing comes first.
    """
    if st.session_state.get("cards_of") == run.name or not run.has_model:
        return
    st.session_state["cards_of"] = run.name

    def ask() -> None:
        # What cannot be shown is said where a card is opened.
        with suppress(PixelwiseError):
            seen = subject.network_input(
                run, runs.dataset_of(run), int(predictions.load(run, predictions.parts(run)[-1]).ids[0])
            )
            worker.heat_maps(run, seen, (0, 1))
            worker.probabilities(run, sensitivity.changed(seen))

    timer = threading.Timer(_BEFORE_PREPARING_S, carried(ask))
    timer.daemon = True
    timer.start()


def _columns() -> tuple[DeltaGenerator, DeltaGenerator]:
    answer_place, looks_place = st.columns([2, 5], gap="medium")
    return answer_place, looks_place


def _explain(
    case: _Case, probabilities: np.ndarray | None, answer_place: DeltaGenerator | None, looks_place: DeltaGenerator
) -> None:
    """Show answer, heatmaps, nearest images and what changes the answer, each as soon as it is there.

    Only where no probabilities are known yet is the network asked for them, and the answer shown.
    """
    run = case.run
    with looks_place:
        looks = st.skeleton(height=_LOOKS_PX)
    near, changes = st.container(), st.skeleton(height=_CHANGES_PX)
    asked: list[WorkerCall[Any]] = []
    try:
        if probabilities is None:
            probabilities = awaited(worker.probabilities(run, case.seen[np.newaxis]), looks, _LOOKS_PX)[0]
            if answer_place is not None:
                with answer_place:
                    _show_answer(run, probabilities, case.true, case.key)
        if not np.isfinite(probabilities).all():
            raise RunError(f"Run {run.name} predicts NaN: training diverged. Train again with a lower learning rate.")
        # The likeliest class; and the true one, or the next likeliest where that is the same or not known.
        first, second = np.argsort(-probabilities, kind="stable")[:2].tolist()
        classes = [first, second if case.true is None or case.true == first else case.true]
        asked_looks = worker.heat_maps(run, case.seen, classes)
        asked_changes = worker.probabilities(run, sensitivity.changed(case.seen))
        asked += [asked_looks, asked_changes]
        found = awaited(asked_looks, looks, _LOOKS_PX)
        with looks.container():
            _show_looks(case, classes, found)
        with near, show_errors():
            _show_nearest(case, first)
        changed = awaited(asked_changes, changes, _CHANGES_PX)
        answers = sensitivity.by_change(changed if case.certain is None else case.certain.apply(changed))
        with changes.container():
            _show_changes(case, classes, answers)
    except PixelwiseError:
        looks.empty()
        changes.empty()
        raise
    finally:
        # A click to the next image ends this here: the worker need not answer about this one before that.
        for each in asked:
            each.cancel()


def _show_answer(run: Run, probabilities: np.ndarray, true: int | None, key: str) -> None:
    names = run.about.class_names
    chart = explaining_figures.answer(probabilities, names, true)
    said = ", ".join(f"{name} {share:.1%}" for name, share in ranked(probabilities, names)[:3])
    st.plotly_chart(
        chart, key=f"{key}_answer", config={**_LOOK, "staticPlot": True}, alt=f"Classes by probability: {said}"
    )


def _loss(known: Known, part: str) -> str:
    """Say how wrong the answer is, compared with others."""
    return f"Loss {known.loss:.3g}: higher than for {known.worse_than:.1%} of the {part} images."


def _show_looks(case: _Case, classes: list[int], found: HeatMaps) -> None:
    """Show what the network saw, and where it looked for each of the classes."""
    names = case.run.about.class_names
    height, width, channels = case.seen.shape
    seen = image_io.from_array(case.seen)
    shown = [("Network input", f"{width}×{height} pixels, {'gray' if channels == 1 else 'color'}", seen)]
    for label, heat in zip(classes, found.maps, strict=True):
        role = "true class" if label == case.true else "predicted" if label == classes[0] else "second most likely"
        if label == case.true == classes[0]:
            role = "predicted and true class"
        cold = "" if heat.max() > 0 else ": no supporting region"
        shown.append((f"Grad-CAM heatmap: {names[label]}", role + cold, laid_over(case.seen, heat, 2 * _HEAT_PX)))
    st.html(_row(_figure(image, title, note, _HEAT_PX) for title, note, image in shown))
    st.caption(found.said)


def _show_changes(case: _Case, classes: list[int], answers: list[np.ndarray]) -> None:
    """Show how the probabilities of the classes, the likeliest first, go with each way to change the image."""
    names = case.run.about.class_names
    spots = [(names[label], explaining_figures.class_colour(label, case.true, classes[0])) for label in classes]
    st.html("<b>Sensitivity: what changes the prediction</b> " + "".join(starmap(_spot, spots)))
    for column, change, found in zip(st.columns(len(CHANGES)), CHANGES, answers, strict=True):
        said = sensitivity.in_words(change, found, names)
        chart = explaining_figures.changing(change, found, names, classes, case.true)
        with column:
            st.plotly_chart(chart, key=f"{case.key}_{change.title}", config=_LOOK, alt=f"{change.title}: {said}")
            st.caption(escape_markdown(said))


def _show_nearest(case: _Case, predicted: int) -> None:
    """Show the training images that the network takes for most alike, or offer to find out."""
    run, vectors = case.run, features.load(case.run)
    if run in runs.shipped() or (case.index is None and run.about.name not in catalogue.available()):
        return
    if vectors is None:
        _offer_features(run)
        return
    dataset, divided = runs.dataset_of(run), subject.parts_of(run)
    if case.index is not None:
        wanted = vectors[case.index]
    else:
        wanted = features.unit(
            awaited(worker.features(run, case.seen[np.newaxis]), st.skeleton(height=_NEAR_PX), _NEAR_PX)
        )[0]
    others = divided.train[divided.train != (-1 if case.index is None else case.index)]
    ids, cosines = nearest(vectors, others, wanted, _NEIGHBOURS)
    labels, names = divided.labels[ids], run.about.class_names
    counted = np.bincount(labels, minlength=len(names))
    order = [label for label in np.argsort(-counted, kind="stable").tolist() if counted[label]]
    said = ", ".join(f"{names[label]}: {counted[label]} of {len(ids)}" for label in order)
    st.html(f"<b>Most similar training images</b> {html.escape(said)}")
    st.html(
        _row(
            _thumbnail(
                dataset,
                int(index),
                names[label],
                float(cosine),
                explaining_figures.class_colour(label, case.true, predicted),
            )
            for index, label, cosine in zip(ids, labels, cosines, strict=True)
        )
    )
    st.caption("Cosine similarity of the features before the last layer (1 = identical).")


def _offer_features(run: Run) -> None:
    """Offer the job that nearest images need, or show how far it is."""
    job = features.JOB.find(run)
    if job is not None and show_job(job, "What the network makes of each image").state == jobs.RUNNING:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Most similar training images**", width="content")
        if st.button("Find similar images", icon=":material/image_search:", key="find_alike", help=_WHY_FEATURES):
            features.JOB.start(run)
            st.rerun(scope="fragment")


def _show_flags(dataset: Dataset, index: int) -> None:
    """Show what the audit of the dataset said of an image."""
    if load(dataset) is None:
        st.caption(
            "This dataset has not been audited yet. Browse → Audit finds duplicates, leakage and unusual images."
        )
        return
    found = subject.flags(dataset, index)
    for finding in found:
        st.markdown(
            f"{_ICONS[finding.severity]} **{escape_markdown(finding.title)}** · {escape_markdown(finding.sentence)}"
        )
    if not found:
        st.caption("The dataset audit found no issue with this image.")


def _row(shown: Iterable[str]) -> str:
    return f"<div style='display:flex;flex-wrap:wrap;gap:12px'>{''.join(shown)}</div>"


def _figure(image: Image.Image, title: str, note: str, side: int) -> str:
    """Return an image with what it is, as HTML; small images are enlarged, pixels square."""
    width = 100 * image.width / max(image.size)
    title, note = html.escape(title, quote=True), html.escape(note)
    return (
        f"<figure style='margin:0;width:min({side}px,calc(50% - 6px))'><img src='{data_url(image_io.png(image))}' "
        f"alt='{title}, {note}' style='width:{width:.0f}%;image-rendering:pixelated;{_FRAME}'>"
        f"<figcaption style='font-size:14px;line-height:1.3'><b>{title}</b><br>{note}</figcaption></figure>"
    )


def _thumbnail(dataset: Dataset, index: int, label: str, cosine: float, colour: str) -> str:
    """Return a training image with its class and how alike it is, as HTML."""
    crisp = "" if dataset.about.as_files else "image-rendering:pixelated;"
    label = html.escape(label, quote=True)
    return (
        f"<figure style='margin:0;width:{_NEAR_PX}px'><img src='{image_url(dataset, index)}' "
        f"alt='Training image {index}: {label}' style='width:{_NEAR_PX}px;height:{_NEAR_PX}px;object-fit:contain;"
        f"border-bottom:4px solid {colour};{crisp}'><figcaption style='font-size:13px;line-height:1.3;"
        f"overflow-wrap:anywhere'>{label} · {cosine:.2f}</figcaption></figure>"
    )


def _spot(name: str, colour: str) -> str:
    """Return a class's name with its colour, as HTML."""
    return f"<span style='margin-left:14px;color:{colour}'>●</span> {html.escape(name)}"
