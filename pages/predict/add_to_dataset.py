"""Photos of which the user has said what they show become part of a dataset, to train on."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import streamlit as st

from core.datasets.sources import catalogue, extension
from core.datasets.sources.extension import Extended, Labelled
from core.datasets.store import DatasetError
from core.runs import Run
from core.storage.progress import counted
from pages.common import session_photos
from pages.common.hand_over import HandOver, to_train
from pages.common.messages import escape_markdown, show_errors
from pages.common.pickers import dataset_titles
from pages.common.session_photos import SessionPhoto

_ADDED = "photos_added"


def add_to_dataset(run: Run, photos: Sequence[SessionPhoto]) -> None:
    """Let the user make a dataset of an old one and the photos of which they said what they show."""
    names = run.about.class_names
    labelled = [(photo, said) for photo in photos if (said := session_photos.truth(photo)) in names]
    if not labelled:
        st.caption("Give a photo its correct label to add it to a dataset.")
    else:
        count = counted(len(labelled), "photo")
        with st.expander(f"Add {count} to a dataset", icon=":material/library_add:", expanded=True):
            _choose_dataset(run, labelled, count)
    if (added := st.session_state.get(_ADDED)) is not None:
        _show_added(run, added)


def _choose_dataset(run: Run, labelled: Sequence[tuple[SessionPhoto, str]], count: str) -> None:
    fitting = _with_classes(run.about.class_names)
    if not fitting:
        st.info(
            "No installed dataset has the classes "
            f"{escape_markdown(', '.join(run.about.class_names))}. Add one on the Datasets page."
        )
        return
    own = fitting.index(run.about.name) if run.about.name in fitting else 0
    name = st.selectbox(
        "Dataset", fitting, index=own, key="extended_set", format_func=dataset_titles(fitting).__getitem__
    )
    title = st.text_input(
        "Name of the new dataset", f"{catalogue.title(name)} and {count}", key=f"extended_{name}_{count}"
    )
    st.caption("The original dataset is not changed. In the new one, your photos are training images.")
    if st.button("Make the dataset", type="primary", key="extend"):
        with show_errors(), st.spinner("Taking over the images", show_time=True):
            dataset = catalogue.open_dataset(name)
            places = {each: place for place, each in enumerate(dataset.about.class_names)}
            added = [Labelled(photo.name, photo.data, places[said]) for photo, said in labelled]
            st.session_state[_ADDED] = extension.extend(dataset, added, title=title)


def _with_classes(class_names: tuple[str, ...]) -> list[str]:
    """Return the names of the datasets that have all of these classes."""
    found = []
    for name in catalogue.available():
        with suppress(DatasetError):
            if set(class_names) <= set(catalogue.open_dataset(name).about.class_names):
                found.append(name)
    return found


def _show_added(run: Run, added: Extended) -> None:
    about = added.dataset.about
    said = (
        f"**{escape_markdown(about.title)}** has {counted(len(added.dataset), 'image')}, {added.added:,} of them new."
    )
    if added.known:
        said += f" {added.known:,} were there already."
    for refused in added.refused:
        said += f"\n\n{escape_markdown(refused.file)}: {escape_markdown(refused.sentence)}"
    st.success(said, icon=":material/library_add_check:")
    if st.button(
        "Train on this dataset",
        icon=":material/model_training:",
        key="train_on_added",
        help="Starts from this run's weights. You can change the initial weights on the Train page.",
    ):
        recipe = replace(run.recipe, dataset=about.name, initial_weights=run.name)
        to_train(HandOver(recipe), about.name)
