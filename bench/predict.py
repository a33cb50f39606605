"""Answers to photos: python -m bench.predict RUN

RUN is a run on cats and dogs of the data home, $PIXELWISE_HOME, or one that comes with Pixelwise. Measured are the time
of a photo from bytes to answer, a thousand photos against `model.predict`, the first answer after the server's start,
memory while 200 large photos are answered, and whether page, command line and plain Keras answer alike.
"""

import csv
import io
import json
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import psutil
from PIL import Image
from playwright.sync_api import Browser, Page

from bench.data import PETS_FILE, command_line, need
from core import runs
from core.prediction import photo_predictions, worker
from core.prediction.photo_predictions import Prediction
from core.runs import Run
from core.storage import data_home
from core.training.data import photo_prepared, read_photo
from tests.browser.server import Server, chromium, running_server

SINGLE, MANY, PAGE, LARGE = 300, 1_000, 40, 200
_PATIENCE_MS = 600_000


def main() -> None:
    """Measure all of it, one after the other."""
    need(PETS_FILE)
    run = runs.find(sys.argv[1] if len(sys.argv) > 1 else "latest", [*runs.all_runs(), *runs.shipped()])
    photos = list(islice(_pets(), MANY))
    try:
        _latency(run, photos)
        _throughput(run, photos)
        _plain_keras(run, photos[:PAGE])
    finally:
        worker.shut_down()
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        files = [Path(folder) / f"{number}.jpg" for number in range(LARGE)]
        for file, photo in zip(files, photos, strict=False):
            file.write_bytes(photo)
        _first_answer(browser, run, files[0])
        _page_and_command_line(browser, run, files[:PAGE])
        for file, photo in zip(files, photos, strict=False):
            _enlarge(photo, file)
        _memory(browser, run, files)


def _pets() -> Iterator[bytes]:
    """Yield photos of the published zip, cats and dogs by turns."""
    with zipfile.ZipFile(PETS_FILE) as archive:
        names = [name for name in archive.namelist() if name.endswith(".jpg")]
        cats, dogs = ([name for name in names if f"/{kind}/" in name] for kind in ("Cat", "Dog"))
        for pair in zip(cats, dogs, strict=False):
            yield from map(archive.read, pair)


def _answered(run: Run, photos: Sequence[bytes]) -> list[Prediction]:
    return [
        each
        for each in photo_predictions.predict_photos(run, photos, total=len(photos))
        if isinstance(each, Prediction)
    ]


def _latency(run: Run, photos: Sequence[bytes]) -> None:
    begun = time.perf_counter()
    _answered(run, photos[:1])
    print(f"first answer of a process that starts its worker: {time.perf_counter() - begun:.2f} s (goal 4 s)")
    seconds = []
    for photo in photos[:SINGLE]:
        begun = time.perf_counter()
        _answered(run, [photo])
        seconds.append(time.perf_counter() - begun)
    p95 = quantiles(seconds, n=20)[-1]
    print(
        f"one photo, bytes to answer, warm: median {1000 * median(seconds):.1f} ms, 95th percentile "
        f"{1000 * p95:.1f} ms (goal 25 ms), n = {len(seconds)}"
    )


def _throughput(run: Run, photos: Sequence[bytes]) -> None:
    begun = time.perf_counter()
    found = _answered(run, photos)
    ours = time.perf_counter() - begun
    begun = time.perf_counter()
    batch = np.stack([photo_prepared(read_photo(photo, run.recipe), run.recipe, run.about) for photo in photos])
    decoded = time.perf_counter() - begun
    begun = time.perf_counter()
    predicted = worker.predict_prepared(run, batch)
    keras = time.perf_counter() - begun
    agree = np.mean([each.label == row.argmax() for each, row in zip(found, predicted, strict=True)])
    print(
        f"{len(photos):,} photos: {len(photos) / ours:.0f} photos/s; decoding them, then model.predict: "
        f"{len(photos) / (decoded + keras):.0f} photos/s (model.predict alone {len(photos) / keras:.0f} images/s); "
        f"the same class for {agree:.1%}"
    )


