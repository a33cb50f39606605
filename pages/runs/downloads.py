"""A run to take away: as a folder, a network for other programs, a recipe, a script, curves."""

import json
from collections.abc import Callable

import streamlit as st

from core.recipes import script
from core.runs import Run, export
from core.storage import jobs
from pages.common.job_progress import show_job
from pages.common.messages import escape_markdown, show_errors


def show_take_away(run: Run) -> None:
    """Offer everything that a run leaves."""
    st.header("Export", anchor=False)
    recipe_json = json.dumps(run.recipe.to_json(), indent=1)
    left, right = st.columns(2, gap="large")
    with left:
        size = export.archive_bytes(run) / 1e6
        said = f"Everything: recipe, curves, model, predictions, checkpoints (about {size:,.1f} MB)."
        _offer(run, "Run folder", said, f"{run.name}.zip", lambda: export.archive(run))
        _offer(run, "Recipe", "All training settings as JSON.", f"{run.name}.json", recipe_json)
        needed = script.data_command(run.recipe.dataset, run.about)
        said = "Standalone Python script that reproduces this run exactly." + (
            f" Its images: `{needed}`" if needed else ""
        )
        _offer(run, "Script", said, f"{run.name}.py", lambda: script.run_script(run))
    with right:
        if run.has_model:
            st.caption(
                "A network leaves in a zip with its steps, its class names and a `predict.py` that answers as Predict "
                "does. Its probabilities are calibrated; as it was trained, it is in the run folder."
            )
        for kind in export.FORMATS:
            if export.can_be_made(run, kind):
                _offer_made(run, kind)


def _offer(run: Run, title: str, said: str, file: str, data: str | Callable[[], str | bytes]) -> None:
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
            help=f"{title}: {escape_markdown(file)}",
        )


def _offer_made(run: Run, kind: str) -> None:
    """Draw the line of a format that a process makes first."""
    about, path = export.FORMATS[kind], export.exported_file(run, kind)
    if path is not None:
        _offer(run, about.title, about.use, f"{run.name}-{about.file}", path.read_bytes)
        return
    text, button = st.columns([5, 2], vertical_alignment="center")
    if about.missing:
        text.markdown(f"**{about.title}**  \n{about.use} Requires `pip install {' '.join(about.missing)}`")
    else:
        text.markdown(f"**{about.title}**  \n{about.use}")
    job = jobs.find(export.job_key(run, kind))
    going = job is not None and job.status().state == jobs.RUNNING
    with show_errors():
        if button.button(
            "Create", key=f"make {kind} {run.name}", width="stretch", disabled=going or bool(about.missing)
        ):
            job = export.make(run, kind)
    if job is not None:
        show_job(job, f"{about.title} of {run.title}")
