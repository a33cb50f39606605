"""The map of what a network makes of its images, and those that are chosen on it."""

import numpy as np
import streamlit as st

from core import runs
from core.evaluation.predictions import ALL, Choice, Predictions
from core.runs import Run
from core.storage.progress import counted
from pages.common.image_pages import open_image, show_images, show_open, take_up
from pages.errors import embedding_map
from pages.errors.cleaned_run import clean_up
from pages.errors.image_gallery import answers_told, dataset_or_why_not, look_of


def show_map(run: Run, part: str, found: Predictions) -> None:
    """Show the map of the images of a part; a lasso's images are shown beneath it."""
    dataset = dataset_or_why_not(run)
    if dataset is None:
        return
    if run in runs.shipped():
        st.info(
            "The map needs what the network makes of each image, which is kept with a run of your own. This one "
            "comes with Pixelwise: nothing is written into its folder."
        )
        return
    lassoed = embedding_map.show(run, part, open_image)
    look = look_of(run, answers_told(run, found))
    if lassoed is None or not len(lassoed):
        take_up(dataset, (run.name, part, "map"))
        show_open(dataset, found.ids, look)
        return
    worst_first = found.ids[found.select(Choice(ALL))]
    ids = worst_first[np.isin(worst_first, lassoed)]
    chosen = run.name, part, tuple(ids.tolist())
    take_up(dataset, chosen)
    st.markdown(f"**{counted(len(ids), 'image')} in the lasso**, highest loss first")
    clean_up(run, dataset, ids)
    show_images(dataset, ids, chosen, look)
