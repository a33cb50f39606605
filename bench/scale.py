"""Many runs, images and sessions: python -m bench.scale [runs | pictures | tiny | sessions]

`runs` draws pages on a data home with 3 runs and on one with 1,000, by turns. `pictures` imports 200,000 small images
from a zip and audits them, each in a process of its own, as a job does; memory is the operating system's account of it.
`tiny` imports 1,000,000 images of 8×8 pixels from an npz and from a tar. `sessions` has 25 sessions at once visit pages
of one server, round after round, and prints its memory after each; a session that has ended is kept for 5 s here, not
for Streamlit's two minutes.
"""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np
import psutil
from PIL import Image
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Origin, Subprotocol
from websockets.sync.client import connect

from core import runs
from tests.browser.server import running_server
from tests.paths import PROJECT
from tests.unit.made_runs import made_run

FEW, MANY, RATIO_GOAL = 3, 1_000, 1.3
PAGES = ("home", "train", "runs", "errors", "predict")
ROUNDS = 5
IMAGES, IMPORT_GOAL, AUDIT_GOAL_MB = 200_000, 8_000, 600
TINY, TINY_GOAL_MB = 1_000_000, 600
SESSIONS, VISITS = 25, 5
VISITED = ("", "browse", "browse?view=overview", "augment", "preprocess", "train", "runs", "errors", "predict")
_KEPT_S = 5
_DRAW = """
import os, sys, time
from streamlit.testing.v1 import AppTest
app = AppTest.from_file(os.path.abspath("app.py"), default_timeout=120).run()
for name in sys.argv[1:]:
    app.switch_page(f"pages/{name}/page.py").run()
    assert not app.exception, app.exception
    seconds = []
    for _ in range(5):
        begun = time.perf_counter()
        app.run()
        seconds.append(time.perf_counter() - begun)
    print(min(seconds), flush=True)
os._exit(0)
"""
_IMPORT = """
import sys, time
from pathlib import Path
from core.datasets.sources import importing
begun = time.perf_counter()
importing.import_images(importing.plan(Path(sys.argv[1])), name="many", title="Many")
# Since this process's program began: `ru_maxrss` counts what the bench had before.
peak = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
print(time.perf_counter() - begun, int(peak) * 1024 / 1e6)
"""
_AUDIT = """
import resource, time
from core.datasets.audit import report as audit; from core.datasets.sources import catalogue
begun = time.perf_counter()
audit.audit(catalogue.open_dataset("many"))
print(time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
"""


def main(parts: list[str]) -> None:
    """Measure both, or what is asked for."""
    with tempfile.TemporaryDirectory() as folder:
        if not parts or "runs" in parts:
            many_runs(Path(folder))
        if not parts or "pictures" in parts:
            many_images(Path(folder))
        if not parts or "tiny" in parts:
            many_tiny(Path(folder))
        if not parts or "sessions" in parts:
            many_sessions(Path(folder))


def many_runs(folder: Path) -> None:
    """Print the time that each page takes with few and with many runs."""
    homes = {count: folder / f"home-{count}" for count in (FEW, MANY)}
    for count, home in homes.items():
        os.environ["PIXELWISE_HOME"] = str(home)
        first = made_run([1, 2, 3])
        (first.folder / "model.keras").write_bytes(b"made up")
        for number in range(count - 1):
            shutil.copytree(first.folder, runs.runs_folder() / f"20200101-{number:06d}-digits-cnn")
    taken: dict[int, list[list[float]]] = {count: [] for count in homes}
    for _ in range(ROUNDS):
        for count, home in homes.items():
            taken[count].append([float(line) for line in _printed(_DRAW, home, *PAGES)])
    for number, page in enumerate(PAGES):
        few, many = (median(seconds[number] for seconds in taken[count]) for count in homes)
        ratios = [b[number] / a[number] for a, b in zip(taken[FEW], taken[MANY], strict=True)]
        print(
            f"{page}: {few * 1000:.0f} ms with {FEW} runs, {many * 1000:.0f} ms with {MANY:,}: "
            f"{median(ratios):.2f} times as long (goal {RATIO_GOAL})"
        )


