"""The settings of an augmentation on a page: sliders, presets, what is saved, and the address."""

from dataclasses import asdict
from typing import Any

import streamlit as st

from core import pasted, saved
from core.augmentation import FIELDS, FILL_MODES, Augmentation
from core.augmentation.presets import PRESETS, suited
from core.augmentation.texts import NAMES, text_of, value_of
from core.datasets.store import Dataset
from core.settings import SettingError
from pages.shared import address
from pages.shared.components.live_slider import Slider, live_sliders
from pages.shared.frame import plain, said_in_words
from pages.shared.pasting import paste_json

_KIND = "augmentation"
_LOADED, _REFUSED, _SHIFT_UNIT = "augment_loaded", "augment_refused", "augment_shift_unit"
_SHIFTS = {"width_shift_range": "Width shift", "height_shift_range": "Height shift"}
_TITLES = {name: field.title for name, field in FIELDS.items()} | {
    **_SHIFTS,
    "erasing_scale": "Box, share of the area",
    "erasing_ratio": "Box, height to width",
    "erasing_value": "Box, gray",
    "fill_mode": "Fill mode",
    "cval": "Fill value",
}
_GEOMETRY = ("rotation_range", "width_shift_range", "height_shift_range", "shear_range", "zoom_range")
_LIGHT = ("brightness_range", "contrast_range", "channel_shift_range")
_ERASING = ("erasing_scale", "erasing_ratio", "erasing_value")
_FLIPS = {"horizontal_flip": "Left ↔ right", "vertical_flip": "Top ↕ bottom"}
_FACTORS = ("zoom_range", "brightness_range", "contrast_range")
_PERCENT = ("erasing", "erasing_scale")
_SHARE, _PIXELS = "share", "pixels"
# What stands in the address where no setting is on: an address without any setting asks for those to begin with.
_SETTINGS, _NONE = "settings", "none"
_BEGUN, _ARRIVED, _START = "augment_begun", "augment_arrived", "augment_start"
_OFF = Augmentation()


def chosen() -> Augmentation:
    """Return the augmentation as it is set now."""
    values = {name: st.session_state[_key(name)] for name in NAMES}
    off = {name: None for name in ("brightness_range", "contrast_range") if values[name] == (1.0, 1.0)}
    return Augmentation(**values | off)


def put(augmentation: Augmentation) -> None:
    """Set all controls; call it before they are drawn, or in a callback."""
    for name, value in asdict(augmentation).items():
        st.session_state[_key(name)] = _on_control(value)
    shifts = [getattr(augmentation, name) for name in _SHIFTS]
    if any(shifts):
        st.session_state[_SHIFT_UNIT] = _PIXELS if max(shifts) >= 1 else _SHARE


def take_up(dataset: Dataset) -> None:
    """Bring the settings to what the address asks for; what it asks for wrongly is said at the control concerned.

    An address without any asks for what suits the data set, and so does another data set until a setting is changed.
    """
    suits = suited(handwritten=dataset.about.ink_box is not None)
    begin, first = suits.augmentation, _BEGUN not in st.session_state
    for name, value in asdict(begin).items():
        st.session_state.setdefault(_key(name), _on_control(value))
    st.session_state.setdefault(_SHIFT_UNIT, _SHARE)
    if first or chosen() == st.session_state[_BEGUN] != begin:
        put(begin)
        st.session_state[_START] = suits.title
    st.session_state[_BEGUN] = begin
    for name in (*NAMES, _SETTINGS):
        address.adopt(_ARRIVED, name, bool)
    if st.session_state.pop(_ARRIVED, None) is None:
        return
    asked = {name: st.query_params.get_all(name) for name in (*NAMES, _SETTINGS)}
    if not any(asked.values()):
        put(begin)
        return
    st.session_state[_START] = None
    for name in NAMES:
        st.session_state[_key(name)] = _asked_for(name, asked[name])
    st.session_state[_SHIFT_UNIT] = _PIXELS if max(st.session_state[_key(name)] for name in _SHIFTS) >= 1 else _SHARE


def note(augmentation: Augmentation) -> None:
    """Remember for the address what is not off, unless all is as it was begun with."""
    begun = augmentation == st.session_state[_BEGUN]
    for name in NAMES:
        value = getattr(augmentation, name)
        address.note(name, [text_of(value)] if value != getattr(_OFF, name) and not begun else [])
    address.note(_SETTINGS, [_NONE] if augmentation == _OFF else [])


def is_saved() -> str:
    """Return the name under which exactly these settings are saved, or nothing."""
    name, content = st.session_state.get(_LOADED, ("", None))
    return name if content == chosen().to_json() else ""


def choose_start() -> None:
    """Let the user load a preset or what was saved, save these settings, and delete what was saved."""
    presets = {preset.title: preset.augmentation for preset in PRESETS.values()}
    own = [name for name in saved.names(_KIND) if name not in presets]

    def load() -> None:
        with said_in_words():
            name = st.session_state[_START]
            if name in presets:
                put(presets[name])
            elif name is not None:
                content = saved.load(_KIND, name)
                put(Augmentation.from_json(content))
                st.session_state[_LOADED] = name, content

    name = st.selectbox(
        "Start from",
        [*presets, *own],
        index=None,
        key=_START,
        placeholder="A preset, or one you saved",
        on_change=load,
        persist_state="session",
    )
    good_for = next((preset.good_for for preset in PRESETS.values() if preset.title == name), "")
    if good_for:
        st.caption(good_for)
    with st.container(horizontal=True, gap="small"):
        with st.popover("Save as …", icon=":material/save:"):
            _save()
        paste_json("An augmentation", lambda text: put(pasted.augmentation(text)), key="augment_pasted")
        if name in own:
            st.button("Delete", icon=":material/delete:", on_click=_delete, args=(name,), help=f"Delete {plain(name)}.")


