"""Specifications: frozen dataclasses whose fields know their range, step, unit and help.

A page draws a control from a field, JSON goes both ways, and a value out of range is refused with a sentence. Each
kind of step, layer and optimiser is one such class and one line in its family's registry.
"""

import difflib
import re
import reprlib
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from typing import Any, ClassVar, Self, TypeVar

from core.errors import PixelwiseError

_COLOUR = re.compile("#[0-9a-fA-F]{6}")
# Larger numbers mean nothing here, and are slow or refused where they are used.
_LARGEST_NUMBER = 2**63
_MOST_NUMBERS = 4096
_SHOWN = reprlib.Repr()
_SHOWN.maxstring = _SHOWN.maxother = 80


class SettingError(PixelwiseError):
    """A value that a specification does not take. The message says which, what it takes and what was received."""


@dataclass(frozen=True)
class Setting:
    """What a control needs to know of one field. Of a pair, each number has the range."""

    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""
    help: str = ""
    choices: tuple[Any, ...] = ()
    colour: bool = False


def setting(
    default: Any = MISSING,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    step: float | None = None,
    unit: str = "",
    help: str = "",
    choices: Sequence[Any] = (),
    colour: bool = False,
) -> Any:
    """Declare a dataclass field with its default, range, step, unit and help; or that it is a colour, `#rrggbb`."""
    about = Setting(minimum, maximum, step, unit, help, tuple(choices), colour)
    return field(default=default, metadata={"setting": about})


# How a person reads what stands in recipes under a name of other spelling.
_SPELLED = {"centre": "center", "colour": "color", "standardised": "standardized"}


def spelled(name: Any) -> str:
    """Return a choice, or the name of a field, as a person reads it."""
    return _SPELLED.get(name, str(name))


def format_value(value: object) -> str:
    """Return what was received for a sentence, as Python writes it, cut to a length that can be read."""
    return _SHOWN.repr(value)


def unknown_name(what: str, name: object, known: Sequence[str]) -> str:
    """Say that `name` is no known `what`, with the nearest known one or all of them."""
    near = difflib.get_close_matches(str(name)[:200], known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}."
    return f"Unknown {what} {format_value(name)}: {hint}"


