"""The latest run with its curve, and where to go on."""

import streamlit as st

from core import runs
from core.charts import training_curves
from core.runs import Run, comparison
from pages.common.messages import escape_markdown, show_errors
from pages.common.pickers import full_title
from pages.common.tour import start_tour, tour_label
from pages.components.chart import show_charts
from pages.components.theme import dark

_CHART_PX = 200


def show_latest() -> None:
    """Show the run that trains now, or the newest, with its curve."""
    going = runs.alive()
    found = [going[0][0]] if going else runs.all_runs()
    if not found:
        return
    with show_errors():
        _show(found[0])


def _show(run: Run) -> None:
    status = run.status()
    alive = status.state in runs.ALIVE
    st.header("Your latest run", anchor=False)
    icon = ":material/progress_activity:" if alive else ":material/model_training:"
    accuracy = status.result.get("test_accuracy")
    tested = "" if accuracy is None else f" Test accuracy: **{accuracy:.1%}**."
    st.markdown(f"{icon} **{escape_markdown(full_title(run.name))}** is {status.said}.{tested}")
    ends = comparison.epochs(run)
    if ends:
        show_charts(
            [training_curves.accuracy_curve(ends, max(status.epochs, status.epoch), _CHART_PX, dark=dark())],
            key="home_latest",
        )
    label = "Watch it train" if alive else "Continue with this run"
    st.page_link("pages/train/page.py", label=label, query_params={"run": run.name}, icon=":material/arrow_forward:")


def show_links() -> None:
    """Show where else to begin."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("**Or start here:**", width="content")
        if st.button(tour_label(), icon=":material/tour:", key="home_tour"):
            start_tour()
        if st.button("Import your own images", icon=":material/upload:"):
            st.switch_page("pages/datasets/page.py")
        if st.button("Teach your own classes", icon=":material/school:"):
            st.switch_page("pages/teach/page.py")
        if st.button("See each idea at work", icon=":material/lightbulb:"):
            st.switch_page("pages/explain/page.py")
        if st.button("Browse the digits dataset", icon=":material/photo_library:"):
            st.switch_page("pages/browse/page.py", query_params={"dataset": "digits"})
