"""Adam's two moments of single weights of a run, step by step, and the steps that follow from them."""

from collections.abc import Iterable

import numpy as np
import streamlit as st

from core.charts.panel import Axis, Colour, Mark, Plot, linear_axis
from core.evaluation import adam_moments
from core.evaluation.adam_moments import LONGEST_S, MOST_STEPS, AdamMoments
from core.lessons import moments
from core.lessons.moments import Course
from core.runs import Run
from pages.common.address import Parameter, fragment
from pages.common.job_progress import offer_job
from pages.common.messages import escape_markdown
from pages.common.slider_parameter import slider_parameter
from pages.components.live_slider import Slider, live_sliders
from pages.components.panels import panels
from pages.explain.keras_code import as_keras

# More points than there are pixels would only take longer to send.
_POINTS = 240
_MOST_WEIGHTS = 99
_WEIGHT = Slider("moment_weight", "Weight", 1, _MOST_WEIGHTS, 1, 1)
_STEP = Slider("moment_step", "Step", 1, MOST_STEPS, 10, 1)
_BETA_1 = Slider("moment_beta_1", "β₁, of the first moment", 0.0, 0.99, 0.9, 0.01)
_BETA_2 = Slider("moment_beta_2", "β₂, of the second", 0.9, 0.999, 0.999, 0.001)


def parameters() -> Iterable[Parameter]:
    """Yield what stands in the address."""
    yield slider_parameter("weight", _WEIGHT)
    yield slider_parameter("training-step", _STEP)
    yield slider_parameter("beta-1", _BETA_1)
    yield slider_parameter("beta-2", _BETA_2)


def show(run: Run) -> None:
    """Show them, or offer to take the run's steps again."""
    if said := adam_moments.problem(run):
        st.info(said)
        return
    found = adam_moments.load(run)
    if found is None:
        offer_job(
            adam_moments.JOB,
            run,
            "The run's steps again",
            cost="A training keeps its optimizer's numbers of the last epoch only. To see them step by step, the run's "
            f"first steps are taken again, from the same seed and on the same images: up to {MOST_STEPS:,}, for "
            f"{LONGEST_S} seconds at most. What is found is kept with the run.",
            label="Take the steps again",
            icon=":material/replay:",
            key="measure_moments",
        )
        return
    optimiser = run.recipe.optimiser
    own_betas = optimiser.moments()
    assert own_betas is not None  # noqa: S101 else there was a problem
    beta_1, beta_2, epsilon = own_betas
    count, steps = found.values.shape
    left, right = st.columns([1, 5], gap="medium")

    @fragment
    def live() -> bool:
        weight = Slider(_WEIGHT.key, _WEIGHT.label, 1, max(2, count), 1, 1)
        step = Slider(_STEP.key, _STEP.label, 1, max(2, steps), _STEP.value, 1)
        with left:
            dragging = live_sliders({"": [weight, step, _BETA_1, _BETA_2]}, key="moment_sliders")
        which, at = (min(st.session_state[each.key], most) - 1 for each, most in ((weight, count), (step, steps)))
        betas = st.session_state[_BETA_1.key], st.session_state[_BETA_2.key]
        first, second = found.first[which], found.second[which]
        gradients = moments.gradients_of(first, beta_1)
        own = Course(first, second, moments.steps_of(first, second, found.rates, beta_1, beta_2, epsilon))
        other = None
        if not np.allclose(betas, (beta_1, beta_2), atol=1e-6):
            other = moments.course(gradients, found.rates, *betas, epsilon)
        with right:
            panels(_plots(found, which, at, gradients, own, other), of=f"{which} {at} {betas}", key="moment_panels")
        with left:
            st.caption(_numbers(found, which, at, gradients, own))
        return not dragging

    live()
    st.caption(_origin(found, run))
    as_keras(
        f"{optimiser.code(f'{optimiser.learning_rate:g}', {})}\n"
        "model.train_on_batch(images, labels)\n"
        'first = [each for each in optimizer.variables if each.path.endswith("momentum")]\n'
        'second = [each for each in optimizer.variables if each.path.endswith("velocity")]',
    )


