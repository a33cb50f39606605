"""How much memory a training needs, reckoned before it begins."""

from core.datasets.sources import catalogue
from core.images import image_io
from core.networks.layer_sizes import layer_sizes, total_bytes
from core.recipes.recipe import Recipe


def needed_bytes(recipe: Recipe, dataset: str) -> int:
    """Return about how much memory a recipe's training takes, its images not counted, which are mapped from a file.

    Args:
        recipe: any; its sizes are made to follow the dataset.
        dataset: the dataset's name.

    Raises:
        DatasetError: it is not on this machine.
        StepError: the recipe's steps cannot be applied to its images.
    """
    opened = catalogue.open_dataset(dataset)
    recipe = recipe.for_dataset(opened.about, len(opened))
    first = image_io.to_array(recipe.steps.apply(opened.image(0)))
    height, width, channels = first.shape
    return total_bytes(layer_sizes(recipe.network.layers, (height, width, channels)), recipe.fit.batch_size)
