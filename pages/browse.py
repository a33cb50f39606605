"""Browse: the pictures of a data set, filtered and sorted, one by one, and what the set is like as a whole."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.datasets import catalogue, selection
from core.datasets.store import Dataset
from pages.shared import address
from pages.shared.audit import show_audit
from pages.shared.controls import choose_dataset
from pages.shared.deciding import decide_on_all
from pages.shared.filters import (
    choose_filters,
    choose_more_filters,
    choose_order,
    only_among,
    show_finding,
    show_only,
)
from pages.shared.frame import page, plain, said_in_words
from pages.shared.map_view import show_map
from pages.shared.overview import show_overview
from pages.shared.pictures_view import choose_per_page, open_picture, show_open, show_pictures, take_up
from pages.shared.views import choose_view

_VIEW = "browse_view"
_PICTURES, _OVERVIEW, _MAP, _AUDIT = "Pictures", "Overview", "Map", "Audit"
_VIEWS = (_PICTURES, _OVERVIEW, _MAP, _AUDIT)
_LASSO = "Lasso on the map"


def browse(dataset: Dataset, controls: DeltaGenerator, shown: DeltaGenerator) -> None:
    """Show the filters, and a view of the pictures that they let pass, each in the place given."""
    with controls:
        filters, order = choose_filters(dataset), choose_order(dataset)
        # Folded, so that on a phone the pictures are not far below.
        filtered = any(each in st.query_params for each in ("name", "decision"))
        more = st.expander("More filters, decisions", expanded=filtered)
        with more:
            filters = choose_more_filters(dataset, filters)
            choose_per_page()
    with shown:
        head = st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center")
        with head:
            view = choose_view(_VIEWS, key=_VIEW)
        filters = replace(filters, ids=only_among(dataset))
        ids = selection.select(dataset, filters, order)
        head.markdown(f"**{len(ids):,} picture{'s' if len(ids) != 1 else ''}**", width="content")
        take_up(dataset, (filters, order))
        with more:
            decide_on_all(dataset, ids)
            st.caption(origin(dataset))
        if not len(ids) and view != _AUDIT:
            st.info("No picture passes all filters. Take one of them away.")
        if view == _AUDIT:
            show_audit(dataset, lambda finding: open_finding(dataset, finding))
        elif view == _MAP:
            show_map(dataset, ids, open_picture, lambda lassoed: show_only(dataset, _LASSO, lassoed))
        elif view == _OVERVIEW and len(ids):
            show_overview(dataset, ids)
        elif len(ids):
            show_pictures(dataset, ids, (filters, order))
        if view != _PICTURES:
            show_open(dataset, ids)


def origin(dataset: Dataset) -> str:
    """Return where the pictures come from, and under which terms, where that is known."""
    known = {"Source": dataset.about.source, "Licence": dataset.about.licence}
    return " ".join(f"{what}: {plain(text)}." for what, text in known.items() if text)


def open_finding(dataset: Dataset, finding: str) -> None:
    """Show the pictures of an audit's finding."""
    show_finding(dataset, finding)
    st.session_state[_VIEW] = _PICTURES


page("Browse", "The pictures of a data set, pixel by pixel. Click one to look at it closely.")
address.resume(without=("dataset", "picture"))
controls, shown = st.columns([1, 4], gap="medium")
with controls:
    name = choose_dataset(list(dict.fromkeys([*catalogue.available(), *catalogue.CATALOGUE])))
with said_in_words():
    if name in catalogue.available():
        browse(catalogue.open_dataset(name), controls, shown)
    else:
        with shown:
            st.info(f"{plain(catalogue.title(name))} is not on this machine yet.")
            st.page_link("pages/datasets.py", label="Get it", icon=":material/database:")
address.write()