def _plain_keras(run: Run, photos: Sequence[bytes]) -> None:
    found = _answered(run, photos)
    raw = np.concatenate([worker.predict_prepared(run, each.seen[np.newaxis]) for each in found])
    differences = np.abs(photo_predictions.certainty(run).apply(raw) - [each.probabilities for each in found])
    print(f"largest difference from a call of the Keras model by itself: {differences.max():.1e}")


@contextmanager
def _opened(browser: Browser, run: Run) -> Iterator[tuple[Page, Server]]:
    """Open the page on a fresh server."""
    with running_server(data_home.data_home()) as server:
        page = browser.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.goto(f"{server.address}/predict?run={run.name}")
        yield page, server
        page.close()


def _bring(page: Page, files: Sequence[Path]) -> None:
    """Upload photos, and wait until all are answered."""
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([str(file) for file in files])
    wanted = f"{len(files)} photos" if len(files) > 1 else "Network input:"
    page.get_by_text(wanted).first.wait_for()


def _first_answer(browser: Browser, run: Run, file: Path) -> None:
    begun = time.perf_counter()
    with _opened(browser, run) as (page, _):
        page.get_by_test_id("stFileUploaderDropzoneInput").wait_for(state="attached")
        opened = time.perf_counter() - begun
        _bring(page, [file])
        answered = time.perf_counter() - begun
        print(
            f"on the page: {answered - opened:.2f} s from the first photo to its answer (goal 6 s), {answered:.2f} s "
            "from the server's start"
        )


def _page_and_command_line(browser: Browser, run: Run, files: Sequence[Path]) -> None:
    with _opened(browser, run) as (page, _):
        _bring(page, files)
        with page.expect_download() as download:
            page.get_by_role("button", name="Download CSV").click()
        table = download.value.path().read_text(encoding="utf-8")
    printed = command_line(data_home.data_home(), "predict", *map(str, files), "--json", "--run", run.name)
    names = run.about.class_names
    page_says = {
        row["file"]: [float(row[f"p({name})"]) for name in names] for row in csv.DictReader(io.StringIO(table))
    }
    terminal_says = {
        Path(line["file"]).name: [line["probabilities"][name] for name in names]
        for line in map(json.loads, printed.splitlines())
    }
    same = sum(page_says[name] == terminal_says[name] for name in terminal_says)
    print(f"page and command line: {same} of {len(files)} answers the same to the last digit")


def _enlarge(photo: bytes, file: Path) -> None:
    """Write a photo as a phone's camera would, 12 megapixels."""
    Image.open(io.BytesIO(photo)).convert("RGB").resize((4000, 3000)).save(file, quality=80)


def _memory(browser: Browser, run: Run, files: Sequence[Path]) -> None:
    with _opened(browser, run) as (page, server):
        _bring(page, files[:1])
        page.get_by_text("what changes the prediction").first.wait_for()  # The worker is done with it.
        page.get_by_role("button", name="Clear photos").click()
        page.get_by_text("Network input:").first.wait_for(state="detached")
        with _peak(server) as memory:
            begun = time.perf_counter()
            _bring(page, files)
            seconds = time.perf_counter() - begun
    uploads = sum(file.stat().st_size for file in files)
    before, most = memory
    print(
        f"{len(files)} photos of 12 megapixels ({uploads / 1e6:.0f} MB) answered in {seconds:.0f} s, upload included; "
        f"server and worker grow by {(most - before - uploads) / 1e6:.0f} MB beyond the uploads (goal 300 MB)"
    )


@contextmanager
def _peak(server: Server) -> Iterator[list[int]]:
    """Yield a list that at the end holds the memory of the server and its processes before, and at most, in bytes."""
    process, stop = psutil.Process(server.pid), threading.Event()

    def used() -> int:
        return sum(each.memory_info().rss for each in [process, *process.children(recursive=True)])

    memory = [used(), 0]

    def watch() -> None:
        while not stop.wait(0.1):
            memory[1] = max(memory[1], used())

    thread = threading.Thread(target=watch)
    thread.start()
    yield memory
    stop.set()
    thread.join()


if __name__ == "__main__":
    main()
