"""Errors: what a run got wrong, from the number to the pictures."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import evaluation, figures, runs
from core.datasets import catalogue
from core.datasets.store import Dataset
from core.evaluation import Predictions
from core.runs import Run, RunError
from pages.shared.components.gallery import Item, gallery, picture_url
from pages.shared.controls import choose_run, train_first
from pages.shared.enlarge import enlarge
from pages.shared.frame import dark, page, plain, said_in_words

_PER_PAGE = 60


def selected_cell(found: Predictions, names: tuple[str, ...], place: str) -> tuple[int, int] | None:
    """Draw the confusion matrix; return the true and predicted class of the cell that was clicked.

    Args:
        found: what was predicted.
        names: the classes.
        place: the run and the part, whose clicked cell is kept apart from others'.
    """
    version = st.session_state.setdefault("matrix_version", 0)
    event = st.plotly_chart(
        figures.confusion_matrix(found.confusion, names, dark=dark()),
        key=f"matrix_{place}_{version}",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Confusion matrix: true classes by row, predicted classes by column",
    )
    points = event["selection"]["points"]
    return divmod(points[0]["point_index"], len(names)) if points else None


def all_errors() -> None:
    """Forget the clicked cell: a chart of another name has none."""
    st.session_state["matrix_version"] += 1


def show_pictures(found: Predictions, run: Run, cell: tuple[int, int] | None, place: str) -> None:
    """Show the pictures of a cell, or all that are wrong, worst first."""
    dataset, names = catalogue.open_dataset(run.about.name), run.about.class_names
    if dataset.about.content_hash != run.about.content_hash:
        raise RunError(f"The data set {run.about.title} has changed since this run: its pictures cannot be matched.")
    if cell is None:
        positions = found.errors()
        st.markdown(f"**All {len(positions):,} errors**, worst first. Click a cell of the matrix for its pictures.")
        if not len(positions):
            st.success("No error at all. Try harder pictures, or the other part of the data set.")
    else:
        true, predicted = cell
        positions = found.cell(true, predicted)
        said = "recognised" if true == predicted else f"taken for {plain(names[predicted])}"
        left, right = st.columns([3, 1], vertical_alignment="center")
        left.markdown(f"**{plain(names[true])} {said}: {len(positions):,}**, least convincing first.")
        right.button("All errors", on_click=all_errors, width="stretch", icon=":material/close:")
        if not len(positions):
            st.info("No picture is in this cell.")
    pages = -(-len(positions) // _PER_PAGE)
    number = st.pagination(pages, key=f"page_{place}_{cell}") if pages > 1 else 1
    shown = positions[(number - 1) * _PER_PAGE : number * _PER_PAGE]
    opened = gallery([item(found, dataset, int(position)) for position in shown], dataset, key="errors")
    if opened is not None:
        (position,) = np.flatnonzero(found.ids == opened)
        likeliest = evaluation.ranked(found.probabilities[position], names)[:3]
        enlarge(dataset, opened, "Predicted: " + ", ".join(f"{plain(name)} {share:.1%}" for name, share in likeliest))


def item(found: Predictions, dataset: Dataset, position: int) -> Item:
    """Return a picture for the gallery: true label → prediction, and the probability that the network gave it."""
    names, index = dataset.about.class_names, int(found.ids[position])
    true, predicted = names[found.labels[position]], names[found.predicted[position]]
    probability = found.probabilities[position, found.predicted[position]]
    alt = f"Picture {index}: a {true}, predicted {predicted} with {probability:.1%}"
    return Item(index, alt, f"{true} → {predicted}  {probability:.0%}", picture_url(dataset, index))


def show(run: Run, part_choice: DeltaGenerator, figures_shown: DeltaGenerator) -> None:
    """Show one run's accuracy, confusion matrix and pictures; the first two go into the places given."""
    same = run.recipe.split.validation == "test"
    with part_choice:
        if same:
            part = "test"
            st.caption("This recipe watches the test pictures while it trains, as the book does: validation is test.")
        else:
            part = st.segmented_control("Part", evaluation.PARTS, default="test", required=True, key="part")
    found = evaluation.load(run, part)
    wrong = int(np.sum(found.predicted != found.labels))
    with figures_shown, st.container(horizontal=True, gap="medium"):
        st.metric(f"{part.capitalize()} accuracy", f"{found.accuracy:.2%}", width="content")
        st.metric("Wrong", f"{wrong:,} of {len(found.labels):,}", width="content")
        st.metric(f"{part.capitalize()} loss", f"{np.mean(found.losses):.4f}", width="content")
    place = f"{run.name}_{part}"
    left, right = st.columns([2, 3], gap="large")
    with left:
        st.markdown("**Confusion matrix**")
        cell = selected_cell(found, run.about.class_names, place)
        st.caption("Blue: right, by share of its class. Orange: wrong, the more the darker.")
    with right, said_in_words():
        show_pictures(found, run, cell, place)


page("Errors", "What a run got wrong, from one number to the pictures behind it.")
evaluated = runs.with_evaluation()
if not evaluated:
    train_first("No run has finished yet. Train one, and its errors will be here.")
else:
    run_choice, part_choice, figures_shown = st.columns([3, 1.4, 3], gap="medium")
    with run_choice:
        run = choose_run(evaluated, key="run_evaluated")
    with said_in_words():
        show(run, part_choice, figures_shown)
