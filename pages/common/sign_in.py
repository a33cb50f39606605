"""The page that lets somebody of a class in, and the corner that says who is and lets them out."""

import json

import streamlit as st

from core import runs
from core.spaces import limits, people, settings
from core.spaces.people import LONGEST_NAME
from core.storage import trash
from core.sweeps.folders import sweeps_folder
from pages.common.messages import escape_markdown, show_errors
from pages.common.sign_in_routes import enter_address, leave_address, tickets
from pages.common.visitor import visitor

_ENTERED = "sign_in_entered"


def show_sign_in() -> None:
    """Ask who it is; who is let in goes on to their space."""
    st.set_page_config("Sign in · Pixelwise")
    _, middle, _ = st.columns([1, 2, 1])
    with middle, show_errors():
        st.title("Pixelwise", anchor=False)
        st.caption("Explore image classification with your class. Your datasets and runs are yours alone.")
        entered = st.session_state.get(_ENTERED)
        if entered is not None:
            _show_code(entered)
            return
        serving = settings.now()
        if serving is None:
            return
        if serving.accounts:
            st.button("Sign in with your account", type="primary", icon=":material/login:", on_click=st.login)
        if serving.class_key:
            _ask()


def _ask() -> None:
    with st.form("sign_in", border=True):
        name = st.text_input("Name", max_chars=LONGEST_NAME, key="sign_in_name", help="As your teacher sees it.")
        key = st.text_input("Class key", type="password", max_chars=200, key="sign_in_key", help="From your teacher.")
        code = st.text_input(
            "Your code",
            type="password",
            max_chars=40,
            key="sign_in_code",
            help="Shown when you signed in first. Leave it empty for a new name.",
            placeholder="empty for a new name",
        )
        pressed = st.form_submit_button("Sign in", type="primary", icon=":material/login:", width="stretch")
    if not pressed:
        return
    entered = people.sign_in(name, key, code, where=st.context.ip_address or "")
    if entered.code:
        st.session_state[_ENTERED] = entered
        st.rerun()
    _go(enter_address(tickets.give(entered.token)))


def _show_code(entered: people.Entered) -> None:
    """Show a new person's code, this once."""
    st.success("Welcome. This is your code:", icon=":material/key:")
    st.code(entered.code, language=None)
    st.markdown("Write it down: with your name and this code you come back from any computer. It is not shown again.")
    if st.button("I have it, go on", type="primary", key="sign_in_go_on", icon=":material/arrow_forward:"):
        del st.session_state[_ENTERED]
        _go(enter_address(tickets.give(entered.token)))


def show_account() -> None:
    """Show who is signed in, how full their space is, and the ways to empty and to leave it; else nothing."""
    who = visitor()
    if who is None:
        return
    with st.popover(escape_markdown(who.name), icon=":material/account_circle:", key="account"):
        given = limits.now()
        if given is not None:
            used = limits.used_bytes(who.home) / 1e6
            said = f"{used:,.0f} of {given.megabytes:,} MB of your space are used"
            st.progress(min(used / given.megabytes, 1.0), said)
        in_trash = len(runs.trash()) + len(trash.names(sweeps_folder()))
        if in_trash:
            st.button(f"Empty the trash ({in_trash})", key="account_trash", on_click=_empty_trash)
        if st.button("Sign out", key="account_leave", icon=":material/logout:"):
            if st.user.get("is_logged_in"):
                st.logout()
            else:
                _go(leave_address())


def _empty_trash() -> None:
    runs.empty_trash(0.0)
    trash.empty(sweeps_folder(), 0.0)


def _go(address: str) -> None:
    """Have the browser ask an address of this server, which changes its cookie, and load the page again."""
    asked = f"fetch({json.dumps(address)}).finally(() => window.location.reload())"
    st.html(f"<script>{asked}</script>", unsafe_allow_javascript=True)
    st.stop()
