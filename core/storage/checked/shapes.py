"""What a value read from JSON must be: the type hints of a dataclass, with `Annotated` ranges and lengths.

`parse_as(Status, {...})` makes the dataclass, nested ones too. A hint is turned into a function once and then kept: a
status of 24 fields is checked in 15 µs.
"""

import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Annotated, Any, TypeVar, cast

# Nothing that Pixelwise writes is nested deeper than ten levels.
DEEPEST = 50
_LARGEST = 2**63 - 1
_LONGEST_TEXT = 100_000

T = TypeVar("T")
_Check = Callable[[Any], Any]


@dataclass(frozen=True)
class Between:
    """In `Annotated`: the smallest and the largest that a number may be."""

    low: float
    high: float


@dataclass(frozen=True)
class Longest:
    """In `Annotated`: how many letters a text, or items a list, may have; a list at least `fewest`."""

    count: int
    fewest: int = 0


@dataclass(frozen=True)
class Hexadecimal:
    """In `Annotated`: that a text is so many digits of 0–9 and a–f; or, where it may be, empty."""

    count: int
    or_empty: bool = False


@dataclass(frozen=True)
class OneOf:
    """In `Annotated`: the values that are taken."""

    values: tuple[Any, ...]


@dataclass(frozen=True)
class OrNan:
    """In `Annotated`: that a number may be none, as a loss is that diverged; Python's `json` writes and reads `NaN`."""


Time = Annotated[float, Between(0, 1e11)]
"""Seconds since 1970, to the year 5138: dates end with 9999."""
Seconds = Annotated[float, Between(0, 1e11)]
Share = Annotated[float, Between(0, 1)]
Count = Annotated[int, Between(0, 2**53)]


class UnfitError(ValueError):
    """A value that is none of what was declared; it says where it stands and what was wanted."""

    def __init__(self, wanted: str, received: Any) -> None:
        """Say what was wanted in place of what was received."""
        super().__init__(wanted)
        self.wanted, self.received, self.place = wanted, received, ""

    def within(self, name: str) -> "UnfitError":
        """Add what it stands in."""
        self.place = f"{name}.{self.place}" if self.place else name
        return self

    def __str__(self) -> str:
        """Return what follows a file's name."""
        shown = repr(self.received) if isinstance(self.received, int | float | str) else type(self.received).__name__
        shown = shown if len(shown) <= 40 else f"{shown[:40]}…"
        return f"{self.place or 'it'} must be {self.wanted}; it is {shown}"


def parse_as(hint: type[T] | Any, value: Any) -> T:
    """Return what a value read from JSON stands for.

    Args:
        hint: a dataclass, or any hint of `bool`, `int`, `float`, `str`, `None`, `Any`, `list`, `tuple`, `dict`,
            unions and dataclasses, `Annotated` with this module's limits. Of a dataclass, fields that are not known
            are left aside (a later version may have written them), those left out take their defaults.
        value: what `json` made of a text.

    Raises:
        UnfitError: it is none.
    """
    return cast(T, _check_of(cast(Any, hint))(value))


@lru_cache(maxsize=512)
def _check_of(hint: Any) -> _Check:
    limits: tuple[Any, ...] = ()
    if typing.get_origin(hint) is Annotated:
        hint, *rest = typing.get_args(hint)
        limits = tuple(rest)
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if is_dataclass(hint):
        check: _Check = _object_of(cast(type, hint))
    elif origin in (types.UnionType, typing.Union):
        check = _any_of([_check_of(each) for each in inner])
    elif origin in (list, tuple):
        check = _several(origin, inner, limits)
    elif origin is dict or origin is Mapping or getattr(origin, "__name__", "") == "Mapping":
        check = _mapping(*inner)
    else:
        check = _single(hint, limits)
    choices = next((each.values for each in limits if isinstance(each, OneOf)), None)
    return check if choices is None else _among(check, choices)


def _single(hint: Any, limits: tuple[Any, ...]) -> _Check:
    between = next((each for each in limits if isinstance(each, Between)), Between(-_LARGEST, _LARGEST))
    longest = next((each.count for each in limits if isinstance(each, Longest)), _LONGEST_TEXT)
    if hint is bool:
        return _exactly(bool, "true or false")
    if hint is type(None) or hint is None:
        return _exactly(type(None), "null")
    if hint is int:
        return _number((int,), "a whole number", between)
    if hint is float:
        check = _number((float, int), "a number", between)
        return _or_nan(check) if any(isinstance(each, OrNan) for each in limits) else check
    if hint is str:
        digits = next((each for each in limits if isinstance(each, Hexadecimal)), None)
        return _text(longest) if digits is None else _hexadecimal(digits)
    if hint is Any:
        return _anything
    raise TypeError(f"no such thing is read from JSON: {hint!r}")


def _exactly(kind: type, wanted: str) -> _Check:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise UnfitError(wanted, value)
        return value

    return check


