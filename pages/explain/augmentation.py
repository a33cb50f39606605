"""Augmentation: an image turned while one drags, and the accuracy against the angle, without and with turns."""

from collections.abc import Iterable, Sequence

import numpy as np
import streamlit as st

from core.charts.panel import Axis, Mark, Picture, Plot, linear_axis
from core.evaluation.explaining import turned
from core.evaluation.explaining.turned import Turned
from core.lessons import pairs
from core.lessons.pairs import Pair
from core.nn.inference import models
from core.runs import Run, RunError
from core.storage import jobs
from pages.common.address import Parameter, fragment
from pages.common.job_progress import show_job
from pages.common.messages import attempt, escape_markdown, show_refusal
from pages.common.slider_parameter import slider_parameter
from pages.components.live_slider import Slider, live_sliders
from pages.components.panels import Ahead, panels
from pages.explain import asking
from pages.explain.keras_code import as_keras
from pages.explain.pair import both, dataset_of, show_pair
from pages.explain.view import Subject, View

_ANGLE = Slider("turned_angle", "Angle", -90, 90, 30, 5, "°")
_ANGLES = np.arange(_ANGLE.minimum, _ANGLE.maximum + 1, _ANGLE.step)
_IMAGE_PX = 260
_AXIS = Axis("angle", -90, 90, [(each, f"{each}°".replace("-", "−")) for each in range(-90, 91, 45)])


def _parameters() -> Iterable[Parameter]:
    yield slider_parameter("turn", _ANGLE)


def _show(subject: Subject | None) -> None:
    assert subject is not None  # noqa: S101 the view asks for an image
    images = turned.turned(np.repeat(subject.batch, len(_ANGLES), axis=0), _ANGLES)
    answers = asking.asked(subject.run, models.predict, images, of=f"turned {subject.key}", height=420)
    if not np.isfinite(answers).all():
        raise RunError("This network predicts NaN: its training diverged. Choose another run.")
    pair = pairs.find(pairs.AUGMENTATION, dataset_of(subject).about.name)
    curves = _curves(subject.run, pair)
    left, right = st.columns([1, 5], gap="medium")

    def drawn(angle: int) -> list[Plot | Picture]:
        at = int(np.argmin(np.abs(_ANGLES - angle)))
        accuracy = [_accuracy(curves, angle)] if curves else []
        return [_image(subject, images[at], answers[at], angle), _confidence(subject, answers, angle), *accuracy]

    ahead = Ahead([_ANGLE], drawn)

    @fragment
    def live() -> bool:
        with left:
            dragging = live_sliders({"": ahead.sliders}, key="turned_sliders")
        with right:
            panels(ahead.now(), ahead=ahead, key="turned_panels")
        with left:
            angle = st.session_state[_ANGLE.key]
            for name, found in curves:
                st.caption(f"{escape_markdown(name)}: {found.at(angle):.0%} of {found.images} images right at {angle}°")
        return not dragging

    live()
    as_keras(
        "keras.layers.RandomRotation(45 / 360)  # up to 45° either way, in training only\n"
        "ImageDataGenerator(rotation_range=45)  # the older way",
    )
    _offer("this run", [subject.run] if subject.dataset is not None else [])
    finished = show_pair(pairs.AUGMENTATION, dataset_of(subject))
    if finished is not None:
        _offer("the pair", [run for _, run in both(finished)])


def _curves(run: Run, pair: Pair | None) -> list[tuple[str, Turned]]:
    """Return what is known of accuracy against angle: of the pair, without and with, and of the run."""
    asked = [(f"Pair, {which}", each) for which, each in both(pair)] if pair else []
    if run not in [each for _, each in asked]:
        asked.append(("This run", run))
    return [(name, found) for name, each in asked if (found := turned.load(each)) is not None]


def _offer(what: str, of: Sequence[Run]) -> None:
    """Offer the jobs that turn test images, for those runs that have not been asked, or show how far they are."""
    left = [run for run in of if turned.load(run) is None]
    going = [job for run in left if (job := turned.JOB.find(run)) is not None]
    states = [show_job(job, "Turning test images", key=what).state for job in going]
    if not left or jobs.RUNNING in states:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            f"Turn test images for {what}",
            key=f"turn {what}",
            icon=":material/rotate_left:",
            on_click=attempt,
            args=(lambda: [turned.JOB.start(run) for run in left],),
            kwargs={"key": "turned"},
        )
        st.caption(f"Up to {turned.IMAGES} test images at {len(turned.ANGLES)} angles each; it is kept with the run.")
    show_refusal(key="turned")


def _image(subject: Subject, pixels: np.ndarray, answer: np.ndarray, angle: float) -> Picture:
    names = subject.run.about.class_names
    first = int(answer.argmax())
    said = f"{names[first]}, {answer[first]:.0%}"
    return Picture(
        f"Turned by {angle:g}°", f"{subject.said}, turned by {angle:g}°", pixels, _IMAGE_PX, f"Answer: {said}"
    )


def _confidence(subject: Subject, answers: np.ndarray, angle: float) -> Plot:
    names = subject.run.about.class_names
    at = int(np.argmin(np.abs(_ANGLES)))
    first = subject.label if subject.label is not None else int(answers[at].argmax())
    others = np.delete(answers, first, axis=1)
    second = int(np.delete(np.arange(answers.shape[1]), first)[others.max(axis=0).argmax()])
    return Plot(
        "This image: the answer against the angle",
        f"Probability of {names[first]} from {answers[:, first].min():.0%} to {answers[:, first].max():.0%}",
        _AXIS,
        linear_axis("probability", 0, 1, percent=True),
        [
            Mark("line", "blue", _ANGLES.tolist(), answers[:, first].tolist(), names[first]),
            Mark("line", "orange", _ANGLES.tolist(), answers[:, second].tolist(), names[second]),
            Mark("down", "gray", [angle], dashed=True),
        ],
    )


def _accuracy(curves: Sequence[tuple[str, Turned]], angle: float) -> Plot:
    colours = {"Pair, without": "vermilion", "Pair, with": "green", "This run": "blue"}
    marks: list[Mark] = []
    for name, found in curves:
        colour, x = colours[name], found.angles.tolist()
        marks += [Mark("line", colour, x, end.tolist(), dashed=True) for end in found.interval]  # type: ignore[arg-type]
        marks.append(Mark("line", colour, x, found.accuracy.tolist(), name))  # type: ignore[arg-type]
    said = "; ".join(f"{name}: {found.at(0):.0%} upright, {found.at(90):.0%} at 90°" for name, found in curves)
    return Plot(
        "Test images: accuracy against the angle",
        said,
        _AXIS,
        linear_axis("accuracy", 0, 1, percent=True),
        [*marks, Mark("down", "gray", [angle], dashed=True)],
    )


VIEW = View(
    "augmentation",
    "Augmentation",
    "A network knows what it has been shown: turn the image and see where its answer breaks. Trained on turned "
    "images, the same network holds on further, and may pay for it upright.",
    _show,
    _parameters,
)