def _save() -> None:
    name = st.text_input("Name", key="augment_name", max_chars=saved.LONGEST_NAME, persist_state="session")
    taken = name.strip() in saved.names(_KIND)
    if st.button("Replace it" if taken else "Save", key="augment_save", type="primary"):
        with said_in_words():
            if name.strip() in (preset.title for preset in PRESETS.values()):
                raise saved.SavedError(f"{name.strip()} is a preset. Choose another name.")
            content = chosen().to_json()
            saved.save(_KIND, name, content)
            st.session_state[_LOADED] = name.strip(), content
            st.rerun()
    if taken:
        st.caption("There is one of this name already.")


def _delete(name: str) -> None:
    with said_in_words():
        saved.remove(_KIND, name)
    st.session_state[_START] = None


class Controls:
    """Where the controls stand: sliders, which a fragment draws there, and switches, which the page draws."""

    def __init__(self) -> None:
        """Make room for the sliders, and draw the switches between."""
        self._geometry = st.container()
        _choose_shift_unit()
        with st.container(horizontal=True, gap="medium"):
            for name, title in _FLIPS.items():
                st.toggle(title, key=_key(name), help=Augmentation.setting_of(name).help, persist_state="session")
        _show_refused(*_FLIPS)
        st.segmented_control(
            "Fill mode",
            list(FILL_MODES),
            key=_key("fill_mode"),
            required=True,
            help=Augmentation.setting_of("fill_mode").help,
            persist_state="session",
        )
        _show_refused("fill_mode")
        self._rest = st.container()

    def draw_sliders(self, height: int, width: int) -> bool:
        """Draw the sliders; return whether one is being dragged now.

        Args:
            height: of the pictures in pixels, and `width`: the limits of shifts in pixels.
        """
        limits = {"width_shift_range": width, "height_shift_range": height}
        with self._geometry:
            geometry = {"Geometry": [_slider(name, limits) for name in _GEOMETRY]}
            dragging = live_sliders(geometry, key="augment_geometry")
            _show_refused(*_GEOMETRY)
        filled = ["cval"] if st.session_state[_key("fill_mode")] == "constant" else []
        erased = _ERASING if st.session_state[_key("erasing")] else ()
        rest = {
            "": [_slider(name, limits) for name in filled],
            "Light": [_slider(name, limits) for name in _LIGHT],
            "Erasing": [_slider(name, limits) for name in ("erasing", *erased)],
        }
        with self._rest:
            dragging |= live_sliders(rest, key="augment_rest")
            _show_refused("cval", *_LIGHT, "erasing", *_ERASING)
        return dragging


def _choose_shift_unit() -> None:
    def convert() -> None:
        for name in _SHIFTS:
            st.session_state[_key(name)] = 0.0

    st.segmented_control(
        "Shifts in",
        [_SHARE, _PIXELS],
        key=_SHIFT_UNIT,
        format_func={_SHARE: "% of the side", _PIXELS: "pixels"}.__getitem__,
        required=True,
        on_change=convert,
        persist_state="session",
    )


def _slider(name: str, limits: dict[str, int]) -> Slider:
    about, default = Augmentation.setting_of(name), _on_control(getattr(_OFF, name))
    assert about.minimum is not None and about.maximum is not None and about.step is not None  # noqa: S101
    lowest, highest, step, unit = about.minimum, about.maximum, about.step, about.unit
    if name in limits:
        pixels = st.session_state[_key(name)] >= 1 or st.session_state[_SHIFT_UNIT] == _PIXELS
        highest, step, unit = (float(limits[name]), 1.0, "px") if pixels else (0.99, 0.01, "")
    return Slider(
        key=_key(name),
        label=_TITLES[name],
        minimum=lowest,
        maximum=highest,
        value=default,
        step=step,
        unit="×" if name in _FACTORS else unit,
        help=about.help,
        format="percent" if name in _PERCENT or (name in limits and not unit) else "number",
    )


def _key(name: str) -> str:
    return f"augment_{name}"


def _on_control(value: Any) -> Any:
    """Return a field's value as its control has it: a factor that is off is 1."""
    return (1.0, 1.0) if value is None else value


def _asked_for(name: str, texts: list[str]) -> Any:
    """Return the value that the address asks for, as the control has it; where it cannot be had, the default."""
    default = _on_control(getattr(_OFF, name))
    refused = st.session_state.setdefault(_REFUSED, {})
    refused.pop(name, None)
    if not texts:
        return default
    try:
        return _on_control(value_of(name, texts[-1]))
    except SettingError as error:
        refused[name] = str(error).partition(": ")[2]
        return default


def _show_refused(*names: str) -> None:
    """Say what the address asked for wrongly, as long as nothing else was chosen there."""
    for name in names:
        sentence = st.session_state.get(_REFUSED, {}).get(name)
        if sentence and st.session_state[_key(name)] == _on_control(getattr(_OFF, name)):
            st.warning(f"{_TITLES[name]}, in the address: {plain(sentence)}", icon=":material/link_off:")
