"""Controls drawn from specifications: ranges, steps, units and help are those of their fields."""

import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Literal, TypeVar

import streamlit as st

from core.settings import SettingError, Specification
from pages.common.messages import escape_markdown

S = TypeVar("S", bound=Specification)


def settings(
    part: S,
    *,
    key: str,
    only: Sequence[str] = (),
    choices: Mapping[str, Sequence[Any]] | None = None,
    width: Literal["stretch"] | int = 170,
) -> S:
    """Draw a control for each setting of a specification, beside each other; return it as they set it.

    Args:
        part: what is set; the controls begin at its values.
        key: the controls' keys begin with it; another one starts from the values again.
        only: which fields, in this order; all when empty.
        choices: what may be chosen for a field, in place of all that it takes.
        width: of each control, in CSS pixels.
    """
    changed: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        for name in only or [each.name for each in fields(part)]:
            offered = (choices or {}).get(name, part.setting_of(name).choices)
            changed[name] = _control(part, name, offered, f"{key}_{name}", width)
    return replace(part, **changed)


def _control(part: Specification, name: str, choices: Sequence[Any], key: str, width: Literal["stretch"] | int) -> Any:
    about, value = part.setting_of(name), getattr(part, name)
    label = field_label(name) + (f" ({about.unit})" if about.unit else "")
    if isinstance(value, tuple):
        return _numbers(part, name, label, key, width)
    if isinstance(value, bool):
        return st.toggle(label, value, key=key, help=about.help or None)
    if choices:
        return st.selectbox(label, choices, choices.index(value), key=key, help=about.help or None, width=width)
    kind = type(value)
    return kind(
        st.number_input(
            label,
            min_value=None if about.minimum is None else kind(about.minimum),
            max_value=None if about.maximum is None else kind(about.maximum),
            value=value,
            step=None if about.step is None else kind(about.step),
            format="%d" if kind is int else "%g",
            help=about.help or None,
            key=key,
            width=width,
        )
    )


def _numbers(
    part: Specification, name: str, label: str, key: str, width: Literal["stretch"] | int
) -> tuple[float, ...]:
    """Draw a field for several numbers; nonsense is told, and changes nothing."""
    before: tuple[float, ...] = getattr(part, name)
    written = ", ".join(f"{value:g}" for value in before)
    text = st.text_input(label, written, key=key, help=part.setting_of(name).help or None, width=width)
    try:
        numbers = tuple(float(each) for each in text.split(","))
        return typing.cast(tuple[float, ...], getattr(replace(part, **{name: numbers}), name))
    except (ValueError, SettingError) as error:
        said = str(error) if isinstance(error, SettingError) else f"{label}: enter numbers separated by commas."
        st.error(escape_markdown(said), icon=":material/error:")
        return before


def field_label(name: str) -> str:
    """Return what a person calls a field, such as `Learning rate` for `learning_rate`."""
    known = {
        "averaging": "Weight averaging (EMA)",
        "beta_1": "β1",
        "beta_2": "β2",
        "epsilon": "ε",
        "l1": "L1",
        "l2": "L2",
        "mirrored": "Flip test-time augmentation",
        "ns_steps": "Iterations",
        "patience": "Early stopping",
        "pictures": "Images",
        "shifted": "Shift test-time augmentation",
        "test_pictures": "Test images",
        "use_bias": "Bias",
    }
    return known.get(name, name.replace("_", " ").capitalize())
