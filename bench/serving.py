"""A class on one server: python -m bench.serving [class [USERS [MINUTES]] | memory]

`class` (30 users, 10 minutes) has users sign in, speak Streamlit's protocol as a browser does, look at a page each ten
seconds or so, and watch two trainings that go on; server, worker and trainings are kept to two processors where there
are more. A page's time is from asking for it until the server has drawn it; the browser's own part is not in it. A
session that has ended is kept for 5 s here, not for Streamlit's two minutes.

`memory` prints what a small host needs: server, worker and trainer, with pages visited and one training.
"""

import asyncio
import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets import Origin, Subprotocol
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from core.spaces import people, settings
from core.spaces.people import Visitor
from core.storage import data_home
from pages.common.visitor import COOKIE
from tests.paths import PROJECT

USERS, MINUTES, TRAINING = 30, 10.0, 2
PAGE_GOAL_S, IDLE_GOAL_MB = 1.5, 20.0
PORT = 8655
# Where a class spends its time; `train` is watched by those whose training goes on.
VISITED = ("home", "datasets", "browse", "preprocess", "augment", "train", "runs", "errors", "predict", "explain")
_EACH_S = (5.0, 15.0)
_KEPT_S, _PATIENCE_S = 5, 120.0
_KEY = "measured-class"
_PROCESSORS = {0, 1}


@dataclass
class Seen:
    """What all users saw: seconds by page, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def share(self, share: float) -> float:
        """Return the seconds that so large a share of all pages took at most."""
        return float(np.quantile([each for taken in self.seconds.values() for each in taken] or [0.0], share))


class User:
    """A browser's side of a session: asks for pages, draws fragments again that want it, notes errors."""

    def __init__(self, socket: ClientConnection, seen: Seen) -> None:
        """Speak over a connection that is open."""
        self._socket, self._seen = socket, seen
        self._finished, self._drawn = asyncio.Event(), False
        self._page = ""
        self._polls: list[asyncio.Task[None]] = []
        self._reader = asyncio.create_task(self._read())

    async def look(self, page: str) -> None:
        """Ask for a page, and wait until it is drawn."""
        self._stop_polls()
        self._finished.clear()
        self._page, self._drawn = page, False
        asked = BackMsg()
        asked.rerun_script.page_name = page
        begun = time.perf_counter()
        try:
            await self._socket.send(asked.SerializeToString())
            await asyncio.wait_for(self._finished.wait(), _PATIENCE_S)
        except (TimeoutError, ConnectionClosed) as error:
            self._seen.errors.append(f"{page}: {type(error).__name__}")
            return
        self._seen.seconds.setdefault(page, []).append(time.perf_counter() - begun)

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for data in self._socket:
                told = ForwardMsg.FromString(bytes(data))  # type: ignore[arg-type]
                kind, element = told.WhichOneof("type"), told.delta.new_element
                self._drawn = self._drawn or element.heading.body != ""
                if element.HasField("exception"):
                    self._seen.errors.append(f"{self._page}: {element.exception.message[:200]}")
                if element.HasField("alert") and element.alert.format == Alert.ERROR:
                    self._seen.errors.append(f"{self._page}: {element.alert.body[:200]}")
                if kind == "auto_rerun":
                    self._polls.append(asyncio.create_task(self._poll(told)))
                if kind == "script_finished" and self._drawn and told.script_finished == 0:
                    self._finished.set()

    async def _poll(self, told: ForwardMsg) -> None:
        asked = BackMsg()
        asked.rerun_script.page_name = self._page
        asked.rerun_script.fragment_id = told.auto_rerun.fragment_id
        asked.rerun_script.is_auto_rerun = True
        with contextlib.suppress(ConnectionClosed):
            while True:
                await asyncio.sleep(told.auto_rerun.interval)
                await self._socket.send(asked.SerializeToString())

    def _stop_polls(self) -> None:
        while self._polls:
            self._polls.pop().cancel()

    async def leave(self) -> None:
        """Close the page."""
        self._stop_polls()
        await self._socket.close()
        self._reader.cancel()


async def _entered(token: str, seen: Seen) -> User:
    address = f"http://localhost:{PORT}"
    socket = await connect(
        f"ws://localhost:{PORT}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        origin=Origin(address),
        additional_headers={"Cookie": f"{COOKIE}={token}"},
        max_size=None,
        open_timeout=60,
    )
    return User(socket, seen)


