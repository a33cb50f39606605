"""Which recipe suits a dataset, and the one whose sizes follow any dataset, however small."""

import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from core.datasets import decisions, given_labels
from core.datasets.store import SPLITS, Dataset, DatasetError
from core.preprocessing import Grayscale, Pipeline, Resize
from core.recipes.recipe import Recipe, named_recipes

# The recipe whose sizes follow the dataset.
ADAPTING = "own-pictures"
_FEWEST_OF_A_CLASS = 2
# Its network halves an image twice.
_SMALLEST_SIDE = 8
_BATCHES, _BATCH_SIZES = 4, (4, 64)
_STEPS, _EPOCHS = 600, (10, 60)


def suited(recipe: Recipe, dataset: Dataset) -> Recipe:
    """Return the recipe for any images with sizes that follow a dataset; another recipe as it is.

    Args:
        recipe: any.
        dataset: what it is to train on.
    """
    if recipe.name != ADAPTING or recipe != named_recipes()[ADAPTING]:
        return recipe
    if given_labels.came_without_labels(dataset):
        with suppress(DatasetError):  # That too few have a label is said where it would train.
            dataset = given_labels.divided(
                dataset,
                decisions.decided(dataset),
                seed=recipe.split.seed,
                validation_share=recipe.split.given_validation_share,
                by_group=recipe.split.by_group,
            )
    counts, steps = dataset.counts, recipe.steps
    training = counts[:, SPLITS.index("train")]
    drawn = 0
    if not counts[:, SPLITS.index("validation")].any():
        drawn = math.ceil(recipe.split.fraction * int(training.sum()))
        if training.min() < _FEWEST_OF_A_CLASS or drawn < len(training):
            # Too few to take some of each class away from training.
            drawn, recipe = 0, replace(recipe, split=replace(recipe.split, validation="test"))
    images = max(int(training.sum()) - drawn, 1)
    batch_size = _within(2 ** int(math.log2(max(images // _BATCHES, 1))), _BATCH_SIZES)
    epochs = _within(round(_STEPS * batch_size / images), _EPOCHS)
    height, width, channels = dataset.about.size
    if 0 < min(height, width) < _SMALLEST_SIDE:
        gray = (Grayscale(),) if channels == 1 else ()
        larger = Resize(width=max(width, _SMALLEST_SIDE), height=max(height, _SMALLEST_SIDE), how="stretch")
        steps = Pipeline((*gray, larger))
    return replace(recipe, steps=steps, fit=replace(recipe.fit, batch_size=batch_size, epochs=epochs))


def ordered(dataset: str, recipes: Iterable[Recipe]) -> list[str]:
    """Return the names of recipes, those made for the dataset of this name first, then the one for any images."""

    def place(recipe: Recipe) -> int:
        return 1 if recipe.name == ADAPTING else 0 if recipe.dataset == dataset else 2

    return [each.name for each in sorted(recipes, key=place)]


def _within(value: int, limits: tuple[int, int]) -> int:
    return min(max(value, limits[0]), limits[1])
