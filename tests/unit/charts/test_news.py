"""Charts that grow: a browser gets what is new, and all of it where it has missed something."""

import random
from typing import Any

from core.charts.news import News

Held = list[list[list[Any]]]


def chart(*lines: dict[str, Any]) -> dict[str, Any]:
    return {"title": "Loss", "lines": list(lines)}


def line(values: list[float | None], lows: list[float | None] | None = None) -> dict[str, Any]:
    return {"name": "loss", "x": list(range(len(values))), "y": values, "lows": lows or [], "highs": lows or []}


def arrays(charts: list[dict[str, Any]]) -> Held:
    return [[each[name] for name in ("x", "y", "lows", "highs")] for one in charts for each in one["lines"]]


def after(held: Held | None, message: dict[str, Any]) -> Held:
    """Return what a browser has after a message, as `chart_news.js` puts it together."""
    new = [each for one in message["charts"] for each in one["lines"]]
    before = held if held is not None else [[[], [], [], []] for _ in new]
    return [
        [old[: each["start"]] + each[name] for name, old in zip(("x", "y", "lows", "highs"), olds, strict=True)]
        for each, olds in zip(new, before, strict=True)
    ]


def test_the_first_message_has_everything_and_the_next_only_what_is_new() -> None:
    news = News()
    first = news.message([chart(line([1.0, 2.0]))])
    assert (first["after"], first["charts"][0]["lines"][0]["y"]) == ([], [1.0, 2.0])
    second = news.message([chart(line([1.0, 2.0]))])
    third = news.message([chart(line([1.0, 2.0, 3.0, None]))])
    (told,) = third["charts"][0]["lines"]
    assert (told["start"], told["x"], told["y"]) == (2, [2, 3], [3.0, None])
    assert third["after"] == [first["serial"], second["serial"]], "either may have been the last to come"


def test_after_something_was_missed_all_is_sent() -> None:
    news = News()
    for _ in range(3):
        news.message([chart(line([1.0, 2.0]))])
    news.forget()
    message = news.message([chart(line([1.0, 2.0]))])
    assert (message["after"], message["charts"][0]["lines"][0]["start"]) == ([], 0)


def test_a_browser_that_misses_messages_at_random_has_what_was_sent() -> None:
    draw = random.Random(5)  # noqa: S311
    news, held, serial, asked = News(), None, None, 0
    values: list[float | None] = []
    for _ in range(300):
        values = [*values, *(draw.choice([None, draw.random()]) for _ in range(draw.randrange(4)))]
        if draw.random() < 0.3 and values:
            values[-1] = draw.random()  # The last group of records has grown.
        if draw.random() < 0.05:
            values = values[::2]  # The groups have become larger.
        lows = list(values) if len(values) > 50 else None
        charts = [chart(line(list(values), lows), line([1.0] * draw.choice([0, 2])))]
        message = news.message(charts)
        if draw.random() < 0.3:
            continue  # It is lost.
        if message["after"] and serial not in message["after"]:
            news.forget()
            asked += 1
            continue
        held, serial = after(held, message), message["serial"]
        assert held == arrays(charts)
    assert 0 < asked < 60


def test_what_is_sent_of_a_long_run_is_a_small_part_of_it() -> None:
    news = News()
    for length in (1000, 1001, 1002, 1003):
        message = news.message([chart(line([1 / (number + 1) for number in range(length)]))])
    assert len(message["charts"][0]["lines"][0]["x"]) == 2
