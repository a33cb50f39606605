"""The book's seven recipes: its figures, ours, and our modern answers to them.

The book is *Data Science with Python*, chapter 6. Its own figures stand in its recipes (`book_accuracy`). The others
were measured, each with the command that measures it again.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from core import runs
from core.errors import PixelwiseError
from core.recipes.recipe import Recipe, find_recipe
from core.runs import Run


@dataclass(frozen=True)
class Measured:
    """A figure that was measured.

    Attributes:
        accuracy: on the test images, 0–1.
        when: the day, as year-month-day; empty where it was not noted.
        how: the command, or what was run.
    """

    accuracy: float
    when: str
    how: str


@dataclass(frozen=True)
class BookRecipe:
    """One of the book's recipes.

    Attributes:
        name: of the recipe that does what the book prints.
        keras: the book's own code under Keras 3.15 and TensorFlow 2.21, on two cores; `None`: not run.
        ours: the recipe here; `None`: measure it by training it.
        modern: the name of the recipe that is our answer to it.
    """

    name: str
    keras: Measured | None
    ours: Measured | None
    modern: str

    @property
    def recipe(self) -> Recipe:
        """The recipe."""
        return find_recipe(self.name)


def _keras(accuracy: float) -> Measured:
    return Measured(accuracy, "", "the book’s code, one run")


def _bench(accuracy: float, when: str, name: str) -> Measured:
    return Measured(accuracy, when, f"python -m bench.accuracy {name} --seeds 1")


RECIPES = (
    BookRecipe("exercise-50", _keras(0.9383), _bench(0.9466, "2026-11-29", "exercise-50"), "mnist-accurate"),
    BookRecipe("exercise-51", _keras(0.9833), None, "mnist-accurate"),
    BookRecipe("exercise-52-a", _keras(0.4356), None, "cifar10-resnet"),
    BookRecipe("exercise-52-b", _keras(0.6695), None, "cifar10-resnet"),
    BookRecipe("exercise-53", _keras(0.3994), None, "cifar10-resnet"),
    BookRecipe("activity-17", _keras(0.7040), None, "pets"),
    BookRecipe("activity-18", None, None, "pets"),
)
MODERN = {
    "mnist-accurate": _bench(0.996, "2026-11-23", "mnist-accurate"),
    "cifar10-resnet": _bench(0.859, "2026-11-23", "cifar10-resnet"),
    "pets": Measured(0.986, "2026-11-29", "python -m bench.shipped"),
}


def own_run(name: str) -> Run | None:
    """Return the newest finished run of a recipe as it stands, but for its seed; `None` when there is none."""
    recipe = find_recipe(name)
    for run in [each for each in runs.all_runs() if f"-{name}" in each.name]:
        with suppress(PixelwiseError):
            expected = recipe.for_dataset(run.about)
            # What is said of a recipe is worded anew at times.
            same = replace(
                run.recipe.with_settings({"fit.seed": recipe.fit.seed}),
                title=expected.title,
                teaches=expected.teaches,
                book_trap=expected.book_trap,
            )
            if run.status().state == runs.FINISHED and same.identity == expected.identity:
                return run
    return None


def own_accuracy(name: str) -> tuple[Run, float] | None:
    """Return the user's own run of a recipe and its accuracy on the test images, 0–1; `None` when there is none."""
    run = own_run(name)
    found = None if run is None else run.status().result.get("test_accuracy")
    return None if run is None or found is None else (run, found)
