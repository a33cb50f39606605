"""All optimisers: a class each, and a line each here, in the order in which they are offered."""

# ruff: noqa: I001 they are not in the order of the alphabet
from core.recipes.optimisers.base import Optimiser as Optimiser
from core.recipes.optimisers.adam import Adam as Adam
from core.recipes.optimisers.sgd import SGD as SGD
from core.recipes.optimisers.adam import AdamW as AdamW
from core.recipes.optimisers.muon import Muon as Muon
from core.recipes.optimisers.rmsprop import RMSprop as RMSprop
from core.settings import registry

OPTIMISERS: dict[str, type[Optimiser]] = registry(Optimiser, globals())
