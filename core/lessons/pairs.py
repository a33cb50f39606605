"""Pairs of short trainings that differ in one thing: the same small network on the same images, without and with it."""

from contextlib import suppress
from dataclasses import dataclass

from core import runs
from core.augmentation import Augmentation
from core.datasets.store import About, Dataset
from core.errors import PixelwiseError
from core.networks.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, Layer, MaxPool2D, Rescaling
from core.networks.network import Network
from core.preprocessing import Pipeline, Resize
from core.recipes.fit import Fit
from core.recipes.recipe import Recipe
from core.recipes.split import Split
from core.runs import Run, Status, comparison

DROPOUT, L1, L2, BATCH_NORM, AUGMENTATION = "dropout", "l1", "l2", "batch-norm", "augmentation"
TITLES = {
    DROPOUT: "dropout",
    L1: "an L1 penalty",
    L2: "an L2 penalty",
    BATCH_NORM: "batch normalization",
    AUGMENTATION: "augmentation",
}
# Few images, so that the network learns them by heart within some seconds.
_IMAGES, _SIDE = 2500, 32
_RATE, _L1, _L2, _TURN = 0.5, 2e-4, 1e-3, 45.0


@dataclass(frozen=True)
class Pair:
    """Two runs that differ in one thing."""

    without: Run
    with_it: Run

    @property
    def statuses(self) -> tuple[Status, Status]:
        """Where the two stand. Raises `RunError` where one has been removed."""
        return self.without.status(), self.with_it.status()


@dataclass(frozen=True)
class Outcome:
    """What came of a run, shares 0–1; `None` where a figure is missing or not finite.

    Attributes:
        training: accuracy on training images, of the last epoch as it went.
        validation: on validation images after it.
        test: on test images.
    """

    training: float | None
    validation: float | None
    test: float | None

    @property
    def gap(self) -> float | None:
        """How much better it is on the images that it learned from."""
        if self.training is None or self.validation is None:
            return None
        return self.training - self.validation


def recipes(kind: str, about: About, images: int) -> tuple[Recipe, Recipe]:
    """Return the recipes without and with what a pair is about, for a dataset.

    Args:
        kind: one of this module's kinds.
        about: the dataset.
        images: how many it has.
    """
    height, width, _ = about.size
    large = not 0 < max(height, width) <= _SIDE
    steps = Pipeline((Resize(width=_SIDE, height=_SIDE, how="fill"),)) if large else Pipeline(())
    made = []
    for on in (False, True):
        which = "with" if on else "without"
        recipe = Recipe(
            name=f"pair-{kind}-{which}",
            title=f"A small network {which} {TITLES[kind]}",
            teaches=f"What {TITLES[kind]} changes: its pair is the same training {'without' if on else 'with'} it.",
            dataset=about.name,
            network=_network(kind if on else ""),
            steps=steps,
            augmentation=Augmentation(rotation_range=_TURN) if on and kind == AUGMENTATION else None,
            split=Split(pictures=_IMAGES if images > _IMAGES else 0),
            fit=Fit(epochs=20, batch_size=64),
        )
        made.append(recipe.for_dataset(about, images))
    return made[0], made[1]


def _network(kind: str) -> Network:
    l1, l2 = _L1 if kind == L1 else 0.0, _L2 if kind == L2 else 0.0

    def convolution(filters: int) -> tuple[Layer, ...]:
        learned = Conv2D(filters, 3, padding="same", l1=l1, l2=l2)
        return (learned, *((BatchNormalization(momentum=0.9),) if kind == BATCH_NORM else ()), MaxPool2D(2))

    dropout = (Dropout(_RATE),) if kind == DROPOUT else ()
    dense = Dense(128, "relu", l1=l1, l2=l2)
    return Network((Rescaling(), *convolution(16), *convolution(32), Flatten(), dense, *dropout, Dense(10, "softmax")))


def start(kind: str, dataset: Dataset) -> Pair:
    """Make both runs and start them; one waits for the other.

    Raises:
        DatasetError: the dataset is not on this machine.
        StorageError: the disk is full or may not be written.
        RecipeError: the dataset has too few images.
    """
    without, with_it = recipes(kind, dataset.about, len(dataset))
    first = runs.create(without, dataset.about.name)
    second = runs.create(with_it, dataset.about.name, pair_of=first.name)
    for each in (first, second):
        each.start()
    return Pair(first, second)


def find(kind: str, dataset: str) -> Pair | None:
    """Return the newest pair of a kind on a dataset whose two runs are both there; `None` when there is none."""
    by_name = {run.name: run for run in runs.all_runs() if f"-pair-{kind}-" in run.name}
    for run in by_name.values():
        with suppress(PixelwiseError):
            other = by_name.get(run.about_run.pair_of or "")
            if other is not None and run.about.name == dataset and run.recipe.name == f"pair-{kind}-with":
                return Pair(other, run)
    return None


def outcome(run: Run) -> Outcome:
    """Return what came of a run so far."""
    last = (comparison.epochs(run) or [{}])[-1]
    result = run.status().result
    return Outcome(last.get("accuracy"), last.get("val_accuracy"), result.get("test_accuracy"))


def in_words(kind: str, without: Outcome, with_it: Outcome) -> str:
    """Say in a sentence or two what the one thing changed, with the figures it rests on."""
    if without.gap is None or with_it.gap is None or without.test is None or with_it.test is None:
        return "One of the two has no figures: its training diverged or was stopped."
    change = 100 * (with_it.test - without.test)
    better = "the same" if abs(change) < 0.05 else f"{abs(change):.1f} points {'higher' if change > 0 else 'lower'}"
    return (
        f"The gap between training and validation accuracy is {100 * without.gap:.1f} points without "
        f"{TITLES[kind]} and {100 * with_it.gap:.1f} with it. Test accuracy is {better} with it."
    )
