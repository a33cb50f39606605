"""A run, live: where it stands, its curves, what the coach says; pause, stop and resume."""

from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from core import runs
from core.charts import training_curves
from core.charts.chart import Chart
from core.recipes.fit import Fit
from core.runs import Run, Status
from core.runs.records import GrowingRecords
from core.storage import beat, machine
from core.storage.progress import duration
from core.training import coach
from core.training.coach import CoachFinding
from pages.common import live_points
from pages.common.generating_run import show_generating
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.common.terms import with_terms
from pages.components.chart import show_charts
from pages.components.theme import dark
from pages.train import drafts

# Curves come by themselves meanwhile, five times a second; drawing the rest takes the processor from the training.
POLL_S, SEEN_POLL_S = 2.0, 2.25
_SET_UP = "train_set_up"
_MOST_EPOCHS = int(Fit.setting_of("epochs").maximum or 1000)
_BADGES = {
    runs.WAITING: ("gray", "hourglass_empty"),
    runs.RUNNING: ("blue", "play_arrow"),
    runs.STOPPING: ("orange", "stop"),
    runs.STOPPED: ("orange", "stop_circle"),
    runs.PAUSED: ("orange", "pause"),
    runs.FINISHED: ("green", "check_circle"),
    runs.FAILED: ("red", "error"),
    runs.INTERRUPTED: ("red", "power_off"),
}
_ICONS = {
    coach.LEARNING: "trending_up",
    coach.OVERFITTING: "call_split",
    coach.NOT_LEARNING: "trending_flat",
    coach.TOO_HIGH: "bolt",
    coach.DIVERGED: "error",
    coach.COLLAPSED: "filter_1",
    coach.UNDERFITTING: "compress",
    coach.NOISY: "ssid_chart",
    coach.LAGGING: "hourglass_bottom",
    coach.UNFINISHED: "resume",
    coach.RESTING: "trending_flat",
}

_attempt = partial(attempt, key="train")


@st.cache_resource(max_entries=16, show_spinner=False)
def _growing(folder: str) -> GrowingRecords:
    return GrowingRecords(Path(folder) / "metrics.jsonl")


def watch(run: Run, polling: bool) -> None:
    """Show a run; to be drawn anew by itself while it goes on.

    Args:
        run: which.
        polling: whether it is drawn anew now: the page is drawn once more when the run ends or goes on.
    """
    with show_errors():
        status = run.status()
        if st.session_state.pop(_SET_UP, False) or polling != (status.state in runs.ALIVE):
            st.rerun()
        metrics = _growing(str(run.folder)).now()
        # In one place: what is said at one time only would move the curves on, and the browser begin them anew.
        with st.container():
            _heading(run, status)
        if run.recipe.generator is not None:
            show_generating(run, status, metrics)
            return
        _facts(run, status, metrics)
        curves = _curves(run, status, metrics)
        _advise(run, status, metrics)
        if curves:
            with st.expander("Loss by batch, learning rate"):
                show_charts(curves, key=f"more_curves_{run.name}", growing=status.state in runs.ALIVE)


def _heading(run: Run, status: Status) -> None:
    """Show the state in words, and the buttons that change it."""
    colour, icon = _BADGES[runs.PAUSED if status.said == "pausing" else status.state]
    left, right = st.columns([5, 3], vertical_alignment="center")
    told = status.doing and status.state in (runs.WAITING, runs.RUNNING, runs.STOPPING)
    said = status.doing.removeprefix("waiting").lstrip(", ") if told else ""
    doing = f" · {escape_markdown(said)}" if said else ""
    left.markdown(
        f":{colour}-badge[:material/{icon}: {status.said}] **{escape_markdown(run.title)}** on "
        f"{escape_markdown(run.about.title)}{doing}"
    )
    with right, st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        _buttons(run, status)
    show_refusal(key="train")
    if status.node:
        trains = "Trains" if status.state in runs.ALIVE else "Trained"
        st.caption(f"{trains} on the cluster's node {escape_markdown(status.node)}.")
    if status.cause:
        st.error(escape_markdown(status.cause), icon=":material/error:")
    if status.remark:
        st.info(escape_markdown(status.remark))
    if said := run.recipe.fit.precision_said(status.precision):
        st.caption(said)
    if status.state in runs.RESUMABLE:
        st.caption(
            f"Resume continues after epoch {status.epoch} and gives the same result as an uninterrupted run."
            if status.epoch
            else "No epoch was completed, so Resume starts from the beginning."
        )
    _queue(run, status)
    if status.state in (runs.RUNNING, runs.STOPPING):
        st.progress(min(status.fraction, 1.0))
        if (taken := machine.cpu_shares(status.pid_here)) and taken.busy:
            st.caption(f":material/hourglass_top: {taken.sentence}")


