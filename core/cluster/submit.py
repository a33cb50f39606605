"""Hands a folder's work over to the cluster: `python -m core.cluster.submit MODULE FOLDER LOG MEMORY`.

It waits until a machine has room, ends when the process has begun there, and takes the work back when nobody wants it
any more before that. It may be done again at any time: work that the cluster has already is left there.
"""

import contextlib
import hashlib
import os
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from core.cluster import setting
from core.cluster.connection import connected
from core.cluster.keeper import Keeper
from core.cluster.setting import ClusterError, Needs
from core.storage import beat, data_home, processes

# Files of a folder that ask whoever works on it to end.
_WISHES = ("stop", "cancel")
_POLL_S = 0.5
# So often Ray starts the actor on another machine.
_MOST_MOVES = 20
# So often it is asked for again where it ended before it could say that it has the work.
_MOST_ATTEMPTS = 20
_WAITS = "waiting for a node of the cluster"


def main(module: str, folder: Path, log: str, memory: int) -> int:
    """Hand the work over; return 0 when it has begun or is not wanted any more, else 1."""
    try:
        beat.write(folder, beat.IN_QUEUE, doing="connecting to the cluster")
        with connected() as ray:
            begun = _handed_over(ray, module, folder, log, memory)
    except ClusterError as error:
        print(error, flush=True)
        # Whoever asked for it may be gone, and cannot say so.
        with contextlib.suppress(OSError):
            beat.write(folder, beat.IN_QUEUE, refused=str(error)[:5000])
        return 1
    with contextlib.suppress(OSError):
        (folder / beat.IN_QUEUE).unlink(missing_ok=True)
    if begun:
        return 0
    # It ends as it does whenever it is asked to before it has done anything.
    environment = {**os.environ, processes.NODE: "none"}
    return subprocess.call([sys.executable, "-m", module, str(folder)], cwd=processes.PROJECT, env=environment)


def name_of(folder: Path) -> str:
    """Return what Ray calls the actor of a folder: no other folder of any data home is called so."""
    home = hashlib.sha256(str(setting.on_node(data_home.around(folder)[0])).encode()).hexdigest()[:12]
    return f"{home}/{folder.parent.name}/{folder.name}"


def _handed_over(ray: Any, module: str, folder: Path, log: str, memory: int) -> bool:
    """Return whether the work has begun; it has not where it was not wanted any more."""
    turn = secrets.token_hex(8)
    for _ in range(_MOST_ATTEMPTS):
        beat.write(folder, beat.IN_QUEUE, writer=turn, doing=_WAITS)
        try:
            actor = _actor(ray, module, folder, log, memory)
        except ValueError:
            # The name of the one that just ended is not free yet.
            time.sleep(_POLL_S)
            continue
        asked = [actor.take.remote(turn)]
        while not ray.wait(asked, timeout=_POLL_S)[0]:
            beat.write(folder, beat.IN_QUEUE, writer=turn, doing=_WAITS)
            if any((folder / wish).exists() for wish in _WISHES):
                ray.kill(actor)
                return False
        # What had the work before may be about to end, or have ended meanwhile.
        with contextlib.suppress(ray.exceptions.RayActorError):
            if ray.get(asked[0]):
                return True
        time.sleep(_POLL_S)
    raise ClusterError("The cluster ended the work before it began. See `ray status` on its first node.")


def _actor(ray: Any, module: str, folder: Path, log: str, memory: int) -> Any:
    """Return the actor that has the work, or a new one."""
    name = name_of(folder)
    with contextlib.suppress(ValueError):
        return ray.get_actor(name)
    largest = max((int(node["Resources"].get("CPU", 0)) for node in ray.nodes() if node["Alive"]), default=1)
    needs = Needs(memory, max(1, min(setting.usual_cpus(), largest)))
    kept = ray.remote(Keeper).options(
        name=name,
        lifetime="detached",
        num_cpus=needs.cpus,
        memory=needs.memory or None,
        max_restarts=_MOST_MOVES,
        # What is asked while it moves is answered by the one that comes.
        max_task_retries=-1,
    )
    home, common = (str(setting.on_node(each)) for each in data_home.around(folder))
    return kept.remote(module, str(setting.on_node(folder)), (home, common), log, needs.cpus)


if __name__ == "__main__":
    os._exit(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
