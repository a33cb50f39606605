"""Training a pair that differs in one thing, on a view that explains it, and what came of it."""

import streamlit as st

from core import runs
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.lessons import pairs
from core.lessons.pairs import Pair
from core.runs import Run
from core.storage.progress import duration
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.explain.view import Subject

_POLL_S = 1.0


def dataset_of(subject: Subject | None) -> Dataset:
    """Return the dataset that a pair trains on: the run's where it is on this machine, else the digits."""
    if subject is not None and subject.dataset is not None:
        return subject.dataset
    return catalogue.open_dataset("digits")


def show_pair(kind: str, dataset: Dataset) -> Pair | None:
    """Offer to train a pair, show how far it is, and what came of it; return it once both have finished.

    Args:
        kind: of `core.lessons.pairs`.
        dataset: what it trains on.
    """
    title = escape_markdown(dataset.about.title)
    st.markdown(f"**Train the pair and see**: the same small network on {title}, without and with {pairs.TITLES[kind]}")
    pair = pairs.find(kind, dataset.about.name)
    going = pair is not None and any(each.state in runs.ALIVE for each in pair.statuses)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Train the pair" if pair is None else "Train again",
            key=f"pair_{kind}",
            type="primary" if pair is None else "secondary",
            icon=":material/model_training:",
            disabled=going,
            on_click=attempt,
            args=(lambda: pairs.start(kind, dataset),),
            kwargs={"key": "pair"},
        )
        if pair is None:
            st.caption("Two short runs, up to 2,500 images each for 20 epochs. You can leave the page meanwhile.")
        elif not going:
            names = [pair.without.name, pair.with_it.name]
            st.page_link(
                "pages/runs/page.py",
                label="Compare on Runs",
                icon=":material/table_chart:",
                query_params={"run": names},
            )
    show_refusal(key="pair")
    if pair is None:
        return None
    finished = False
    with show_errors():
        if going:
            st.fragment(_watch, run_every=_POLL_S)(pair)
        else:
            finished = _show_outcomes(kind, pair)
    return pair if finished else None


def _watch(pair: Pair) -> None:
    """Show how far the two are; the page is drawn anew when both have ended."""
    with show_errors():
        statuses = pair.statuses
        if not any(each.state in runs.ALIVE for each in statuses):
            st.rerun()
        for which, status in zip(("Without", "With"), statuses, strict=True):
            left = "" if status.seconds_left is None else f", {duration(status.seconds_left)} left"
            st.progress(
                status.fraction, f"{which}: {status.said}, epoch {status.epoch} of {max(status.epochs, 1)}{left}"
            )


def _show_outcomes(kind: str, pair: Pair) -> bool:
    """Show the figures of both, or why there are none; tell whether both have finished."""
    for each, status in zip((pair.without, pair.with_it), pair.statuses, strict=True):
        if status.state != runs.FINISHED:
            why = escape_markdown(status.cause or f"it is {status.said}")
            st.warning(f"“{escape_markdown(each.title)}” has not finished: {why} Train the pair again.")
            return False
    without, with_it = pairs.outcome(pair.without), pairs.outcome(pair.with_it)
    rows = [
        ("Training accuracy", without.training, with_it.training),
        ("Validation accuracy", without.validation, with_it.validation),
        ("Gap", without.gap, with_it.gap),
        ("Test accuracy", without.test, with_it.test),
    ]
    lines = [
        f"| {name} | {_share(before)} | {_share(after)} | {_change(before, after)} |" for name, before, after in rows
    ]
    st.markdown("\n".join(["| | Without | With | Difference |", "| --- | ---: | ---: | ---: |", *lines]))
    st.caption(pairs.in_words(kind, without, with_it))
    return True


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _change(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return "–"
    return f"{100 * (after - before):+.1f} points".replace("-", "−")


def both(pair: Pair) -> tuple[tuple[str, Run], tuple[str, Run]]:
    """Return the two runs, each with what it is called beside the other."""
    return ("without", pair.without), ("with", pair.with_it)
