"""Every page after every other, by a quick click or a slow one, on empty and full data homes, in a class: no error.

Pages share keys of Streamlit's session: what one leaves there, another must be able to begin with. A class server has
one page more, for its teachers.
"""

import functools
import itertools
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Error, Page

from core.classroom import sharing
from core.spaces import people, settings
from core.storage import data_home
from pages.common.visitor import COOKIE
from tests.browser.server import UNWARMED, Server, chromium, running_server
from tests.unit.made_runs import made_run
from tests.unit.photos import photo_set

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
_CLASSROOM = "classroom"
_ALL = {**PAGES, _CLASSROOM: "Classroom"}
_PAIRS = list(itertools.permutations(PAGES, 2))
_AROUND_CLASSROOM = [pair for pair in itertools.permutations(_ALL, 2) if _CLASSROOM in pair]
_SLOWLY_MS = 3000
_PATIENCE_MS = 60_000
# The tests: a walk over all pairs on a full home, one click after the other; some in sessions of their own; a teacher's
# walk to Classroom and back. Then the walk on an empty home, a student's, and a teacher's over all; then pairs in
# sessions of their own, slowly and quickly: a teacher's with Classroom, and all on both homes.
_FIRST_ALONE = 4
SUITE = len(_PAIRS) + _FIRST_ALONE + len(_AROUND_CLASSROOM)
BENCH = 8 * len(_PAIRS) + 4 * len(_AROUND_CLASSROOM)
BROWSER = True
_KEYS = "blue-horses", "green-owls-9"
Opened = Callable[[], Page]


def failures(count: int, home: Path) -> Iterator[str]:
    """Try that many cases and yield what failed in each, or an empty text."""
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        opened = functools.partial(browser.new_page, reduced_motion="reduce")
        made_run(wrong=range(0, 90, 3))
        empty, root = (Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2))
        servers = [stack.enter_context(running_server(each, UNWARMED)) for each in (home, empty)]
        full, none = (_walk(opened, server, _round(_PAIRS, ""), stack) for server in servers)
        both = [(opened, each) for each in servers]
        alone = itertools.chain(*(_one_by_one(both, _shuffled(), slow=slow) for slow in (True, False)))
        # What the tests try comes first: a walk, the two pages that share most, and the class.
        yield from itertools.islice(itertools.chain(full, itertools.islice(alone, _FIRST_ALONE)), count)
        server, student, teacher = stack.enter_context(_class(browser, root))
        there = _round(_AROUND_CLASSROOM, _CLASSROOM)
        in_class = [
            _walk(teacher, server, there, stack),
            none,
            _walk(student, server, _round(_PAIRS, ""), stack),
            _walk(teacher, server, _round(list(itertools.permutations(_ALL, 2)), ""), stack),
            *(_one_by_one([(teacher, server)], _AROUND_CLASSROOM, slow=slow) for slow in (True, False)),
        ]
        yield from itertools.islice(itertools.chain(*in_class, alone), max(0, count - len(_PAIRS) - _FIRST_ALONE))


@contextmanager
def _class(browser: Browser, root: Path) -> Iterator[tuple[Server, Opened, Opened]]:
    """Serve a class with a shared dataset and a student's run; yield what opens a page as a student, as a teacher."""
    secrets = root / "secrets.toml"
    secrets.write_text('[pixelwise]\nclass_key = "{}"\nteacher_key = "{}"\n'.format(*_KEYS))
    served = {settings.SERVE: str(secrets), "PIXELWISE_HOME": str(root / "served")}
    with ExitStack() as stack:
        with patch.dict(os.environ, served):
            tokens = [people.sign_in(name, key).token for name, key in zip(("Ada", "Grace"), _KEYS, strict=True)]
            student, teacher = map(people.visitor, tokens)
            assert student is not None
            assert teacher is not None
            with data_home.at(teacher.home):
                images = np.random.default_rng(0).integers(0, 256, (24, 40, 50, 3), np.uint8)
                pets = photo_set("pets", list(map(Image.fromarray, images)), [0, 1] * 12, ["cat", "dog"])
                sharing.share(pets, 0.25)
            with data_home.at(student.home):
                made_run(wrong=[1, 2])
            server = stack.enter_context(running_server(root / "served", UNWARMED))
        contexts = [browser.new_context(reduced_motion="reduce") for _ in tokens]
        for context, token in zip(contexts, tokens, strict=True):
            stack.callback(context.close)
            context.add_cookies([{"name": COOKIE, "value": token, "url": server.address}])
        as_student, as_teacher = (context.new_page for context in contexts)
        yield server, as_student, as_teacher


