"""A recipe as text: to download, to bring in, and to keep under a name."""

import json

import streamlit as st

from core.errors import COMMAND, PixelwiseError
from core.recipes.recipe import RecipeError
from core.storage import user_library
from core.storage.names import slug
from pages.common.messages import escape_markdown, show_errors
from pages.streamlit_patches.uploads_on_disk import content
from pages.train import drafts
from pages.train.drafts import Draft

_PASTED, _FILE, _NAME, _SAID = "train_pasted", "train_file", "train_save_name", "train_text_said"
# A recipe takes some kilobytes; what is far larger is none.
_MOST_BYTES = 1_000_000


def recipe_text(draft: Draft) -> None:
    """Show the recipe as JSON, and take in another."""
    if told := st.session_state.pop(_SAID, None):
        st.error(escape_markdown(told), icon=":material/error:")
    shown, ways = st.columns([3, 2], gap="large")
    text = json.dumps(draft.recipe.to_json(), indent=1, ensure_ascii=False)
    with shown:
        st.code(text, "json", height=560)
    with ways:
        st.markdown("**Export**")
        st.download_button(
            "Download recipe.json",
            text,
            f"{slug(draft.recipe.name, otherwise='recipe')}.json",
            "application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        st.caption(f"On a command line: {COMMAND} train recipe.json")
        st.markdown("**Save**")
        _keep(draft)
        st.markdown("**Import**")
        _bring_in()


def _keep(draft: Draft) -> None:
    with show_errors():
        name = st.text_input("Name", key=_NAME, max_chars=user_library.LONGEST_NAME, persist_state="session")
        st.button(
            "Save",
            key="train_save",
            icon=":material/save:",
            disabled=not name.strip(),
            on_click=_save,
            args=(draft,),
        )
        if drafts.is_mine(draft.option):
            st.button(
                "Delete saved recipe",
                key="train_delete",
                icon=":material/delete:",
                type="tertiary",
                on_click=_delete,
                args=(draft,),
            )


def _save(draft: Draft) -> None:
    try:
        drafts.save_as(st.session_state[_NAME], draft.recipe)
    except PixelwiseError as error:
        st.session_state[_SAID] = str(error)


def _delete(draft: Draft) -> None:
    try:
        drafts.remove(draft.option)
    except PixelwiseError as error:
        st.session_state[_SAID] = str(error)


def _bring_in() -> None:
    file = st.file_uploader("Recipe file (JSON)", type="json", key=_FILE, max_upload_size=1)
    st.text_area("Or paste JSON", key=_PASTED, height=120, persist_state="session")
    st.button(
        "Import recipe",
        key="train_use_text",
        icon=":material/input:",
        on_click=_take,
        args=(content(file) if file is not None else None,),
    )


def _take(uploaded: bytes | None) -> None:
    """Read a recipe and choose it; what is wrong with one is said, and nothing is changed."""
    try:
        if uploaded is not None and len(uploaded) > _MOST_BYTES:
            raise RecipeError("This file is too large to be a recipe (recipes are a few kilobytes).")
        text = uploaded.decode("utf-8", "replace") if uploaded is not None else st.session_state[_PASTED]
        if not text.strip():
            raise RecipeError("Choose a file or paste a recipe first.")
        drafts.hand_over(drafts.parsed(text))
    except PixelwiseError as error:
        st.session_state[_SAID] = str(error)
