"""What stands in the address of the Preprocess page."""

from collections.abc import Iterator

from pages.common.address import Parameter, view
from pages.common.image_source import photo_parameters
from pages.preprocess import pipeline_editor

STEPS, SEVERAL, RESAMPLING = "Step by step", "Six images", "Resampling"
NUMBERS, CODE, WHOLE_DATASET = "Normalization", "Code", "Whole dataset"
VIEWS = {
    "each-step": STEPS,
    "six-images": SEVERAL,
    "resampling": RESAMPLING,
    "numbers": NUMBERS,
    "code": CODE,
    "whole-dataset": WHOLE_DATASET,
}
VIEW = "preprocess_view"


def parameters() -> Iterator[Parameter]:
    """Yield all parameters."""
    yield view(VIEW, VIEWS)
    yield from pipeline_editor.parameters()
    yield from photo_parameters()
