"""The two addresses that set and take away the cookie of a browser that has signed in.

A page cannot set a cookie that scripts cannot read; a response can. So a page that let somebody in sends the browser
here with a ticket, which counts once and for a minute.
"""

import secrets
import time
from collections.abc import Callable
from threading import Lock

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config

from pages.common.visitor import COOKIE, is_signed_in

_COUNTS_S = 60.0
_KEPT_S = 30 * 24 * 3600


class Tickets:
    """Tokens that wait to be fetched, each once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with none; `clock` gives seconds."""
        self._clock, self._lock = clock, Lock()
        self._waiting: dict[str, tuple[float, str]] = {}

    def give(self, token: str) -> str:
        """Return a ticket for a token."""
        now, ticket = self._clock(), secrets.token_urlsafe(32)
        with self._lock:
            self._waiting = {name: each for name, each in self._waiting.items() if each[0] > now}
            self._waiting[ticket] = now + _COUNTS_S, token
        return ticket

    def take(self, ticket: str) -> str:
        """Return the token of a ticket, which counts no longer; empty: there is none."""
        with self._lock:
            until, token = self._waiting.pop(ticket, (0.0, ""))
        return token if self._clock() < until else ""


tickets = Tickets()


def enter_address(ticket: str) -> str:
    """Return where a browser gets its cookie."""
    return f"{base()}/class/enter?ticket={ticket}"


def leave_address() -> str:
    """Return where a browser loses its cookie."""
    return f"{base()}/class/leave"


def routes() -> list[Route]:
    """Return the two addresses, for `st.App`."""
    return [Route(f"{base()}/class/enter", _enter), Route(f"{base()}/class/leave", _leave)]


class OnlyVisitorsUpload:
    """Takes uploads of sessions of people who are signed in: Streamlit takes those of any session, up to the limit."""

    def __init__(self, app: ASGIApp) -> None:
        """Stand before an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless it uploads for a session of nobody."""
        _, uploads, rest = str(scope.get("path", "")).partition("/_stcore/upload_file/")
        changes = scope["type"] == "http" and scope["method"] in ("PUT", "POST", "DELETE")
        if uploads and changes and not is_signed_in(rest.partition("/")[0]):
            await Response("Sign in first.", status_code=403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def middleware() -> list[Middleware]:
    """Return what stands before Streamlit's own addresses, for `st.App`."""
    return [Middleware(OnlyVisitorsUpload)]


def base() -> str:
    """Return what stands before each path of this server, empty where nothing does."""
    base = str(config.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}" if base else ""


async def _enter(request: Request) -> Response:
    answer, token = _answer(), tickets.take(request.query_params.get("ticket", "")[:100])
    if token:
        secure = request.headers.get("x-forwarded-proto", request.url.scheme).startswith("https")
        answer.set_cookie(
            COOKIE, token, max_age=_KEPT_S, path=f"{base()}/", secure=secure, httponly=True, samesite="strict"
        )
    else:
        answer.status_code = 403
    return answer


async def _leave(_request: Request) -> Response:
    answer = _answer()
    answer.delete_cookie(COOKIE, path=f"{base()}/", httponly=True, samesite="strict")
    return answer


def _answer() -> Response:
    return Response(status_code=204, headers={"Cache-Control": "no-store"})
