"""The glossary: every word of the app with its sentence."""

import streamlit as st

from core.lessons.glossary import matching
from pages.common.address import Parameter, first
from pages.common.messages import escape_markdown
from pages.explain.view import Subject, View

_WORD = "explain_word"


def _show(_subject: Subject | None) -> None:
    st.session_state.setdefault(_WORD, "")
    text = st.text_input("Search", key=_WORD, width=360, placeholder="A word", persist_state="session")
    found = matching(text)
    if not found:
        st.info(f"The glossary has no word with “{escape_markdown(text[:40])}”. Try a shorter one.")
        return
    st.markdown(
        "\n".join(["| Word | Meaning |", "| --- | --- |", *(f"| **{word}** | {found[word]} |" for word in found)])
    )


VIEW = View(
    "glossary",
    "Glossary",
    "The words of the app, a sentence each.",
    _show,
    lambda: (Parameter("word", _WORD, first, default=""),),
    asks_image=False,
)
