"""What a sweep is to do, and whether it can: checked before anything starts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Annotated, Any

import psutil

from core.datasets.store import Dataset
from core.networks.layer_sizes import layer_sizes, memory_problem
from core.recipes.recipe import Recipe
from core.storage.checked import Between, Longest, OneOf, Time
from core.sweeps.variation import Choices, Span, SweepError, Variation, changed, parse_all
from core.training import data
from core.training.parts import parts

GRID, RANDOM, TPE = "grid", "random", "tpe"
SAMPLERS = (TPE, RANDOM, GRID)
NO_PRUNER, MEDIAN, HYPERBAND = "none", "median", "hyperband"
PRUNERS = (MEDIAN, HYPERBAND, NO_PRUNER)
ACCURACY, LOSS = "accuracy", "loss"
OBJECTIVES = (ACCURACY, LOSS)
MOST_TRIALS, MOST_REPEATS, MOST_TOGETHER = 1000, 20, 64
USUAL_TRIALS = 20


@dataclass(frozen=True)
class Plan:
    """What `sweep.json` says.

    Attributes:
        recipe: the JSON of the recipe that is varied, its sizes following the dataset.
        dataset: the dataset's name.
        created: when the sweep was made, in seconds since 1970.
        vary: what varies, as `variation.parse` reads it; empty: the recipe is only repeated with other seeds.
        sampler: how values are proposed: one combination after the other, at random, or by a model of what did well
            (tree-structured Parzen estimator).
        pruner: how hopeless trials are told.
        objective: the validation figure that trials are judged by.
        trials: how many there are to be.
        repeats: how many runs a trial is, each with another seed; its figure is their mean.
        folds: whether these runs have one seed and validate on a fold each, of so many: cross-validation.
        seed: of what is proposed.
        together: how many trials train at once.
        content_hash: what tells the dataset from another that has its name later.
    """

    recipe: dict[str, Any]
    dataset: str
    created: Time
    vary: Annotated[tuple[Annotated[str, Longest(4000)], ...], Longest(20)] = ()
    sampler: Annotated[str, OneOf(SAMPLERS)] = TPE
    pruner: Annotated[str, OneOf(PRUNERS)] = MEDIAN
    objective: Annotated[str, OneOf(OBJECTIVES)] = ACCURACY
    trials: Annotated[int, Between(1, MOST_TRIALS)] = USUAL_TRIALS
    repeats: Annotated[int, Between(1, MOST_REPEATS)] = 1
    seed: Annotated[int, Between(0, 2**31 - 1)] = 0
    together: Annotated[int, Between(1, MOST_TOGETHER)] = 1
    content_hash: Annotated[str, Longest(200)] = ""
    folds: bool = False

    def repeats_said(self) -> str:
        """Return how many runs a trial is and in what these differ, such as `3 seeds`."""
        return f"{self.repeats} {'folds' if self.folds else 'seeds'}"

    def repeated(self, recipe: Recipe, repeat: int) -> Recipe:
        """Return the recipe of one of a trial's runs: with another seed than its others, or another fold.

        Args:
            recipe: the trial's.
            repeat: which of its runs, from 0.
        """
        if self.folds:
            return replace(recipe, split=replace(recipe.split, folds=self.repeats, fold=repeat + 1))
        return replace(recipe, fit=replace(recipe.fit, seed=(recipe.fit.seed + repeat) % 2**31))


def combinations(variations: Sequence[Variation]) -> Iterator[dict[str, Any]]:
    """Yield every combination of values, the last setting changing fastest.

    Raises:
        SweepError: a setting has a range, of whose numbers there is no end.
    """
    values = []
    for each in variations:
        if isinstance(each, Span):
            if not each.whole:
                raise SweepError(
                    f"A grid needs values to try one by one: divide the range of {each.name}, such as "
                    f"{each.name}={'log:' if each.log else ''}{each.low:g}..{each.high:g}/5."
                )
            values.append(tuple(range(int(each.low), int(each.high) + 1)))
        else:
            values.append(each.values)
    names = [each.name for each in variations]
    return (dict(zip(names, some, strict=True)) for some in product(*values))


def count_combinations(variations: Sequence[Variation]) -> int | None:
    """Return how many combinations of values there are; `None` where a range has no end of them."""
    count = 1
    for each in variations:
        if isinstance(each, Span) and not each.whole:
            return None
        count *= len(each.values) if isinstance(each, Choices) else int(each.high) - int(each.low) + 1
    return count


def check(plan: Plan, recipe: Recipe, dataset: Dataset) -> int:
    """Make sure that a sweep can be carried out on this machine; return how many trials it will have.

    Args:
        plan: the sweep.
        recipe: the one that it varies, its sizes following the dataset.
        dataset: the one that it trains on.

    Raises:
        SweepError: it cannot. The message says why.
        RecipeError: what is varied makes no recipe.
        StepError: the recipe's steps cannot be done to the dataset's images.
    """
    if recipe.generator is not None:
        raise SweepError(
            f"“{recipe.title}” makes images: it has no validation accuracy by which trials could be compared. Train it "
            "by itself."
        )
    for name, value, most in (("trials", plan.trials, MOST_TRIALS), ("repeats", plan.repeats, MOST_REPEATS)):
        if not 1 <= value <= most:
            name = "folds" if name == "repeats" and plan.folds else name
            raise SweepError(f"The number of {name} must be from 1 to {most:,}; received {value:,}.")
    if plan.folds:
        _check_folds(plan, recipe, dataset)
    variations = parse_all(plan.vary, recipe)
    if not variations:
        if plan.repeats < 2:
            raise SweepError("Nothing varies. Give a setting and its values, or a number of repeats above 1.")
        return 1
    if recipe.split.validation == "test":
        raise SweepError(
            "This recipe validates on the test images: a sweep would choose by them, and no image would be left to "
            "measure the best. Hold out training images to validate on: split.validation=train"
        )
    count = count_combinations(variations)
    if plan.sampler == GRID:
        combinations(variations)
        if count is not None and count > MOST_TRIALS:
            raise SweepError(f"The grid has {count:,} combinations; at most {MOST_TRIALS:,} are taken.")
    shape = data.shape_after(dataset, recipe.steps)
    for tried in _extremes(variations):
        _check_fits(changed(recipe, tried), shape, tried)
    return plan.trials if count is None else min(plan.trials, count)


def _check_folds(plan: Plan, recipe: Recipe, dataset: Dataset) -> None:
    """Make sure that the images can be divided into the folds.

    Raises:
        SweepError: no number of folds, or they validate on test images.
        RecipeError: a class has too few images, or groups, for so many.
    """
    if plan.repeats < 2:
        raise SweepError(f"Cross-validation needs at least 2 folds; received {plan.repeats}.")
    if recipe.split.validation == "test":
        raise SweepError(
            "This recipe validates on the test images, so there are no folds to train. Hold out training images "
            "to validate on: split.validation=train"
        )
    parts(dataset, plan.repeated(recipe, 0).split)


def _extremes(variations: Sequence[Variation]) -> Iterator[dict[str, Any]]:
    """Yield each value of each setting, or the ends of its range, by itself; and the largest of all at once."""
    ends = {each.name: each.values if isinstance(each, Choices) else (each.low, each.high) for each in variations}
    for name, values in ends.items():
        yield from ({name: value} for value in values)
    yield {name: max(values) for name, values in ends.items() if all(type(value) in (int, float) for value in values)}


def _check_fits(recipe: Recipe, shape: tuple[int, int, int], tried: dict[str, Any]) -> None:
    """Make sure that a trial's layers fit its images, and the training the machine's memory.

    Raises:
        SweepError: they do not.
    """
    sizes = layer_sizes(recipe.network.layers, shape)
    said = ", ".join(f"{name}={value}" for name, value in tried.items())
    if problem := next((size.problem for size in sizes if size.problem), ""):
        raise SweepError(f"With {said} the network does not fit the images: {problem}")
    if problem := memory_problem(sizes, recipe.fit.batch_size, psutil.virtual_memory().available):
        raise SweepError(f"With {said}: {problem}")
