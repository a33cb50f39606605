"""Changes of a recipe that are worth trying: settings for `Recipe.with_settings`, and how they are said after "Try"."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.networks.layers import Dropout, Layer, Rescaling
from core.networks.network import Network
from core.recipes.recipe import Recipe

Change = tuple[Mapping[str, Any], str]


def calmer(recipe: Recipe) -> Change:
    """Shorter steps where they are unusually long or small numbers come in already, else smaller numbers."""
    if rate_of(recipe) >= 10 * usual(recipe):
        return usual_rate(recipe)
    if is_scaled(recipe):
        return slower(recipe)
    return with_layers([Rescaling(), *recipe.network.layers]), "pixel values scaled to 0–1 before the first layer"


def is_scaled(recipe: Recipe) -> bool:
    """Tell whether the network brings pixels to small numbers before its first weights."""
    return recipe.network.layers[0].calms


def rate_of(recipe: Recipe) -> float:
    """Return the recipe's learning rate."""
    return recipe.optimiser.learning_rate


def usual(recipe: Recipe) -> float:
    """Return the learning rate that the optimiser has by default."""
    return rate_of(replace(recipe, optimiser=type(recipe.optimiser)()))


def usual_rate(recipe: Recipe) -> Change:
    """Return to the rate that the optimiser has by default."""
    return with_rate(recipe, usual(recipe))


def slower(recipe: Recipe) -> Change:
    """A tenth of the rate, or the usual one where it is far above that."""
    return with_rate(recipe, min(rate_of(recipe) / 10, usual(recipe)))


def with_rate(recipe: Recipe, rate: float) -> Change:
    """Another learning rate, within what is taken, to two digits."""
    new = float(f"{min(max(rate, 1e-7), 10.0):.2g}")
    return {"optimiser.learning_rate": new}, f"learning rate {new:g} instead of {rate_of(recipe):g}"


def balanced() -> Change:
    """Images of rare classes count for more."""
    return {"fit.class_weights": "balanced"}, "balanced class weights: images of a rare class count for more"


def regularised(recipe: Recipe) -> Change:
    """The first of dropout, small shifts and early stopping that the recipe does without."""
    layers = recipe.network.layers
    if not any(layer.drops for layer in layers):
        return with_layers([*layers[:-1], Dropout(0.5), layers[-1]]), "add dropout (0.5) before the last layer"
    if recipe.augmentation is None:
        shifts = {"augmentation.width_shift_range": 0.1, "augmentation.height_shift_range": 0.1}
        return shifts, "add augmentation (random shifts up to 10%)"
    if recipe.fit.patience == 0:
        return {"fit.patience": 5}, "early stopping (patience 5), keeping the best weights"
    decayed = [layer.with_l2(1e-3) for layer in layers]
    return with_layers(decayed), "L2 regularization (0.001)"


def wider(recipe: Recipe) -> Change:
    """Twice the filters and units in each layer but the last."""
    layers = recipe.network.layers
    return with_layers([*(layer.wider() for layer in layers[:-1]), layers[-1]]), "double the width of the network"


def with_layers(layers: Sequence[Layer]) -> dict[str, Any]:
    """Return the settings that put other layers in place."""
    return {"network": Network(tuple(layers)).to_json()}
