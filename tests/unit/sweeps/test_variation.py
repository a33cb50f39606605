"""What may vary in a sweep, and what is said of what may not."""

import re

import pytest

from core.recipes.recipe import find_recipe
from core.sweeps.variation import Choices, Span, SweepError, changed, parse, parse_all, said, takes

RECIPE = find_recipe("digits-cnn")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fit.batch_size=32,64", Choices("fit.batch_size", (32, 64))),
        (" fit.batch_size = 32 , 64 ", Choices("fit.batch_size", (32, 64))),
        ("fit.class_weights=none,balanced", Choices("fit.class_weights", ("none", "balanced"))),
        ("fit.mirrored=true,false", Choices("fit.mirrored", (True, False))),
        ("fit.label_smoothing=0,0.1", Choices("fit.label_smoothing", (0.0, 0.1))),
        ("optimiser.kind=Adam,SGD", Choices("optimiser.kind", ("Adam", "SGD"))),
        ("fit.epochs=1..5", Span("fit.epochs", 1, 5, whole=True)),
        ("fit.epochs=1..5/3", Choices("fit.epochs", (1, 3, 5))),
        ("optimiser.learning_rate=log:1e-4..1e-2", Span("optimiser.learning_rate", 1e-4, 1e-2, log=True)),
        ("optimiser.learning_rate=log:1e-4..1e-2/3", Choices("optimiser.learning_rate", (1e-4, 1e-3, 1e-2))),
        ("augmentation.rotation_range=0..30", Span("augmentation.rotation_range", 0.0, 30.0)),
        ("network.2.filters=8,16", Choices("network.2.filters", (8, 16))),
    ],
)
def test_what_is_asked_is_understood(text: str, expected: Choices | Span) -> None:
    assert parse(text, RECIPE) == expected


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("fit.batch_size", "is not NAME=VALUES"),
        ("fit.batch_size=", "is not NAME=VALUES"),
        ("fit.batchsize=1,2", "did you mean 'fit.batch_size'"),
        ("fit.batch_size=0..5", "fit.batch_size cannot be 0"),
        ("fit.batch_size=5..1", "the range 5..1 is empty"),
        ("fit.batch_size=5..5", "the range 5..5 is empty"),
        ("fit.batch_size=1.5..3", "takes whole numbers"),
        ("fit.batch_size=1..x", "is not a range of two numbers"),
        ("fit.batch_size=1..9/1", "divided into 2 to 200"),
        ("fit.batch_size=32", "one value only, so nothing varies. Give several, or change the recipe"),
        ("fit.batch_size=32,32", "the same value twice"),
        ("fit.batch_size=32,many", "fit.batch_size cannot be 'many'"),
        ("fit.class_weights=none,some", "fit.class_weights cannot be 'some'"),
        ("fit.class_weights=1..2", "takes no range"),
        ("fit.seed=1,2", "--repeats 3"),
        ("split.fraction=0.1,0.2", "not be comparable"),
        ("name=a,b", "'name' cannot vary"),
        ("dataset=digits,mnist", "'dataset' cannot vary"),
        ("optimiser.learning_rate=log:0..1", "begins above 0"),
        ("optimiser.learning_rate=1e999..2e999", "is empty"),
        ("optimiser.kind=Adam,Bob", "optimiser.kind cannot be 'Bob'"),
        ("network.1.filters=8,16", "layer 1, Rescaling"),
        ("network.99.filters=8,16", "Unknown setting"),
        ("../../x=1,2", "cannot vary"),
        ("augmentation.\x00=1,2", "Unknown setting"),
        # Python reads no number of 5,000 digits, and a float has no place for one of 400.
        (f"fit.batch_size=1..2/{'9' * 5000}", "is not a range of two numbers"),
        (f"network.{'9' * 5000}.filters=1,2", "Unknown setting"),
        (f"optimiser.learning_rate={'9' * 400},1", "received inf"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(SweepError, match=re.escape(sentence)):
        parse(text, RECIPE)


def test_settings_are_given_once_and_suit_each_other() -> None:
    with pytest.raises(SweepError, match="given twice"):
        parse_all(["fit.epochs=1,2", "fit.epochs=3,4"], RECIPE)
    with pytest.raises(SweepError, match=r"optimiser.beta_1 cannot vary together with optimiser.kind=SGD"):
        parse_all(["optimiser.kind=Adam,SGD", "optimiser.beta_1=0.8,0.9"], RECIPE)


def test_another_optimiser_keeps_the_settings_that_it_has() -> None:
    made = changed(RECIPE, {"optimiser.kind": "SGD", "optimiser.learning_rate": 0.1, "network.2.filters": 24})
    assert type(made.optimiser).__name__ == "SGD"
    assert made.optimiser.learning_rate == 0.1
    assert made.network.layers[1].to_json()["filters"] == 24
    assert changed(RECIPE, {"optimiser.kind": "SGD"}).optimiser.learning_rate == RECIPE.optimiser.learning_rate


def test_values_are_told_from_those_that_cannot_have_been_tried() -> None:
    span, choices = parse("fit.epochs=1..5", RECIPE), parse("fit.mirrored=true,false", RECIPE)
    assert [takes(span, value) for value in (1, 5, 6, 2.5, "3", True)] == [True, True, False, False, False, False]
    assert [takes(choices, value) for value in (True, 1, "true")] == [True, False, False]
    assert said(span) == "1 to 5"
    assert said(choices) == "yes, no"