def _number(kinds: tuple[type, ...], wanted: str, between: Between) -> _Check:
    low, high = between.low, between.high
    if (low, high) != (-_LARGEST, _LARGEST):
        wanted = f"{wanted} from {low:,g} to {high:,g}"

    def check(value: Any) -> Any:
        # Not isinstance, which takes true for 1; and NaN is in no range.
        if type(value) not in kinds or not low <= value <= high:
            raise UnfitError(wanted, value)
        return value

    return check


def _or_nan(check: _Check) -> _Check:
    def number(value: Any) -> Any:
        return value if type(value) is float and math.isnan(value) else check(value)

    return number


def _text(longest: int) -> _Check:
    wanted = f"text of at most {longest:,} letters"

    def check(value: Any) -> Any:
        if type(value) is not str or len(value) > longest:
            raise UnfitError(wanted, value)
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise UnfitError("text without half letters", "a lone surrogate") from None
        return value

    return check


def _hexadecimal(digits: Hexadecimal) -> _Check:
    taken = re.compile(f"[0-9a-f]{{{digits.count}}}{'|' * digits.or_empty}")

    def check(value: Any) -> Any:
        if type(value) is not str or not taken.fullmatch(value):
            raise UnfitError(f"{digits.count} digits of 0–9 and a–f", value)
        return value

    return check


def _among(check: _Check, choices: tuple[Any, ...]) -> _Check:
    def chosen(value: Any) -> Any:
        if check(value) not in choices:
            raise UnfitError(f"one of {', '.join(map(str, choices))}", value)
        return value

    return chosen


def _any_of(checks: list[_Check]) -> _Check:
    def check(value: Any) -> Any:
        wanted = []
        for each in checks:
            try:
                return each(value)
            except UnfitError as misfit:
                if misfit.place:
                    raise
                wanted.append(misfit.wanted)
        raise UnfitError(" or ".join(wanted), value)

    return check


def _several(kind: type, inner: tuple[Any, ...], limits: tuple[Any, ...]) -> _Check:
    length = next((each for each in limits if isinstance(each, Longest)), Longest(10_000_000))
    if kind is list or inner[-1] is Ellipsis:
        each = _check_of(inner[0])

        def check(value: Any) -> Any:
            if type(value) is not list:
                raise UnfitError("a list", value)
            if not length.fewest <= len(value) <= length.count:
                raise UnfitError(f"a list of {length.fewest} to {length.count:,}", len(value))
            place = 0
            try:
                made = []
                for item in value:
                    made.append(each(item))
                    place += 1
            except UnfitError as misfit:
                raise misfit.within(f"[{place}]") from None
            return kind(made)

        return check

    checks = [_check_of(each) for each in inner]

    def fixed(value: Any) -> Any:
        if type(value) is not list or len(value) != len(checks):
            raise UnfitError(f"a list of {len(checks)}", value)
        return kind(each(item) for each, item in zip(checks, value, strict=True))

    return fixed


def _mapping(key: Any, value_hint: Any) -> _Check:
    check_key, check_value = _check_of(key), _check_of(value_hint)
    is_number = (typing.get_args(key) or (key,))[0] is int

    def check(value: Any) -> Any:
        if type(value) is not dict:
            raise UnfitError("an object", value)
        made = {}
        for name, each in value.items():
            try:
                if is_number:
                    # JSON's keys are texts.
                    if not (name.isascii() and name.isdigit() and len(name) < 19):
                        raise UnfitError("a key of digits", name)
                    made[check_key(int(name))] = check_value(each)
                else:
                    made[check_key(name)] = check_value(each)
            except UnfitError as misfit:
                raise misfit.within(name[:40]) from None
        return made

    return check


def _object_of(kind: type) -> _Check:
    hints = typing.get_type_hints(kind, include_extras=True)
    members = [(each.name, _check_of(hints[each.name])) for each in fields(kind) if each.init]
    needed = [
        each.name for each in fields(kind) if each.init and each.default is MISSING and each.default_factory is MISSING
    ]

    def check(value: Any) -> Any:
        if type(value) is not dict:
            raise UnfitError("an object", value)
        for name in needed:
            if name not in value:
                raise UnfitError("there", "missing").within(name)
        made = {}
        name = ""
        try:
            for name, each in members:
                if name in value:
                    made[name] = each(value[name])
        except UnfitError as misfit:
            raise misfit.within(name) from None
        return kind(**made)

    return check


def _anything(value: Any) -> Any:
    """Check what is read further elsewhere: finite numbers, whole letters, and not too deep."""
    level = [value]
    for _ in range(DEEPEST):
        if not level:
            return value
        inner: list[Any] = []
        for each in level:
            if type(each) is dict:
                for name in each:
                    _any_text(name)
                inner.extend(each.values())
            elif type(each) is list:
                inner.extend(each)
            elif type(each) is str:
                _any_text(each)
            elif (type(each) is float and not math.isfinite(each)) or (type(each) is int and abs(each) > _LARGEST):
                raise UnfitError("made of finite numbers", each)
        level = inner
    if level:
        raise UnfitError(f"nested at most {DEEPEST} levels deep", "deeper")
    return value


_any_text = _text(10_000_000)
