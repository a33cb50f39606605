"""What the network is given: preprocessing, augmentation, decisions on images, and a real batch of it."""

from dataclasses import fields, replace

import streamlit as st

from core.augmentation import Augmentation, describe
from core.augmentation.texts import text_of
from core.datasets import decisions
from core.datasets.decisions import Decided
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.images import image_io
from core.networks.network import Network
from core.preprocessing.presets import PRESETS, load_preset
from core.recipes.recipe import Recipe
from core.storage import user_library
from core.storage.progress import counted
from core.training.batches import first_batch
from pages.common.messages import escape_markdown, show_errors
from pages.components.pixel_image import strip
from pages.train.drafts import Draft

_OWN, _NONE = "The recipe's own", "none"
AUGMENTATION, _TAKEN = "train_augmentation_asked", "train_augmentation_taken"
_SAID, _CHANGED = "train_input_said", "train_input_changed"
_SHOWN = 12


def adopt_link(draft: Draft) -> None:
    """Take the augmentation that the Augment page's link names, once."""
    asked = st.session_state.get(AUGMENTATION)
    if asked and asked != st.session_state.get(_TAKEN):
        st.session_state[_TAKEN] = asked
        with show_errors():
            draft.change(augmentation=Augmentation.from_json(user_library.load("augmentation", asked)))


def choose_input(draft: Draft, dataset: Dataset) -> None:
    """Let the user put what was saved in place of the recipe's preprocessing and augmentation, and show a batch."""
    if told := st.session_state.pop(_SAID, None):
        st.error(escape_markdown(told), icon=":material/error:")
    first, second = st.columns(2, gap="large")
    with first:
        _preprocessing(draft)
    with second:
        _augmentation(draft)
    _decisions(draft, dataset)
    with show_errors():
        _batch(draft.recipe, dataset, draft.decided(dataset))


def _preprocessing(draft: Draft) -> None:
    st.markdown("**Preprocessing**")
    mine = user_library.names("pipeline")
    key = draft.key("pipeline")

    def use() -> None:
        name = st.session_state[key]
        recipe = draft.recipe
        try:
            if name == _OWN:
                _replace(draft, _with_input_of(recipe, draft.base), "The preprocessing is the recipe's own again.")
            elif name is not None:
                made = recipe.with_preset(load_preset(name) if name in mine else PRESETS[name])
                _replace(draft, made, f"The preprocessing is that of “{name}” now.")
        except PixelwiseError as error:
            st.session_state[_SAID] = str(error)

    _tell_change(draft)
    steps = [f"{type(step).title.lower()} {_settings_text(step)}".strip() for step in draft.recipe.steps.applied.steps]
    done = "; ".join(steps) or "Images are used as they are in the dataset"
    numbers = "pixel values stay 0–255"
    for first in draft.recipe.network.beginning:
        numbers = f"the first layer is {first.title.lower()}"
    st.caption(escape_markdown(f"{done}; {numbers}."))
    st.selectbox(
        "Replace with",
        [_OWN, *(name for name in PRESETS if name not in mine), *mine],
        index=None,
        placeholder="A preset or a saved pipeline",
        key=key,
        on_change=use,
    )


def _replace(draft: Draft, recipe: Recipe, said: str) -> None:
    """Put a recipe with another input in place of the draft's; what that changes is told, and can be undone."""
    before = draft.recipe
    first, then = (each.network.layers[0].said_of_values() for each in (before, recipe))
    numbers = f"{then}, as before" if first == then else f"{then}; before, it {first}"
    draft.replace(recipe)
    st.session_state[_CHANGED] = draft.number, f"{said} The network {numbers}.", before


def _tell_change(draft: Draft) -> None:
    """Say what the last choice here changed, and offer to undo it."""
    number, said, before = st.session_state.get(_CHANGED, (0, "", draft.recipe))
    if number != draft.number:
        return
    st.info(escape_markdown(said), icon=":material/info:")
    st.button("Undo", key="train_input_undo", icon=":material/undo:", on_click=draft.replace, args=(before,))


def _settings_text(step: object) -> str:
    data = step.to_json() if hasattr(step, "to_json") else {}
    return " × ".join(str(data[name]) for name in ("width", "height") if name in data)


def _with_input_of(recipe: Recipe, base: Recipe) -> Recipe:
    """Return the recipe with the steps of another, and with what that does to the numbers first."""
    rest = recipe.network.layers[len(recipe.network.beginning) :]
    return replace(recipe, steps=base.steps, network=Network((*base.network.beginning, *rest)))


def _augmentation(draft: Draft) -> None:
    st.markdown("**Augmentation**")
    key = draft.key("augmentation")

    def use() -> None:
        name = st.session_state[key]
        try:
            if name == _OWN:
                draft.change(augmentation=draft.base.augmentation)
            elif name is not None:
                made = None if name == _NONE else Augmentation.from_json(user_library.load("augmentation", name))
                draft.change(augmentation=made)
        except PixelwiseError as error:
            st.session_state[_SAID] = str(error)

    now, usual = draft.recipe.augmentation, Augmentation()
    moving = [
        f"{each.name} {text_of(getattr(now, each.name))}"
        for each in fields(usual)
        if now is not None and getattr(now, each.name) != getattr(usual, each.name)
    ]
    st.caption(escape_markdown(", ".join(moving) or "None: every epoch uses the same images."))
    st.selectbox(
        "Replace with",
        [_OWN, _NONE, *user_library.names("augmentation")],
        index=None,
        placeholder="None, or saved augmentation",
        key=key,
        on_change=use,
    )


def _decisions(draft: Draft, dataset: Dataset) -> None:
    made = {index: each for index, each in decisions.current(dataset).items() if each.decision != decisions.KEPT}
    if not made:
        return
    split = draft.recipe.split
    key = draft.key("decisions")
    st.session_state.setdefault(key, split.decisions == "apply")
    heed = st.toggle(
        f"Apply review decisions ({counted(len(made), 'image')})",
        key=key,
        help=split.setting_of("decisions").help,
        persist_state="session",
    )
    draft.change(split=replace(split, decisions="apply" if heed else "ignore"))


def _batch(recipe: Recipe, dataset: Dataset, decided: Decided | None) -> None:
    """Show the first images of the first batch, just as the network will see them."""
    st.markdown("**First training batch**")
    batch = first_batch(recipe, dataset, _SHOWN, decided)
    shown = []
    for index, label, pixels, draw in zip(batch.ids, batch.labels, batch.images, batch.draws, strict=True):
        said = f"{dataset.about.class_names[label]}, image {index}: {describe(draw)}"
        shown.append((said, image_io.png(image_io.from_array(pixels))))
    strip(shown)
    _, height, width, channels = batch.images.shape
    st.caption(
        f"The first images of the first batch, exactly as the network sees them: {width}×{height} px, "
        f"{'grayscale' if channels == 1 else 'color'}."
    )
