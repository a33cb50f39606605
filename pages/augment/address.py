"""What stands in the address of the Augment page."""

from collections.abc import Iterator, Sequence

import numpy as np
import streamlit as st

from core.augmentation import FIELDS
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from pages.augment import settings
from pages.augment.safety import RUN, able_runs
from pages.common import image_source
from pages.common.address import Parameter, first, number, one_of, view
from pages.common.pickers import dataset_parameter, run_parameter

SHEET, EXTREMES, STRIP, SAFE, CODE = "Random samples", "Extremes", "Sweep one setting", "Safety check", "Code"
VIEWS = {"contact-sheet": SHEET, "extremes": EXTREMES, "one-setting": STRIP, "is-it-safe": SAFE, "code": CODE}
VIEW, SOURCE, ONE_SETTING = "augment_view", "augment_source", "augment_one_setting"
FOLLOW = "the one moved last"
COUNTS, USUAL_COUNT = (4, 8, 12, 16, 24, 32), 12


def parameters() -> Iterator[Parameter | Sequence[Parameter]]:
    """Yield all parameters."""
    yield view(VIEW, VIEWS)
    yield from image_source.source_parameters(SOURCE)
    yield Parameter("tiles", "augment_tiles", one_of({str(each): each for each in COUNTS}), default=USUAL_COUNT)
    yield Parameter("seed", "augment_seed", number(10**6 - 1), default=0)
    yield Parameter("setting", ONE_SETTING, one_of(list(FIELDS)), default=FOLLOW)
    yield from dataset_parameter()
    dataset = catalogue.open_dataset(st.session_state["dataset"])
    if image_source.is_of_set(st.session_state.get(SOURCE, image_source.SET)):
        yield Parameter("pictures", images_key(dataset), first, default=drawn(len(dataset), 3, 0), spelled=True)
    yield from settings.parameters(dataset)
    if st.session_state.get(VIEW) == SAFE and (able := able_runs(dataset)):
        yield from run_parameter(able, key=RUN)


def images_key(dataset: Dataset) -> str:
    """Return the key of the chosen images' numbers."""
    return f"augment_pictures_{dataset.about.name}"


def drawn(images: int, count: int, seed: int | None) -> str:
    """Return some image numbers by chance, as a person would type them.

    Args:
        images: how many there are.
        count: how many are drawn.
        seed: of the chance; `None`: other ones each time.
    """
    chance = np.random.default_rng(seed)
    return ", ".join(map(str, sorted(chance.choice(images, min(count, images), replace=False).tolist())))
