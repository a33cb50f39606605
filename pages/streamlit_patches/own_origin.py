"""Lets no page but the app's own open its websocket.

Fault: a browser says of which page a connection is (`Origin`) and to which address (`Host`). Streamlit takes those that
agree, and beside them every page of localhost, whatever its port, and of this machine's addresses, for which it even
asks a service on the internet; none of its settings takes that away.
Shows: another program's page on this machine, such as a notebook's, can use the app in the user's name.
Streamlit: 1.67 and before, https://github.com/streamlit/streamlit/issues/16448

What a user adds to `server.corsAllowedOrigins` is let in as written there, with its port.
"""

from streamlit.web.server import server_util
from streamlit.web.server.starlette import starlette_websocket

from pages.streamlit_patches.replacing import replace

_is_allowed = server_util.is_url_from_allowed_origins


def apply() -> None:
    """From now on, refuse the websocket to pages of other addresses."""
    replace(starlette_websocket, "is_url_from_allowed_origins", _is_allowed, is_allowed, digest="1554766563cdcce8")


def is_allowed(origin: str) -> bool:
    """Tell whether a page of another address than the app's own may use it: one that the user has added, or any."""
    return server_util.allow_all_cross_origin_requests() or server_util.is_allowed_origin(origin)
