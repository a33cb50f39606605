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
from typing import Any

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
        self._folder, self._writer = Path(folder), secrets.token_hex(8)
        self._node = socket.gethostname()
        self._beat()
        environment = {
            **os.environ,
            "PIXELWISE_HOME": homes[0],
            "PIXELWISE_COMMON": homes[1],
            processes.NODE: self._node,
            processes.END_WITH: str(os.getpid()),
            "TF_NUM_INTRAOP_THREADS": str(cpus),
            # The code that came with the actor, not what may be installed here.
            "PYTHONPATH": str(processes.PROJECT),
        }
        with (self._folder / log).open("ab") as file:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, folder],
                cwd=processes.PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        threading.Thread(target=data_home.carried(self._watch), daemon=True).start()

    def node(self) -> str:
        """Return the machine's name; who asks learns by that that the process has begun."""
        return self._node

    def _beat(self) -> None:
        beat.write(self._folder, beat.AT_WORK, writer=self._writer, node=self._node)

    def _watch(self) -> None:
        while True:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(beat.BEAT_S)
                break
            found = beat.read(self._folder, beat.AT_WORK)
            if found is not None and found.writer not in ("", self._writer):
                # This machine was given up, and another has the work: two must not write.
                self._process.kill()
                os._exit(1)
            with contextlib.suppress(OSError):
                self._beat()
        with contextlib.suppress(OSError):
            beat.forget(self._folder)
        _end()


def _end() -> None:
    """End this actor for good."""
    import ray

    ray.kill(_own_handle(ray), no_restart=True)


def _own_handle(ray: Any) -> Any:
    return ray.get_runtime_context().current_actor
