"""Recipes: the named ones, JSON both ways, and a sentence for each that cannot be used."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.augmentation import Augmentation
from core.datasets.store import About
from core.networks.layers import Conv2D, Dense, Dropout, Rescaling
from core.preprocessing import Grayscale, Resize
from core.recipes.recipe import Recipe, RecipeError, find_recipe, generating_recipes, named_recipes, read_recipe
from tests.paths import DATA

MNIST = About("mnist", "MNIST", "", "", tuple("0123456789"), (28, 28, 1))
PETS = About("pets", "Pets", "", "", ("cat", "dog"), (60, 80, 3))
OLD = DATA / "recipes"


@pytest.mark.parametrize(
    "recipe", [*named_recipes().values(), *generating_recipes().values()], ids=lambda recipe: recipe.name
)
def test_named_recipes_say_what_they_teach_and_go_to_json_and_back(recipe: Recipe) -> None:
    assert recipe.teaches.endswith(".")
    again = Recipe.from_json(json.loads(json.dumps(recipe.to_json())))
    assert again == recipe
    assert again.identity == recipe.identity


@pytest.mark.parametrize("path", sorted(OLD.glob("*.json")), ids=lambda path: path.stem)
def test_recipes_of_every_version_still_load(path: Path) -> None:
    assert read_recipe(path).name


def test_exercise_50_and_51_are_the_books() -> None:
    dense, cnn = find_recipe("exercise-50"), find_recipe("exercise-51")
    assert (dense.fit.epochs, dense.fit.batch_size, cnn.fit.epochs, cnn.fit.batch_size) == (40, 32, 10, 1024)
    assert [layer.units for layer in dense.network.layers if isinstance(layer, Dense)] == [32, 32, 10]
    assert [layer.padding for layer in cnn.network.layers if isinstance(layer, Conv2D)] == ["same", "valid"]
    assert dense.split.validation == cnn.split.validation == "test"


def test_the_other_exercises_are_the_books() -> None:
    plain, regularised, augmented = (find_recipe(f"exercise-{name}") for name in ("52-a", "52-b", "53"))
    pets = find_recipe("activity-17")
    assert [recipe.fit.batch_size for recipe in (plain, regularised, augmented, pets)] == [512, 512, 128, 128]
    assert {recipe.fit.epochs for recipe in (plain, regularised, augmented, pets)} == {10}
    assert [layer.rate for layer in pets.network.layers if isinstance(layer, Dropout)] == [0.1, 0.5]
    assert augmented.network == regularised.network
    assert augmented.augmentation == Augmentation(
        rotation_range=45, width_shift_range=0.2, height_shift_range=0.2, horizontal_flip=True, fill_mode="nearest"
    )
    assert pets.steps.steps == (Grayscale(), Resize(width=50, height=50, how="stretch"))
    assert plain.augmentation is regularised.augmentation is pets.augmentation is None


def test_a_recipe_that_makes_images_has_a_generator_and_no_network() -> None:
    gan, cnn = find_recipe("gan-digits"), find_recipe("digits-cnn")
    assert gan.for_dataset(MNIST, 60_000).generator == gan.generator
    assert gan.with_settings({"generator.latent": 8}).generator != gan.generator
    assert "generator" not in cnn.to_json(), "what was trained before there were generators keeps its identity"
    for other, said in (
        ({"network": cnn.to_json()["network"]}, "leave out one of them"),
        ({"generator": {"kind": "Painter"}}, "Painter"),
        ({"generator": {"kind": "GAN", "latent": 0}}, "latent must be"),
        ({"generator": None}, "softmax"),
    ):
        with pytest.raises(RecipeError, match=said):
            Recipe.from_json(gan.to_json() | other)


def test_a_recipe_comes_right_before_its_counterparts() -> None:
    names = list(named_recipes())
    assert names == sorted(names)
    assert names.index("exercise-50-scaled") == names.index("exercise-50") + 1


def test_the_activities_divide_ten_thousand_photos_as_the_book_does() -> None:
    published, again = find_recipe("activity-17"), find_recipe("activity-18")
    for recipe in (published, again):
        split = recipe.split
        assert (split.validation, split.pictures, split.test_pictures) == ("test", 10_000, 3_000)
    assert again.augmentation is None, "as published: what it makes is thrown away"
    assert again.network == published.network


def test_the_books_recipes_give_its_figure_and_its_trap() -> None:
    book = {name: recipe.book_accuracy for name, recipe in named_recipes().items() if recipe.book_accuracy is not None}
    assert book == {
        "exercise-50": 0.9357,
        "exercise-51": 0.9862,
        "exercise-52-a": 0.10,
        "exercise-52-b": 0.6932,
        "exercise-53": 0.6035,
        "activity-17": 0.7043,
        "activity-18": 0.7257,
    }
    for name in book:
        assert find_recipe(name).book_trap.endswith(".")
        assert find_recipe(name).network.layers[0] != Rescaling(), "pixel values go in as they are"


def test_each_of_the_books_recipes_has_a_counterpart_with_scaled_input_and_an_unseen_test_set() -> None:
    for name, recipe in named_recipes().items():
        if recipe.book_accuracy is None:
            assert recipe.split.validation == "train", f"{name} leaves the test images for the end"
            continue
        scaled = find_recipe(f"{name}-scaled")
        assert scaled.network.layers == (Rescaling(), *recipe.network.layers)
        assert (scaled.dataset, scaled.steps, scaled.optimiser) == (recipe.dataset, recipe.steps, recipe.optimiser)
        assert replace(scaled.fit, precision=recipe.fit.precision) == recipe.fit
        assert scaled.split.pictures == recipe.split.pictures


def test_sizes_follow_the_data_set() -> None:
    gray, colour = find_recipe("exercise-51").for_dataset(MNIST), find_recipe("exercise-51").for_dataset(PETS)
    assert gray.steps.steps == (Grayscale(), Resize(width=28, height=28, how="fill"))
    assert colour.steps.steps == (Resize(width=64, height=64, how="fill"),), "photos are brought to a size for networks"
    last = colour.network.layers[-1]
    assert isinstance(last, Dense)
    assert (colour.dataset, last.units) == ("pets", 2)


def test_settings_change_by_dotted_name() -> None:
    changed = find_recipe("digits-cnn").with_settings({"fit.epochs": 3, "optimiser.learning_rate": 0.01})
    assert changed.fit.epochs == 3
    assert changed.to_json()["optimiser"]["learning_rate"] == 0.01
    assert changed.identity != find_recipe("digits-cnn").identity


def test_augmentation_is_switched_on_by_setting_it_and_off_by_none() -> None:
    plain = find_recipe("digits-cnn")
    turned = plain.with_settings({"augmentation.rotation_range": 20, "augmentation.zoom_range": [0.9, 1.1]})
    assert turned.augmentation == Augmentation(rotation_range=20, zoom_range=(0.9, 1.1))
    assert Recipe.from_json(json.loads(json.dumps(turned.to_json()))) == turned
    assert turned.with_settings({"augmentation": None}) == plain
    with pytest.raises(RecipeError, match=r"did you mean 'augmentation\.rotation_range'"):
        plain.with_settings({"augmentation.rotation": 20})
    with pytest.raises(RecipeError, match="rotation_range must be a number from 0 to 180; received 200"):
        plain.with_settings({"augmentation.rotation_range": 200})


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in find_recipe("digits-cnn").to_json().items() if key != name}


def changed(**values: Any) -> dict[str, Any]:
    return {**find_recipe("digits-cnn").to_json(), **values}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (changed(epoch=3), "Unknown field in the recipe: 'epoch'"),
        (changed(fit={"epochs": 0}), "epochs must be a whole number from 1 to 1000; received 0"),
        (changed(fit={"epochs": 2.5}), "received 2.5"),
        (changed(fit=7), "fit must be an object; received 7"),
        (changed(network="small"), "network must be a list"),
        (changed(network=[]), "last layer"),
        (changed(network=[{"kind": "Dense", "units": 3}]), "last layer"),
        (changed(network=[{"kind": "Conv3D"}]), "Unknown layer kind 'Conv3D'"),
        (changed(steps=[{"kind": "Rezise"}]), "did you mean 'Resize'"),
        (changed(augmentation={"rotate": 5}), "Unknown field in Augmentation: 'rotate'"),
        (changed(augmentation={"zoom_range": [1.2, 0.8]}), "the lower first; received (1.2, 0.8)"),
        (changed(augmentation=45), "augmentation must be an object; received 45"),
        (changed(optimiser={"kind": "SGB"}), "Unknown optimiser kind"),
        (changed(version=2), "version 2; this Pixelwise reads version 1. Update Pixelwise."),
        (changed(version=0), "Create the recipe again"),
        (changed(loss="hinge"), "hinge"),
        (changed(dataset=None), "dataset must be text"),
        (without("network"), "needs the field 'network'"),
        (without("version"), "needs the field 'version'"),
        ([], "must be a JSON object"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(data: Any, said: str) -> None:
    with pytest.raises(RecipeError) as caught:
        Recipe.from_json(data)
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"version": 1}', "\ud800"])
def test_a_file_that_is_no_recipe_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(RecipeError, match=r"mine\.json"):
        find_recipe(str(path))


def test_names_that_are_not_there() -> None:
    with pytest.raises(RecipeError, match="did you mean 'digits-cnn'"):
        find_recipe("digit-cnn")
    with pytest.raises(RecipeError, match="There is no recipe file"):
        find_recipe("nowhere.json")
    with pytest.raises(RecipeError, match=r"did you mean 'fit\.epochs'"):
        find_recipe("digits-cnn").with_settings({"fit.epoch": 1})


def test_a_recipe_file_has_a_size_limit(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_text(json.dumps({**find_recipe("digits-dense").to_json(), "teaches": "x" * 2_000_000}), encoding="utf-8")
    with pytest.raises(RecipeError, match=r"large.json.* too large"):
        read_recipe(path)
