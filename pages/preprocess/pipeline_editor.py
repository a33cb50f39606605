"""The pipeline that the user builds: kept in the address, drawn as one card a step, applied to an image."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any

import streamlit as st
from PIL import Image
from streamlit.delta_generator import DeltaGenerator

from core.errors import PixelwiseError
from core.preprocessing import (
    PRESETS,
    STEPS,
    Crop,
    Normalisation,
    Pad,
    Pipeline,
    PipelinePreset,
    Resize,
    Stage,
    Step,
    StepError,
    load_preset,
    save_preset,
)
from core.recipes import paste_json as pasted
from core.settings import Setting, SettingError, spelled
from core.storage import user_library
from pages.common.address import Parameter
from pages.common.messages import escape_markdown, show_errors
from pages.common.paste_json import paste_json
from pages.components.crop_box import Box, crop_box
from pages.components.live_slider import Slider, live_sliders

_ENTRIES, _NEXT, _NORMALISATION = "pipeline_entries", "pipeline_next", "pipeline_normalisation"
_ADD, _START, _SAID = "pipeline_add", "pipeline_start", "pipeline_said"
_STEPS, _NORMALISED = "steps", "normalisation"
# Characters of a parameter of the address; browsers take more.
_LONGEST_NOTED = 8000
# Of the image after the last step: what a step that is added suits.
_SIZE = "pipeline_size"
# At most that many choices are shown as buttons beside each other.
_BUTTONS = 4
_SMALLEST_REACH = 64


@dataclass
class _Entry:
    """A step of the pipeline being built; its number distinguishes its controls from others'."""

    number: int
    step: Step
    start: Step


@dataclass(frozen=True)
class Result:
    """What the pipeline makes of an image.

    Attributes:
        image: after the last step that could be applied.
        stages: what each step did.
        failed: whether a step could not be applied; it says so at its card.
        dragging: whether a slider or a crop box is being dragged.
    """

    image: Image.Image
    stages: list[Stage] = field(default_factory=list)
    failed: bool = False
    dragging: bool = False


def current() -> Pipeline:
    """Return the pipeline as it is built so far."""
    return Pipeline(tuple(entry.step for entry in _entries()))


def normalisation() -> Normalisation:
    """Return the chosen normalisation."""
    found: Normalisation = st.session_state.get(_NORMALISATION, Normalisation())
    return found


def set_normalisation(new: Normalisation) -> None:
    """Choose a normalisation."""
    st.session_state[_NORMALISATION] = new


def parameters() -> Iterator[Parameter]:
    """Yield the parameters of the pipeline; what is wrong with one in the address is said above the steps."""

    def steps(texts: list[str]) -> list[_Entry]:
        return [_entry(step) for step in pasted.pipeline(texts[0]).steps]

    def normalisation_of(texts: list[str]) -> Normalisation:
        try:
            return Normalisation.from_json(json.loads(texts[0]))
        except (ValueError, RecursionError) as error:
            raise SettingError(f"Not valid JSON: {error}.") from error

    # Without any, a link asks for nothing; Back asks for what was there before the first.
    yield Parameter(
        _STEPS,
        _ENTRIES,
        _or_as_it_was(_STEPS, steps, _entries),
        lambda _: _as_text(current().to_json()),
        [],
        stays=True,
    )
    yield Parameter(
        _NORMALISED,
        _NORMALISATION,
        _or_as_it_was(_NORMALISED, normalisation_of, normalisation),
        lambda chosen: _as_text(chosen.to_json()),
        Normalisation(),
        stays=True,
    )


def _or_as_it_was(
    name: str, read: Callable[[list[str]], Any], as_it_was: Callable[[], Any]
) -> Callable[[list[str]], Any]:
    def read_or_say(texts: list[str]) -> Any:
        try:
            return read(texts)
        except SettingError as error:
            before = st.session_state.get(_SAID, "")
            st.session_state[_SAID] = f"{before} The address's {name} cannot be used: {error}".strip()
            return as_it_was()

    return read_or_say


def _as_text(content: Any) -> list[str]:
    text = json.dumps(content, separators=(",", ":"), ensure_ascii=False)
    return [text] if len(text) <= _LONGEST_NOTED else []


def _entries() -> list[_Entry]:
    found: list[_Entry] = st.session_state.setdefault(_ENTRIES, [])
    return found


def _put(pipeline: Pipeline) -> None:
    st.session_state[_ENTRIES] = [_entry(step) for step in pipeline.steps]


