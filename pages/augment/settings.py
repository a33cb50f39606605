"""The settings of an augmentation on a page: sliders, presets, what is saved, and the address."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Any

import streamlit as st

from core.augmentation import CONTROLS, FILL_MODES, GEOMETRY, OPERATIONS, Augmentation
from core.augmentation.presets import PRESETS, suited
from core.augmentation.texts import NAMES, text_of, value_of
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.recipes import paste_json as pasted
from core.settings import SettingError
from core.storage import user_library
from pages.common import address
from pages.common.address import Parameter
from pages.common.messages import escape_markdown, show_errors
from pages.common.paste_json import paste_json
from pages.common.single_choice import single_choice
from pages.components.live_slider import Slider, live_sliders

_KIND = "augmentation"
_LOADED, _REFUSED, _SHIFT_UNIT = "augment_loaded", "augment_refused", "augment_shift_unit"
_TITLES = {name: field.label for name, field in CONTROLS.items()} | {"fill_mode": "Fill mode", "cval": "Fill value"}
_SHIFTS = [name for name, field in CONTROLS.items() if field.side]
_SWITCHES = [name for name in CONTROLS if isinstance(getattr(Augmentation(), name), bool)]
_GROUPS = list(dict.fromkeys(operation.group for operation in OPERATIONS))
_SHARE, _PIXELS = "share", "pixels"
# What stands in the address where no setting is on: an address without any setting asks for those to begin with.
_SETTINGS, _NONE = "settings", "none"
_BEGUN, _ANY, _START = "augment_begun", "augment_any", "augment_start"
_OFF = Augmentation()


def current() -> Augmentation:
    """Return the augmentation as it is set now."""
    values = {name: st.session_state[_key(name)] for name in NAMES}
    off = {name: None for name in NAMES if getattr(_OFF, name) is None and values[name] == _on_control(None)}
    return Augmentation(**values | off)


def put(augmentation: Augmentation) -> None:
    """Set all controls; call it before they are drawn, or in a callback."""
    for name, value in asdict(augmentation).items():
        st.session_state[_key(name)] = _on_control(value)
    shifts = [getattr(augmentation, name) for name in _SHIFTS]
    if any(shifts):
        st.session_state[_SHIFT_UNIT] = _PIXELS if max(shifts) >= 1 else _SHARE


def parameters(dataset: Dataset) -> Iterator[Sequence[Parameter]]:
    """Yield the parameters of all settings; what the address asks for wrongly is said at the control concerned.

    An address without any asks for what suits the dataset, and so does another dataset until a setting is changed.
    """
    suits = suited(handwritten=dataset.about.ink_box is not None)
    begin, first = suits.augmentation, _BEGUN not in st.session_state
    for name, value in asdict(begin).items():
        st.session_state.setdefault(_key(name), _on_control(value))
    st.session_state.setdefault(_SHIFT_UNIT, _SHARE)
    if first or current() == st.session_state[_BEGUN] != begin:
        put(begin)
        st.session_state[_START] = suits.title
    st.session_state[_BEGUN] = begin
    asked = [name for name in (*NAMES, _SETTINGS) if st.query_params.get_all(name)]
    yield [*(_parameter(name, _OFF if asked else begin) for name in NAMES), _whether_any()]
    if not address.take_came(_SETTINGS):
        return
    for name in set(NAMES) - set(asked):
        st.session_state.get(_REFUSED, {}).pop(name, None)
    if asked:
        st.session_state[_START] = None
        shifts = [st.session_state[_key(name)] for name in _SHIFTS]
        st.session_state[_SHIFT_UNIT] = _PIXELS if max(shifts) >= 1 else _SHARE
    else:
        put(begin)


def _parameter(name: str, absent: Augmentation) -> Parameter:
    """Return a setting's parameter.

    Args:
        name: the setting's.
        absent: has its value where the address has none.
    """

    def write(_value: Any) -> list[str]:
        now = current()
        value = getattr(now, name)
        return [text_of(value)] if value != getattr(_OFF, name) and now != st.session_state[_BEGUN] else []

    default = _on_control(getattr(absent, name))
    return Parameter(name, _key(name), partial(_asked_for, name), write, default, spelled=True)


def _whether_any() -> Parameter:
    """Return the parameter that says that no setting is on."""
    return Parameter(_SETTINGS, _ANY, address.first, lambda _: [_NONE] if current() == _OFF else [], "", spelled=True)


def is_saved() -> str:
    """Return the name under which exactly these settings are saved, or nothing."""
    name, content = st.session_state.get(_LOADED, ("", None))
    return name if content == current().to_json() else ""


def has_left_its_start() -> bool:
    """Tell whether the settings are no longer those of what was started from, whose name is shown."""
    name = st.session_state.get(_START)
    return name is not None and current() != _settings_of(name)


def _settings_of(name: str) -> Augmentation | None:
    """Return the settings of a preset, or of what was saved, by name; `None` where they cannot be read."""
    presets = {preset.title: preset.augmentation for preset in PRESETS.values()}
    with suppress(PixelwiseError):
        return presets[name] if name in presets else Augmentation.from_json(user_library.load(_KIND, name))
    return None


def choose_start() -> None:
    """Let the user load a preset or what was saved, save these settings, and delete what was saved."""
    presets = {preset.title: preset.augmentation for preset in PRESETS.values()}
    own = [name for name in user_library.names(_KIND) if name not in presets]

    def load() -> None:
        with show_errors():
            name = st.session_state[_START]
            if name in presets:
                put(presets[name])
            elif name is not None:
                content = user_library.load(_KIND, name)
                put(Augmentation.from_json(content))
                st.session_state[_LOADED] = name, content

    if has_left_its_start():
        st.session_state[_START] = None
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
            st.button(
                "Delete",
                icon=":material/delete:",
                on_click=_delete,
                args=(name,),
                help=f"Delete {escape_markdown(name)}.",
            )


def _save() -> None:
    name = st.text_input("Name", key="augment_name", max_chars=user_library.LONGEST_NAME, persist_state="session")
    taken, just_saved = name.strip() in user_library.names(_KIND), is_saved() == name.strip() != ""
    label = "Saved" if just_saved else "Replace" if taken else "Save"
    if st.button(label, key="augment_save", type="primary", disabled=just_saved):
        with show_errors():
            if name.strip() in (preset.title for preset in PRESETS.values()):
                raise user_library.SavedError(f"{name.strip()} is a preset. Choose another name.")
            content = current().to_json()
            user_library.save(_KIND, name, content)
            st.session_state[_LOADED] = name.strip(), content
            st.rerun()
    if just_saved:
        st.caption(
            f":material/check: Saved as “{escape_markdown(name.strip())}”. Train it from here, or choose it on "
            "Train → Input."
        )
    elif taken:
        st.caption("This name is already in use.")


def _delete(name: str) -> None:
    with show_errors():
        user_library.remove(_KIND, name)
    st.session_state[_START] = None


class Controls:
    """Where the controls stand: sliders, which a fragment draws there, and switches, which the page draws."""

    def __init__(self) -> None:
        """Make room for the sliders, and draw the switches between."""
        self._geometry = st.container()
        _choose_shift_unit()
        with st.container(horizontal=True, gap="medium"):
            for name in _SWITCHES:
                about = Augmentation.setting_of(name)
                st.toggle(_TITLES[name], key=_key(name), help=about.help, persist_state="session")
        _show_refused(*_SWITCHES)
        single_choice(
            "Fill mode",
            list(FILL_MODES),
            key=_key("fill_mode"),
            first=_OFF.fill_mode,
            help=Augmentation.setting_of("fill_mode").help,
            persist_state="session",
        )
        _show_refused("fill_mode")
        self._rest = st.container()

    def draw_sliders(self, height: int, width: int) -> bool:
        """Draw the sliders; return whether one is being dragged now.

        Args:
            height: of the images in pixels, and `width`: the limits of shifts in pixels.
        """
        sides = {"height": height, "width": width}
        limits = {name: sides[CONTROLS[name].side] for name in _SHIFTS}
        with self._geometry:
            geometry = _sliders_of(GEOMETRY)
            dragging = live_sliders({GEOMETRY: [_slider(name, limits) for name in geometry]}, key="augment_geometry")
            _show_refused(*geometry)
        filled = ["cval"] if st.session_state[_key("fill_mode")] == "constant" else []
        rest = {"": filled} | {group: _sliders_of(group) for group in _GROUPS if group != GEOMETRY}
        with self._rest:
            sliders = {group: [_slider(name, limits) for name in names] for group, names in rest.items()}
            dragging |= live_sliders(sliders, key="augment_rest")
            _show_refused("cval", *(name for name in CONTROLS if name not in (*geometry, *_SWITCHES)))
        return dragging


def _sliders_of(group: str) -> list[str]:
    """Return the fields of a group that have a slider now: of an operation that is off, those that switch it on."""
    found = []
    for operation in OPERATIONS:
        about = operation.about() if operation.group == group else {}
        on = any(_is_on(name) for name, field in about.items() if field.draws)
        found += [name for name, field in about.items() if name not in _SWITCHES and (field.draws or on)]
    return found


def _is_on(name: str) -> bool:
    return bool(st.session_state[_key(name)] != _on_control(getattr(_OFF, name)))


def _choose_shift_unit() -> None:
    def convert() -> None:
        for name in _SHIFTS:
            st.session_state[_key(name)] = 0.0

    single_choice(
        "Shift unit",
        [_SHARE, _PIXELS],
        key=_SHIFT_UNIT,
        format_func={_SHARE: "% of image size", _PIXELS: "pixels"}.__getitem__,
        on_change=convert,
        persist_state="session",
    )


def _slider(name: str, limits: dict[str, int]) -> Slider:
    about, default = Augmentation.setting_of(name), _on_control(getattr(_OFF, name))
    assert about.minimum is not None and about.maximum is not None and about.step is not None  # noqa: S101
    lowest, highest, step, unit = about.minimum, about.maximum, about.step, about.unit
    share = False
    if name in limits:
        pixels = st.session_state[_key(name)] >= 1 or st.session_state[_SHIFT_UNIT] == _PIXELS
        highest, step, unit = (float(limits[name]), 1.0, "px") if pixels else (0.99, 0.01, "")
        share = not pixels
    return Slider(
        key=_key(name),
        label=_TITLES[name],
        minimum=lowest,
        maximum=highest,
        value=default,
        step=step,
        unit=unit,
        help=about.help,
        format="percent" if share or (name in CONTROLS and CONTROLS[name].percent) else "number",
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
            st.warning(f"{_TITLES[name]} in the link: {escape_markdown(sentence)}", icon=":material/link_off:")
