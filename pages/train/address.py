"""What stands in the address of the Train page."""

from collections.abc import Iterator

import streamlit as st

from core import runs
from core.datasets.sources import catalogue
from core.recipes.recipe import named_recipes
from core.storage import user_library
from pages.common.address import Parameter, one_of, take_came, view
from pages.common.pickers import dataset_parameter, offered, run_parameter
from pages.train import drafts
from pages.train.input_form import AUGMENTATION
from pages.train.recipe_picker import RECIPE

RUN, NETWORK, FIT, INPUT, SWEEP, TEXT = "Run", "Network", "Hyperparameters", "Data", "Sweep", "JSON"
VIEWS = {"run": RUN, "network": NETWORK, "fit": FIT, "input": INPUT, "sweep": SWEEP, "as-text": TEXT}
VIEW, STARTED, RUN_CHOSEN = "train_view", "train_started", "run"


def parameters() -> Iterator[Parameter]:
    """Yield all parameters; what another page hands over is taken up first, as a link may choose its dataset."""
    drafts.take_up()
    if st.session_state.pop(STARTED, False):
        st.session_state[VIEW] = RUN
    yield view(VIEW, VIEWS, resumed=False)
    yield from _dataset_and_recipe()
    saved = user_library.names("augmentation")
    yield Parameter("augmentation", AUGMENTATION, one_of(saved), stays=True, resumed=False)
    own = runs.all_runs()
    if own and st.session_state.get(VIEW, RUN) == RUN:
        yield from run_parameter(own, key=RUN_CHOSEN)


def _dataset_and_recipe() -> Iterator[Parameter]:
    before = st.session_state.get(RECIPE)
    names = list(drafts.options("digits"))
    yield from offered(names, key=RECIPE, parameter="recipe")
    asked = st.session_state[RECIPE] if take_came("recipe") else None
    if asked is None:
        # None is chosen by itself yet: that follows the dataset.
        st.session_state[RECIPE] = before
    elif asked in named_recipes() and "dataset" not in st.query_params:
        drafts.choose_dataset(named_recipes()[asked].dataset)
    yield from dataset_parameter()
    drafts.follow(catalogue.open_dataset(st.session_state["dataset"]))
    if asked is not None:
        st.session_state[RECIPE] = asked
