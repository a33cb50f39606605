"""Links that no page has written: whatever any parameter of any page says, the page is shown, with no exception.

A case opens a page with some or all parameters, whose values are nonsense, too large, too long or of another one.
"""

import json
import random
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from core.augmentation.texts import NAMES
from tests.pages.opening import new_session
from tests.paths import PROJECT
from tests.unit.made_runs import made_run

SUITE, BENCH = 18, 1_000
BROWSER = False
# The classroom is there only where the app is served.
_PAGES = tuple(sorted({path.parent.name for path in (PROJECT / "pages").glob("*/page.py")} - {"classroom"}))
# Where the code names a parameter.
_NAMED = re.compile(r'Parameter\(\s*"(\w+)"|parameter="(\w+)"')
# Those that it names by a constant or an argument.
_MORE = ("steps", "normalisation", "settings", "true", "predicted")
_STEPS = [{"kind": "Rotate", "angle": 1.0}]
_HOSTILE = (
    "9" * 5000,
    "9" * 18,
    "-1",
    "-" + "9" * 5000,
    "1e999",
    "1" + "0" * 400,
    "NaN",
    "Infinity",
    "0x10",
    "1_000",
    "٣",
    "²",
    " 7 ",
    "",
    "\x00",
    "a\nb",
    "\u202egnp",
    "\ufffd",
    "../../../etc/passwd",
    "C:\\x",
    "<script>alert(1)</script>",
    "![](https://x.example/y)",
    ":material/delete: $x$ :red[x]",
    "a" * 10_000,
    ",".join(["9" * 5000] * 3),
    ",".join("1" * 5000),
    "0.5-0.1",
    "1-0",
    "[" * 10_000,
    "{}",
    "[]",
    "null",
    "true",
    "[1, null, {}]",
    '[{"kind": "Rotate", "angle": 1e999}]',
    '[{"kind": "Resize", "width": ' + "9" * 5000 + "}]",
    '[{"kind": "\\ud800"}]',
    json.dumps(_STEPS * 300),
)
_SENSIBLE = (
    "digits", "digits-cnn", "test", "train", "validation", "map", "overview", "pictures", "labels", "features",
    "sheet", "one", "worst", "audit", "0", "1", "24", "48", "all", "wrong", "random", "-brightness", "size", "exclude",
    "decided", "own", "drawn", "sample", "upload", "0.2", "0.5,1.5", "reflect", "none", "latest",
)  # fmt: skip


def failures(count: int, home: Path) -> Iterator[str]:
    """Try that many cases and yield what failed in each, or an empty text."""
    names, made = parameters(), [made_run([1, 2, 3]).name, made_run([4]).name]
    with patch("pages.common.page_frame.prepare_server", threading.Thread):
        for number in range(count):
            rng = random.Random(number)  # noqa: S311 no secret
            page = _PAGES[number % len(_PAGES)]
            if number < len(_PAGES) * len(_HOSTILE):
                # Each page with each of these in all parameters at once.
                chosen = {name: [_HOSTILE[number // len(_PAGES)]] for name in names}
            else:
                chosen = {name: _values(rng, made) for name in rng.sample(names, rng.choice([1, 3, 12]))}
            yield _problem(page, chosen, number)


def parameters() -> list[str]:
    """Return the name of every parameter that the code of a page reads or writes."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in sorted((PROJECT / "pages").rglob("*.py")))
    found = {name for match in _NAMED.finditer(code) for name in match.groups() if name}
    return sorted({*found, *NAMES, *_MORE})


def _values(rng: random.Random, made: list[str]) -> list[str]:
    kinds = (_HOSTILE, _HOSTILE, (*_SENSIBLE, *made))
    return [rng.choice(rng.choice(kinds)) for _ in range(rng.choice([1, 1, 1, 2]))]


def _problem(page: str, address: dict[str, list[str]], number: int) -> str:
    """Open a page with an address, and reload it; return what is wrong with that."""
    said = {name: [value[:40] for value in values] for name, values in address.items()}
    try:
        app = new_session()
        app.switch_page(f"pages/{page}/page.py")
        for name, values in address.items():
            app.query_params[name] = values
        for _ in range(2):
            app.run()
            if app.exception:
                return f"case {number}, {page} {said}: {app.exception[0].message[:300]}"
    except Exception as error:  # What the test itself cannot get through.
        return f"case {number}, {page} {said}: {type(error).__name__}: {str(error)[:300]}"
    if not app.title:
        return f"case {number}, {page} {said}: no page was shown"
    return ""
