"""A recipe as one Python script that trains the same network to the same numbers by itself."""

from core.recipes.script.data import data_command
from core.recipes.script.predicting import predicting_code
from core.recipes.script.script import recipe_script, run_script

__all__ = ["data_command", "predicting_code", "recipe_script", "run_script"]
