"""A run to take away: as a folder, a network for other programs, a recipe, a script, curves."""

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

from core import codegen, exports, jobs
from core.runs import Run
from pages.shared.frame import plain, said_in_words
from pages.shared.job import show_job


def show_take_away(run: Run) -> None:
    """Offer everything that a run leaves."""
    st.subheader("Take it away", anchor=False)
    recipe_json = json.dumps(run.recipe.to_json(), indent=1)
    left, right = st.columns(2, gap="large")
    with left:
        size = exports.archive_bytes(run) / 1e6
        said = f"All of it: recipe, curves, network, predictions, checkpoints; about {size:,.1f} MB."
        _offer(run, "Run folder", said, f"{run.name}.zip", lambda: exports.archive(run))
        _offer(run, "Recipe", "What decides the training, as JSON.", f"{run.name}.json", recipe_json)
        needed = codegen.data_command(run.recipe.dataset, run.about)
        said = "Python that trains the same network to the same numbers, by itself." + (
            f" Its pictures: `{needed}`" if needed else ""
        )
        _offer(run, "Script", said, f"{run.name}.py", lambda: codegen.run_script(run))
    with right:
        if run.has_model:
            model = run.folder / "model.keras"
            _offer(run, "Keras", "The network, for `keras.saving.load_model`.", "model.keras", model.read_bytes)
        for kind in exports.FORMATS:
            if exports.can_be_made(run, kind):
                _offer_made(run, kind)


def _offer(run: Run, title: str, said: str, file: str, data: str | Callable[[], Any]) -> None:
    """Draw a line with what there is and the button that downloads it."""
    text, button = st.columns([5, 2], vertical_alignment="center")
    text.markdown(f"**{title}**  \n{said}")
    with button:
        st.download_button(
            "Download",
            data,
            file,
            key=f"download {title} {run.name}",
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
            help=f"{title}: {plain(file)}",
        )


def _offer_made(run: Run, kind: str) -> None:
    """Draw the line of a format that a process makes first."""
    about, path = exports.FORMATS[kind], exports.made(run, kind)
    if path is not None:
        _offer(run, about.title, about.use, f"{run.name}-{about.file}", path.read_bytes)
        return
    text, button = st.columns([5, 2], vertical_alignment="center")
    if about.missing:
        text.markdown(f"**{about.title}**  \n{about.use} It needs: `pip install {' '.join(about.missing)}`")
    else:
        text.markdown(f"**{about.title}**  \n{about.use}")
    job = jobs.find(exports.job_key(run, kind))
    going = job is not None and job.status().state == jobs.RUNNING
    with said_in_words():
        if button.button(
            "Make it", key=f"make {kind} {run.name}", width="stretch", disabled=going or bool(about.missing)
        ):
            job = exports.make(run, kind)
    if job is not None:
        show_job(job, f"{about.title} of {run.title}")