async def _use(user: User, until: float, watches: bool, seed: int) -> None:
    """Look at pages until a moment; who watches a training does little else."""
    chance = random.Random(seed)  # noqa: S311 nobody guesses it
    await asyncio.sleep(chance.uniform(0, _EACH_S[1]))
    while time.monotonic() < until:
        await user.look("train" if watches and chance.random() < 0.7 else chance.choice(VISITED))
        await asyncio.sleep(chance.uniform(*_EACH_S))


async def _class(server: psutil.Process, tokens: list[str], minutes: float) -> None:
    """Have a class work, and print what it met."""
    alone = Seen()
    first = await _entered(tokens[0], alone)
    for page in VISITED * 2:
        await first.look(page)
    await first.leave()
    await asyncio.sleep(20 + 3 * _KEPT_S)
    before = _megabytes(server)
    seen = Seen()
    users = [await _entered(token, seen) for token in tokens]
    for user in users:
        for page in ("home", "browse", "train"):
            await user.look(page)
        await user.look("home")
    await asyncio.sleep(20)
    idle = _megabytes(server)
    warm = len(seen.errors)
    seen.seconds.clear()
    until = time.monotonic() + 60 * minutes
    cpu = psutil.cpu_times()
    await asyncio.gather(*(_use(user, until, place < TRAINING, place) for place, user in enumerate(users)))
    busy = 1 - (psutil.cpu_times().idle - cpu.idle) / (60 * minutes * (psutil.cpu_count() or 1))
    working = _megabytes(server)
    left = await _left(server, users, tokens[0])
    # What caches keep is bounded: a second class adds nothing.
    users = [await _entered(token, Seen()) for token in tokens]
    until = time.monotonic() + 60
    await asyncio.gather(*(_use(user, until, False, 100 + place) for place, user in enumerate(users)))
    left_again = await _left(server, users, tokens[0])
    count = sum(map(len, seen.seconds.values()))
    print(f"{len(users)} users, {minutes:g} min, {count:,} pages, {TRAINING} trainings; processors {busy:.0%} busy")
    print(f"errors: {len(seen.errors)} ({warm} before the load)")
    for said in sorted(set(seen.errors))[:10]:
        print(f"  {said}")
    print(f"a page: median {seen.share(0.5):.2f} s, 95% within {seen.share(0.95):.2f} s (goal {PAGE_GOAL_S} s)")
    for page, taken in sorted(seen.seconds.items(), key=lambda item: -float(np.quantile(item[1], 0.95))):
        print(f"  {page}: median {np.median(taken):.2f} s, 95% within {np.quantile(taken, 0.95):.2f} s of {len(taken)}")
    each = (idle - before) / len(users)
    print(f"the server: {before:,.0f} MB with nobody, {idle:,.0f} MB with {len(users)} idle users: {each:.1f} MB each")
    print(f"(goal {IDLE_GOAL_MB:.0f} MB); {working:,.0f} MB at work, {left:,.0f} MB once all have left,")
    print(f"{left_again:,.0f} MB after a second class of a minute has left, too")


async def _left(server: psutil.Process, users: list[User], token: str) -> float:
    """Have all leave; return the server's memory, in MB, once their sessions are gone."""
    for user in users:
        await user.leave()
    await asyncio.sleep(20 + 3 * _KEPT_S)
    # What is kept too long goes as the next session begins.
    last = await _entered(token, Seen())
    await last.look("home")
    await last.leave()
    await asyncio.sleep(20 + 3 * _KEPT_S)
    return _megabytes(server)


def _megabytes(process: psutil.Process) -> float:
    return process.memory_info().rss / 1e6


@contextlib.contextmanager
def _served(folder: Path, trainings: int) -> Iterator[psutil.Process]:
    """Serve an empty root on two processors; yield the server's process."""
    secrets = folder / "secrets.toml"
    secrets.write_text(
        f'[pixelwise]\nclass_key = "{_KEY}"\n[pixelwise.limits]\ntrainings = {trainings}\nmegabytes = 500\n'
    )
    os.environ.update(
        {
            "PIXELWISE_HOME": str(folder / "home"),
            settings.SERVE: str(secrets),
            "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(_KEPT_S),
            "PYTHONPATH": str(PROJECT),
        }
    )
    command = [sys.executable, "-m", "core", "serve", "--secrets", str(secrets), "--address", "127.0.0.1"]
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", PORT)) == 0:
            sys.exit(f"Something else listens on port {PORT}: end it first.")
    with (folder / "server.log").open("wb") as log:
        server = subprocess.Popen([*command, "--port", str(PORT)], cwd=PROJECT, stdout=log, stderr=log)
        if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > len(_PROCESSORS):
            os.sched_setaffinity(server.pid, _PROCESSORS)
        try:
            _wait_until_ready(server)
            yield psutil.Process(server.pid)
        finally:
            server.terminate()
            server.wait(60)
            errors = [line for line in (folder / "server.log").read_text().splitlines() if "Traceback" in line]
            print(f"tracebacks in the server's log: {len(errors)}")
            if errors:
                shutil.copy(folder / "server.log", Path(tempfile.gettempdir()) / "serving.log")


