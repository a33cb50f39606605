"""The recipe for any images follows a dataset; others draw no more images than there are."""

from pathlib import Path

import pytest

from core.datasets.sources import catalogue
from core.networks.layer_sizes import layer_sizes
from core.recipes import suitable
from core.recipes.recipe import find_recipe, named_recipes
from core.recipes.split import Split
from core.training.data import shapes
from core.training.parts import parts
from tests.unit.small_sets import SETS, imported


@pytest.mark.parametrize("name", SETS)
def test_any_images_can_be_trained_on(data_home: Path, tmp_path: Path, name: str) -> None:
    dataset = imported(name, tmp_path)
    first = suitable.ordered(dataset.about.name, named_recipes().values())[0]
    recipe = suitable.suited(find_recipe(first), dataset).for_dataset(dataset.about, len(dataset))
    divided = parts(dataset, recipe.split)
    assert len(divided.validation)
    assert recipe.fit.batch_size <= max(len(divided.train), 4)
    (shape,) = shapes(dataset, recipe.steps)
    assert not [size.problem for size in layer_sizes(recipe.network.layers, shape) if size.problem]


def test_more_images_make_larger_batches_and_fewer_epochs(data_home: Path, tmp_path: Path) -> None:
    adapting = find_recipe(suitable.ADAPTING)
    small = suitable.suited(adapting, imported("two-by-45-photos", tmp_path)).fit
    large = suitable.suited(adapting, catalogue.open_dataset("digits")).fit
    assert (small.batch_size, small.epochs) == (8, 60)
    assert (large.batch_size, large.epochs) == (64, 33)


def test_a_recipe_of_ones_own_stays_as_it_is(data_home: Path) -> None:
    digits = catalogue.open_dataset("digits")
    for recipe in (find_recipe("digits-cnn"), find_recipe(suitable.ADAPTING).with_settings({"fit.epochs": 2})):
        assert suitable.suited(recipe, digits) == recipe


@pytest.mark.parametrize(
    ("split", "images", "taken"),
    [
        (Split("test", pictures=10_000, test_pictures=3_000), 90, Split("test", test_pictures=27)),
        (Split("test", pictures=10_000, test_pictures=3_000), 4, Split("test")),
        (Split(test_pictures=1_000), 1_500, Split()),
        (Split(test_pictures=1_000), 25_000, Split(test_pictures=1_000)),
        (Split(pictures=50), 90, Split(pictures=50)),
    ],
    ids=str,
)
def test_no_more_images_are_drawn_than_there_are(split: Split, images: int, taken: Split) -> None:
    assert split.of_fewer(images, 2) == taken


def test_what_a_recipe_draws_of_its_own_data_set_stays(data_home: Path) -> None:
    recipe = find_recipe("digits-cnn").with_settings({"split.pictures": 5_000})
    assert recipe.for_dataset(catalogue.open_dataset("digits").about, 1797).split.pictures == 5_000