def _walk(opened: Opened, server: Server, way: Sequence[str], stack: ExitStack) -> Iterator[str]:
    """Go a way in one session, never waiting longer than for a page's title; the stack closes it."""
    page = opened()
    # Not at the end of this generator: one left half way ends when garbage is collected, and where that happens within
    # Playwright, it waits for itself for ever.
    stack.callback(page.close)
    page.goto(f"{server.address}/{way[0]}")
    for before, after in itertools.pairwise(way):
        failed = _tried(page, server, before, after, fresh=False)
        yield failed
        if failed:  # It counts once: the way goes on from where the click should have led.
            page.goto(f"{server.address}/{after}")


def _one_by_one(
    visitors: Sequence[tuple[Opened, Server]], pairs: Sequence[tuple[str, str]], *, slow: bool
) -> Iterator[str]:
    """Try pairs, each in sessions of its own, of each visitor."""
    for pair in pairs:
        for opened, server in visitors:
            page = opened()
            yield _tried(page, server, *pair, fresh=True, slow=slow)
            page.close()


def _shuffled() -> list[tuple[str, str]]:
    """Return all pairs, first the two pages that share most."""
    pairs = random.Random(0).sample(_PAIRS, len(_PAIRS))  # noqa: S311
    return sorted(pairs, key=lambda pair: pair not in (("errors", "browse"), ("browse", "errors")))


def _tried(page: Page, server: Server, before: str, after: str, *, fresh: bool, slow: bool = False) -> str:
    log = server.home / "server.log"
    said = len(log.read_text(encoding="utf-8", errors="replace"))
    try:
        if fresh:
            page.goto(f"{server.address}/{before}")
        _wait_for(page, before)
        if slow:
            page.wait_for_timeout(_SLOWLY_MS)
        page.get_by_role("link", name=_ALL[after], exact=True).first.click()
        _wait_for(page, after)
        if fresh:
            page.wait_for_timeout(_SLOWLY_MS)
        wrong = page.locator("[data-testid=stException], [data-testid=stErrorElement]").all_inner_texts()
    except Error as error:
        wrong = [error.message]
    new = log.read_text(encoding="utf-8", errors="replace")[said:]
    if "Traceback" in new:
        wrong.append(new[new.index("Traceback") :][-400:])
    way = f"{_ALL[before]} to {_ALL[after]}, {'slowly' if slow else 'quickly'}, {server.home.name}"
    return f"{way}: {wrong[0]}" if wrong else ""


def _wait_for(page: Page, name: str) -> None:
    title = _ALL[name] if name else "Pixelwise"
    page.get_by_role("heading", name=title, exact=True).first.wait_for(timeout=_PATIENCE_MS)


def _round(pairs: Sequence[tuple[str, str]], first: str) -> list[str]:
    """Return a way that goes over each of the pairs once, back to where it began; as many lead to a page as from it."""
    ahead: dict[str, list[str]] = {}
    for before, after in pairs:
        ahead.setdefault(before, []).append(after)
    random.Random(1).shuffle(ahead[first])  # noqa: S311
    way, trail = [], [first]
    while trail:
        if ahead[trail[-1]]:
            trail.append(ahead[trail[-1]].pop())
        else:
            way.append(trail.pop())
    return way[::-1]
