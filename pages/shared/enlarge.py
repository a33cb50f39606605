"""A dialog with one picture of a data set, large: its pixels, what is known of it, what is decided on it."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.datasets import closeup, decisions
from core.datasets.decisions import EXCLUDE, KEEP, RELABEL, UNSURE, Decision
from core.datasets.store import SPLITS, Dataset
from pages.shared.components.viewer import viewer
from pages.shared.frame import attempt, plain, said_in_words, say_refused

_SHOWN, _NEW_LABEL = "enlarged", "enlarged_new_label"
_BUTTONS = {
    EXCLUDE: ("Exclude", "X", ":material/block:"),
    UNSURE: ("Unsure", "U", ":material/question_mark:"),
    KEEP: ("Keep", "K", ":material/check:"),
}


def enlarge(
    dataset: Dataset,
    index: int,
    *,
    among: np.ndarray | None = None,
    said: Callable[[int], str] | None = None,
    more: Callable[[int], None] | None = None,
    moved: Callable[[int], None] | None = None,
    closed: Callable[[int], None] | None = None,
) -> None:
    """Show a picture with what is known of it.

    Args:
        dataset: whose picture it is.
        index: its index there.
        among: the pictures, int64 `(m,)`, that one can go on to from this one; `None`: no other.
        said: called with the index of the picture that is shown for what is said beside its class, as Markdown, in
            place of its part of the data set.
        more: called with it to draw more beneath, such as why a network took the picture for something.
        moved: called with the index of a picture that one has gone on to.
        closed: called with the index of the last picture when the dialog is closed.
    """
    _turn_to(index)

    def dismissed() -> None:
        if closed is not None:
            closed(st.session_state[_SHOWN])

    def go_to(to: int) -> None:
        _turn_to(to)
        if moved is not None:
            moved(to)

    def show() -> None:
        with said_in_words():
            now = st.session_state[_SHOWN]
            _show(dataset, now, said(now) if said is not None else "")
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                if among is not None:
                    _go_on(dataset, among, now, go_to)
                _decide(dataset, now)
            st.markdown(_decided(dataset, decisions.current(dataset).get(now)))
            say_refused(key=_SHOWN)
            if more is not None:
                more(now)

    st.dialog("Picture", width="large", on_dismiss=dismissed)(show)()


def _turn_to(index: int) -> None:
    if st.session_state.get(_SHOWN) != index:
        st.session_state[_SHOWN], st.session_state[_NEW_LABEL] = index, None


def _show(dataset: Dataset, index: int, said: str) -> None:
    """Show the picture with its label, what is said beside that, and its measures."""
    label = dataset.about.class_names[dataset.labels[index]]
    shown = closeup.close_up(dataset, index)
    kind = "gray" if shown.gray else "colour"
    name = f" · {plain(dataset.names[index])}" if dataset.names else ""
    st.markdown(
        f"**{plain(label)}** · {said or SPLITS[dataset.splits[index]]} · picture {index:,}{name} · "
        f"{shown.width}×{shown.height} pixels, {kind}"
    )
    viewer(shown, f"Picture {index}, enlarged: {label}", key="viewer", keys={"l": ".st-key-relabel input"})
    st.caption(" · ".join(f"{what} {plain(value)}" for what, value in closeup.facts(dataset, index).items()))


def _go_on(dataset: Dataset, among: np.ndarray, index: int, go_to: Callable[[int], None]) -> None:
    """Draw the buttons to the picture before and the one after: of all, and of the same class."""
    label = dataset.labels[index]
    alike = among[dataset.labels[among] == label]
    ways = [("Previous", "Left", among, -1), ("Next", "Right", among, 1)]
    if 1 < len(alike) < len(among):
        name = plain(dataset.about.class_names[label])
        ways += [(f"Earlier {name}", "Shift+Left", alike, -1), (f"Later {name}", "Shift+Right", alike, 1)]
    for title, shortcut, pictures, step in ways:
        places = np.flatnonzero(pictures == index)
        to = int(places[0]) + step if len(places) else -1
        there = 0 <= to < len(pictures)
        st.button(
            title,
            key=f"enlarged_{title.split()[0]}",
            shortcut=shortcut,
            disabled=not there,
            on_click=go_to,
            args=(int(pictures[to]) if there else index,),
        )


def _decide(dataset: Dataset, index: int) -> None:
    """Draw the buttons that decide on the picture."""
    made = decisions.current(dataset).get(index)
    for decision, (title, shortcut, icon) in _BUTTONS.items():
        chosen = made is not None and made.decision == decision
        st.button(
            title,
            key=decision,
            shortcut=shortcut,
            icon=icon,
            type="primary" if chosen else "secondary",
            on_click=_attempt,
            args=(lambda decision=decision: decisions.decide(dataset, [index], decision),),
        )
    names = dataset.about.class_names
    with st.container(key="relabel", width=170):
        st.selectbox(
            "Relabel",
            [each for each in range(len(names)) if each != dataset.labels[index]],
            index=None,
            # Always the same: one of another picture would stand beside this one until all is drawn.
            key=_NEW_LABEL,
            format_func=names.__getitem__,
            placeholder="Relabel to … (L)",
            label_visibility="collapsed",
            on_change=_attempt,
            args=(lambda: decisions.decide(dataset, [index], RELABEL, st.session_state[_NEW_LABEL]),),
        )
    last = decisions.undoable(dataset)
    st.button(
        "Undo",
        key="undo_one",
        shortcut="Z",
        icon=":material/undo:",
        disabled=not last,
        help=_what(last),
        on_click=_attempt,
        args=(lambda: decisions.undo(dataset),),
    )


def _attempt(decide: Callable[[], object]) -> None:
    attempt(decide, key=_SHOWN)
    st.session_state[_NEW_LABEL] = None


def _what(ids: tuple[int, ...]) -> str:
    if not ids:
        return "Nothing to undo."
    return f"Takes back the last decision, on {f'picture {ids[0]:,}' if len(ids) == 1 else f'{len(ids):,} pictures'}."


def _decided(dataset: Dataset, made: Decision | None) -> str:
    """Say what is decided on a picture, as Markdown."""
    if made is None:
        return "Nothing decided: training uses it as it is."
    if made.decision == RELABEL and made.label is not None:
        return f"Decided: **relabelled to {plain(dataset.about.class_names[made.label])}**."
    return "Decided: **excluded** from training." if made.decision == EXCLUDE else "Decided: **unsure**."
