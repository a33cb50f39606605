"""Train: choose or build a recipe, press Train, watch the curves grow."""

import streamlit as st

from core import runs
from core.datasets import catalogue
from core.datasets.store import Dataset
from core.recipe import Recipe
from core.runs import Run
from core.shapes import layer_sizes
from pages.shared import address
from pages.shared.controls import choose_dataset, choose_run, turn_to
from pages.shared.frame import page, plain, said_in_words
from pages.shared.training import builder, choosing, drafts
from pages.shared.training.as_text import recipe_text
from pages.shared.training.choosing import Ready
from pages.shared.training.drafts import Draft
from pages.shared.training.estimating import offer_estimate
from pages.shared.training.fitting import fit
from pages.shared.training.inputs import adopt_link, choose_input
from pages.shared.training.watching import POLL_S, show_seen, watch
from pages.shared.views import choose_view

_RUN, _NETWORK, _FIT, _INPUT, _TEXT = "Run", "Network", "Fit", "Input", "As text"
_VIEWS = (_RUN, _NETWORK, _FIT, _INPUT, _TEXT)
_VIEW, _STARTED = "train_view", "train_started"


def change(view: str, draft: Draft, dataset: Dataset) -> None:
    """Show the part of the recipe that is looked at, with the controls that change it."""
    if view == _NETWORK:
        builder.build(draft, choosing.input_shape(draft.recipe.for_dataset(dataset.about), dataset), dataset)
    elif view == _FIT:
        fit(draft)
    elif view == _INPUT:
        choose_input(draft, dataset)
    else:
        recipe_text(draft)


def start(draft: Draft, dataset: Dataset) -> None:
    """Make a run of the recipe and start it."""
    title = choosing.run_title(draft)
    run = runs.create(draft.recipe, dataset.about.name, title=title, pair_of=draft.pair_of)
    run.start()
    turn_to(run.name)
    st.session_state[_STARTED] = True
    st.rerun()


def say_before(recipe: Recipe, ready: Ready) -> None:
    """Say what a training will work on, and what is wrong or odd about it."""
    for problem in ready.problems:
        st.error(plain(problem), icon=":material/error:")
    for warning in ready.warnings:
        st.warning(plain(warning), icon=":material/warning:")
    others = f"{ready.validation:,} validate, {ready.test:,} test"
    if recipe.split.validation == "test":
        others = f"the {ready.test:,} test pictures validate too"
    st.caption(f"{ready.train:,} pictures train, {others}.")


def show_run(draft: Draft, dataset: Dataset, ready: Ready | None) -> None:
    """Show the chosen run, live while it goes on."""
    found = runs.all_runs()
    if not found:
        st.info("No run yet. Choose a data set and a recipe, then press Train: the curves will grow here.")
        if ready is not None:
            layers = draft.recipe.for_dataset(dataset.about).network.layers
            builder.draw(draft.recipe, layers, layer_sizes(layers, ready.input_shape), ready.input_shape, dataset)
        return
    run = choose_run(found, key="run")
    address.write()
    with said_in_words():
        going = run.status().state in runs.ALIVE
        st.fragment(watch, run_every=POLL_S if going else None)(run, going)
        if not going:
            ways(run)
        st.fragment(show_seen, run_every=3 * POLL_S if going else None)(run)


def ways(run: Run) -> None:
    """Lead on from a run that has ended."""
    pair_of = run.about_run.pair_of
    both = [pair_of, run.name] if pair_of in {each.name for each in runs.all_runs()} else [run.name]
    links = [("pages/runs.py", "Compare runs", "table_chart", both)]
    if run.has_evaluation:
        links.insert(0, ("pages/errors.py", "See its errors", "troubleshoot", [run.name]))
    if run.has_model:
        links.insert(1, ("pages/predict.py", "Predict with it", "draw", [run.name]))
    with st.container(horizontal=True):
        for target, label, icon, names in links:
            st.page_link(target, label=label, icon=f":material/{icon}:", query_params={"run": names})


page("Train", "A process of its own trains: close the page or the browser, and it goes on.")
# The bar would glide to each new value for half a second, which takes the browser half as long as all else here.
st.html("<style>[data-testid=stProgressBarTrack] > div { transition: none; }</style>")
with said_in_words():
    drafts.take_up()
left, right = st.columns([1, 3], gap="large")
with left, said_in_words():
    choosing.take_its_dataset()
    dataset = catalogue.open_dataset(choose_dataset(catalogue.available()))
    draft = choosing.choose_recipe(dataset.about.name)
    adopt_link(draft)
    choosing.tell(draft, dataset.about.name)
    choosing.set_length(draft)
    below = st.container()
    if st.session_state.pop(_STARTED, False):
        st.session_state[_VIEW] = _RUN
    with right:
        view = choose_view(_VIEWS, key=_VIEW)
        address.write()
        if view != _RUN:
            with said_in_words():
                change(view, draft, dataset)
    ready: Ready | None = None
    with below:
        # Not a callback: its arguments would be those of the run before, and miss a number typed just before the click.
        pressed = st.container()
        with said_in_words():
            ready = choosing.look_ahead(draft.recipe, dataset)
            say_before(draft.recipe, ready)
        if pressed.button(
            "Train",
            key="train",
            type="primary",
            icon=":material/model_training:",
            width="stretch",
            disabled=ready is None or bool(ready.problems),
        ):
            start(draft, dataset)
        if ready is not None and not ready.problems:
            offer_estimate(draft.recipe, dataset)
        choosing.tell_changes(draft)
        if len(catalogue.available()) == 1:
            st.page_link("pages/datasets.py", label="More data sets")
    drafts.keep(draft)
    if view == _RUN:
        with right:
            show_run(draft, dataset, ready)
