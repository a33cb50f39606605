"""Augment: how chance may change pictures before a network sees them; they change while a slider is dragged."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.augmentation import FIELDS, Augmentation, Draw, describe, extremes, strip
from core.datasets import catalogue
from core.datasets.same_size import same_size
from core.datasets.store import Dataset
from pages.shared import address, augmenting
from pages.shared.components.tiles import Label, tiles
from pages.shared.controls import choose_dataset
from pages.shared.frame import background, page, plain, said_in_words
from pages.shared.safety_view import show_safety

_SHEET, _EXTREMES, _STRIP, _SAFE, _CODE = "Contact sheet", "Extremes", "One setting", "Is it safe?", "Code"
_VIEWS = (_SHEET, _EXTREMES, _STRIP, _SAFE, _CODE)
_COUNTS = (4, 8, 12, 16, 24, 32)
_PHOTO_PX = 180
_STRIP_STEPS = 7
_MOST_PICTURES = 8
_MOST_TILES = 32
_MOST_COLUMNS = 8
# The pictures stay in sight while one drags: beside long controls, and above them on a narrow screen.
_STYLE = """<style>
[data-testid=stColumn]:has(.st-key-augment_shown) {{ position: sticky; top: 3.75rem; align-self: flex-start; }}
@media (max-width: 640px) {{
  [data-testid=stColumn]:has(.st-key-augment_shown) {{
    order: -1; z-index: 2; max-height: 42vh; overflow-y: auto; background: {background};
  }}
}}
</style>"""


def augment(dataset: Dataset, choices: DeltaGenerator) -> None:
    """Show the settings, and what they do to some pictures."""
    augmenting.take_up(dataset)
    view = choose_view()
    with choices:
        ids = choose_pictures(dataset)
        count, seed = choose_draws() if view == _SHEET else (0, 0)
    left, right = st.columns([1, 3], gap="medium")
    with left, st.container(key="augment_controls"), said_in_words():
        augmenting.choose_start()
        train_with_it(dataset)
        controls = augmenting.Controls()
    shown = right.container(key="augment_shown")
    originals = same_size(dataset, ids, _PHOTO_PX)
    names = [dataset.about.class_names[dataset.labels[index]] for index in ids]
    sheet = Sheet(originals, [f"{index} · {name}" for index, name in zip(ids, names, strict=True)], count, seed)

    @st.fragment
    def live() -> None:
        dragging = controls.draw_sliders(*originals.shape[1:3])
        augmentation = augmenting.chosen()
        note_touched(augmentation)
        with shown:
            if view == _CODE:
                show_code(augmentation)
            elif view != _SAFE:
                show_draws(view, augmentation, sheet)
        if not dragging:
            # A browser takes two hundred changes of its address in half a minute at most.
            augmenting.note(augmentation)
            address.write()

    live()
    if view == _SAFE:
        with shown, said_in_words():
            show_safety(dataset, augmenting.chosen())


@dataclass(frozen=True)
class Sheet:
    """What the tiles are made of.

    Attributes:
        pictures: uint8 `(n, height, width, channels)`.
        names: what each is called.
        count: how many draws.
        seed: of their chance.
    """

    pictures: np.ndarray
    names: list[str]
    count: int
    seed: int


def choose_view() -> str:
    """Let the user choose what is shown; the choice stands in the address."""
    by_parameter = {view.lower().strip("?").replace(" ", "-"): view for view in _VIEWS}
    key = "augment_view"
    address.adopt(key, "view", lambda texts: by_parameter.get(texts[0] if texts else "", _SHEET))
    st.session_state.setdefault(key, _SHEET)
    view = str(
        st.segmented_control(
            "View", _VIEWS, key=key, required=True, label_visibility="collapsed", persist_state="session"
        )
    )
    (parameter,) = [parameter for parameter, title in by_parameter.items() if title == view]
    address.note("view", [] if view == _SHEET else [parameter])
    return view


def choose_pictures(dataset: Dataset) -> list[int]:
    """Let the user choose pictures, by number or by chance; return their indices, at least one."""
    key, most = f"augment_pictures_{dataset.about.name}", len(dataset) - 1
    address.adopt(key, "pictures", lambda texts: texts[0] if texts else _drawn(len(dataset), 3, 0))
    st.session_state.setdefault(key, _drawn(len(dataset), 3, 0))

    def others() -> None:
        before = st.session_state[key]
        count = len(before.split(",")) if _numbers(before, most) else 3
        st.session_state[key] = _drawn(len(dataset), count, None)

    text = st.text_input(
        "Pictures",
        key=key,
        width=220,
        help=f"Numbers from 0 to {most:,}, as Browse shows them: 1 to {_MOST_PICTURES}, with commas between.",
        persist_state="session",
    )
    st.button("Others", icon=":material/shuffle:", on_click=others, help="As many other pictures, by chance.")
    ids = _numbers(text, most)
    if ids is None:
        st.error(
            f"Pictures: 1 to {_MOST_PICTURES} numbers from 0 to {most:,} with commas between, not {plain(repr(text))}.",
            icon=":material/error:",
        )
        ids = [0]
    address.note("pictures", [text])
    return ids


def _numbers(text: str, most: int) -> list[int] | None:
    """Return the picture numbers that a text names, or `None` where it is nonsense."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > _MOST_PICTURES or not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        return None
    numbers = [int(part) for part in parts]
    return numbers if max(numbers) <= most else None


def _drawn(pictures: int, count: int, seed: int | None) -> str:
    """Return some picture numbers by chance, as a person would type them."""
    chance = np.random.default_rng(seed)
    return ", ".join(map(str, sorted(chance.choice(pictures, min(count, pictures), replace=False).tolist())))


