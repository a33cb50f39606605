"""Bend an image: two sliders, and what they do to a photo, by chance, while one is dragged."""

import json

import numpy as np
import streamlit as st

from core.augmentation import CONTROLS, Augmentation, describe
from core.augmentation.texts import text_of
from core.datasets.views.same_size import scaled
from core.images import image_io, samples
from pages.components.live_slider import Slider, live_sliders
from pages.components.tiles import Label, tiles

_PHOTO = "chelsea.jpg"
_ROTATION, _BRIGHTNESS = "rotation_range", "brightness_range"
# So that the page shows at first sight what the sliders do.
_AT_FIRST: dict[str, float | tuple[float, float]] = {_ROTATION: 25.0, _BRIGHTNESS: (0.6, 1.4)}
_OFF: dict[str, float | tuple[float, float]] = {_ROTATION: 0.0, _BRIGHTNESS: (1.0, 1.0)}
# Corners that come in from outside look like more of the photo.
_FILL = "reflect"
_TILES, _COLUMNS, _SEED = 12, 3, 2
_TILE_PX = 220


def show_bending() -> None:
    """Show sliders and images, and the way to Augment with the same settings."""
    st.header("Bend an image", anchor=False)
    shown = st.container(key="home_sheet")
    sliders = st.container()

    @st.fragment
    def live() -> None:
        with sliders:
            live_sliders({"": [_slider(name) for name in _OFF]}, key="home_sliders")
        with shown:
            _show_draws(_current())

    live()
    if st.button("Open in Augment", key="home_augment", icon=":material/auto_awesome_motion:"):
        settings = {name: text_of(getattr(_current(), name)) for name in (*_OFF, "fill_mode")}
        asked = {name: text for name, text in settings.items() if text}
        st.switch_page("pages/augment/page.py", query_params={"source": "photos", "photo": _PHOTO, **asked})


def _show_draws(augmentation: Augmentation) -> None:
    photo = scaled(image_io.read_image(samples.photo(_PHOTO)), _TILE_PX)
    _, height, width, _ = photo.shape
    draws = augmentation.draw(_TILES, height, width, np.random.default_rng(_SEED))
    made = augmentation.apply(np.repeat(photo, _TILES, axis=0), draws)
    labels = [Label(f"{samples.PHOTOS[_PHOTO]}, {describe(draw)}") for draw in draws]
    of = json.dumps(augmentation.to_json())
    tiles(made, labels, side=_TILE_PX, columns=_COLUMNS, of=of, key="home_tiles")


def _current() -> Augmentation:
    rotation, brightness = (st.session_state[_key(name)] for name in (_ROTATION, _BRIGHTNESS))
    on = None if brightness == _OFF[_BRIGHTNESS] else brightness
    return Augmentation(rotation_range=rotation, brightness_range=on, fill_mode=_FILL)


def _slider(name: str) -> Slider:
    about = Augmentation.setting_of(name)
    assert about.minimum is not None and about.maximum is not None and about.step is not None  # noqa: S101
    st.session_state.setdefault(_key(name), _AT_FIRST[name])
    return Slider(
        key=_key(name),
        label=CONTROLS[name].label,
        minimum=about.minimum,
        maximum=about.maximum,
        value=_OFF[name],
        step=about.step,
        unit=about.unit,
        help=about.help,
    )


def _key(name: str) -> str:
    return f"home_{name}"
