"""Every operation of the registry, whichever there are: what each must answer, and that none disturbs another."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from core.augmentation import (
    CHANCES,
    CONTROLS,
    FIELDS,
    OPERATIONS,
    Augmentation,
    Draw,
    Operation,
    describe,
    extremes,
    strip,
)
from core.augmentation.chances import Chances
from core.augmentation.draw import GEOMETRIC, PIXEL
from core.augmentation.texts import NAMES, text_of, value_of
from core.recipes.fit import Fit
from core.recipes.recipe import find_recipe
from core.recipes.script.augmentation import augmentation_code
from core.training.batches import Batches
from tests.unit.augmentation.test_augmentation import FIRST, noise
from tests.unit.operation_examples import EXAMPLES, alone

EVERY = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.__name__)
# The draws of the operations of the first version.
FIRST_DRAWS = CHANCES[:12]
# Of a thousand draws each, of all of them on: made by the code from before operations had a file each.
DIGEST_OF_A_SEED = "15192e0fd86c12aa495ef2daead19d00d98f42fbb5123bacd51b54d14dcc1a41"
DIGEST_OF_BATCHES = "712be4b248185b7ba006cdf59df3b512ac0a3a5d83a8cb129339168117aaef83"


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def digest(draws: list[Draw]) -> str:
    return hashlib.sha256(json.dumps([[draw[name] for name in FIRST_DRAWS] for draw in draws]).encode()).hexdigest()


@pytest.mark.parametrize("settings", [FIRST, {**EXAMPLES, **FIRST}], ids=["those of the first version", "all"])
def test_a_thousand_draws_are_what_they_always_were(settings: dict[str, Any]) -> None:
    augmentation, generator = Augmentation(**settings), rng()
    assert digest(augmentation.draw(1000, 50, 80, generator)) == DIGEST_OF_A_SEED
    assert generator.random() == 0.2989805581018081, "as many numbers are taken as ever"
    batches = Batches(np.arange(1000), Fit(batch_size=500, seed=3), augmentation)
    drawn = [augmentation.draws_of(batches.chances(4, batch, 500), 32, 32) for batch in (0, 1)]
    assert digest(drawn[0] + drawn[1]) == DIGEST_OF_BATCHES


def test_names_are_taken_once() -> None:
    draws = [name for each in OPERATIONS for name in each.neutral]
    fields = [name for each in OPERATIONS for name in each.names()]
    assert len(set(draws)) == len(draws)
    assert len(set(fields)) == len(fields)
    assert {*GEOMETRIC, *PIXEL} == set(OPERATIONS)
    assert len({each.order for each in PIXEL}) == len(PIXEL), "the order of what changes values is settled"


@EVERY
def test_what_is_off_changes_nothing(operation: type[Operation]) -> None:
    images = noise(6)
    off = Augmentation(**asdict(operation()))
    assert off == Augmentation()
    assert off.moving == []
    assert np.array_equal(off.apply_chances(images, rng().random((6, len(CHANCES)))), images)
    assert np.array_equal(Augmentation(**EXAMPLES).apply(images, [{}] * 6), images), "nor does what is missing"
    assert np.array_equal(off.apply(images, [dict(operation.neutral)] * 6), images)
    assert operation.words(*operation.neutral.values()) == ""


@EVERY
@pytest.mark.parametrize("shape", [(24, 32, 3), (24, 32, 1), (70, 66, 3), (1, 1, 3)], ids=str)
def test_the_same_draws_do_the_same_to_any_company(operation: type[Operation], shape: tuple[int, ...]) -> None:
    augmentation, images = alone(operation), noise(30, *shape)
    chances, before = rng(1).random((30, len(CHANCES))), images.copy()
    draws = augmentation.draws_of(chances, *shape[:2])
    made = augmentation.apply(images, draws)
    assert made.shape == images.shape
    assert made.dtype == np.uint8
    assert np.array_equal(images, before)
    if shape != (1, 1, 3):
        assert not np.array_equal(made, images)
    assert np.array_equal(augmentation.apply_chances(images, chances), made)
    assert np.array_equal(augmentation.apply(images[7:9], draws[7:9]), made[7:9])
    bare = [{name: draw[name] for name in operation.neutral} for draw in draws]
    assert np.array_equal(augmentation.apply(images, bare), made), "what else is missing changes nothing"


@EVERY
def test_its_draws_depend_on_nothing_else(operation: type[Operation]) -> None:
    mine, everything = alone(operation), Augmentation(**EXAMPLES)
    draws = mine.draw(40, 24, 32, rng())
    generator = rng()
    parts = mine.draw(15, 24, 32, generator) + mine.draw(25, 24, 32, generator)
    assert parts == draws
    among = everything.draw(40, 24, 32, rng())
    for name in operation.neutral:
        assert [draw[name] for draw in draws] == [draw[name] for draw in among]
        assert len({str(draw[name]) for draw in draws}) > 1, "chance moves it"


def test_streams_of_their_own_are_even_and_apart() -> None:
    rows = rng().random((20_000, len(CHANCES)))
    names = ["one", "another", *(name for name in FIELDS for name in FIELDS[name].draws)]
    numbers = np.stack([Chances(rows)[name] for name in dict.fromkeys(names)])
    assert numbers.min() >= 0
    assert numbers.max() < 1
    shares = np.stack([np.histogram(each, 20, (0, 1))[0] for each in numbers]) / 20_000
    assert np.abs(shares - 0.05).max() < 0.008
    apart = np.corrcoef(numbers) - np.eye(len(numbers))
    assert np.abs(apart).max() < 0.04
    # A hash of a name, which must never change: every recipe that uses it counts on it.
    assert Chances(np.full((1, 16), 0.25))["one"][0] == 0.11479235288773859


@EVERY
def test_its_settings_go_to_json_and_texts_and_back(operation: type[Operation]) -> None:
    augmentation = alone(operation)
    data = json.loads(json.dumps(augmentation.to_json()))
    assert Augmentation.from_json(data) == augmentation
    assert Augmentation.from_json(Augmentation().to_json()) == Augmentation()
    assert set(augmentation.moving) == {name for name, about in operation.about().items() if about.draws}
    for name in operation.names():
        assert name in NAMES
        assert value_of(name, text_of(getattr(augmentation, name))) == getattr(augmentation, name)


# The sentence that the recipe had when the hash below was taken, which counts it.
TEACHES = (
    "What scaled input, batch normalisation and dropout add to exercise 51's network, on the built-in digits; "
    "validated on pictures kept out of training."
)


@EVERY
def test_a_recipe_can_switch_it_on_and_without_it_keeps_its_hash(operation: type[Operation]) -> None:
    recipe = find_recipe("digits-cnn")
    settings = {f"augmentation.{name}": EXAMPLES[name] for name in operation.names()}
    on = recipe.with_settings(settings)
    assert on.augmentation == alone(operation)
    assert on.identity != recipe.identity
    turned = recipe.with_settings({"augmentation.rotation_range": 20.0, "teaches": TEACHES})
    assert turned.identity == "24cfce0115f178b0d4df565b269fc4aa9f9e624f9c25fe91519750658734c879"


@EVERY
def test_a_draw_is_said_and_its_ends_are_shown(operation: type[Operation]) -> None:
    augmentation = alone(operation)
    drawn = [describe(draw) for draw in augmentation.draw(60, 24, 32, rng())]
    assert len(set(drawn)) > 1
    assert all(len(said) < 60 for said in drawn)
    for name in augmentation.moving:
        steps = strip(augmentation, name, 5, 24, 32)
        assert len({describe(step) for step in steps}) > 1
    labels = [label for label, _ in extremes(augmentation, 24, 32)]
    assert labels
    assert len(set(labels)) == len(labels)


@EVERY
@pytest.mark.parametrize("size", [(8, 8, 1), (32, 32, 3), (70, 66, 3)], ids=str)
@pytest.mark.parametrize("company", [False, True], ids=["alone", "among all"])
def test_the_printed_script_gives_the_same_pixels(
    operation: type[Operation], size: tuple[int, ...], company: bool
) -> None:
    import cv2

    augmentation = Augmentation(**EXAMPLES) if company else alone(operation)
    images = cv2.blur(noise(1, 40 * size[0], *size[1:])[0], (3, 3)).reshape(40, *size)
    batches = Batches(np.arange(40), Fit(batch_size=32, seed=3), augmentation)
    names: dict[str, Any] = {"np": np, "cv2": cv2, "SEED": 3}
    exec(compile(augmentation_code(augmentation, *size[:2]), "script", "exec"), names)  # noqa: S102 under test
    for epoch, batch in ((0, 0), (4, 1)):
        ids = batches.order(epoch)[32 * batch : 32 * (batch + 1)]
        expected = augmentation.apply_chances(images[ids], batches.chances(epoch, batch, len(ids)))
        assert np.array_equal(names["augmented"](images[ids], epoch, batch), expected)


@EVERY
def test_keras_code_says_it_or_says_that_keras_lacks_it(operation: type[Operation]) -> None:
    augmentation = alone(operation)
    for code in (augmentation.generator_code(), augmentation.layers_code()):
        compile(code, "printed", "exec")
    assert all(name in augmentation.generator_code() for name in augmentation.moving)
    assert augmentation.layers_code() != Augmentation().layers_code()


@EVERY
def test_its_fields_tell_a_control_all_that_it_needs(operation: type[Operation]) -> None:
    assert operation.group
    assert any(about.draws for about in operation.about().values())
    for name in operation.names():
        about = Augmentation.setting_of(name)
        assert about.help.endswith(".")
        assert CONTROLS[name].title
        if not isinstance(getattr(Augmentation(), name), bool):
            assert None not in (about.minimum, about.maximum, about.step)