@dataclass(frozen=True)
class Specification:
    """The base of all specifications: checks its values when made, and goes to JSON and back."""

    title: ClassVar[str] = ""

    def __post_init__(self) -> None:
        """Check every field.

        Raises:
            SettingError: a value has the wrong type, is out of its range or is no choice.
        """
        kind: type = type(self)
        for name, hint, about in _declared(kind):
            value = getattr(self, name)
            problem = _problem(value, hint, about)
            if problem:
                raise SettingError(f"{kind.__name__}: {name} must be {problem}; received {format_value(value)}.")

    @classmethod
    def setting_of(cls, name: str) -> Setting:
        """Return what is known of the field `name`."""
        (about,) = [each.metadata.get("setting", Setting()) for each in fields(cls) if each.name == name]
        return typing.cast(Setting, about)

    def to_json(self) -> dict[str, Any]:
        """Return a JSON object, as reading its text gives it: the class's name under `kind`, then the fields."""
        values = ((each.name, getattr(self, each.name)) for each in fields(self))
        return {
            "kind": type(self).__name__,
            **{name: list(value) if isinstance(value, tuple) else value for name, value in values},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Make one from `to_json`'s object; fields left out take their defaults.

        Raises:
            SettingError: another `kind`, an unknown or missing field, or a value that is not taken.
        """
        if not isinstance(data, Mapping):
            raise SettingError(f"{cls.__name__} must be an object with its fields; received {format_value(data)}.")
        if data.get("kind", cls.__name__) != cls.__name__:
            raise SettingError(f"{cls.__name__} cannot be of the kind {format_value(data['kind'])}: leave kind out.")
        known = [each.name for each in fields(cls)]
        given = {name: value for name, value in data.items() if name != "kind"}
        for name in given:
            if name not in known:
                raise SettingError(unknown_name(f"field in {cls.__name__}:", name, known))
        for each in fields(cls):
            if each.name not in given and each.default is MISSING and each.default_factory is MISSING:
                raise SettingError(f"{cls.__name__} needs the field {each.name!r}.")
        return cls(**{name: tuple(value) if isinstance(value, list) else value for name, value in given.items()})


S = TypeVar("S", bound=Specification)


def registry(base: type[S], names: Mapping[str, Any]) -> dict[str, type[S]]:
    """Return the members of a family among a module's names, in the order of its lines.

    Args:
        base: what all of them are made from; it is none of them itself.
        names: the module's `globals()`.
    """
    kinds = [kind for kind in names.values() if isinstance(kind, type) and issubclass(kind, base) and kind is not base]
    # What is no dataclass by itself is what some members have in common.
    return {kind.__name__: kind for kind in kinds if "__dataclass_fields__" in vars(kind)}


def specification(family: str, registry: Mapping[str, type[S]], data: Any) -> S:
    """Make the member of a registry that a JSON object's `kind` names.

    Raises:
        SettingError: no such kind, or the kind refuses the fields.
    """
    if not isinstance(data, Mapping):
        raise SettingError(f"A {family} must be an object such as {{'kind': …}}; received {format_value(data)}.")
    kind = str(data.get("kind"))
    if kind not in registry:
        raise SettingError(unknown_name(f"{family} kind", kind, list(registry)))
    return registry[kind].from_json(data)


@cache  # Python reads a class's hints out of their texts each time.
def _declared(kind: type[Any]) -> list[tuple[str, Any, Setting]]:
    """Return each field's name, its type, and what is known of it."""
    hints = typing.get_type_hints(kind)
    return [(each.name, hints[each.name], each.metadata.get("setting", Setting())) for each in fields(kind)]


def _problem(value: Any, hint: Any, about: Setting) -> str:
    """Return what a value should have been, or nothing when it is fine."""
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if value is None and type(None) in kinds:
        return ""
    if about.colour:
        fits = isinstance(value, str) and _COLOUR.fullmatch(value) is not None
        return "" if fits else "a color such as '#ff8000'"
    if any(Ellipsis in typing.get_args(kind) for kind in kinds):
        several = isinstance(value, tuple) and 0 < len(value) <= _MOST_NUMBERS
        fits = several and not any(_problem(each, float, about) for each in value)
        return "" if fits else f"numbers{_limits(about)}"
    if any(typing.get_origin(kind) is tuple for kind in kinds):
        return _pair_problem(value, about)
    if bool in kinds:
        return "" if isinstance(value, bool) else "true or false"
    if about.choices:
        return "" if value in about.choices else f"one of {', '.join(map(repr, about.choices))}"
    if int in kinds or float in kinds:
        wanted = "a number" if float in kinds else "a whole number"
        fits = isinstance(value, int | float if float in kinds else int) and not isinstance(value, bool)
        fits = fits and abs(value) < _LARGEST_NUMBER  # neither is NaN
        low, high = about.minimum, about.maximum
        if not fits or (low is not None and not value >= low) or (high is not None and not value <= high):
            return wanted + _limits(about)
        return ""
    if str in kinds:
        return "" if isinstance(value, str) else "text"
    return ""


def _pair_problem(value: Any, about: Setting) -> str:
    """Return what a pair, the lower number first, should have been, or nothing when it is fine."""
    if isinstance(value, tuple) and len(value) == 2 and not any(_problem(each, float, about) for each in value):
        low, high = value
        return "" if low <= high else "two numbers, the lower first"
    return f"two numbers{_limits(about)}"


def _limits(about: Setting) -> str:
    return "" if about.minimum is None or about.maximum is None else f" from {about.minimum:g} to {about.maximum:g}"
