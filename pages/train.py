"""Train: choose a data set and a recipe, press Train, watch the curves grow."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core import figures, runs
from core.datasets import catalogue
from core.recipe import Recipe, named_recipes
from core.runs import Run, Status
from pages.shared.components.curves import growing_curves
from pages.shared.controls import choose, choose_dataset, choose_run, number
from pages.shared.frame import dark, page, plain, said_in_words
from pages.shared.network_input import choose_input

_POLL_S = 0.9
_BADGES = {
    runs.WAITING: ("gray", "hourglass_empty"),
    runs.RUNNING: ("blue", "play_arrow"),
    runs.STOPPING: ("orange", "stop"),
    runs.STOPPED: ("orange", "stop_circle"),
    runs.FINISHED: ("green", "check_circle"),
    runs.FAILED: ("red", "error"),
    runs.INTERRUPTED: ("red", "power_off"),
}


def choose_recipe(dataset: str) -> Recipe:
    """Let the user choose a recipe, those made for the data set first, and set how long it trains."""
    recipes = named_recipes()
    ordered = sorted(recipes, key=lambda name: recipes[name].dataset != dataset)
    titles = {name: recipe.title for name, recipe in recipes.items()}
    name = choose("Recipe", ordered, key="recipe", parameter="recipe", titles=titles)
    recipe = recipes[name]
    st.caption(plain(recipe.teaches))
    epochs, batch = st.columns(2)
    with epochs:
        chosen_epochs = int(number(recipe.fit, "epochs", "Epochs", key=f"epochs_{name}"))
    with batch:
        chosen_batch = int(number(recipe.fit, "batch_size", "Batch size", key=f"batch_size_{name}"))
    return replace(recipe, fit=replace(recipe.fit, epochs=chosen_epochs, batch_size=chosen_batch))


def stop(run: Run) -> None:
    """Ask the run to stop; it may have ended meanwhile, which is as good."""
    with said_in_words():
        if run.status().state in runs.ALIVE:
            run.stop()


def show(run: Run, polling: bool) -> None:
    """Show where the run stands, its progress and its curves."""
    with said_in_words():
        status = run.status()
        if polling and status.state not in runs.ALIVE:
            st.rerun()
        metrics = run.metrics()
        heading(run, status)
        facts(run, status, metrics)
        curves(run, status, metrics)


def heading(run: Run, status: Status) -> None:
    """Show the state, what it is doing, and the button that stops it."""
    colour, icon = _BADGES[status.state]
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(
        f":{colour}-badge[:material/{icon}: {status.state}] **{plain(run.recipe.title)}** on {plain(run.about.title)}"
        + (f" · {plain(status.doing)}" if status.doing and status.state != runs.WAITING else "")
    )
    if status.state in runs.ALIVE:
        right.button(
            "Stop",
            key="stop",
            icon=":material/stop:",
            width="stretch",
            on_click=stop,
            args=(run,),
            disabled=status.state == runs.STOPPING,
        )
    if status.state == runs.WAITING and (ahead := run.ahead()):
        st.info(f"One run trains at a time: this one starts by itself after {plain(ahead[0].name)}.")
    if status.cause:
        st.error(plain(status.cause), icon=":material/error:")
    if status.state in (runs.RUNNING, runs.STOPPING):
        st.progress(min(status.fraction, 1.0))


def facts(run: Run, status: Status, metrics: list[dict[str, Any]]) -> None:
    """Show the figures that go with the curves."""
    now = metrics[-1] if metrics else {}
    ends = [record for record in metrics if record["kind"] == "epoch"]
    last = ends[-1] if ends else {}
    speed, left = status.pictures_per_second, status.seconds_left
    shown = {
        "Epoch": f"{status.epoch} of {status.epochs}",
        "Pictures a second": "–" if speed is None else f"{speed:,.0f}",
        "Time left" if status.state in runs.ALIVE else "Time taken": (
            duration(left if status.state in runs.ALIVE else (status.ended or status.heartbeat) - status.created)
        ),
        "Training accuracy": share(now.get("accuracy")),
        f"{part_name(run).capitalize()} accuracy": share(last.get("val_accuracy")),
    }
    with st.container(horizontal=True, gap="medium"):
        for label, value in shown.items():
            st.metric(label, value, width="content")


def curves(run: Run, status: Status, metrics: list[dict[str, Any]]) -> None:
    """Draw loss and accuracy."""
    alive, validation = status.state in runs.ALIVE, part_name(run)
    if not metrics and not alive:
        st.info("It ended before its first batch: there is no curve.")
        return
    pair = [
        figures.curve_data(metrics, quantity, run.recipe.fit.epochs, dark=dark(), validation=validation)
        for quantity in ("loss", "accuracy")
    ]
    if alive:
        growing_curves(pair, key=f"curves_{run.name}")
    else:
        for column, data in zip(st.columns(2), pair, strict=True):
            column.plotly_chart(
                figures.curve(data),
                key=f"{data.title.lower()}_{run.name}",
                config={"displayModeBar": False},
                alt=f"{data.title} of training and {validation} pictures against epochs",
            )
    legend = figures.curve_legend(dark=dark(), validation=validation)
    st.html("&emsp;".join(f"<b style='color:{colour}'>━</b> {name}" for name, colour in legend))
    if not metrics:
        st.caption("The curves begin with the first batch; TensorFlow takes some seconds to start.")
        return
    st.caption(
        "Watch the gap: when training goes on improving and validation does not, the network learns by heart."
        + (
            " Here the test pictures are watched while training, as the book does: their accuracy is then no "
            "independent measure."
            if validation == "test"
            else ""
        )
    )


def part_name(run: Run) -> str:
    """Return what the run's validation pictures are."""
    return "test" if run.recipe.split.validation == "test" else "validation"


