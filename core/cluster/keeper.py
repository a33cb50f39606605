"""What does a folder's work on a machine of the cluster: an actor of Ray's, which starts the process and watches it.

Ray makes it anew on another machine when its own is gone; it then starts the process again, which goes on from its last
checkpoint.
"""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import threading
from pathlib import Path

from core.storage import beat, data_home, processes


class Keeper:
    """Keeps the process of one folder, from its start to its end. Ray makes it: no argument may need another module."""

    def __init__(self, module: str, folder: str, homes: tuple[str, str], log: str, cpus: int) -> None:
        """Take the work over from whoever had it, and start its process.

        Args:
            module: such as `core.nn.train`.
            folder: its one argument.
            homes: its `$PIXELWISE_HOME`, and its `$PIXELWISE_COMMON`.
            log: the file in the folder that what it prints is added to.
            cpus: how many threads compute.

        Raises:
            OSError: the folder may not be written.
        """
        self._module, self._folder, self._log = module, Path(folder), log
        self._writer, self._node = secrets.token_hex(8), socket.gethostname()
        self._environment = {
            **os.environ,
            "PIXELWISE_HOME": homes[0],
            "PIXELWISE_COMMON": homes[1],
            processes.NODE: self._node,
            processes.END_WITH: str(os.getpid()),
            "TF_NUM_INTRAOP_THREADS": str(cpus),
            # The code that came with the actor, not what may be installed here.
            "PYTHONPATH": str(processes.PROJECT),
        }
        self._lock, self._ended, self._next = threading.Lock(), False, ""
        queued = beat.read(self._folder, beat.IN_QUEUE)
        self._turn = queued.writer if queued is not None else ""
        self._beat()
        self._process = self._started()
        threading.Thread(target=data_home.carried(self._watch), daemon=True).start()

    def take(self, turn: str) -> bool:
        """Take care that the work is done for a turn, and return whether it will be: this may be about to end.

        A process that was started for an earlier turn, and has yet to end, is started again then.

        Args:
            turn: what the sign of life of whoever asks says as its writer.
        """
        with self._lock:
            if turn != self._turn:
                self._next = turn
            return not self._ended

    def _started(self) -> "subprocess.Popen[bytes]":
        with (self._folder / self._log).open("ab") as file:
            return subprocess.Popen(
                [sys.executable, "-m", self._module, str(self._folder)],
                cwd=processes.PROJECT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def _beat(self) -> None:
        beat.write(self._folder, beat.AT_WORK, writer=self._writer, node=self._node)

    def _watch(self) -> None:
        while self._goes_on():
            found = beat.read(self._folder, beat.AT_WORK)
            if found is not None and found.writer not in ("", self._writer):
                # This machine was given up, and another has the work: two must not write.
                self._process.kill()
                os._exit(1)
            with contextlib.suppress(OSError):
                self._beat()
        with contextlib.suppress(OSError):
            (self._folder / beat.AT_WORK).unlink(missing_ok=True)
        _end()

    def _goes_on(self) -> bool:
        """Wait for the next sign of life to be due; return whether there still is a process, or another one."""
        try:
            self._process.wait(beat.BEAT_S)
        except subprocess.TimeoutExpired:
            return True
        with self._lock:
            if not self._next:
                self._ended = True
                return False
            self._turn, self._next = self._next, ""
            self._process = self._started()
            return True


def _end() -> None:
    """End this actor for good."""
    import ray

    ray.kill(ray.get_runtime_context().current_actor, no_restart=True)
