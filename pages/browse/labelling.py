"""Images without a class, labelled one by one with the network's help: accept what is proposed, or say what it is."""

import html

import numpy as np
import streamlit as st

from core.charts import labelling_figures
from core.datasets import decisions, given_labels
from core.datasets.decisions import EXCLUDE, RELABEL, UNSURE
from core.datasets.store import UNLABELED, Dataset
from core.datasets.views import image_detail
from core.storage.progress import counted
from core.teaching import labelling
from core.teaching.labelling import Proposals
from core.training import features
from pages.common.dataset_features import offer_features
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.components.pixel_image import data_url, strip

_KEYS, _NEXT = 9, 8
_KEY = "labelling"
_SMALL = 64
_LARGE = "width:100%;max-height:62vh;object-fit:contain;object-position:left top"


def show_labelling(dataset: Dataset) -> None:
    """Show the next image to label, what it may be, and what the labels brought so far."""
    if not len(dataset.select(UNLABELED)):
        st.info(
            "All images have a label. Import images without one, such as a folder test1 or unlabeled beside those of "
            "the classes, and label them here with the network's help."
        )
    elif features.known(dataset) is None:
        offer_features(dataset, "Labeling with the network's help", key="label")
    else:
        _label(dataset)


@st.fragment
def _label(dataset: Dataset) -> None:
    with show_errors():
        found = labelling.propose(dataset)
        _count(dataset, found)
        show_refusal(key=_KEY)
        if len(found.ids):
            _ask(dataset, found)
        else:
            st.success("Every image is labeled, excluded or unsure.", icon=":material/check:")
            st.button("Undo", key="label_undo", shortcut="Z", icon=":material/undo:", on_click=_undo, args=(dataset,))
        if found.learned and len(labelling.held_back(dataset)):
            _brought(dataset)


def _count(dataset: Dataset, found: Proposals) -> None:
    points = labelling.progress_so_far(dataset) if found.learned else []
    accuracy = ""
    if points:
        before = f" (before your first label {points[0].accuracy:.1%})" if found.given else ""
        held = counted(len(labelling.held_back(dataset)), "held-back image")
        accuracy = f" · accuracy on {held} **{points[-1].accuracy:.1%}**{before}"
    st.markdown(f"**{found.given:,} labeled by you** · {len(found.ids):,} left{accuracy}")
    given = given_labels.given_labels(decisions.decided(dataset))
    if given_labels.came_without_labels(dataset) and given_labels.draw(given, 0) is not None:
        st.page_link(
            "pages/train/page.py",
            label="Train on your labels",
            icon=":material/model_training:",
            query_params={"dataset": dataset.about.name},
        )


def _ask(dataset: Dataset, found: Proposals) -> None:
    """Show the most informative image with a button for each class, the proposed one first by Enter."""
    index, names = int(found.ids[0]), dataset.about.class_names
    likely = np.argsort(-found.probabilities[0], kind="stable")
    best = int(likely[0])
    image, act = st.columns([3, 2], gap="large")
    with image:
        large = image_detail.close_up(dataset, index)
        likeliest = f", most likely {names[best]}" if found.learned else ""
        alt = html.escape(f"Image {index} without a class{likeliest}", quote=True)
        crisp = ";image-rendering:pixelated" if max(large.width, large.height) <= _SMALL else ""
        st.html(f"<img src='{data_url(large.data)}' alt='{alt}' style='{_LARGE}{crisp}'>")
    with act:
        if found.learned:
            st.markdown(f"Image {index:,}: **{escape_markdown(names[best])}**? ({found.probabilities[0][best]:.0%})")
            st.button(
                f"Accept: {escape_markdown(names[best])}",
                key="label_accept",
                type="primary",
                icon=":material/check:",
                shortcut="Enter",
                width="stretch",
                on_click=_decide,
                args=(dataset, index, RELABEL, best),
            )
        else:
            st.markdown(f"Image {index:,}: which class? Once two classes have labels, the network proposes one.")
        # In the classes' own order where all have a key: a key means the same for each image.
        shown = range(len(names)) if len(names) <= _KEYS else likely[:_KEYS].tolist()
        with st.container(horizontal=True, gap="small"):
            for number, label in enumerate(shown, 1):
                st.button(
                    escape_markdown(names[label])
                    + (f" · {found.probabilities[0][label]:.0%}" if found.learned else ""),
                    key=f"label_{number}",
                    shortcut=str(number),
                    on_click=_decide,
                    args=(dataset, index, RELABEL, int(label)),
                )
        if len(names) > _KEYS:
            _other(dataset, index)
        with st.container(horizontal=True, gap="small"):
            for title, shortcut, decision in (("Unsure", "U", UNSURE), ("Exclude", "X", EXCLUDE)):
                st.button(
                    title,
                    key=f"label_{decision}",
                    shortcut=shortcut,
                    on_click=_decide,
                    args=(dataset, index, decision, None),
                )
            st.button("Undo", key="label_undo", shortcut="Z", icon=":material/undo:", on_click=_undo, args=(dataset,))
        following = zip(
            found.ids[1 : _NEXT + 1].tolist(), found.probabilities[1 : _NEXT + 1].argmax(axis=1), strict=True
        )
        if len(found.ids) > 1:
            which = "those that the network is least sure of," if found.learned else "images"
            st.caption(f"Asked next: {which} unlike one another.")
            strip([(f"{names[label]}?" if found.learned else "", dataset.thumbnail(each)) for each, label in following])


def _other(dataset: Dataset, index: int) -> None:
    """Let the user choose among all of many classes."""
    names = dataset.about.class_names
    chosen = st.selectbox(
        "Another class",
        range(len(names)),
        index=None,
        key=f"label_other_{index}",
        format_func=names.__getitem__,
        placeholder="Another class …",
        label_visibility="collapsed",
    )
    if chosen is not None:
        _decide(dataset, index, RELABEL, int(chosen))
        st.rerun(scope="fragment")


def _decide(dataset: Dataset, index: int, decision: str, label: int | None) -> None:
    attempt(lambda: decisions.decide(dataset, [index], decision, label), key=_KEY)


def _undo(dataset: Dataset) -> None:
    attempt(lambda: decisions.undo(dataset), key=_KEY)


def _brought(dataset: Dataset) -> None:
    """Show how the accuracy grew, and what the order of asking is worth."""
    points = [(each.labels, each.accuracy) for each in labelling.progress_so_far(dataset)]
    grown, order = st.columns(2, gap="large")
    with grown:
        if len(points) > 1:
            st.caption("Accuracy on test images, which never teach, after each of your labels.")
            st.plotly_chart(labelling_figures.growth(points), key="label_growth")
    with order:
        if not st.session_state.get("label_compare") and not st.button(
            "Compare with random order",
            key="label_compare_start",
            icon=":material/compare_arrows:",
            help="Tries both orders on training images whose labels are known: two of each class to begin with, the "
            "mean of six tries, measured on test images.",
        ):
            return
        st.session_state["label_compare"] = True
        with show_errors():
            found = _compared(dataset, dataset.about.content_hash)
            st.caption(
                f"On labels that are known: after {found[-1][0]:,} labels {found[-1][1]:.1%} in this order, "
                f"{found[-1][2]:.1%} at random."
            )
            st.plotly_chart(labelling_figures.compared(found), key="label_compared")


@st.cache_data(max_entries=8, show_spinner="Trying both orders")
def _compared(_dataset: Dataset, content_hash: str) -> list[tuple[int, float, float]]:  # noqa: ARG001 the cache's key
    return list(labelling.compare(_dataset))
