"""The book's seven recipes: its figures beside ours, one click to train, and the three traps with their evidence."""

import html
from collections.abc import Iterable
from functools import partial

import streamlit as st

from core import runs
from core.charts.palette import RULE
from core.datasets.sources import catalogue
from core.lessons import book
from core.lessons.book import BookRecipe, Measured
from core.recipes.recipe import find_recipe
from pages.common.address import Parameter, one_of
from pages.common.messages import attempt, escape_markdown, show_refusal
from pages.common.pickers import turn_to
from pages.explain import traps
from pages.explain.view import Subject, View

_CHOSEN, _STARTED = "book_recipe", "book_started"
_NAMES = [each.name for each in book.RECIPES]


def _show(_subject: Subject | None) -> None:
    left, right = st.columns([6, 5], gap="large")
    with left:
        st.html(_table())
        st.caption(
            "Test accuracy. *Book*: as printed. *Its code today*: under Keras 3.15, run once. *Here*: your newest "
            "finished run of the recipe, else ours where there is one. Point at a figure to see how it was measured."
        )
        _train()
    with right:
        traps.show()


def _table() -> str:
    cell = f"padding:5px 12px 5px 0;text-align:left;border-bottom:1px solid {RULE};white-space:nowrap"
    head = "".join(f"<th style='{cell}'>{each}</th>" for each in ("Recipe", "Book", "Its code today", "Here", "Modern"))
    rows = "".join(
        "<tr>" + "".join(f"<td style='{cell}'>{each}</td>" for each in _cells(row)) + "</tr>" for row in book.RECIPES
    )
    table = f"<table style='border-collapse:collapse'><tr>{head}</tr>{rows}</table>"
    return f"<div style='overflow-x:auto' tabindex='0'>{table}</div>"


def _cells(row: BookRecipe) -> tuple[str, ...]:
    recipe, modern = row.recipe, find_recipe(row.modern)
    printed = "–" if recipe.book_accuracy is None else f"{recipe.book_accuracy:.2%}"
    own = _own(row.modern) or _measured(book.MODERN[row.modern])
    return (
        html.escape(recipe.title),
        printed,
        _measured(row.keras),
        _own(row.name) or _measured(row.ours),
        f"{own} <span title='{html.escape(modern.teaches, quote=True)}'>{html.escape(row.modern)}</span>",
    )


def _measured(figure: Measured | None) -> str:
    if figure is None:
        return "–"
    how = html.escape(": ".join(filter(None, (figure.when, figure.how))), quote=True)
    return f"<span title='{how}'>{figure.accuracy:.2%}</span>"


def _own(name: str) -> str:
    """Return the accuracy of the user's own run, marked, as HTML; empty where there is none."""
    found = book.own_accuracy(name)
    if found is None:
        return ""
    run, accuracy = found
    return f"<b title='{html.escape(f'your run {run.name}', quote=True)}'>{accuracy:.2%}</b>"


def _train() -> None:
    """Let the user train a recipe, or its modern answer, by one click."""
    titles = {each.name: each.recipe.title for each in book.RECIPES}
    st.session_state.setdefault(_CHOSEN, _NAMES[0])
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width=300):
            chosen = str(st.selectbox("Train", _NAMES, key=_CHOSEN, format_func=titles.__getitem__))
        row = next(each for each in book.RECIPES if each.name == chosen)
        dataset = row.recipe.dataset
        installed = dataset in catalogue.available()
        for name, label in ((row.name, "Train as in the book"), (row.modern, f"Train {row.modern}")):
            st.button(
                label,
                key=f"book_train_{name == row.name}",
                icon=":material/model_training:",
                disabled=not installed,
                on_click=attempt,
                args=(partial(_start, name),),
                kwargs={"key": "book"},
            )
    show_refusal(key="book")
    if not installed:
        title = escape_markdown(catalogue.title(dataset))
        st.page_link("pages/datasets/page.py", label=f"Add {title} first", icon=":material/download:")
    if started := st.session_state.pop(_STARTED, None):
        st.success("Training has started. It goes on in the background.")
        st.page_link("pages/train/page.py", label="Watch it", icon=":material/play_arrow:")
        turn_to(started)
    if row.recipe.book_trap:
        st.caption(escape_markdown(row.recipe.book_trap))


def _start(name: str) -> None:
    run = runs.create(find_recipe(name))
    run.start()
    st.session_state[_STARTED] = run.name


def _parameters() -> Iterable[Parameter]:
    yield Parameter("exercise", _CHOSEN, one_of(_NAMES), default=_NAMES[0])
    yield from traps.parameters()


VIEW = View(
    "recipes",
    "The seven recipes",
    "What the book’s recipes reach, then and now, and what the same data allows today. Three traps explain most of "
    "the difference: see each at work.",
    _show,
    _parameters,
    asks_image=False,
)
