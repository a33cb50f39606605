"""What was deleted last on the Runs page, and the button that brings it back."""

from collections.abc import Callable

import streamlit as st

from pages.common.messages import attempt, escape_markdown

_REMOVED = "runs_removed"


def offer_undo(what: str, bring_back: Callable[[], object]) -> None:
    """Have the page offer to bring back what was deleted just now, in place of what was before.

    Args:
        what: what to call it.
        bring_back: brings it back; it may be refused.
    """
    st.session_state[_REMOVED] = (what, bring_back)


def show_removed() -> None:
    """Offer to bring back what was deleted last."""
    if not (removed := st.session_state.get(_REMOVED)):
        return
    what, bring_back = removed

    def undo() -> None:
        bring_back()
        del st.session_state[_REMOVED]

    said, act = st.columns([6, 1], vertical_alignment="center")
    said.info(
        f"Deleted {escape_markdown(what)}. You can restore it from the trash for a week.", icon=":material/delete:"
    )
    act.button("Undo", icon=":material/undo:", width="stretch", on_click=attempt, args=(undo,), kwargs={"key": "runs"})
