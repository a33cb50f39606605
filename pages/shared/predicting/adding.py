"""Photos of which the user has said what they show become part of a data set, to train on."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import streamlit as st

from core.datasets import catalogue, extending
from core.datasets.extending import Extended, Labelled
from core.datasets.store import DatasetError
from core.runs import Run
from pages.shared.frame import plain, said_in_words
from pages.shared.predicting import given
from pages.shared.predicting.given import Photo

_ADDED = "photos_added"


def add_to_dataset(run: Run, photos: Sequence[Photo]) -> None:
    """Let the user make a data set of an old one and the photos of which they said what they show."""
    names = run.about.class_names
    labelled = [(photo, said) for photo in photos if (said := given.truth(photo)) in names]
    if not labelled:
        st.caption("Say what a photo shows: then it can be added to a data set, to train on.")
    else:
        count = f"{len(labelled):,} photo{'s' * (len(labelled) > 1)}"
        with st.expander(f"Add {count} to a data set", icon=":material/library_add:", expanded=True):
            _choose_dataset(run, labelled, count)
    if (added := st.session_state.get(_ADDED)) is not None:
        _show_added(run, added)


def _choose_dataset(run: Run, labelled: Sequence[tuple[Photo, str]], count: str) -> None:
    fitting = _with_classes(run.about.class_names)
    if not fitting:
        st.info(
            f"No data set on this machine has the classes {plain(', '.join(run.about.class_names))}. Get or import one "
            "on the Data sets page."
        )
        return
    own = fitting.index(run.about.name) if run.about.name in fitting else 0
    name = st.selectbox("Data set", fitting, index=own, key="extended_set", format_func=catalogue.title)
    title = st.text_input(
        "Title of the new one", f"{catalogue.title(name)} and {count}", key=f"extended_{name}_{count}"
    )
    st.caption("The old data set stays as it is. In the new one the photos are training pictures.")
    if st.button("Make the data set", type="primary", key="extend"):
        with said_in_words(), st.spinner("Taking over the pictures", show_time=True):
            dataset = catalogue.open_dataset(name)
            places = {each: place for place, each in enumerate(dataset.about.class_names)}
            added = [Labelled(photo.name, photo.data, places[said]) for photo, said in labelled]
            st.session_state[_ADDED] = extending.extend(dataset, added, title=title)


def _with_classes(class_names: tuple[str, ...]) -> list[str]:
    """Return the names of the data sets that have all of these classes."""
    found = []
    for name in catalogue.available():
        with suppress(DatasetError):
            if set(class_names) <= set(catalogue.open_dataset(name).about.class_names):
                found.append(name)
    return found


def _show_added(run: Run, added: Extended) -> None:
    about = added.dataset.about
    said = f"**{plain(about.title)}** has {len(added.dataset):,} pictures, {added.added:,} of them new."
    if added.known:
        said += f" {added.known:,} were there already."
    for refused in added.refused:
        said += f"\n\n{plain(refused.file)}: {plain(refused.sentence)}"
    st.success(said, icon=":material/library_add_check:")
    if st.button(
        "Train on it",
        icon=":material/model_training:",
        key="train_on_added",
        help="The network goes on from what it has learned: choose other weights to begin with on the Train page.",
    ):
        recipe = replace(run.recipe, dataset=about.name, initial_weights=run.name)
        st.session_state["recipe_to_train"] = recipe.to_json()
        st.switch_page("pages/train.py", query_params={"dataset": about.name})