def share(value: float | None) -> str:
    """Return a share for a person, or a dash."""
    return "–" if value is None else f"{value:.2%}"


def duration(seconds: float | None) -> str:
    """Return seconds for a person, or a dash."""
    if seconds is None:
        return "–"
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds // 60:.0f} min {seconds % 60:02.0f} s"


page("Train", "A process of its own trains: close the page or the browser, and it goes on.")
# The bar would glide to each new value for half a second, which takes the browser half as long as all else here.
st.html("<style>[data-testid=stProgressBarTrack] > div { transition: none; }</style>")
controls, results = st.columns([1, 3], gap="large")
batch_place = results.container()
with controls, said_in_words():
    dataset = choose_dataset(catalogue.available())
    recipe, button_place = choose_recipe(dataset), st.container()
    recipe = choose_input(recipe, dataset, batch_place)
    # Not a callback: its arguments would be those of the run before, and miss a number typed just before the click.
    if button_place.button("Train", type="primary", icon=":material/model_training:", width="stretch"):
        run = runs.create(recipe, dataset)
        run.start()
        st.session_state["run"] = run.name
    if len(catalogue.available()) == 1:
        st.page_link("pages/datasets.py", label="More data sets")
with results:
    found = runs.all_runs()
    if not found:
        st.info("No run yet. Choose a data set and a recipe, then press Train: the curves will grow here.")
    else:
        run = choose_run(found, key="run")
        with said_in_words():
            going = run.status().state in runs.ALIVE
            st.fragment(show, run_every=_POLL_S if going else None)(run, going)
            if not going and run.has_evaluation:
                with st.container(horizontal=True):
                    st.page_link(
                        "pages/errors.py",
                        label="See its errors",
                        icon=":material/troubleshoot:",
                        query_params={"run": run.name},
                    )
                    st.page_link(
                        "pages/predict.py",
                        label="Predict with it",
                        icon=":material/draw:",
                        query_params={"run": run.name},
                    )
