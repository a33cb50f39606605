"""The views of the Explain page, in the order in which the chapter comes to them: a line each."""

from pages.explain import (
    augmentation,
    convolution,
    generators,
    glossary,
    layers,
    new_images,
    numbers,
    optimisers,
    pooling,
    recipes,
    regularisation,
    softmax,
)
from pages.explain.view import View

VIEWS: tuple[View, ...] = (
    numbers.VIEW,
    convolution.VIEW,
    pooling.VIEW,
    layers.VIEW,
    softmax.VIEW,
    optimisers.VIEW,
    regularisation.VIEW,
    generators.VIEW,
    augmentation.VIEW,
    recipes.VIEW,
    new_images.VIEW,
    glossary.VIEW,
)
BY_TITLE = {view.title: view for view in VIEWS}