def _entry(step: Step) -> _Entry:
    number = st.session_state[_NEXT] = st.session_state.get(_NEXT, 0) + 1
    return _Entry(number, step, step)


def choose_start() -> None:
    """Let the user begin from a preset or a saved pipeline, and save, load and delete."""
    mine = user_library.names("pipeline")
    options = [*((False, name) for name in PRESETS), *((True, name) for name in mine)]

    def load() -> None:
        picked = st.session_state[_START]
        if picked is None:
            return
        own, name = picked
        try:
            preset = load_preset(name) if own else PRESETS[name]
        except PixelwiseError as error:
            st.session_state[_SAID] = str(error)
            return
        _put(preset.pipeline)
        set_normalisation(preset.normalisation)

    start, keep = st.columns([3, 1], vertical_alignment="bottom")
    picked = start.selectbox(
        "Start from",
        options,
        index=None,
        format_func=lambda option: f"{option[1]} (saved)" if option[0] else option[1],
        placeholder="Choose a preset or a saved pipeline",
        key=_START,
        on_change=load,
        persist_state="session",
    )
    with keep.popover("Save", width="stretch"), show_errors():
        name = st.text_input("Name", key="pipeline_name", max_chars=user_library.LONGEST_NAME, persist_state="session")
        if st.button("Save", key="pipeline_save", type="primary", disabled=not name.strip(), width="stretch"):
            save_preset(name, PipelinePreset(current(), normalisation()))
            st.toast(f"Saved as {escape_markdown(name.strip())}. You can use it on the Train page.")
            st.rerun()
        for each in mine:
            st.button(
                f"Delete {escape_markdown(each)}",
                key=f"pipeline_delete_{each}",
                type="tertiary",
                icon=":material/delete:",
                on_click=_delete,
                args=(each,),
            )
    paste_json("Steps", lambda text: _put(pasted.pipeline(text)), key="pipeline_pasted")
    if picked and not picked[0]:
        st.caption(PRESETS[picked[1]].good_for)
    if said := st.session_state.pop(_SAID, None):
        st.error(escape_markdown(said), icon=":material/error:")


def _delete(name: str) -> None:
    if st.session_state.get(_START) == (True, name):
        st.session_state[_START] = None
    try:
        user_library.remove("pipeline", name)
    except PixelwiseError as error:
        st.session_state[_SAID] = str(error)


@dataclass(frozen=True)
class Card:
    """Where a step is set.

    Attributes:
        entry: the step.
        live: what follows the image: its sliders, and what is wrong.
    """

    entry: _Entry
    live: DeltaGenerator


def cards() -> list[Card]:
    """Draw a card for each step, with all that stays while a slider is dragged, and what adds a step."""
    found = []
    for position, entry in enumerate(_entries()):
        with st.container(border=True, key=f"step_{entry.number}"):
            _head(position, entry)
            if entry.step.on:
                found.append(Card(entry, st.container()))
                _choices(entry)
    _add()
    return found


def edit(shown: list[Card], image: Image.Image) -> Result:
    """Draw the sliders into the cards and apply the steps; to be called in a fragment that also shows the result."""
    result, first_failed = Result(image), None
    for card in shown:
        entry = card.entry
        position, given = _entries().index(entry), result.image
        with card.live:
            result = replace(result, dragging=_sliders(entry, given) or result.dragging)
            if first_failed is not None:
                st.caption(f"Skipped because step {first_failed + 1} failed.")
                continue
            try:
                (stage,) = Pipeline((entry.step,)).stages(given)
            except StepError as error:
                st.error(escape_markdown(str(error)), icon=":material/error:")
                result, first_failed = replace(result, failed=True), position
                continue
            result = replace(result, image=stage.image, stages=[*result.stages, replace(stage, position=position)])
    st.session_state[_SIZE] = result.image.size
    return result


def _add() -> None:
    def add() -> None:
        kind = st.session_state[_ADD]
        if kind:
            _entries().append(_entry(STEPS[kind].suited(*st.session_state[_SIZE])))
        st.session_state[_ADD] = None

    st.selectbox(
        "Add a step",
        list(STEPS),
        index=None,
        format_func=lambda kind: STEPS[kind].title,
        placeholder="Add a step",
        key=_ADD,
        on_change=add,
        label_visibility="collapsed",
        icon=":material/add:",
    )


