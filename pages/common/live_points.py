"""The address where a chart in the browser asks for the points of a training as soon as they are recorded.

A page gives it for as long as it shows the training, under a name that nobody can guess: whoever may not see the run
has none. A request that finds nothing new waits for it, so that few are needed.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.runs import records
from pages.common import visitor
from pages.common.sign_in_routes import base

Points = list[tuple[int, int, float, float | None]]
PointsOf = Callable[[Sequence[Mapping[str, Any]]], Points]

# How long a page's last drawing counts; one that shows a training is drawn anew each second or so.
_COUNTS_S = 60.0
# How often a request looks whether there is something new, and how long it waits for that.
_LOOK_S, _WAIT_S = 0.04, 1.0
_NUMBER = re.compile(r"[0-9]{1,15}")
_UNKEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class _Given:
    """What a name stands for: whose page it was given to, which records, what they add, and how long it counts."""

    session: str
    path: Path
    points_of: PointsOf
    until: float


_given: dict[str, _Given] = {}
_lock = Lock()


def address(path: Path, points_of: PointsOf) -> str | None:
    """Return where the session that is drawn now may ask for points; `None`: no session is.

    Args:
        path: a run's `metrics.jsonl`.
        points_of: what records add to a page's charts: of which chart, of which line, position, value.
    """
    context, now = get_script_run_ctx(suppress_warning=True), time.monotonic()
    if context is None:
        return None
    with _lock:
        for name in [name for name, each in _given.items() if each.until < now]:
            del _given[name]
        same = (name for name, each in _given.items() if (each.session, each.path) == (context.session_id, path))
        name = next(same, None) or secrets.token_urlsafe(24)
        _given[name] = _Given(context.session_id, path, points_of, now + _COUNTS_S)
    return f"{base()}/live/{name}"


def routes() -> list[Route]:
    """Return the address, for `st.App`."""
    return [Route(f"{base()}/live/{{name}}", _answer)]


async def _answer(request: Request) -> Response:
    """Answer what is new after the first `from` bytes of the records; without a number nothing, and where they end.

    The answer's `points` are what is new, and `to` is what to ask from next: less than before where records were taken
    back.
    """
    given = _given.get(request.path_params["name"])
    if given is None or given.until < time.monotonic() or not visitor.is_same(given.session, _cookie(request)):
        return Response(status_code=404, headers=_UNKEPT)
    said = request.query_params.get("from", "")
    start = int(said) if _NUMBER.fullmatch(said) else -1
    until = time.monotonic() + _WAIT_S
    while _size(given.path) == start and time.monotonic() < until:
        await asyncio.sleep(_LOOK_S)
    to, new = records.added(given.path, start)
    return JSONResponse({"to": to, "points": given.points_of(new)}, headers=_UNKEPT)


def _cookie(request: Request) -> str:
    return request.cookies.get(visitor.COOKIE, "")


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
