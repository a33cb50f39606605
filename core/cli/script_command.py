"""The command that prints a run or recipe as a script."""

import click

from core import runs
from core.datasets import decisions
from core.datasets.decisions import Decided
from core.datasets.sources import catalogue
from core.datasets.store import About
from core.recipes import script
from core.recipes.recipe import Recipe, find_recipe, generating_recipes, named_recipes
from core.runs import RunError


@click.command("code")
@click.argument("run_or_recipe")
def code(run_or_recipe: str) -> None:
    """Print a standalone Python script that reproduces a run.

    RUN_OR_RECIPE is a run's name, the beginning of one, `latest`, a recipe's name or its JSON file.
    """
    click.echo(_script(run_or_recipe), nl=False)


def _script(run_or_recipe: str) -> str:
    if run_or_recipe in named_recipes() or run_or_recipe in generating_recipes() or run_or_recipe.endswith(".json"):
        recipe = find_recipe(run_or_recipe)
        return script.recipe_script(recipe, *_data_of(recipe))
    try:
        return script.run_script(runs.find(run_or_recipe))
    except RunError as error:
        raise RunError(f"{error} Recipes: {', '.join(named_recipes())}") from error


def _data_of(recipe: Recipe) -> tuple[About, Decided | None]:
    """Return what a recipe's dataset is, and what is decided on its images if that counts."""
    if recipe.dataset in catalogue.CATALOGUE and recipe.dataset not in catalogue.available():
        return catalogue.CATALOGUE[recipe.dataset].about, None
    dataset = catalogue.open_dataset(recipe.dataset)
    return dataset.about, decisions.decided(dataset) if recipe.split.decisions == "apply" else None