def _buttons(run: Run, status: Status) -> None:
    if status.state in runs.ALIVE:
        stopping = status.state == runs.STOPPING
        if status.state == runs.RUNNING:
            with st.popover("Learning rate", icon=":material/speed:", disabled=stopping):
                _set_rate(run, status)
        st.button(
            "Pause", key="pause", icon=":material/pause:", on_click=_attempt, args=(run.pause,), disabled=stopping
        )
        st.button("Stop", key="stop", icon=":material/stop:", on_click=_attempt, args=(run.stop,), disabled=stopping)
    elif status.state in runs.RESUMABLE:
        st.button("Resume", key="resume", icon=":material/play_arrow:", on_click=_attempt, args=(run.resume,))
    elif run.checkpoints and status.epoch < _MOST_EPOCHS:
        with st.popover("Train longer", icon=":material/fast_forward:"):
            _train_on(run, status)


def _train_on(run: Run, status: Status) -> None:
    """Let the user give a finished run more epochs."""
    key = f"train_on_{run.name}_{status.epoch}"
    st.number_input(
        "Total epochs", status.epoch + 1, _MOST_EPOCHS, min(2 * max(status.epoch, 1), _MOST_EPOCHS), key=key
    )

    def train_on() -> None:
        # Read only now: what was typed just before the click counts.
        _attempt(lambda: run.resume(int(st.session_state[key])))

    st.button("Continue training", key="train_on", type="primary", on_click=train_on)


def _set_rate(run: Run, status: Status) -> None:
    """Let the user change the learning rate of a training that goes on."""
    rate = status.learning_rate or run.recipe.optimiser.learning_rate
    key = f"train_new_rate_{run.name}"
    st.number_input("Learning rate", 1e-7, 10.0, rate, step=rate / 10, format="%g", key=key)
    st.caption(f"Currently {rate:g}. The new value takes effect at the next batch; the schedule continues from there.")

    def set_rate() -> None:
        _attempt(lambda: run.set_learning_rate(float(st.session_state[key])))

    st.button("Apply", key="train_set_rate", type="primary", on_click=set_rate)


def _queue(run: Run, status: Status) -> None:
    """Show which runs train and wait, in order, where there is more than one."""
    if status.state not in runs.ALIVE or beat.is_elsewhere(run.folder):
        return
    here = [pair for pair in runs.alive((run, status)) if not beat.is_elsewhere(pair[0].folder)]
    queue = sorted(here, key=lambda pair: (pair[1].state == runs.WAITING, pair[1].place))
    if len(queue) < 2:
        return
    if status.state == runs.WAITING:
        ahead = [each for each, _ in queue].index(run)
        last = queue[max(ahead - 1, 0)][0]
        st.info(f"Runs train one at a time. This one starts automatically after “{escape_markdown(last.title)}”.")
    lines = []
    for number, (each, state) in enumerate(queue, start=1):
        title = f"**{escape_markdown(each.title)}**" if each == run else escape_markdown(each.title)
        reached = f", epoch {state.epoch} of {state.epochs}" if state.state != runs.WAITING else ""
        lines.append(f"{number}. {title} · {escape_markdown(each.name)} · {state.said}{reached}")
    st.caption("\n".join(lines))


