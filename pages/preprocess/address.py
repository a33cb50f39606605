"""What stands in the address of the Preprocess page."""

from collections.abc import Iterator

from pages.common.address import Parameter, one_of, text_of, view
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
DIVIDED = "preprocess_divided"
_LAYOUTS = {"divider": True, "beside": False}


def parameters() -> Iterator[Parameter]:
    """Yield all parameters."""
    yield view(VIEW, VIEWS)
    yield Parameter("compare", DIVIDED, one_of(_LAYOUTS), text_of(_LAYOUTS), default=True)
    yield from pipeline_editor.parameters()
    yield from photo_parameters()
