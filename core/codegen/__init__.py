"""A recipe as one Python script that trains the same network to the same numbers by itself."""

from core.codegen.data import data_command
from core.codegen.script import recipe_script, run_script

__all__ = ["data_command", "recipe_script", "run_script"]