def many_images(folder: Path) -> None:
    """Print how fast many images are imported, and the memory that their audit takes."""
    path, home = folder / "many.zip", folder / "home-pictures"
    rng = np.random.default_rng(0)
    with zipfile.ZipFile(path, "w") as written:
        for number in range(IMAGES):
            coarse = Image.fromarray(rng.integers(0, 256, (6, 6, 3), np.uint8))
            data = io.BytesIO()
            coarse.resize((32, 32), Image.Resampling.BICUBIC).save(data, "PNG", compress_level=1)
            written.writestr(f"{number % 10}/{number}.png", data.getvalue())
    seconds, memory = map(float, _printed(_IMPORT, home, str(path))[0].split())
    print(f"import: {IMAGES / seconds:,.0f} images a second (goal {IMPORT_GOAL:,}), peak memory {memory:,.0f} MB")
    seconds, memory = map(float, _printed(_AUDIT, home)[0].split())
    print(f"audit: {seconds:.0f} s, peak memory {memory:,.0f} MB (goal {AUDIT_GOAL_MB})")


def many_tiny(folder: Path) -> None:
    """Print how fast a million tiny images are imported, and the memory that this takes."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 256, (TINY, 8, 8), np.uint8), rng.integers(0, 10, TINY)
    np.savez(folder / "tiny.npz", images=images, labels=labels)
    del images, labels
    tiny_tar(folder / "tiny.tar", TINY)
    for name in ("tiny.npz", "tiny.tar"):
        seconds, memory = import_tiny(folder / name, folder / f"home-{name}")
        print(
            f"{name}: {TINY:,} images, {TINY / seconds:,.0f} a second, peak memory {memory:,.0f} MB "
            f"(goal {TINY_GOAL_MB})",
            flush=True,
        )


def tiny_tar(path: Path, count: int) -> None:
    """Write a tar of images of 8×8 pixels, in folders of ten classes."""
    rng = np.random.default_rng(0)
    with tarfile.open(path, "w") as written:
        for number in range(count):
            data = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (8, 8), np.uint8)).save(data, "PNG", compress_level=0)
            entry = tarfile.TarInfo(f"{number * 7 % 10}/{number}.png")
            entry.size = data.tell()
            data.seek(0)
            written.addfile(entry, data)


def import_tiny(path: Path, home: Path) -> tuple[float, float]:
    """Import a file as the dataset `many` in a process of its own; return the seconds, and its peak memory in MB."""
    seconds, memory = map(float, _printed(_IMPORT, home, str(path))[0].split())
    return seconds, memory


def many_sessions(folder: Path) -> None:
    """Print the memory of a server after each round of sessions."""
    os.environ["STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL"] = str(_KEPT_S)
    os.environ["PIXELWISE_HOME"] = str(folder / "home-sessions")
    made_run([1, 2, 3])
    with running_server(folder / "home-sessions") as server, ThreadPoolExecutor(SESSIONS) as threads:
        process = psutil.Process(server.pid)
        for number in range(VISITS + 1):
            list(threads.map(_visit, [server.address] * (SESSIONS if number else 1)))
            time.sleep(3 * _KEPT_S)
            # What is kept too long goes as the next session begins.
            _visit(server.address, VISITED[:1])
            said = f"{SESSIONS} sessions, round {number}" if number else "one session"
            print(f"{said}: the server has {process.memory_info().rss / 1e6:,.0f} MB")


def _visit(address: str, pages: Sequence[str] = VISITED) -> None:
    """Open pages one after another in a session, as a browser does, and leave."""
    place = f"{address.replace('http', 'ws')}/_stcore/stream"
    with connect(place, subprotocols=[Subprotocol("streamlit")], origin=Origin(address), max_size=None) as socket:
        for page in pages:
            asked, drawn = BackMsg(), False
            asked.rerun_script.page_name, _, asked.rerun_script.query_string = page.partition("?")
            socket.send(asked.SerializeToString())
            while True:
                told = ForwardMsg.FromString(bytes(socket.recv(300, decode=False)))
                drawn = drawn or told.delta.new_element.heading.body != ""
                if told.WhichOneof("type") == "script_finished" and drawn:
                    break


def _printed(code: str, home: Path, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=PROJECT,
        env={**os.environ, "PIXELWISE_HOME": str(home)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


if __name__ == "__main__":
    began = time.perf_counter()
    main(sys.argv[1:])
    print(f"{time.perf_counter() - began:.0f} s in all")
