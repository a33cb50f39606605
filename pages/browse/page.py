"""Browse: the images of a dataset, filtered and sorted, one by one, and what the set is like as a whole."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.datasets import selection
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.storage.progress import counted
from pages.browse.address import AUDIT, IMAGES, LABEL, MAP, OVERVIEW, VIEW, VIEWS, datasets, parameters
from pages.browse.audit import show_audit
from pages.browse.embedding_map import show_map
from pages.browse.filters import (
    choose_filters,
    choose_more_filters,
    choose_order,
    is_chosen,
    only_among,
    show_finding,
    show_only,
    shown_finding,
)
from pages.browse.label_check import look_of
from pages.browse.labelling import show_labelling
from pages.browse.overview import show_overview
from pages.browse.shown_classes import both, choose_shown
from pages.common.decisions import decide_on_all
from pages.common.image_pages import choose_per_page, open_image, show_images, show_open, take_up
from pages.common.messages import escape_markdown, show_errors
from pages.common.page_frame import page
from pages.common.pickers import choose_dataset
from pages.common.view_switch import choose_view

_LASSO = "Map selection"


def browse(dataset: Dataset, controls: DeltaGenerator, shown: DeltaGenerator) -> None:
    """Show the filters, and a view of the images that they let pass, each in the place given."""
    with controls:
        filters, order = choose_filters(dataset), choose_order(dataset)
        # Folded, so that on a phone the images are not far below.
        filtered = any(each in st.query_params for each in ("name", "decision"))
        more = st.expander("More filters and review", expanded=filtered)
        with more:
            filters = choose_more_filters(dataset, filters)
            choose_per_page()
        showing = choose_shown(dataset)
    with shown:
        head = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
        with head:
            view = choose_view(VIEWS.values(), key=VIEW)
        filters = replace(filters, ids=both(only_among(dataset), showing))
        ids = selection.select(dataset, filters, order)
        head.markdown(f"**{counted(len(ids), 'image')}**", width="content")
        take_up(dataset, (filters, order))
        lassoed, look = False, look_of(dataset, shown_finding(dataset))
        with more:
            decide_on_all(dataset, ids)
            st.caption(origin(dataset))
        if not len(ids) and view not in (AUDIT, LABEL):
            st.info("No images match these filters. Remove a filter.")
        if view == AUDIT:
            show_audit(dataset, lambda finding: open_finding(dataset, finding))
        elif view == LABEL:
            show_labelling(dataset)
        elif view == MAP:
            show_map(dataset, ids, open_image, lambda lassoed: show_only(dataset, _LASSO, lassoed))
            lassoed = is_chosen(dataset, _LASSO) and len(ids) > 0
            if lassoed:
                st.markdown(f"**{counted(len(ids), 'image')} in the lasso**")
                show_images(dataset, ids, (filters, order), look)
        elif view == OVERVIEW and len(ids):
            show_overview(dataset, ids)
        elif len(ids):
            show_images(dataset, ids, (filters, order), look)
        if view != IMAGES and not lassoed:
            show_open(dataset, ids, look)


def origin(dataset: Dataset) -> str:
    """Return where the images come from, and under which terms, where that is known."""
    known = {"Source": dataset.about.source, "License": dataset.about.licence}
    return " ".join(f"{what}: {escape_markdown(text)}." for what, text in known.items() if text)


def open_finding(dataset: Dataset, finding: str) -> None:
    """Show the images of an audit's finding."""
    show_finding(dataset, finding)
    st.session_state[VIEW] = IMAGES


page("Browse", "Filter, sort and inspect the images in a dataset. Click an image to open it.", parameters())
controls, shown = st.columns([1, 4], gap="medium")
with controls:
    name = choose_dataset(datasets())
with show_errors():
    if name in catalogue.available():
        browse(catalogue.open_dataset(name), controls, shown)
    else:
        with shown:
            st.info(f"{escape_markdown(catalogue.title(name))} is not installed yet.")
            st.page_link("pages/datasets/page.py", label="Get this dataset", icon=":material/database:")
