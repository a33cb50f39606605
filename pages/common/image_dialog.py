"""A dialog with one image of a dataset, large: its pixels, what is known of it, what is decided on it."""

from collections.abc import Callable

import numpy as np
import streamlit as st

from core.datasets import decisions
from core.datasets.decisions import EXCLUDE, KEPT, RELABEL, UNSURE, Decision
from core.datasets.store import SPLITS, UNLABELED, Dataset
from core.datasets.views import image_detail
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.common.similar_images import show_similar
from pages.components.viewer import viewer

_SHOWN, _NEW_LABEL, _UNDONE = "enlarged", "enlarged_new_label", "enlarged_undone"
_BUTTONS = {
    EXCLUDE: ("Exclude", "X", ":material/block:"),
    UNSURE: ("Unsure", "U", ":material/question_mark:"),
    KEPT: ("Keep", "K", ":material/check:"),
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
    similar: bool = False,
) -> None:
    """Show an image with what is known of it.

    Args:
        dataset: whose image it is.
        index: its index there.
        among: the images, int64 `(m,)`, that one can go on to from this one; `None`: no other.
        said: called with the index of the image that is shown for what is said beside its class, as Markdown, in
            place of its part of the dataset.
        more: called with it to draw more beneath, such as why a network took the image for something.
        moved: called with the index of an image that one has gone on to.
        closed: called with the index of the last image when the dialog is closed.
        similar: whether the images of the dataset that show the like are shown, to go on to.
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
        with show_errors():
            now = st.session_state[_SHOWN]
            _show(dataset, now, said(now) if said is not None else "")
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                if among is not None:
                    _go_on(dataset, among, now, go_to)
                _decide(dataset, now)
            undone = st.session_state.pop(_UNDONE, None)
            back = f" Taken back: {_in_short(dataset, undone[1])}." if undone and undone[0] == now else ""
            st.markdown(_decided(dataset, now) + back)
            show_refusal(key=_SHOWN)
            if more is not None:
                more(now)
            if similar:
                show_similar(dataset, now, go_to)

    st.dialog("Image", width="large", on_dismiss=dismissed)(show)()


def _turn_to(index: int) -> None:
    if st.session_state.get(_SHOWN) != index:
        st.session_state[_SHOWN], st.session_state[_NEW_LABEL] = index, None


def _show(dataset: Dataset, index: int, said: str) -> None:
    """Show the image with its label, what is said beside that, and its measures."""
    label = dataset.class_of(index)
    shown = image_detail.close_up(dataset, index)
    kind = "gray" if shown.gray else "color"
    name = f" · {escape_markdown(dataset.names[index])}" if dataset.names else ""
    split = SPLITS[dataset.splits[index]]
    beside = said or (split if split != label else "")
    st.markdown(
        f"**{escape_markdown(label)}** · {f'{beside} · ' if beside else ''}image {index:,}{name} · "
        f"{shown.width}×{shown.height} pixels, {kind}"
    )
    viewer(shown, f"Image {index}, enlarged: {label}", key="viewer", keys={"l": ".st-key-relabel input"})
    st.caption(
        " · ".join(f"{what} {escape_markdown(value)}" for what, value in image_detail.facts(dataset, index).items())
    )


def _go_on(dataset: Dataset, among: np.ndarray, index: int, go_to: Callable[[int], None]) -> None:
    """Draw the buttons to the image before and the one after: of all, and of the same class."""
    label = dataset.labels[index]
    of_class = dataset.labels[among] == label
    alike, places = among[of_class], np.flatnonzero(among == index)
    found, place = len(places) > 0, int(places[0]) if len(places) else 0
    ways = [("Previous", "Left", among, place - 1), ("Next", "Right", among, place + 1)]
    if 1 < len(alike) < len(among):
        name, among_alike = escape_markdown(dataset.class_of(index)), int(np.count_nonzero(of_class[:place]))
        ways += [
            (f"Earlier {name}", "Shift+Left", alike, among_alike - 1),
            (f"Later {name}", "Shift+Right", alike, among_alike + 1),
        ]
    for title, shortcut, images, to in ways:
        there = found and 0 <= to < len(images)
        st.button(
            title,
            key=f"enlarged_{title.split()[0]}",
            shortcut=shortcut,
            disabled=not there,
            on_click=go_to,
            args=(int(images[to]) if there else index,),
        )


def _decide(dataset: Dataset, index: int) -> None:
    """Draw the buttons that decide on the image."""
    made = decisions.current(dataset).get(index)
    for decision, (title, shortcut, icon) in _BUTTONS.items():
        chosen = made is not None and made.decision == decision
        st.button(
            title,
            key="keep" if decision == KEPT else decision,
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
            # Always the same: one of another image would stand beside this one until all is drawn.
            key=_NEW_LABEL,
            format_func=names.__getitem__,
            placeholder="Relabel as… (L)",
            label_visibility="collapsed",
            on_change=_attempt,
            args=(lambda: decisions.decide(dataset, [index], RELABEL, st.session_state[_NEW_LABEL]),),
        )
    last = decisions.undoable_on(dataset, index)

    def undo() -> None:
        st.session_state[_UNDONE] = index, decisions.undo_on(dataset, index)

    st.button(
        "Undo",
        key="undo_one",
        shortcut="Z",
        icon=":material/undo:",
        disabled=not last,
        help=f"Takes back on this image: {_in_short(dataset, last)}." if last else "Nothing decided on this image.",
        on_click=_attempt,
        args=(undo,),
    )


def _attempt(decide: Callable[[], object]) -> None:
    attempt(decide, key=_SHOWN)
    st.session_state[_NEW_LABEL] = None


def _decided(dataset: Dataset, index: int) -> str:
    """Say what is decided on an image, and what training makes of that, as Markdown."""
    made = decisions.current(dataset).get(index)
    if made is not None and made.decision in (EXCLUDE, RELABEL):
        said = f"Decided: **{_in_short(dataset, made)}**"
        if SPLITS[dataset.splits[index]] == "test":
            return f"{said}. Test images stay as published: runs are measured on the same ones."
        return f"{said} from training." if made.decision == EXCLUDE else f"{said}."
    part = SPLITS[dataset.splits[index]]
    use = {
        "train": "training uses it as it is",
        "validation": "validation uses it as it is",
        "test": "networks are tested on it",
        UNLABELED: "without a class, it neither trains nor tests; give it one (L)",
    }[part]
    return f"Decided: **{_in_short(dataset, made)}**; {use}." if made else f"Nothing decided: {use}."


def _in_short(dataset: Dataset, made: Decision) -> str:
    """Name a decision, as Markdown."""
    if made.decision == RELABEL and made.label is not None:
        return f"relabeled to {escape_markdown(dataset.about.class_names[made.label])}"
    return {EXCLUDE: "excluded", UNSURE: "unsure", KEPT: "kept as it is"}.get(made.decision, "no decision")
