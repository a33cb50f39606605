"""All schedules: a class each, and a line each here, in the order in which they are offered."""

# ruff: noqa: I001 they are not in the order of the alphabet
from core.recipes.schedules.base import Schedule as Schedule
from core.recipes.schedules.constant import Constant as Constant
from core.recipes.schedules.steps import StepDecay as StepDecay
from core.recipes.schedules.cosine import Cosine as Cosine
from core.recipes.schedules.cosine import OneCycle as OneCycle
from core.settings import registry

SCHEDULES: dict[str, type[Schedule]] = registry(Schedule, globals())