def _wait_until_ready(server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if server.poll() is not None:
            sys.exit("the server did not start")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_stcore/health"):
            return
        time.sleep(0.1)
    sys.exit("the server did not answer within a minute")


def _joined(count: int) -> list[tuple[str, Visitor]]:
    tokens = [people.sign_in(f"User {number + 1}", _KEY).token for number in range(count)]
    return [(token, who) for token in tokens if (who := people.visitor(token)) is not None]


def _command_line(home: Path, *words: str) -> None:
    environment = {**os.environ, "PIXELWISE_HOME": str(home), data_home.COMMON: str(data_home.common())}
    subprocess.run(
        [sys.executable, "-m", "core", *words], cwd=PROJECT, env=environment, check=True, capture_output=True
    )


def a_class(folder: Path, count: int, minutes: float) -> None:
    """Measure a class of so many for so long."""
    with _served(folder, TRAINING) as server:
        users = _joined(count)
        for _, who in users[:TRAINING]:
            _command_line(who.home, "train", "digits-cnn", "--set", "fit.epochs=1000")
        try:
            asyncio.run(_class(server, [token for token, _ in users], minutes))
        finally:
            for _, who in users[:TRAINING]:
                _command_line(who.home, "runs", "stop", "latest")
            time.sleep(5)


def memory(folder: Path) -> None:
    """Print what server, worker and trainer take, one user at work."""
    with _served(folder, 1) as server:
        ((token, who),) = _joined(1)
        print(f"server, just started: {_megabytes(server):,.0f} MB")

        async def visit() -> None:
            user = await _entered(token, Seen())
            for page in VISITED:
                await user.look(page)
            await user.leave()

        asyncio.run(visit())
        time.sleep(15)
        print(f"all pages visited: {_family(server)[1]}")
        _command_line(who.home, "train", "digits-cnn", "--set", "fit.epochs=100")
        peak, said, until = 0.0, "", time.monotonic() + 75
        while time.monotonic() < until:
            peak, said = max((peak, said), _family(server))
            time.sleep(0.5)
        print(f"with a training, at its most: {said}")


def _others(server: psutil.Process) -> list[psutil.Process]:
    """Return the worker's processes, which are the server's children, and the trainers, which are sessions apart."""
    found = server.children(recursive=True)
    for each in psutil.process_iter(["cmdline"]):
        if "core.nn.train" in " ".join(each.info["cmdline"] or ()) and each not in found:
            found.append(each)
    return found


def _own(process: psutil.Process) -> tuple[float, float]:
    """Return a process's memory in MB: what is its alone, and all of it with the programs that it maps."""
    with contextlib.suppress(psutil.Error):
        found = process.memory_full_info()
        return found.uss / 1e6, found.rss / 1e6
    return 0.0, 0.0


def _family(server: psutil.Process) -> tuple[float, str]:
    """Return what all processes have alone, in MB, and the figures of each kind in words."""
    parts = {"server": [_own(server)], "worker": [], "trainer": []}
    for each in _others(server):
        with contextlib.suppress(psutil.Error):
            parts["trainer" if "core.nn.train" in " ".join(each.cmdline()) else "worker"].append(_own(each))
    sums = {name: tuple(map(sum, zip((0.0, 0.0), *sizes, strict=True))) for name, sizes in parts.items()}
    alone = sum(own for own, _ in sums.values())
    said = ", ".join(f"{name} {own:,.0f} MB ({whole:,.0f} MB mapped)" for name, (own, whole) in sums.items())
    return alone, f"{said}; {alone:,.0f} MB in all"


def main(words: list[str]) -> None:
    """Measure what is asked for; a class without a word."""
    with tempfile.TemporaryDirectory() as folder:
        if words[:1] == ["memory"]:
            memory(Path(folder))
        else:
            count = int(words[1]) if len(words) > 1 else USERS
            a_class(Path(folder), count, float(words[2]) if len(words) > 2 else MINUTES)


if __name__ == "__main__":
    main(sys.argv[1:])