def _facts(run: Run, status: Status, metrics: list[dict[str, Any]]) -> None:
    """Show the figures that go with the curves."""
    now = metrics[-1] if metrics else {}
    ends = [record for record in metrics if record["kind"] == "epoch"]
    last = ends[-1] if ends else {}
    speed, alive = status.pictures_per_second, status.state in runs.ALIVE
    # A record counts the seconds of all sittings; the status knows when the last one began.
    taken = now.get("seconds", 0.0)
    shown = {}
    if "test_accuracy" in status.result:
        shown["Test accuracy"] = share(status.result["test_accuracy"])
    shown |= {
        f"{run.recipe.split.watched.capitalize()} accuracy": share(last.get("val_accuracy")),
        "Training accuracy": share(now.get("accuracy")),
        "Epoch": f"{status.epoch} of {status.epochs}",
        "Images a second": "–" if speed is None else f"{speed:,.0f}",
        "Time left" if alive else "Duration": duration(status.seconds_left if alive else taken),
        "Memory": "–" if status.memory_mb is None else f"{status.memory_mb:,.0f} MB",
    }
    # The one that counts comes first, and is the largest.
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="train_facts"):
        for label, value in shown.items():
            st.metric(label, value, width="content")


def _advise(run: Run, status: Status, metrics: list[dict[str, Any]]) -> None:
    """Say what the coach finds, with one change to try."""
    findings = coach.advice(metrics, status, run.recipe, run.about.class_names)
    if not findings:
        return
    with st.container(border=True, gap="small", key="coach"):
        for number, finding in enumerate(findings):
            sentence = f":material/{_ICONS[finding.kind]}: {escape_markdown(finding.sentence)}"
            if not finding.change:
                st.markdown(sentence)
                continue
            said, way = st.columns([5, 2], vertical_alignment="center")
            said.markdown(sentence)
            way.button(
                f"Try: {finding.change_said}",
                key=f"try_{number}",
                width="stretch",
                help="Prepares a new run with this one change, same seed and same split.",
                on_click=_set_up,
                args=(run, finding),
            )


def _set_up(run: Run, finding: CoachFinding) -> None:
    """Make the next recipe: this run's with the finding's change."""

    def hand_over() -> None:
        drafts.hand_over(
            run.recipe.with_settings(finding.change), base=run.recipe, pair_of=run.name, decided_as=run.name
        )
        st.session_state[_SET_UP] = True
        st.toast("Ready: select **Train** to start the new run.", icon=":material/check:")

    _attempt(hand_over)


def _curves(run: Run, status: Status, metrics: list[dict[str, Any]]) -> list[Chart]:
    """Draw loss and accuracy by epoch, and say what to look for; return the run's other charts, to be drawn below."""
    alive, validation = status.state in runs.ALIVE, run.recipe.split.watched
    if not metrics and not alive:
        st.info("This run ended before its first batch, so there are no curves.")
        return []
    loss, accuracy, *others = training_curves.run_curves(
        metrics, run.recipe.fit.epochs, dark=dark(), validation=validation
    )
    live = live_points.address(run.folder / "metrics.jsonl", training_curves.new_points) if alive else None
    show_charts([loss, accuracy], key=f"curves_{run.name}", growing=alive, live=live)
    legend = training_curves.legend(dark=dark(), validation=validation)
    st.html("&emsp;".join(f"<b style='color:{colour}'>━</b> {name}" for name, colour in legend))
    if not metrics:
        st.caption("Curves appear after the first batch. TensorFlow takes a few seconds to start.")
        return others
    watched = (
        " Here the test set doubles as the validation set, as in the book, so test accuracy is not "
        "an independent estimate."
    )
    said = (
        "Watch the gap: if training keeps improving but validation does not, the network is "
        "overfitting. Drag across the chart to zoom in." + (watched if validation == "test" else "")
    )
    st.caption(with_terms(said))
    return others


def share(value: float | None) -> str:
    """Return a share for a person, or a dash."""
    return "–" if value is None else f"{value:.2%}"
