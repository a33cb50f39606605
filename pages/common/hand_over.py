"""What a page hands over to Train, to be trained next."""

from dataclasses import dataclass

import streamlit as st

from core.recipes.recipe import Recipe

_KEY = "handed_over"


@dataclass(frozen=True)
class HandOver:
    """A recipe, and what it is of.

    Attributes:
        recipe: to be trained next.
        pair_of: the name of the run that the next one is to be compared with, if any.
        decided_as: the name of the run whose decisions on images count, as they were then; empty: those of now.
    """

    recipe: Recipe
    pair_of: str | None = None
    decided_as: str = ""


def to_train(handed: HandOver, dataset: str) -> None:
    """Go to the Train page with a recipe, and the dataset of that name."""
    st.session_state[_KEY] = handed
    st.switch_page("pages/train/page.py", query_params={"dataset": dataset})


def take() -> HandOver | None:
    """Return, once, what was handed over."""
    handed: HandOver | None = st.session_state.pop(_KEY, None)
    return handed
