"""Augment: how chance may change images before a network sees them; they change while a slider is dragged."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.augmentation import FIELDS, Augmentation, Draw, describe, extremes, strip
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.datasets.views.same_size import same_size, scaled
from core.settings import format_value
from pages.augment import settings
from pages.augment.address import (
    CODE,
    COUNTS,
    EXTREMES,
    FOLLOW,
    ONE_SETTING,
    SAFE,
    SHEET,
    SOURCE,
    USUAL_COUNT,
    VIEW,
    VIEWS,
    drawn,
    images_key,
    parameters,
)
from pages.augment.safety import show_safety
from pages.common import image_source
from pages.common.address import fragment
from pages.common.messages import escape_markdown, show_errors
from pages.common.page_frame import page
from pages.common.pickers import choose_dataset
from pages.common.single_choice import single_choice
from pages.common.view_switch import choose_view
from pages.components.theme import background
from pages.components.tiles import Label, tiles

_PHOTO_PX = 180
_STRIP_STEPS = 7
_MOST_IMAGES = 8
_MOST_TILES = 32
_MOST_COLUMNS = 8
# The images stay in sight while one drags: beside long controls, and above them on a narrow screen.
_STYLE = """<style>
[data-testid=stColumn]:has(.st-key-augment_shown) {{ position: sticky; top: 3.75rem; align-self: flex-start; }}
@media (max-width: 640px) {{
  [data-testid=stColumn]:has(.st-key-augment_shown) {{
    order: -1; z-index: 2; max-height: 42vh; overflow-y: auto; background: {background};
  }}
}}
</style>"""


def augment(dataset: Dataset, choices: DeltaGenerator, beneath: DeltaGenerator, source: str) -> None:
    """Show the settings, and what they do to some images.

    Args:
        dataset: the chosen one.
        choices: where images and draws are chosen.
        beneath: the place beneath that.
        source: where the images come from.
    """
    view = choose_view(VIEWS.values(), key=VIEW)
    with choices:
        chosen = choose_images(dataset) if image_source.is_of_set(source) else image_source.of_source(source, beneath)
        count, seed = choose_draws() if view == SHEET else (0, 0)
    if chosen is None:
        st.info("No photo yet. Choose one, or take images of the dataset.")
        return
    left, right = st.columns([1, 3], gap="medium")
    with left, st.container(key="augment_controls"), show_errors():
        settings.choose_start()
        train_with_it(dataset)
        controls = settings.Controls()
    shown = right.container(key="augment_shown")
    if isinstance(chosen, list):
        originals = same_size(dataset, chosen, _PHOTO_PX)
        names = [f"{index} · {dataset.class_of(index)}" for index in chosen]
    else:
        originals, names = scaled(chosen[0], _PHOTO_PX), [chosen[1]]
    sheet = Sheet(originals, names, count, seed)

    @fragment
    def live() -> bool:
        dragging = controls.draw_sliders(*originals.shape[1:3])
        augmentation = settings.current()
        note_touched(augmentation)
        with shown:
            if view == CODE:
                show_code(augmentation)
            elif view != SAFE:
                show_draws(view, augmentation, sheet)
        if not dragging and settings.has_left_its_start():
            # What is chosen to start from stands outside this fragment.
            st.rerun()
        return not dragging

    live()
    if view == SAFE:
        with shown, show_errors():
            show_safety(dataset, settings.current())


@dataclass(frozen=True)
class Sheet:
    """What the tiles are made of.

    Attributes:
        images: uint8 `(n, height, width, channels)`.
        names: what each is called.
        count: how many draws.
        seed: of their chance.
    """

    images: np.ndarray
    names: list[str]
    count: int
    seed: int


def choose_images(dataset: Dataset) -> list[int]:
    """Let the user choose images, by number or by chance; return their indices, at least one."""
    key, most = images_key(dataset), len(dataset) - 1
    st.session_state.setdefault(key, drawn(len(dataset), 3, 0))

    def others() -> None:
        before = st.session_state[key]
        count = len(before.split(",")) if _numbers(before, most) else 3
        st.session_state[key] = drawn(len(dataset), count, None)

    text = st.text_input(
        "Images",
        key=key,
        width=140,
        help=f"1 to {_MOST_IMAGES} image numbers from 0 to {most:,}, separated by commas (as shown in Browse).",
        persist_state="session",
    )
    st.button(
        "Other images", icon=":material/shuffle:", on_click=others, help="Pick the same number of images at random."
    )
    ids = _numbers(text, most)
    if ids is None:
        said = f"Images: 1 to {_MOST_IMAGES} numbers from 0 to {most:,} with commas between, not"
        st.error(f"{said} {escape_markdown(format_value(text))}.", icon=":material/error:")
        ids = [0]
    return ids


def _numbers(text: str, most: int) -> list[int] | None:
    """Return the image numbers that a text names, or `None` where it is nonsense."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > _MOST_IMAGES or not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    return numbers if max(numbers) <= most else None


