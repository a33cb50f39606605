"""How long a training will take and how much memory, from a few measured steps: a job of its own process."""

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import psutil

from core.datasets import decisions
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.images import image_io
from core.networks.layer_sizes import layer_sizes, memory_problem
from core.nn.tensorflow_import import import_keras
from core.recipes.recipe import Recipe, RecipeError
from core.storage.checked import Count, Seconds
from core.storage.progress import Progress, quiet
from core.training.parts import parts

# Images that are prepared for it: enough for some executions, few enough to be there at once.
_MOST_IMAGES = 4096
_MOST_BYTES = 64_000_000
_MANY_STEPS = 64


@dataclass(frozen=True)
class Estimate:
    """What a training will take on this machine, as busy as it is now.

    Attributes:
        seconds_per_epoch: validation included.
        seconds: from its start to its end; preparing the images, done once, is not counted.
        pictures_per_second: training images.
        memory_mb: of its process, in millions of bytes.
        parameters: of its network.
        precision: what it will compute with: 32 bits also where the recipe says 16, if those are slower here.
        input_shape: of the images that the network gets: height, width, channels.
    """

    seconds_per_epoch: Seconds
    seconds: Seconds
    pictures_per_second: float
    memory_mb: float
    parameters: Count
    precision: str
    input_shape: tuple[int, int, int]


def job(recipe: dict[str, Any], dataset: str, progress: Progress = quiet) -> dict[str, Any]:
    """Return an estimate's fields: `estimate` for `core.storage.jobs`, in whose process TensorFlow may be imported.

    Args:
        recipe: as `Recipe.to_json` gives it.
        dataset: the name of what it trains on.
        progress: told what is done.
    """
    return asdict(estimate(Recipe.from_json(recipe), catalogue.open_dataset(dataset), progress))


def estimate(recipe: Recipe, dataset: Dataset, progress: Progress = quiet) -> Estimate:
    """Measure a few steps of a recipe's training, and reckon from them. It takes some seconds.

    Raises:
        RecipeError: there is nothing to train on, the layers do not fit, or the memory does not suffice.
        StepError: a step cannot be applied to one of the images.
        DatasetError: an image's file is damaged.
        Cancelled: by `progress`.
    """
    begun = time.monotonic()
    recipe = recipe.for_dataset(dataset.about, len(dataset))
    divided = parts(dataset, recipe.split, decisions.decided(dataset) if recipe.split.decisions == "apply" else None)
    sample = _sample(recipe, dataset, divided.train, progress)
    shape: tuple[int, int, int] = sample.shape[1:]
    sizes = layer_sizes(recipe.network.layers, shape)
    if problem := memory_problem(sizes, recipe.fit.batch_size, psutil.virtual_memory().available):
        raise RecipeError(problem)

    progress("starting TensorFlow", 0, 0, "")
    import_keras()
    from core.nn.training.throughput import measured

    progress("measuring some steps", 0, 0, "")
    pace = measured(recipe, sample, len(dataset.about.class_names))
    progress("reckoning", 0, 0, "")
    validation_s = len(divided.validation) / pace.predicted_per_second
    epoch_s = len(divided.train) / pace.trained_per_second + validation_s
    both = len(divided.validation) + (0 if divided.test is divided.validation else len(divided.test))
    start_s = time.monotonic() - begun - pace.measuring_s
    return Estimate(
        seconds_per_epoch=epoch_s,
        seconds=start_s + recipe.fit.epochs * epoch_s + both / pace.predicted_per_second,
        pictures_per_second=pace.trained_per_second,
        memory_mb=pace.memory_mb,
        parameters=pace.parameters,
        precision=pace.precision,
        input_shape=shape,
    )


def _sample(recipe: Recipe, dataset: Dataset, train: np.ndarray, progress: Progress) -> np.ndarray:
    """Return some training images after the steps, uint8 `(n, height, width, channels)`."""
    first = image_io.to_array(recipe.steps.apply(dataset.image(int(train[0]))))
    most = min(_MOST_IMAGES, max(recipe.fit.batch_size, _MOST_BYTES // first.size), len(train))
    ids = train[: min(most, _MANY_STEPS * recipe.fit.batch_size)]
    sample = np.empty((len(ids), *first.shape), np.uint8)
    for position, index in enumerate(ids):
        progress("preparing some images", position, len(ids), "images")
        made = image_io.to_array(recipe.steps.apply(dataset.image(int(index))))
        if made.shape != first.shape:
            raise RecipeError(
                f"Preprocessing produces images of different shapes (such as {first.shape} and {made.shape}). Add "
                f"a Resize step."
            )
        sample[position] = made
    return sample
