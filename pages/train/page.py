"""Train: choose or build a recipe, press Train, watch the curves grow."""

from contextlib import nullcontext

import streamlit as st

from core import runs
from core.cluster import start as cluster
from core.datasets import given_labels
from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.networks.layer_sizes import layer_sizes
from core.recipes.recipe import Recipe
from core.runs import Run
from core.storage import data_home
from core.storage.progress import counted
from pages.common import address
from pages.common.messages import escape_markdown, show_errors
from pages.common.page_frame import page
from pages.common.pickers import choose_dataset, choose_run, turn_to
from pages.common.view_switch import choose_view
from pages.train import drafts, network_builder, recipe_picker
from pages.train.address import FIT, INPUT, NETWORK, RUN, RUN_CHOSEN, STARTED, SWEEP, VIEW, VIEWS, parameters
from pages.train.drafts import Draft
from pages.train.estimate import offer_estimate
from pages.train.fit_form import fit
from pages.train.input_form import adopt_link, choose_input
from pages.train.live_run import POLL_S, SEEN_POLL_S, watch
from pages.train.recipe_picker import Ready
from pages.train.recipe_text import recipe_text
from pages.train.seen import show_seen
from pages.train.sweep_form import sweep


def change(view: str, draft: Draft, dataset: Dataset) -> None:
    """Show the part of the recipe that is looked at, with the controls that change it."""
    if view == NETWORK:
        network_builder.build(
            draft, recipe_picker.input_shape(draft.recipe.for_dataset(dataset.about), dataset), dataset
        )
    elif view == FIT:
        fit(draft)
    elif view == INPUT:
        choose_input(draft, dataset)
    elif view == SWEEP:
        sweep(draft, dataset)
    else:
        recipe_text(draft)


def start(draft: Draft, dataset: Dataset) -> None:
    """Make a run of the recipe and start it."""
    title = recipe_picker.run_title(draft)
    # A cluster is looked at first, which may take seconds.
    with st.spinner("Asking the cluster") if cluster.is_set() else nullcontext():
        run = runs.create(
            draft.recipe, dataset.about.name, title=title, pair_of=draft.pair_of, decided=draft.decided(dataset)
        )
        run.start()
    turn_to(run.name)
    st.session_state[STARTED] = True
    st.rerun()


def say_before(recipe: Recipe, ready: Ready) -> None:
    """Say what a training will work on, and what is wrong or odd about it."""
    for problem in ready.problems:
        st.error(escape_markdown(problem), icon=":material/error:")
    for warning in ready.warnings:
        st.warning(escape_markdown(warning), icon=":material/warning:")
    others = f"{counted(ready.validation, 'validates', 'validate')}, {counted(ready.test, 'tests', 'test')}"
    if recipe.split.validation == "test":
        others = f"{counted(ready.test, 'test image validates', 'test images validate')} too"
    st.caption(f"{counted(ready.train, 'image trains', 'images train')}, {others}. {escape_markdown(ready.given)}")


def show_run(draft: Draft, dataset: Dataset, ready: Ready | None) -> None:
    """Show the chosen run, live while it goes on."""
    found = runs.all_runs()
    if not found:
        st.info(
            "No runs yet. Choose a dataset and a recipe, then select **Train**. The learning curves will appear here."
        )
        if ready is not None:
            layers = draft.recipe.for_dataset(dataset.about).network.layers
            network_builder.draw(
                draft.recipe, layers, layer_sizes(layers, ready.input_shape), ready.input_shape, dataset
            )
        return
    run = choose_run(found, key=RUN_CHOSEN)
    with show_errors():
        going = run.status().state in runs.ALIVE
        st.fragment(watch, run_every=POLL_S if going else None)(run, going)
        if not going:
            ways(run)
        st.fragment(show_seen, run_every=SEEN_POLL_S if going else None)(run)


def ways(run: Run) -> None:
    """Lead on from a run that has ended."""
    pair_of = run.about_run.pair_of
    both = [pair_of, run.name] if pair_of and pair_of in data_home.folders_in(runs.runs_folder()) else [run.name]
    links = [("pages/runs/page.py", "Compare runs", "table_chart", both)]
    if run.has_evaluation:
        links.insert(0, ("pages/errors/page.py", "View errors", "troubleshoot", [run.name]))
    if run.has_model:
        links.insert(1, ("pages/predict/page.py", "Predict with this run", "draw", [run.name]))
    with st.container(horizontal=True):
        if run.recipe.generator is not None:
            st.page_link(
                "pages/explain/page.py",
                label="View samples",
                icon=":material/auto_awesome:",
                query_params={"view": "new-images", "samples": run.name},
            )
        for target, label, icon, names in links:
            st.page_link(target, label=label, icon=f":material/{icon}:", query_params={"run": names})


page("Train", "Training runs in the background. You can close this page or the browser; it keeps going.", parameters())
# The bar would glide to each new value for half a second, which takes the browser half as long as all else here.
st.html(
    "<style>[data-testid=stProgressBarTrack] > div { transition: none; }"
    ".st-key-train_facts > :first-child [data-testid=stMetricValue] { font-size: 2.2rem; line-height: 1.15; }</style>"
)
left, right = st.columns([1, 3], gap="large")
with left, show_errors():
    dataset = catalogue.open_dataset(choose_dataset(catalogue.available()))
    draft = recipe_picker.choose_recipe(dataset)
    adopt_link(draft)
    recipe_picker.tell(draft, dataset)
    recipe_picker.set_length(draft)
    below = st.container()
    with right:
        view = choose_view(VIEWS.values(), key=VIEW)
        address.write()  # What follows may wait for a look at the dataset.
        if view != RUN:
            with show_errors():
                change(view, draft, dataset)
    ready: Ready | None = None
    with below:
        # Not a callback: its arguments would be those of the run before, and miss a number typed just before the click.
        pressed = st.container()
        with show_errors():
            ready = recipe_picker.look_ahead(draft.recipe, dataset, draft.decided(dataset))
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
        if given_labels.came_without_labels(dataset):
            st.page_link(
                "pages/browse/page.py",
                label="Label images",
                icon=":material/label:",
                query_params={"dataset": dataset.about.name, "view": "label"},
            )
        if ready is None or ready.problems:
            recipe_picker.offer_suiting(draft)
        else:
            offer_estimate(draft.recipe, dataset)
        recipe_picker.tell_changes(draft)
        if len(catalogue.available()) == 1:
            st.page_link("pages/datasets/page.py", label="More datasets")
    drafts.keep(draft)
    if view == RUN:
        with right:
            show_run(draft, dataset, ready)
