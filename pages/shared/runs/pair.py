"""Two runs picture by picture: what the second one fixed and what it broke."""

import streamlit as st

from core import comparison
from core.comparison import Comparison
from core.datasets import catalogue
from core.datasets.store import Dataset
from core.evaluation import PARTS
from core.runs import Run
from pages.shared.components.gallery import Item, Pages, paged_gallery, picture_url
from pages.shared.enlarge import enlarge
from pages.shared.frame import plain, said_in_words

_PER_PAGE = 48
_KINDS = {"fixed": "Fixed", "broken": "Broken", "both_wrong": "Wrong in both"}
_NONE = {"fixed": "None was fixed.", "broken": "None was broken.", "both_wrong": "None is wrong in both."}
_OPEN = "runs_picture_open"


def show_pair(before: Run, after: Run) -> None:
    """Compare two runs on the same pictures."""
    st.subheader("Picture by picture", anchor=False)
    if not (before.has_evaluation and after.has_evaluation):
        st.info("Both runs must have ended: what they predict is kept then.")
        return
    part = st.segmented_control("Part", PARTS, default="test", required=True, key="runs_part", persist_state="session")
    with said_in_words():
        found = comparison.compare(before, after, part)
        _say(found, before, after)
        with said_in_words():
            _show_pictures(found, catalogue.open_dataset(after.about.name), f"{before.name} {after.name} {part}")


def picture_is_open() -> bool:
    """Tell whether a picture is shown large, which drawing the page anew would close."""
    return bool(st.session_state.get(_OPEN))


def _say(found: Comparison, before: Run, after: Run) -> None:
    """Show the figures, and in words what they say."""
    low, high = found.interval
    with st.container(horizontal=True, gap="medium"):
        st.metric(f"Before: {plain(before.title)}", f"{found.before.accuracy:.2%}", width="content")
        st.metric(f"After: {plain(after.title)}", f"{found.after.accuracy:.2%}", width="content")
        st.metric("Difference, in points", _signed(found.difference), width="content")
        st.metric("95% interval", f"{_signed(low)} to {_signed(high)}", width="content")
        st.metric("By chance (McNemar)", found.chance_said.replace("fewer than", "<"), width="content")
    kinds = {"better": st.success, "worse": st.error, "unclear": st.info, "same": st.info}
    kinds[found.verdict](plain(found.sentence))
    st.caption(
        "It is about these two networks on pictures such as these. Whether the change itself helps, or this seed was "
        "lucky, two or three pairs with other seeds tell."
    )


def _signed(share: float) -> str:
    return f"{100 * share:+.2f}".replace("-", "−")


def _show_pictures(found: Comparison, dataset: Dataset, place: str) -> None:
    """Show the pictures of a kind, surest first."""
    counts = {kind: len(getattr(found, kind)) for kind in _KINDS}
    kind = st.segmented_control(
        "Pictures",
        list(_KINDS),
        format_func=lambda kind: f"{_KINDS[kind]} · {counts[kind]:,}",
        default=next((kind for kind in _KINDS if counts[kind]), "fixed"),
        required=True,
        key=f"runs_kind {place}",
    )
    ids = getattr(found, kind)
    if not len(ids):
        st.info(_NONE[kind])
        return
    number_key = f"runs_page {place} {kind}"

    def items(number: int) -> list[Item]:
        return [_item(found, dataset, int(index)) for index in ids[(number - 1) * _PER_PAGE : number * _PER_PAGE]]

    pages = Pages(
        f"{place} {kind}", len(ids), _PER_PAGE, items, lambda number: st.session_state.update({number_key: number})
    )
    opened = paged_gallery(pages, st.session_state.get(number_key, 1), dataset, key="runs_gallery")
    if opened is not None:
        st.session_state[_OPEN] = True

        def answers(index: int) -> None:
            st.markdown(_note(found, dataset, index))

        enlarge(
            dataset,
            opened,
            among=ids,
            more=answers,
            closed=lambda _index: st.session_state.update({_OPEN: False}),
        )


def _item(found: Comparison, dataset: Dataset, index: int) -> Item:
    """Return a picture for the gallery: what it was taken for before → after."""
    names, position = dataset.about.class_names, found.position(index)
    true = names[found.before.labels[position]]
    first, second = (
        (names[each.predicted[position]], each.probabilities[position].max()) for each in (found.before, found.after)
    )
    alt = (
        f"Picture {index}: a {true}, before taken for {first[0]} with {first[1]:.1%}, after for {second[0]} with "
        f"{second[1]:.1%}"
    )
    return Item(index, alt, f"{first[0]} → {second[0]}", picture_url(dataset, index))


def _note(found: Comparison, dataset: Dataset, index: int) -> str:
    """Say what both networks make of a picture, as Markdown."""
    names, position = dataset.about.class_names, found.position(index)
    lines = []
    for title, each in (("Before", found.before), ("After", found.after)):
        likeliest = (-each.probabilities[position]).argsort(kind="stable")[:3]
        answers = ", ".join(f"{plain(names[place])} {each.probabilities[position][place]:.1%}" for place in likeliest)
        lines.append(f"**{title}**: {answers}")
    return "  \n".join(lines)
