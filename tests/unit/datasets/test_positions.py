"""Where images stand among others, found without searching the list for each."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.datasets.positions import Positions
from core.datasets.sources import catalogue
from core.evaluation import label_errors
from core.evaluation.predictions import Predictions
from core.runs.comparison import Comparison
from tests.unit.made_runs import made_run


class Counted(np.ndarray):
    """An array that counts how often all its elements are compared."""

    compared = 0

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **more: Any) -> Any:
        Counted.compared += ufunc in (np.equal, np.not_equal)
        plain = [each.view(np.ndarray) if isinstance(each, Counted) else each for each in inputs]
        return getattr(ufunc, method)(*plain, **more)


def test_positions_are_those_of_a_search() -> None:
    rng = np.random.default_rng(3)
    for size in (0, 1, 2, 7, 300):
        ids = rng.integers(0, 400, size)
        positions = Positions(ids)
        for index in range(-2, 402):
            (places,) = np.nonzero(ids == index)
            assert positions.get(index) == (int(places[0]) if len(places) else None)
    with pytest.raises(KeyError):
        Positions(np.arange(3))[3]


@pytest.mark.usefixtures("data_home")
def test_a_page_of_images_does_not_search_all_ids_for_each() -> None:
    from pages.errors import image_gallery
    from pages.errors import label_errors as label_page

    run, digits = made_run(), catalogue.open_dataset("digits")
    ids = digits.select("test")[::-1]
    labels, sure = digits.labels[ids].astype(np.int16), np.full((len(ids), 10), 0.1, np.float32)
    found = Predictions(ids.view(Counted), labels, sure)
    implausible = label_errors.LabelErrors(ids.view(Counted), labels, (labels + 1) % 10, np.ones(len(ids)), 0)
    told: list[tuple[Callable[[int], object], Callable[[int], object]]] = [
        (lambda index: image_gallery.answers_told(run, found)(digits, index), found.position),
        (lambda index: label_page._told(run, implausible, index), implausible.positions.get),
        (Comparison(found, found).position, found.position),
    ]
    for tell, position in told:
        Counted.compared = 0
        for index in ids[:96].tolist():
            tell(index)
            assert ids[position(index)] == index  # type: ignore[call-overload]
        assert Counted.compared == 0
