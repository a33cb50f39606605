"""The map of what a network makes of its pictures, and those that are chosen on it."""

import numpy as np
import streamlit as st

from core.evaluation import ALL, Choice, Predictions
from core.runs import Run
from pages.shared import features_view
from pages.shared.errors.cleaning import clean_up
from pages.shared.errors.opened import answers_told, dataset_or_why_not, look_of
from pages.shared.pictures_view import open_picture, show_open, show_pictures, take_up


def show_map(run: Run, part: str, found: Predictions) -> None:
    """Show the map of the pictures of a part; a lasso's pictures are shown beneath it."""
    dataset = dataset_or_why_not(run)
    if dataset is None:
        return
    lassoed = features_view.show(run, part, open_picture)
    look = look_of(run, answers_told(run, found))
    if lassoed is None or not len(lassoed):
        take_up(dataset, (run.name, part, "map"))
        show_open(dataset, found.ids, look)
        return
    worst_first = found.ids[found.select(Choice(ALL))]
    ids = worst_first[np.isin(worst_first, lassoed)]
    chosen = run.name, part, tuple(ids.tolist())
    take_up(dataset, chosen)
    st.markdown(f"**{len(ids):,} picture{'s' if len(ids) != 1 else ''} in the lasso**, highest loss first")
    clean_up(run, dataset, ids)
    show_pictures(dataset, ids, chosen, look)
