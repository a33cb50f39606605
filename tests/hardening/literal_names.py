"""Names from outside on every page: each stands there letter by letter, and makes nothing wider than the page.

A case is a page, or a view of one, with one of the names as title of the dataset, the run and the recipe, as source,
licence and note; the classes and the files have all of them.
"""

import contextlib
import dataclasses
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import FilePayload, Page
from playwright.sync_api import TimeoutError as TooLate

from core import runs
from core.datasets import store
from core.datasets.store import Dataset
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.storage import user_library
from tests.browser.server import UNWARMED, chromium, running_server
from tests.browser.settled import settle
from tests.unit.made_runs import write_metrics
from tests.unit.photos import photo_set

_TEXTS = (
    "https://example.com/a?b=c",
    "see https://example.com/x.",
    "(www.example.com)",
    "ftp://example.com/x",
    "first.last+tag@example.co.uk",
    "mailto:mail@example.com",
    "xmpp:mail@example.com/x",
    "<https://example.com>",
    "<mail@example.com>",
    "[a](https://example.com)",
    "[a][1]",
    "[^1]",
    "![a](https://example.com/a.png)",
    "![](x)",
    "javascript:alert(1)",
    "data:text/html,<b>x</b>",
    ":material/sailing:",
    "a :material/skateboarding: b",
    ":smile:",
    ":+1: :-1:",
    ":streamlit:",
    ":red[red]",
    ":red-background[red]",
    ":blue-badge[badge]",
    ":small[small]",
    ":help[x]",
    ":rainbow[x]",
    "a -> b <- c",
    "a --> b <-- c <-> d",
    "a => b >= c <= d",
    "a -- b --- c",
    "(c) (r) ... ~= !=",
    "$x^2$ and $$y$$",
    "5 $ and 6 $",
    "\\(x\\) \\[y\\]",
    "**bold** __bold__ *it* _it_",
    "~~gone~~ ~x~",
    "`code` ``code``",
    "# heading",
    "> quote",
    "- item",
    "<a href='https://example.com'>a</a>",
    "%{x} %{y}",
    "1. item",
    "1) item",
    "- [ ] task",
    "| a | b |",
    "---",
    "===",
    "<b>bold</b>",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!-- gone -->",
    "&amp; &lt; &#33; &copy;",
    "\\* \\\\ \\n",
    "{{x}} {x} %s ${x}",
    '\'; " x="1" \'',
    "=1+1",
    "a/../b\\c",
    "\u202ereversed\u202c",
    "a" * 110,
)
# The end tells a name wherever it stands, whatever became of the rest.
_SPACES = [" "] * (len(_TEXTS) - 1) + [""]
NAMES = tuple(f"{text}{space}n{number:02}n" for number, (text, space) in enumerate(zip(_TEXTS, _SPACES, strict=True)))
_DATASET = "dataset=names"
VIEWS = (
    "",
    "datasets",
    *(f"browse?{_DATASET}&view={view}" for view in ("pictures&picture=3", "pictures", "overview", "map", "audit")),
    *(
        f"preprocess?{_DATASET}&view={view}"
        for view in ("each-step", "six-pictures", "resampling", "numbers", "code", "whole-data-set")
    ),
    *(f"augment?{_DATASET}&view={view}" for view in ("contact-sheet", "extremes", "one-setting", "is-it-safe", "code")),
    *(f"train?{_DATASET}&run=RUN&view={view}" for view in ("run", "network", "fit", "input", "as-text")),
    "runs?run=RUN",
    "runs?run=RUN&run=OTHER",
    *(
        f"errors?run=RUN&view={view}"
        for view in ("pictures", "pictures&picture=3", "classes", "calibration", "label-errors", "map")
    ),
    "predict?run=RUN",
    "predict",
    "teach",
)
SUITE, BENCH = len(VIEWS), 10 * len(VIEWS)
BROWSER = True
_WIDTHS = (1440, 390)
_PATIENCE_MS = 60_000
_MOST_POPOVERS = 3
# All text of the page, a block a line, and what of it is told to a screen reader or shown on a hover.
_READ = """() => {
  const texts = [], told = ["title", "alt", "aria-label", "placeholder"], made = [];
  const read = (root) => {
    for (const each of root === document ? [document.body] : root.children) texts.push(each.innerText ?? "");
    for (const each of root.querySelectorAll("*")) {
      for (const name of told) if (each.hasAttribute(name)) texts.push(each.getAttribute(name));
      if (each.shadowRoot) read(each.shadowRoot);
      const icon = each.dataset.testid === "stIconMaterial" && /sailing|skateboarding/.test(each.textContent);
      const leads = ["href", "xlink:href", "src"].some((to) => /example\\.c/.test(each.getAttribute(to) ?? ""));
      if (icon || leads || each.matches(".katex, del, img[src='x']")) made.push(each.outerHTML);
    }
  };
  read(document);
  return { texts: texts.join("\\n"), made };
}"""