def _head(position: int, entry: _Entry) -> None:
    entries, number = _entries(), entry.number

    def move(by: int) -> None:
        entries[position], entries[position + by] = entries[position + by], entries[position]

    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        st.markdown(f"**{position + 1} · {entry.step.title}**", width="stretch")
        ways = (("up", "arrow_upward", -1, position == 0), ("down", "arrow_downward", 1, position == len(entries) - 1))
        for word, icon, by, at_end in ways:
            st.button(
                f":material/{icon}:",
                key=f"step_{number}_move_{word}",
                type="tertiary",
                help=f"Move {word}",
                disabled=at_end,
                on_click=move,
                args=(by,),
            )
        st.button(
            ":material/close:",
            key=f"step_{number}_remove",
            type="tertiary",
            help="Remove",
            on_click=entries.remove,
            args=(entry,),
        )
        st.session_state.setdefault(f"step_{number}_on", entry.step.on)
        on = st.toggle("On", key=f"step_{number}_on", label_visibility="collapsed", persist_state="session")
        entry.step = replace(entry.step, on=on)


def _settings(step: Step, *, ranged: bool) -> dict[str, Setting]:
    """Return a step's settings by name: those with a range, which sliders set, or the others."""
    found = {each.name: step.setting_of(each.name) for each in fields(step) if each.name != "on"}
    return {name: about for name, about in found.items() if (about.maximum is not None) == ranged}


def _key(entry: _Entry, name: str) -> str:
    return f"step_{entry.number}_{name}"


def _sliders(entry: _Entry, image: Image.Image) -> bool:
    """Draw what is dragged to set a step, and change it accordingly; return whether it is being dragged."""
    dragging = False
    ranged = _settings(entry.step, ranged=True)
    for name in ranged:
        st.session_state.setdefault(_key(entry, name), getattr(entry.step, name))
    if isinstance(entry.step, Crop):
        dragging = _drag_box({name: _key(entry, name) for name in ranged}, image)
    if ranged:
        sliders = [_slider(entry, name, about, _key(entry, name), image) for name, about in ranged.items()]
        dragging |= live_sliders({"": sliders}, key=_key(entry, "sliders"))
        entry.step = replace(entry.step, **{name: st.session_state[_key(entry, name)] for name in ranged})
    return dragging


def _choices(entry: _Entry) -> None:
    """Draw what else sets a step, and change it accordingly."""
    for name, about in _settings(entry.step, ranged=False).items():
        if name not in entry.step.idle:
            # Only now: what is put there for a control that is not drawn would be back after a page change.
            st.session_state.setdefault(_key(entry, name), getattr(entry.step, name))
            entry.step = replace(entry.step, **{name: _choice(name, about, _key(entry, name))})


def _drag_box(keys: dict[str, str], image: Image.Image) -> bool:
    names = ("left", "top", "width", "height")

    def moved(box: Box) -> None:
        for name, value in zip(names, box, strict=True):
            st.session_state[keys[name]] = value

    left, top, width, height = (int(st.session_state[keys[name]]) for name in names)
    return crop_box(image, (left, top, width, height), moved, key=f"{keys['left']}_box")


def _slider(entry: _Entry, name: str, about: Setting, key: str, image: Image.Image) -> Slider:
    """Return a setting's slider; one of pixels reaches as far as the image makes use of."""
    lowest, highest, step = about.minimum or 0, about.maximum or 0, about.step or 1
    if about.unit == "px":
        side = image.width if name in ("left", "right", "width") else image.height
        reach = max(2 * side, _SMALLEST_REACH) if isinstance(entry.step, Resize | Pad) else side
        reach -= name in ("left", "top")
        now = abs(int(st.session_state[key]))
        highest = min(highest, max(reach, now))
        lowest = max(lowest, -highest)
    start = getattr(entry.start, name)
    return Slider(key, name.capitalize(), lowest, highest, start, step, about.unit, about.help)


def _choice(name: str, about: Setting, key: str) -> Any:
    label = {"how": "Fit mode", "way": "Direction"}.get(name, spelled(name).capitalize())
    if about.colour:
        return st.color_picker(label, key=key, help=about.help, persist_state="session")
    if not about.choices:
        return st.toggle(label, key=key, help=about.help, persist_state="session")
    if len(about.choices) <= _BUTTONS:
        return st.segmented_control(
            label,
            about.choices,
            key=key,
            required=True,
            help=about.help,
            format_func=spelled,
            persist_state="session",
        )
    return st.selectbox(label, about.choices, key=key, help=about.help, format_func=spelled, persist_state="session")
