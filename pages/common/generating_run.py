"""A run of a network that makes images: its figures, its curves, and what the coach says."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core import runs
from core.charts import sample_figures
from core.generation.generators import Generator
from core.runs import Run, Status
from core.storage.progress import duration
from core.training import coach
from core.training.coach import CoachFinding
from pages.common.messages import escape_markdown
from pages.components.chart import show_charts
from pages.components.theme import dark

_ICONS = {
    coach.LEARNING: "trending_up",
    coach.COLLAPSED: "filter_1",
    coach.OVERFITTING: "content_copy",
    coach.NOT_LEARNING: "blur_on",
    coach.DIVERGED: "error",
}

Way = Callable[[CoachFinding], None]


def show_generating(run: Run, status: Status, metrics: list[dict[str, Any]]) -> None:
    """Show how such a training goes, beneath where it stands."""
    show_figures(status, metrics)
    advise(run, status, metrics)
    show_curves(run, status, metrics)


def show_figures(status: Status, metrics: list[dict[str, Any]]) -> None:
    """Show the figures that go with the curves."""
    alive = status.state in runs.ALIVE
    last: dict[str, Any] = next((record for record in reversed(metrics) if record["kind"] == "epoch"), {})
    shown = {
        "Epoch": f"{status.epoch} of {status.epochs}",
        "Samples recognized": _share(last.get("recognised")),
        "Diversity": _share(last.get("diversity")),
        "Time left" if alive else "Duration": duration(
            status.seconds_left if alive else (metrics[-1] if metrics else {}).get("seconds", 0.0)
        ),
    }
    if alive and status.pictures_per_second is not None:
        shown["Images a second"] = f"{status.pictures_per_second:,.0f}"
    with st.container(horizontal=True, gap="medium"):
        for label, value in shown.items():
            st.metric(label, value, width="content")


def advise(run: Run, status: Status, metrics: list[dict[str, Any]], way: Way | None = None) -> None:
    """Say what the coach finds.

    Args:
        run: which.
        status: where it stands.
        metrics: its records.
        way: draws what leads on from a finding that proposes a change.
    """
    findings = coach.advice(metrics, status, run.recipe, run.about.class_names)
    if not findings:
        return
    with st.container(border=True, gap="small", key="coach"):
        for finding in findings:
            st.markdown(f":material/{_ICONS[finding.kind]}: {escape_markdown(finding.sentence)}")
            if finding.change and way is not None:
                way(finding)


def show_curves(run: Run, status: Status, metrics: list[dict[str, Any]]) -> None:
    """Draw the losses and what is measured of samples."""
    generator, alive = run.recipe.generator, status.state in runs.ALIVE
    if generator is None or not (metrics or alive):
        return
    drawn = sample_figures.sample_curves(metrics, run.recipe.fit.epochs, generator, dark=dark())
    show_charts(drawn, key=f"curves_{run.name}", growing=alive)
    st.html(_legend(generator))


def _legend(generator: Generator) -> str:
    lines = [
        "&emsp;".join(f"<b style='color:{colour}'>━</b> {name}" for name, colour in each)
        for each in sample_figures.legend(generator, dark=dark())
    ]
    return "<br>".join(lines)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}"
