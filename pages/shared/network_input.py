"""What a network is given: preprocessing and augmentation as saved, decisions, and a real batch of it."""

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import pictures, saved
from core.augmentation import Augmentation, describe
from core.batches import first_batch
from core.datasets import catalogue, decisions
from core.preprocessing.presets import PRESETS, load_preset
from core.recipe import Recipe
from pages.shared.components.crisp import strip
from pages.shared.frame import said_in_words

_OWN, _NONE = "as the recipe says", "none"
_SHOWN = 12


def choose_input(recipe: Recipe, dataset: str, batch_place: DeltaGenerator) -> Recipe:
    """Let the user put what was saved in place of the recipe's preprocessing and augmentation.

    Args:
        recipe: what is to be changed.
        dataset: what it trains on.
        batch_place: where a real batch is shown, if the user wants to see it.

    Returns:
        The recipe as chosen.
    """
    with st.expander("What the network sees"), said_in_words():
        recipe = _choose_preprocessing(recipe)
        recipe = _choose_augmentation(recipe)
        recipe = _choose_decisions(recipe, dataset)
        if st.toggle("Show a real batch", key="show_batch", persist_state="session"):
            with batch_place, said_in_words():
                show_batch(recipe, dataset)
    return recipe


def _choose_preprocessing(recipe: Recipe) -> Recipe:
    mine = saved.names("pipeline")
    options = [_OWN, *(name for name in PRESETS if name not in mine), *mine]
    key = "train_pipeline"
    if st.session_state.get(key) not in options:
        st.session_state[key] = _OWN
    name = st.selectbox("Preprocessing", options, key=key, persist_state="session")
    if name == _OWN:
        return recipe
    return recipe.with_preset(load_preset(name) if name in mine else PRESETS[name])


def _choose_augmentation(recipe: Recipe) -> Recipe:
    options = [_OWN, _NONE, *saved.names("augmentation")]
    key, asked = "train_augmentation", st.query_params.get("augmentation")
    if asked in options and asked != st.session_state.get("augmentation_asked"):
        st.session_state[key] = st.session_state["augmentation_asked"] = asked
    elif st.session_state.get(key) not in options:
        st.session_state[key] = _OWN
    name = st.selectbox("Augmentation", options, key=key, persist_state="session")
    if name == _OWN:
        return recipe
    chosen = None if name == _NONE else Augmentation.from_json(saved.load("augmentation", name))
    return replace(recipe, augmentation=chosen)


def _choose_decisions(recipe: Recipe, dataset: str) -> Recipe:
    made = decisions.current(catalogue.open_dataset(dataset))
    if not made:
        return recipe
    apply = st.toggle(
        f"Heed the decisions on {len(made):,} pictures",
        value=recipe.split.decisions == "apply",
        key="train_decisions",
        help=recipe.split.setting_of("decisions").help,
        persist_state="session",
    )
    return replace(recipe, split=replace(recipe.split, decisions="apply" if apply else "ignore"))


def show_batch(recipe: Recipe, dataset: str) -> None:
    """Show the first pictures of the first batch, just as the network will see them."""
    opened = catalogue.open_dataset(dataset)
    batch = first_batch(recipe, opened, _SHOWN)
    shown = []
    for index, label, pixels, draw in zip(batch.ids, batch.labels, batch.pictures, batch.draws, strict=True):
        said = f"{opened.about.class_names[label]}, picture {index}: {describe(draw) or 'as it is'}"
        shown.append((said, pictures.png(pictures.from_array(pixels))))
    strip(shown)
    _, height, width, channels = batch.pictures.shape
    st.caption(
        f"The network's first batch begins so: {width}×{height} pixels, {'gray' if channels == 1 else 'colour'}."
        + ("" if recipe.augmentation else " Without augmentation TensorFlow shuffles them by itself.")
    )
