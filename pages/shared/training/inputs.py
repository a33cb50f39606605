"""What the network is given: preprocessing, augmentation, decisions on pictures, and a real batch of it."""

from dataclasses import fields, replace

import streamlit as st

from core import pictures, saved
from core.augmentation import Augmentation, describe
from core.augmentation.texts import text_of
from core.batches import first_batch
from core.datasets import decisions
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.network import Network, Normalization, Rescaling
from core.preprocessing.presets import PRESETS, load_preset
from core.recipe import Recipe
from pages.shared.components.crisp import strip
from pages.shared.frame import plain, said_in_words
from pages.shared.training.drafts import Draft

_OWN, _NONE = "as the recipe has it", "none"
_SAID, _ASKED = "train_input_said", "train_augmentation_asked"
_SHOWN = 12


def adopt_link(draft: Draft) -> None:
    """Take the augmentation that the Augment page's link names, once."""
    asked = st.query_params.get("augmentation")
    if asked and asked != st.session_state.get(_ASKED) and asked in saved.names("augmentation"):
        st.session_state[_ASKED] = asked
        with said_in_words():
            draft.change(augmentation=Augmentation.from_json(saved.load("augmentation", asked)))


def choose_input(draft: Draft, dataset: Dataset) -> None:
    """Let the user put what was saved in place of the recipe's preprocessing and augmentation, and show a batch."""
    if told := st.session_state.pop(_SAID, None):
        st.error(plain(told), icon=":material/error:")
    first, second = st.columns(2, gap="large")
    with first:
        _preprocessing(draft)
    with second:
        _augmentation(draft)
    _decisions(draft, dataset)
    with said_in_words():
        _batch(draft.recipe, dataset)


def _preprocessing(draft: Draft) -> None:
    st.markdown("**Preprocessing**")
    mine = saved.names("pipeline")
    key = draft.key("pipeline")

    def use() -> None:
        name = st.session_state[key]
        recipe = draft.recipe
        try:
            if name == _OWN:
                draft.replace(_with_input_of(recipe, draft.base))
            elif name is not None:
                draft.replace(recipe.with_preset(load_preset(name) if name in mine else PRESETS[name]))
        except PixelwiseError as error:
            st.session_state[_SAID] = str(error)

    steps = [f"{type(step).title.lower()} {_settings_text(step)}".strip() for step in draft.recipe.steps.applied.steps]
    first = draft.recipe.network.layers[0]
    done = "; ".join(steps) or "Pictures go in as the data set has them"
    numbers = "values stay 0–255"
    if isinstance(first, Rescaling | Normalization):
        numbers = f"the network begins with {first.title.lower()}"
    st.caption(plain(f"{done}; {numbers}."))
    st.selectbox(
        "Change it to",
        [_OWN, *(name for name in PRESETS if name not in mine), *mine],
        index=None,
        placeholder="a preset, or one saved on Preprocess",
        key=key,
        on_change=use,
    )


def _settings_text(step: object) -> str:
    data = step.to_json() if hasattr(step, "to_json") else {}
    return " × ".join(str(data[name]) for name in ("width", "height") if name in data)


def _with_input_of(recipe: Recipe, base: Recipe) -> Recipe:
    """Return the recipe with the steps of another, and with what that does to the numbers first."""
    layers = recipe.network.layers
    rest = layers[1:] if isinstance(layers[0], Rescaling | Normalization) else layers
    first = base.network.layers[0]
    begin = (first,) if isinstance(first, Rescaling | Normalization) else ()
    return replace(recipe, steps=base.steps, network=Network((*begin, *rest)))


def _augmentation(draft: Draft) -> None:
    st.markdown("**Augmentation**")
    key = draft.key("augmentation")

    def use() -> None:
        name = st.session_state[key]
        try:
            if name == _OWN:
                draft.change(augmentation=draft.base.augmentation)
            elif name is not None:
                made = None if name == _NONE else Augmentation.from_json(saved.load("augmentation", name))
                draft.change(augmentation=made)
        except PixelwiseError as error:
            st.session_state[_SAID] = str(error)

    now, usual = draft.recipe.augmentation, Augmentation()
    moving = [
        f"{each.name} {text_of(getattr(now, each.name))}"
        for each in fields(usual)
        if now is not None and getattr(now, each.name) != getattr(usual, each.name)
    ]
    st.caption(plain(", ".join(moving) or "None: each epoch shows the same pictures."))
    st.selectbox(
        "Change it to",
        [_OWN, _NONE, *saved.names("augmentation")],
        index=None,
        placeholder="none, or one saved on Augment",
        key=key,
        on_change=use,
    )


def _decisions(draft: Draft, dataset: Dataset) -> None:
    made = decisions.current(dataset)
    if not made:
        return
    split = draft.recipe.split
    key = draft.key("decisions")
    st.session_state.setdefault(key, split.decisions == "apply")
    heed = st.toggle(
        f"Heed the decisions on {len(made):,} pictures",
        key=key,
        help=split.setting_of("decisions").help,
        persist_state="session",
    )
    draft.change(split=replace(split, decisions="apply" if heed else "ignore"))


def _batch(recipe: Recipe, dataset: Dataset) -> None:
    """Show the first pictures of the first batch, just as the network will see them."""
    st.markdown("**A real batch**")
    batch = first_batch(recipe, dataset, _SHOWN)
    shown = []
    for index, label, pixels, draw in zip(batch.ids, batch.labels, batch.pictures, batch.draws, strict=True):
        said = f"{dataset.about.class_names[label]}, picture {index}: {describe(draw) or 'as it is'}"
        shown.append((said, pictures.png(pictures.from_array(pixels))))
    strip(shown)
    _, height, width, channels = batch.pictures.shape
    st.caption(
        f"The network's first batch begins so: {width}×{height} pixels, {'gray' if channels == 1 else 'colour'}."
    )
