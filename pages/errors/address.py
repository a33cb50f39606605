"""What stands in the address of the Errors page."""

import re
from collections.abc import Iterator
from contextlib import suppress

import streamlit as st

from core import runs
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.evaluation import predictions
from core.evaluation.explaining.subject import TRAIN
from core.evaluation.predictions import OUTCOMES, WRONG
from core.runs import Run
from pages.common import image_pages
from pages.common.address import AddressError, Parameter, one_of, view
from pages.common.map_layout import method_parameter
from pages.common.pickers import run_parameter
from pages.errors.confusion import CELL_KINDS, CELLS
from pages.errors.filters import CONFIDENCE_RANGE, OUTCOME, SORT, SORT_TITLES, key_of
from pages.errors.label_check import LABELS_OF
from pages.errors.label_errors import ALL_LABELS, FOUND_LABELS, LABELS

IMAGES, CLASSES, CALIBRATION, LABEL_ERRORS, MAP = "Images", "Classes", "Calibration", "Label errors", "Map"
VIEWS = {
    "pictures": IMAGES,
    "classes": CLASSES,
    "calibration": CALIBRATION,
    "label-errors": LABEL_ERRORS,
    "map": MAP,
}
RUN, VIEW, PART = "run_evaluated", "errors_view", "part"


def evaluated_runs() -> list[Run]:
    """Return the runs that can be chosen: the user's with predictions, and those that come with Pixelwise."""
    return [*runs.with_evaluation(), *(run for run in runs.shipped() if run.has_evaluation)]


def parameters() -> Iterator[Parameter]:
    """Yield all parameters."""
    evaluated = {run.name: run for run in evaluated_runs()}
    if not evaluated:
        return
    yield from run_parameter(list(evaluated.values()), key=RUN)
    yield view(VIEW, VIEWS)
    yield method_parameter("features_method")
    yield Parameter("show", OUTCOME, one_of(OUTCOMES), default=WRONG)
    yield Parameter("sort", SORT, one_of(list(SORT_TITLES)), default=next(iter(SORT_TITLES)))
    yield Parameter("confidence", CONFIDENCE_RANGE, _range, lambda pair: [f"{pair[0]:g}-{pair[1]:g}"])
    yield Parameter("cells", CELLS, one_of(CELL_KINDS), default=CELL_KINDS[0])
    yield Parameter("labels", LABELS, one_of([FOUND_LABELS, ALL_LABELS]), default=FOUND_LABELS)
    run = evaluated[st.session_state[RUN]]
    for name in ("true", "predicted"):
        yield _class(run, name)
    parts = predictions.parts(run)
    if len(parts) > 1:
        yield Parameter("part", PART, one_of(parts), default="test")
    # Without it the part is judged that is chosen.
    yield Parameter("of", LABELS_OF, one_of([TRAIN]), lambda of: [TRAIN] * (of == TRAIN), "")
    yield from image_pages.parameters(_dataset_of(run))


def _dataset_of(run: Run) -> Dataset | None:
    with suppress(PixelwiseError):
        return catalogue.open_dataset(run.about.name)
    return None


def _class(run: Run, name: str) -> Parameter:
    names = run.about.class_names

    def read(texts: list[str]) -> int:
        for index, each in enumerate(names):
            if each in texts:
                return index
        raise AddressError(f"{run.about.title} has no class “{texts[0][:40]}”.")

    return Parameter(name, key_of(run, name), read, lambda index: [names[index]])


def _range(texts: list[str]) -> tuple[float, float]:
    found = re.fullmatch(r"([01](?:\.\d{1,6})?)-([01](?:\.\d{1,6})?)", texts[0])
    if not found:
        raise AddressError(f"“{texts[0][:40]}” is no range such as 0.8-0.9.")
    return float(found[1]), float(found[2])