def _origin(found: AdamMoments, run: Run) -> str:
    """Say where the numbers come from, and how well that was checked."""
    steps = found.values.shape[1]
    said = (
        f"Steps 1 to {steps:,} of the {found.of:,} that this run was given, taken again from its seed and its images: "
        "the moments are Keras's own, and the gradients follow from them. "
    )
    if found.epoch >= 0:
        how = "exactly those" if found.apart == 0 else f"at most {found.apart:.2g} from those"
        said += f"After epoch {found.epoch} all weights are {how} that the run kept."
    else:
        said += "The run kept no weights of these epochs to compare with."
    if run.wanted_learning_rate() is not None:
        said += " Its learning rate was changed by hand while it trained; here it is the recipe's."
    return (
        f"{said} Both moments begin at 0; a step makes good what they lack at first. Dashed: what other β would make "
        "of the same gradients. The way of the weight, and with it the gradients, would change too."
    )


def _numbers(found: AdamMoments, which: int, at: int, gradients: np.ndarray, own: Course) -> str:
    """Say what happens in one step, in numbers."""
    step, rate = own.steps[at], found.rates[at]
    return (
        f"{escape_markdown(found.names[which])}, step {at + 1:,}: gradient {_short(gradients[at])}, m "
        f"{_short(own.first[at])}, √v {_short(np.sqrt(own.second[at]))}. Added: **{_short(step)}**, "
        f"{abs(step) / rate if rate else 0:.2f} of the learning rate."
    )


def _short(value: float) -> str:
    return f"{value:.3g}".replace("-", "−")


def _plots(
    found: AdamMoments, which: int, at: int, gradients: np.ndarray, own: Course, other: Course | None
) -> list[Plot]:
    """Return the gradients with the first moment, their size with the second, the steps, and the weight."""
    steps = len(gradients)
    chosen = np.unique(np.linspace(0, steps - 1, min(steps, _POINTS)).round().astype(int))
    numbers = (chosen + 1).tolist()
    axis = linear_axis("step", 1, max(2, steps), count=4)

    def line(colour: Colour, values: np.ndarray, label: str, *, dashed: bool = False) -> Mark:
        return Mark("line", colour, numbers, values[chosen].tolist(), label, dashed=dashed)

    def plot(title: str, alt: str, name: str, dots: np.ndarray | None, lines: list[Mark], *, zero: bool) -> Plot:
        marks = [] if dots is None else [Mark("dots", "gray", numbers, dots[chosen].tolist(), "gradient")]
        marks += lines
        return Plot(title, alt, axis, _around(marks, name, zero=zero), [*marks, Mark("down", "gray", [at + 1])])

    def pair(colour: Colour, of: np.ndarray, with_others: np.ndarray | None, label: str) -> list[Mark]:
        changed = [] if with_others is None else [line(colour, with_others, f"{label}, other β", dashed=True)]
        return [line(colour, of, label), *changed]

    first = pair("blue", own.first, None if other is None else other.first, "m")
    second = pair("orange", np.sqrt(own.second), None if other is None else np.sqrt(other.second), "√v")
    added = pair("green", own.steps, None if other is None else other.steps, "added")
    rate = float(found.rates.max())
    added += [
        Mark("across", "gray", y=[each], label=said, dashed=True) for each, said in ((rate, "± rate"), (-rate, ""))
    ]
    return [
        plot("The first moment m", f"m at this step: {own.first[at]:.3g}", "gradient", gradients, first, zero=True),
        plot(
            "The second, as √v",
            f"√v at this step: {np.sqrt(own.second[at]):.3g}",
            "size of the gradient",
            np.abs(gradients),
            second,
            zero=True,
        ),
        plot("What is added", f"Added at this step: {own.steps[at]:.3g}", "to the weight", None, added, zero=True),
        plot(
            "The weight",
            f"The weight goes from {found.values[which][0]:.3g} to {found.values[which][-1]:.3g}",
            "weight",
            None,
            [line("purple", found.values[which], "")],
            zero=False,
        ),
    ]


def _around(marks: list[Mark], title: str, *, zero: bool) -> Axis:
    """Return an axis that all marks are within, and 0 where it matters."""
    values = np.concatenate([np.asarray(each.y, np.float64) for each in marks])
    low, high = float(values.min()), float(values.max())
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    edge = 0.05 * (high - low) or max(abs(high), 1e-6)
    return linear_axis(title, low - (edge if low < 0 or not zero else 0), high + edge, count=4)
