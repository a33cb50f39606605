"""Specifications: every registered kind goes to JSON and back, and refuses what it does not take."""

import json
from dataclasses import MISSING, fields, replace
from typing import Any

import pytest

from core.augmentation import Augmentation
from core.networks.layers import LAYERS
from core.preprocessing import STEPS
from core.recipes.fit import Fit
from core.recipes.optimisers import OPTIMISERS
from core.recipes.schedules import SCHEDULES
from core.recipes.split import Split
from core.settings import SettingError, Specification, specification

REGISTRIES: list[dict[str, type[Specification]]] = [dict(LAYERS), dict(STEPS), dict(OPTIMISERS), dict(SCHEDULES)]
NUMBERED = [kind for registry in REGISTRIES for kind in registry.values()] + [Fit, Split]
KINDS = [*NUMBERED, Augmentation]
NUMBERS = [
    (kind, each.name)
    for kind in NUMBERED
    for each in fields(kind)
    if each.metadata["setting"].minimum is not None and each.metadata["setting"].maximum is not None
]


@pytest.mark.parametrize("kind", KINDS)
def test_json_goes_both_ways(kind: type[Specification]) -> None:
    made = kind()
    data = json.loads(json.dumps(made.to_json()))
    assert data == made.to_json(), "what is shown is not what is read"
    assert data["kind"] == kind.__name__
    assert kind.from_json(data) == made


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_field_is_refused_by_name(kind: type[Specification]) -> None:
    with pytest.raises(SettingError, match="'colour_of_hope'"):
        kind.from_json({"colour_of_hope": 1})


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_of_another_kind_is_refused(kind: type[Specification]) -> None:
    with pytest.raises(SettingError, match="cannot be of the kind 'Colorful'"):
        kind.from_json({"kind": "Colorful"})


@pytest.mark.parametrize(("kind", "name"), NUMBERS)
def test_a_number_is_taken_at_its_limits_and_refused_beyond(kind: type[Specification], name: str) -> None:
    about = kind.setting_of(name)
    several = isinstance(getattr(kind(), name), tuple)
    number = float if several else type(getattr(kind(), name))

    def value(number: Any) -> Any:
        return (number,) if several else number

    for limit in (about.minimum, about.maximum):
        assert limit is not None
        assert getattr(replace(kind(), **{name: value(number(limit))}), name) == value(limit)
    for beyond in (about.minimum - 1, about.maximum + 1, float("nan"), "7", True):  # type: ignore[operator]
        with pytest.raises(SettingError, match=name):
            replace(kind(), **{name: value(beyond)})


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_default_and_every_number_a_range(kind: type[Specification]) -> None:
    for each in fields(kind):
        assert each.default is not MISSING
        about = each.metadata["setting"]
        ranged = about.minimum is not None and about.maximum is not None
        assert about.choices or about.colour or isinstance(each.default, bool) or ranged


def test_a_misspelt_field_names_the_nearest() -> None:
    with pytest.raises(SettingError, match="Unknown field in Fit: 'epoch': did you mean 'epochs'"):
        Fit.from_json({"epoch": 3})


@pytest.mark.parametrize("data", [{"kind": "Conv3D"}, {}, {"kind": None}, [], "Conv2D", 3])
def test_an_unknown_kind_is_refused(data: Any) -> None:
    with pytest.raises(SettingError):
        specification("layer", LAYERS, data)