def failures(count: int, home: Path) -> Iterator[str]:
    """Try that many cases and yield what failed in each, or an empty text."""
    dataset = _dataset()
    both = [_run(dataset), _run(dataset)]
    with chromium() as browser, running_server(home, UNWARMED) as server:
        page = browser.new_page(reduced_motion="reduce")
        page.on("dialog", lambda dialog: dialog.dismiss())
        for case in range(count):
            view, name = VIEWS[case % len(VIEWS)], NAMES[(59 + 7 * case + case // len(VIEWS)) % len(NAMES)]
            _entitle(dataset, both, name)
            address = view.replace("RUN", both[0].name).replace("OTHER", both[1].name)
            page.set_viewport_size({"width": _WIDTHS[0], "height": 900})
            page.goto(f"{server.address}/{address}")
            if view == "predict":
                page.get_by_test_id("stFileUploaderDropzoneInput").first.set_input_files(_photos())
                page.get_by_text(NAMES[0]).first.wait_for(timeout=60_000)
            wrong = list(_wrong(page))
            yield f"/{address} titled {name}: {'; '.join(wrong[:4])}" if wrong else ""
        page.close()


def _photos() -> list[FilePayload]:
    """Return photos whose files have the names."""
    file = io.BytesIO()
    Image.new("L", (28, 28), 255).save(file, "PNG")
    return [{"name": name, "mimeType": "image/png", "buffer": file.getvalue()} for name in NAMES]


def _wrong(page: Page) -> Iterator[str]:
    page.get_by_role("heading").first.wait_for(timeout=_PATIENCE_MS)
    _settle(page)
    yield from _misread(page)
    if page.get_by_role("dialog").count():
        return  # What is behind it has its own case.
    for closed in page.locator("details:not([open]) > summary").all()[::-1]:
        closed.click(timeout=_PATIENCE_MS)
    openers = [each for each in page.get_by_test_id("stPopoverButton").all() if each.is_visible()]
    for opener in openers[:_MOST_POPOVERS]:
        opener.click(timeout=_PATIENCE_MS)
        _settle(page)
        yield from _misread(page)
        page.keyboard.press("Escape")
    for width in _WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        _settle(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            yield f"it is {wide} pixels wide, the page {width}"
    if page.locator("[data-testid=stException], [data-testid=stErrorElement]").count():
        yield "there is a red box"


def _settle(page: Page) -> None:
    with contextlib.suppress(TooLate):  # A page that polls.
        settle(page, timeout_ms=8000, holds_ms=150)


def _misread(page: Page) -> Iterator[str]:
    """Yield what the page shows of a name otherwise than it is."""
    found = page.evaluate(_READ)
    yield from (f"there is {each[:200]}" for each in found["made"])
    texts = _even(found["texts"])
    for number, name in enumerate(NAMES):
        end, whole = f"n{number:02}n", _even(name)
        if texts.count(end) > texts.count(whole):
            at = next(at for at in _places(texts, end) if not texts[: at + len(end)].endswith(whole))
            yield f"{whole!r} is {texts[max(at - len(whole), 0) : at + len(end)]!r}"


def _places(text: str, part: str) -> Iterator[int]:
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _even(text: str) -> str:
    """Return a text without what a browser does not show: how much space there is, characters without width."""
    return " ".join(text.replace("\u2060", "").split())


def _dataset() -> Dataset:
    """Make a dataset whose classes and files have the names: two small images a class, a third of them for tests."""
    rng = np.random.default_rng(0)
    images = [Image.fromarray(rng.integers(0, 256, (12, 12, 3), np.uint8)) for _ in range(3 * len(NAMES))]
    labels = [number % len(NAMES) for number in range(len(images))]
    made = photo_set("names", images, labels, NAMES)
    np.save(made.folder / "splits.npy", (np.arange(len(labels)) // (2 * len(NAMES))).astype(np.uint8))
    (made.folder / "names.txt").write_text("".join(f"{NAMES[label]}\n" for label in labels), encoding="utf-8")
    return store.read(made.folder)


def _run(dataset: Dataset) -> Run:
    run = runs.create(find_recipe("digits-cnn"), "names")
    arrays: dict[str, np.ndarray] = {}
    for part in ("train", "test"):
        ids = dataset.select(part)
        labels = np.asarray(dataset.labels[ids]).astype(np.int64)
        probabilities = np.random.default_rng(1).dirichlet(np.full(len(NAMES), 0.1), len(ids)).astype(np.float32)
        told = {"ids": ids, "labels": labels, "probabilities": probabilities}
        arrays |= {f"{'validation' if part == 'train' else part}_{each}": told[each] for each in told}
    np.savez(run.folder / "evaluation.npz", **arrays)  # type: ignore[arg-type]
    write_metrics(run, 3)
    created = run.status().created
    result = {"test_accuracy": 0.1, "test_loss": 3.0, "validation_accuracy": 0.1, "validation_loss": 3.0}
    run.write_status(
        runs.Status(runs.FINISHED, created, epochs=3, epoch=3, fraction=1.0, ended=created + 9, result=result)
    )
    return run


def _entitle(dataset: Dataset, both: list[Run], name: str) -> None:
    """Give the name to everything that has one."""
    about = dataclasses.replace(dataset.about, title=name, source=name, licence=name)
    (dataset.folder / "dataset.json").write_text(about.to_json(), encoding="utf-8")
    for run in both:
        (run.folder / "dataset.json").write_text(about.to_json(), encoding="utf-8")
        run.write_about_run(dataclasses.replace(run.about_run, title=name, note=name))
        path = run.folder / "recipe.json"
        recipe: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps({**recipe, "title": name}), encoding="utf-8")
    for kind, content in (("recipe", recipe), ("augmentation", {"rotation_range": 9}), ("pipeline", [])):
        for each in user_library.names(kind):
            user_library.remove(kind, each)
        if len(name) <= user_library.LONGEST_NAME and name.isprintable():
            user_library.save(kind, name, {**recipe, "title": name} if kind == "recipe" else content)