def choose_draws() -> tuple[int, int]:
    """Let the user choose how many tiles there are, and the seed of what is drawn for them."""
    address.adopt("augment_tiles", "tiles", lambda texts: _whole(texts, _COUNTS, 12))
    address.adopt("augment_seed", "seed", lambda texts: _whole(texts, range(10**6), 0))
    st.session_state.setdefault("augment_tiles", 12)
    st.session_state.setdefault("augment_seed", 0)

    def anew() -> None:
        st.session_state["augment_seed"] = (st.session_state["augment_seed"] + 1) % 10**6

    count = st.segmented_control("Tiles", _COUNTS, key="augment_tiles", required=True, persist_state="session")
    seed = st.number_input(
        "Seed",
        0,
        10**6 - 1,
        key="augment_seed",
        width=120,
        help="The same seed draws the same.",
        persist_state="session",
    )
    st.button("Draw anew", icon=":material/casino:", on_click=anew)
    address.note("tiles", [str(count)] if count != 12 else [])
    address.note("seed", [str(seed)] if seed else [])
    return int(count or 12), int(seed)


def _whole(texts: Sequence[str], allowed: Sequence[int], default: int) -> int:
    number = int(texts[0]) if texts and texts[0].isascii() and texts[0].isdecimal() else default
    return number if number in allowed else default


def note_touched(augmentation: Augmentation) -> None:
    """Note which setting was changed last."""
    before = st.session_state.get("augment_before", augmentation)
    changed = [name for name in FIELDS if getattr(before, name) != getattr(augmentation, name)]
    if changed:
        st.session_state["augment_touched"] = changed[0]
    st.session_state["augment_before"] = augmentation


def show_draws(view: str, augmentation: Augmentation, sheet: Sheet) -> None:
    """Show tiles: draws by chance, the corners of what can be drawn, or one setting from its lowest to its highest."""
    n, height, width, _ = sheet.pictures.shape
    titles: list[str] = []
    if view == _SHEET:
        draws = augmentation.draw(sheet.count, height, width, np.random.default_rng(sheet.seed))
        sources = np.sort(np.arange(sheet.count) % n)
    elif view == _EXTREMES:
        corners = extremes(augmentation, height, width)[:_MOST_TILES]
        titles, draws = [title for title, _ in corners], [draw for _, draw in corners]
        sources = np.zeros(len(draws), int)
    else:
        field = st.session_state.get("augment_touched", next(iter(augmentation.moving), ""))
        taken = min(n, _MOST_TILES // _STRIP_STEPS)
        steps = strip(augmentation, field, _STRIP_STEPS, height, width) if field in augmentation.moving else []
        draws, sources = steps * taken, np.repeat(np.arange(taken), len(steps))
        if steps:
            st.markdown(f"**{FIELDS[field].title}** alone, from its lowest to its highest value")
    if not draws:
        st.info("Move a slider: nothing is set to change a picture yet.")
        return
    show_tiles(augmentation, sheet, sources, draws, titles or [""] * len(draws))


def show_tiles(
    augmentation: Augmentation, sheet: Sheet, sources: np.ndarray, draws: Sequence[Draw], titles: Sequence[str]
) -> None:
    """Show pictures as they are, each with what draws make of it: a title, if any, and what was drawn."""
    made = augmentation.apply(sheet.pictures[sources], draws)
    shown, labels = [], []
    for source in np.unique(sources):
        name = sheet.names[source]
        shown.append(sheet.pictures[source])
        labels.append(Label(f"Picture {name}, as it is", name, marked=True))
        for place in np.flatnonzero(sources == source).tolist():
            said = describe(draws[place])
            shown.append(made[place])
            labels.append(Label(f"Picture {name}, {said}", f"{titles[place]}: {said}" if titles[place] else said))
    each = len(shown) // len(np.unique(sources))
    rows = len(shown) % len(np.unique(sources)) == 0 and each <= _MOST_COLUMNS
    of = json.dumps(augmentation.to_json())
    tiles(np.stack(shown), labels, side=_side(made), columns=each if rows else 0, of=of, key="augmented")


def _side(pictures: np.ndarray) -> int:
    """Return the longer side on the page: a small picture is enlarged by a whole number."""
    longest = max(pictures.shape[1:3])
    return longest * max(1, _PHOTO_PX // longest)


def show_code(augmentation: Augmentation) -> None:
    """Show the settings as JSON and as Keras code, to copy."""
    st.markdown("**ImageDataGenerator**")
    st.code(augmentation.generator_code(), "python")
    st.markdown("**Keras 3 layers**")
    st.code(augmentation.layers_code(), "python")
    st.markdown("**JSON**, as a recipe has it")
    st.code(json.dumps(augmentation.to_json(), indent=1), "json")


def train_with_it(dataset: Dataset) -> None:
    """Lead to the Train page with these settings, which must be saved for that."""
    name = augmenting.is_saved()
    st.page_link(
        "pages/train.py",
        label="Train with it",
        icon=":material/model_training:",
        query_params={"dataset": dataset.about.name, "augmentation": name},
        disabled=not name,
        help=None if name else "Save it under a name first.",
    )


page("Augment", "Change pictures by chance, so that a network sees each in many ways. They move while you drag.")
st.html(_STYLE.format(background=background()))
address.resume(without=("dataset", "run"))
choices = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
with choices, st.container(width=240):
    name = choose_dataset(catalogue.available())
with said_in_words():
    augment(catalogue.open_dataset(name), choices)
address.write()