def choose_draws() -> tuple[int, int]:
    """Let the user choose how many tiles there are, and the seed of what is drawn for them."""
    st.session_state.setdefault("augment_seed", 0)

    def anew() -> None:
        st.session_state["augment_seed"] = (st.session_state["augment_seed"] + 1) % 10**6

    count = single_choice("Samples", COUNTS, key="augment_tiles", first=USUAL_COUNT, persist_state="session")
    seed = st.number_input(
        "Seed",
        0,
        10**6 - 1,
        key="augment_seed",
        width=80,
        help="The same seed always gives the same samples.",
        persist_state="session",
    )
    st.button("Resample", icon=":material/casino:", on_click=anew)
    return int(count or USUAL_COUNT), int(seed)


def note_touched(augmentation: Augmentation) -> None:
    """Note which setting was changed last."""
    before = st.session_state.get("augment_before", augmentation)
    changed = [name for name in FIELDS if getattr(before, name) != getattr(augmentation, name)]
    if changed:
        st.session_state["augment_touched"] = changed[0]
    st.session_state["augment_before"] = augmentation


def show_draws(view: str, augmentation: Augmentation, sheet: Sheet) -> None:
    """Show tiles: draws by chance, the corners of what can be drawn, or one setting from its lowest to its highest."""
    n, height, width, _ = sheet.images.shape
    titles: list[str] = []
    if view == SHEET:
        draws = augmentation.draw(sheet.count, height, width, np.random.default_rng(sheet.seed))
        sources = np.sort(np.arange(sheet.count) % n)
    elif view == EXTREMES:
        corners = extremes(augmentation, height, width)[:_MOST_TILES]
        titles, draws = [title for title, _ in corners], [draw for _, draw in corners]
        sources = np.zeros(len(draws), int)
    else:
        field = choose_setting(augmentation)
        taken = min(n, _MOST_TILES // _STRIP_STEPS)
        steps = strip(augmentation, field, _STRIP_STEPS, height, width) if field in augmentation.moving else []
        draws, sources = steps * taken, np.repeat(np.arange(taken), len(steps))
        if steps:
            st.markdown(f"**{FIELDS[field].title}** only, from lowest to highest")
    if not draws:
        st.info("Nothing to show yet: move a slider.")
        return
    show_tiles(augmentation, sheet, sources, draws, titles or [""] * len(draws))


def choose_setting(augmentation: Augmentation) -> str:
    """Let the user choose which setting is shown alone; until then it is the one that was moved last."""
    moving = list(augmentation.moving)
    if not moving:
        return ""
    if st.session_state.get(ONE_SETTING) not in (FOLLOW, *moving):
        st.session_state[ONE_SETTING] = FOLLOW
    picked = st.selectbox(
        "Setting",
        [FOLLOW, *moving],
        key=ONE_SETTING,
        format_func=lambda name: name if name == FOLLOW else FIELDS[name].title,
        width=260,
        persist_state="session",
    )
    touched = st.session_state.get("augment_touched")
    if picked in moving:
        return str(picked)
    return touched if touched in moving else moving[0]


def show_tiles(
    augmentation: Augmentation, sheet: Sheet, sources: np.ndarray, draws: Sequence[Draw], titles: Sequence[str]
) -> None:
    """Show images as they are, each with what draws make of it: a title, if any, and what was drawn."""
    made = augmentation.apply(sheet.images[sources], draws)
    shown, labels = [], []
    for source in np.unique(sources):
        name = sheet.names[source]
        shown.append(sheet.images[source])
        labels.append(Label(f"Image {name}, original", name, marked=True))
        for place in np.flatnonzero(sources == source).tolist():
            said = describe(draws[place])
            shown.append(made[place])
            labels.append(Label(f"Image {name}, {said}", titles[place], said))
    each = len(shown) // len(np.unique(sources))
    rows = len(shown) % len(np.unique(sources)) == 0 and each <= _MOST_COLUMNS
    of = json.dumps(augmentation.to_json())
    tiles(np.stack(shown), labels, side=_side(made), columns=each if rows else 0, of=of, key="augmented")


def _side(images: np.ndarray) -> int:
    """Return the longer side on the page: a small image is enlarged by a whole number."""
    longest = max(images.shape[1:3])
    return longest * max(1, _PHOTO_PX // longest)


def show_code(augmentation: Augmentation) -> None:
    """Show the settings as JSON and as Keras code, to copy."""
    st.markdown("**ImageDataGenerator**")
    st.code(augmentation.generator_code(), "python")
    st.markdown("**Keras 3 layers**")
    st.code(augmentation.layers_code(), "python")
    st.markdown("**JSON** (recipe format)")
    st.code(json.dumps(augmentation.to_json(), indent=1), "json")


def train_with_it(dataset: Dataset) -> None:
    """Lead to the Train page with these settings, which must be saved for that."""
    name = settings.is_saved()
    st.page_link(
        "pages/train/page.py",
        label="Train with these settings",
        icon=":material/model_training:",
        query_params={"dataset": dataset.about.name, "augmentation": name},
        disabled=not name,
        help=None if name else "Save these settings first.",
    )


page(
    "Augment",
    "Vary training images at random. Drag a slider and the images change as you move it.",
    parameters(),
)
st.html(_STYLE.format(background=background()))
choices = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="row_augment")
beneath = st.container()
with choices:
    source = image_source.choose_source("Images of", SOURCE)
    with st.container(width=160):
        name = choose_dataset(catalogue.available())
with show_errors():
    augment(catalogue.open_dataset(name), choices, beneath, source)
