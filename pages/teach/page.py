"""Teach: classes by example, what is known of them at once, and photos to try it on."""

import streamlit as st

from core.errors import PixelwiseError
from core.teaching import learner as learners
from core.teaching import project as projects
from pages.common.messages import attempt, show_errors, show_refusal
from pages.common.page_frame import page
from pages.common.pickers import told_apart
from pages.teach import state
from pages.teach.classes import show_classes
from pages.teach.knowledge import show_knowledge
from pages.teach.trying import show_trying


def _title(name: str) -> str:
    try:
        return projects.find(name).content().title
    except PixelwiseError:
        return name


def choose_project() -> None:
    """Let the user choose among projects, and begin another."""
    found = state.names()
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if len(found) > 1:
            with st.container(width=280):
                titles = told_apart({name: _title(name) for name in found})
                st.selectbox("Project", found, key=state.PROJECT, format_func=titles.__getitem__)
        with st.popover("Project", icon=":material/folder:"):
            title = st.text_input("Title", _title(state.chosen().name), key=f"teach_title_{state.chosen().name}")
            renaming, beginning = st.columns(2)
            renaming.button(
                "Rename",
                key="teach_rename",
                on_click=attempt,
                args=(lambda: state.chosen().rename(title),),
                kwargs={"key": "teach_project"},
            )
            beginning.button(
                "Begin another",
                key="teach_new",
                on_click=attempt,
                args=(lambda: st.session_state.update({state.PROJECT: projects.new(title).name}),),
                kwargs={"key": "teach_project"},
            )
    show_refusal(key="teach_project")


page(
    "Teach",
    "Show examples of each class: it learns from them by itself, in seconds, and answers what you try.",
    state.parameters(),
)
with show_errors():
    choose_project()
    project = state.chosen()
    content = project.content()
    if "teach_warmed" not in st.session_state:
        st.session_state["teach_warmed"] = True
        learners.warm()
        project.tidy()
    learner = learners.learner(project.folder)
    left, middle, right = st.columns([4, 3, 3], gap="medium")
    with left, show_errors():
        st.header("Classes", anchor=False)
        show_classes(project, content)
    with middle, show_errors():
        st.header("What it knows now", anchor=False)
        show_knowledge(learner, content)
    with right, show_errors():
        st.header("Try it", anchor=False)
        show_trying(learner)
