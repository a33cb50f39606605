"""Every page after every other, after a quick click or a slow one, on an empty and a full data home: no error is met.

Pages share keys of Streamlit's session: what one leaves there, another must be able to begin with.
"""

import itertools
import random
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, Error, Page

from tests.browser.server import Server, chromium, running_server
from tests.unit.made_runs import made_run

PAGES = {
    "": "Home",
    "datasets": "Datasets",
    "browse": "Browse",
    "preprocess": "Preprocess",
    "augment": "Augment",
    "train": "Train",
    "teach": "Teach",
    "explain": "Explain",
    "runs": "Runs",
    "errors": "Errors",
    "predict": "Predict",
}
_PAIRS = list(itertools.permutations(PAGES, 2))
_SLOWLY_MS = 3000
_PATIENCE_MS = 30_000
# A walk over all pairs on each home, one click after the other; the pairs in sessions of their own, slowly, quickly.
SUITE, BENCH = len(_PAIRS) + 4, 6 * len(_PAIRS)
BROWSER = True


def failures(count: int, home: Path) -> Iterator[str]:
    """Try that many cases and yield what failed in each, or an empty text."""
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        made_run(wrong=range(0, 90, 3))
        empty = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        servers = [stack.enter_context(running_server(each)) for each in (home, empty)]
        full, none = (_walk(browser, server) for server in servers)
        alone = _one_by_one(browser, servers)
        # What the tests try comes first: a walk, and the two pages that share most.
        yield from itertools.islice(itertools.chain(full, itertools.islice(alone, 4), none, alone), count)


def _walk(browser: Browser, server: Server) -> Iterator[str]:
    """Go over all pairs in one session, never waiting longer than for a page's title."""
    with ExitStack() as stack:
        page = browser.new_page()
        stack.callback(page.close)
        way = _round()
        page.goto(f"{server.address}/{way[0]}")
        yield from (_tried(page, server, before, after, fresh=False) for before, after in itertools.pairwise(way))


def _one_by_one(browser: Browser, servers: list[Server]) -> Iterator[str]:
    """Try the pairs, each in sessions of its own: first the two pages that share most."""
    pairs = random.Random(0).sample(_PAIRS, len(_PAIRS))  # noqa: S311
    pairs.sort(key=lambda pair: pair not in (("errors", "browse"), ("browse", "errors")))
    for slow in (True, False):
        for pair in pairs:
            for server in servers:
                page = browser.new_page()
                yield _tried(page, server, *pair, fresh=True, slow=slow)
                page.close()


def _tried(page: Page, server: Server, before: str, after: str, *, fresh: bool, slow: bool = False) -> str:
    log = server.home / "server.log"
    said = len(log.read_text(encoding="utf-8", errors="replace"))
    try:
        if fresh:
            page.goto(f"{server.address}/{before}")
        _wait_for(page, before)
        if slow:
            page.wait_for_timeout(_SLOWLY_MS)
        page.get_by_role("link", name=PAGES[after], exact=True).first.click()
        _wait_for(page, after)
        if fresh:
            page.wait_for_timeout(_SLOWLY_MS)
        wrong = page.locator("[data-testid=stException], [data-testid=stErrorElement]").all_inner_texts()
    except Error as error:
        wrong = [error.message]
    new = log.read_text(encoding="utf-8", errors="replace")[said:]
    if "Traceback" in new:
        wrong.append(new[new.index("Traceback") :][-400:])
    way = f"{PAGES[before]} to {PAGES[after]}, {'slowly' if slow else 'quickly'}, {server.home.name}"
    return f"{way}: {wrong[0]}" if wrong else ""


def _wait_for(page: Page, name: str) -> None:
    title = PAGES[name] if name else "Pixelwise"
    page.get_by_role("heading", name=title, exact=True).first.wait_for(timeout=_PATIENCE_MS)


def _round() -> list[str]:
    """Return a way that goes over every ordered pair of pages once, back to where it began."""
    ahead = {page: [other for other in PAGES if other != page] for page in PAGES}
    random.Random(1).shuffle(ahead[""])  # noqa: S311
    way, trail = [], [""]
    while trail:
        if ahead[trail[-1]]:
            trail.append(ahead[trail[-1]].pop())
        else:
            way.append(trail.pop())
    return way[::-1]
