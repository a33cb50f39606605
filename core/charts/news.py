"""What is new in charts that grow: a browser that has the rest is sent no more than that."""

from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

_ARRAYS = ("x", "y", "lows", "highs")
# Of all charts of this server: a number says by itself what a browser has been sent.
_serials = count(1)

Charts = Sequence[Mapping[str, Any]]


class News:
    """Messages to one browser about charts that grow.

    A message goes on from either of the two before it: one of them may get lost, or drawn over by the next. A browser
    that has neither asks for everything by `forget`.
    """

    def __init__(self) -> None:
        """Begin with a browser that has nothing."""
        self._sent: list[tuple[int, Charts]] = []

    def forget(self) -> None:
        """Send everything with the next message: the browser has missed something."""
        self._sent.clear()

    def message(self, charts: Charts) -> dict[str, Any]:
        """Return the next message.

        Args:
            charts: as `Chart.to_json` gives them; their lists must not change afterwards.

        Returns:
            `serial`, the message's number; `after`, the numbers of those it may follow, none where it follows any; and
            `charts`, whose lines' arrays begin at `start`: before it, they are as they were.
        """
        serial = next(_serials)
        sent = [before for _, before in self._sent]
        told = []
        for at, chart in enumerate(charts):
            lines = [_news(line, [_line(old, at, place) for old in sent]) for place, line in enumerate(chart["lines"])]
            told.append({**chart, "lines": lines})
        message = {"serial": serial, "after": [number for number, _ in self._sent], "charts": told}
        self._sent = [*self._sent[-1:], (serial, charts)]
        return message


def _line(charts: Charts, at: int, place: int) -> Mapping[str, Any]:
    """Return a line of charts sent before, or one without points."""
    lines = charts[at]["lines"] if at < len(charts) else []
    return lines[place] if place < len(lines) else {name: [] for name in _ARRAYS}


def _news(line: Mapping[str, Any], before: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a line without the points that it had each time before."""
    start = min((_same(old, line) for old in before), default=0)
    return {**line, **{name: line[name][start:] for name in _ARRAYS}, "start": start}


def _same(before: Mapping[str, Any], now: Mapping[str, Any]) -> int:
    """Return how many points at the beginning are as they were."""
    if any(bool(before[name]) != bool(now[name]) for name in ("lows", "highs")):
        return 0
    return min(_prefix(before[name], now[name]) for name in _ARRAYS if before[name] or now[name]) if now["x"] else 0


def _prefix(before: Sequence[Any], now: Sequence[Any]) -> int:
    """Return how many items at the beginning are equal; halving, since lists compare fast."""
    same, most = 0, min(len(before), len(now))
    # Nearly always all of them are, or all but the last.
    for tried in (most, most - 1):
        if tried >= 0 and before[:tried] == now[:tried]:
            return tried
    while most - same > 1:
        middle = (same + most) // 2
        if before[same:middle] == now[same:middle]:
            same = middle
        else:
            most = middle
    return same
