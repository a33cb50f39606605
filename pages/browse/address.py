"""What stands in the address of the Browse page."""

from collections.abc import Iterator

import streamlit as st

from core.datasets import selection
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from pages.browse.filters import MOST_SEED, finding_of, in_split, key_of, sorts_of
from pages.browse.shown_classes import shown_parameter
from pages.common import image_pages
from pages.common.address import AddressError, Parameter, first, number, one_of, view
from pages.common.map_layout import by_parameter, method_parameter
from pages.common.pickers import dataset_parameter

IMAGES, OVERVIEW, MAP, AUDIT, LABEL = "Images", "Overview", "Map", "Audit", "Label"
VIEWS = {"pictures": IMAGES, "overview": OVERVIEW, "map": MAP, "audit": AUDIT, "label": LABEL}
VIEW = "browse_view"


def datasets() -> list[str]:
    """Return the datasets that can be chosen: those on this machine, and those that can be downloaded."""
    return list(dict.fromkeys([*catalogue.available(), *catalogue.CATALOGUE]))


def parameters() -> Iterator[Parameter]:
    """Yield all parameters."""
    yield from dataset_parameter(datasets())
    yield view(VIEW, VIEWS)
    yield by_parameter("map_by")
    yield method_parameter("map_method")
    if st.session_state["dataset"] not in catalogue.available():
        return
    dataset = catalogue.open_dataset(st.session_state["dataset"])

    def key(part: str) -> str:
        return key_of(dataset, part)

    yield Parameter("split", key("split"), one_of(list(in_split(dataset))))
    yield _classes(dataset)
    yield _sort(dataset)
    yield Parameter("seed", key("seed"), number(MOST_SEED), default=0)
    if dataset.names:
        yield Parameter("name", key("name"), first, default="")
    yield Parameter("decision", key("decision"), one_of(selection.DECISIONS))
    yield _finding(dataset)
    yield shown_parameter(dataset)
    yield from image_pages.parameters(dataset)


def _classes(dataset: Dataset) -> Parameter:
    names = dataset.about.class_names

    def read(texts: list[str]) -> list[int]:
        found = [index for index, name in enumerate(names) if name in texts]
        if unknown := [text for text in texts if text not in names]:
            raise AddressError(f"{dataset.about.title} has no class “{unknown[0][:40]}”.", found)
        return found

    return Parameter(
        "class", key_of(dataset, "classes"), read, lambda chosen: [names[index] for index in sorted(chosen)], []
    )


def _finding(dataset: Dataset) -> Parameter:
    def read(texts: list[str]) -> str:
        if finding_of(dataset, texts[0]) is None:
            raise AddressError(f"{dataset.about.title} has no finding “{texts[0][:40]}”.")
        return texts[0]

    # Another audit may no longer find it.
    return Parameter("finding", key_of(dataset, "finding"), read, lambda key: [key] * bool(finding_of(dataset, key)))


def _sort(dataset: Dataset) -> Parameter:
    def read(texts: list[str]) -> tuple[str, bool]:
        by: str = one_of(sorts_of(dataset))([text.removeprefix("-") for text in texts])
        return by, texts[0].startswith("-")

    def write(value: tuple[str | None, bool | None]) -> list[str]:
        by, down = value
        if by in (None, selection.STORED):
            return []
        return [f"-{by}" if down and by != selection.RANDOM else str(by)]

    return Parameter(
        "sort", (key_of(dataset, "sort"), key_of(dataset, "descending")), read, write, (selection.STORED, False)
    )
