"""Opens the browser as the server starts.

Fault: `streamlit run` opens it for a script, but not for an `st.App`.
Shows: nothing opens; one has to follow the address in the terminal.
Streamlit: 1.67; no issue of it is known.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from streamlit import cli_util, config
from streamlit.web.server import server_util


@asynccontextmanager
async def opening_browser(_: st.App) -> AsyncIterator[None]:
    """Open the app in the browser, unless `server.headless` is set: the `lifespan` of an `st.App`."""
    if not config.get_option("server.headless"):
        address = server_util.get_url(config.get_option("browser.serverAddress"))
        loop = asyncio.get_running_loop()
        # Once the server listens; some browsers keep the caller waiting.
        loop.call_later(0.2, lambda: loop.run_in_executor(None, cli_util.open_browser, address))
    yield None
