"""What the cluster is like, looked at before anything starts: `python -m core.cluster.look` prints its nodes as JSON.

Each node is asked in a task of its own: for its versions, its clock, its memory, and for a token that was just written
into the data home, which it answers beside.
"""

import importlib.metadata
import json
import os
import platform
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import psutil

from core.cluster import setting
from core.cluster.connection import connected
from core.cluster.setting import ClusterError, Needs
from core.errors import as_storage_error
from core.networks.layer_sizes import bytes_text
from core.storage import checked, data_home, processes
from core.storage.checked import Count, DamagedError, Longest, Time

# What must be the same on all nodes, or a run would end with other numbers, or not at all.
_ALIKE = ("ray", "tensorflow", "keras", "numpy")
_TASK_S, _SEEN_S, _PATIENCE_S = 60.0, 10.0, 120.0
_MOST_CLOCK_S = 10.0
# So long what was found is taken to be so still.
_KEPT_S = 60.0
_MOST_PLACES = 64


@dataclass(frozen=True)
class Node:
    """A machine of the cluster.

    Attributes:
        name: its host name, told from others of that name by a mark.
        cpus: cores that it gives to work, and `memory` bytes.
        memory: see above.
        versions: of Python and what must be alike, by name.
        clock_s: by how much its clock is ahead of this computer's.
        shared: whether it read the token, and its answer could be read here.
    """

    name: str
    cpus: Count
    memory: Count
    versions: dict[str, str]
    clock_s: float
    shared: bool


def require(needs: Needs | None = None) -> tuple[Node, ...]:
    """Make sure that the cluster can do some work, and return its nodes.

    Args:
        needs: what the work takes; `None`: nothing worth mentioning.

    Raises:
        ClusterError: it cannot. The message says why.
    """
    setting.require_answer(setting.address())
    found = nodes()
    _require_alike(found)
    if needs is not None and not any(node.memory >= needs.memory for node in found):
        most = max(found, key=lambda node: node.memory)
        raise ClusterError(
            f"Not enough memory: this needs about {bytes_text(needs.memory)}, and the cluster's largest node, "
            f"{most.name}, has {bytes_text(most.memory)}. Add a larger node; a training needs less with a smaller "
            "batch size or network."
        )
    return found


def at(address: str) -> tuple[Node, ...]:
    """Return the nodes of the cluster at an address that may become the setting, as they are now.

    Raises:
        ClusterError: it cannot be used. The message says why.
    """
    setting.require_answer(address)
    found = _ask(address)
    _require_alike(found)
    return found


def places(needs: Needs, found: Sequence[Node]) -> int:
    """Return how many works of a kind the nodes have room for at once, at least one."""
    each = [min(node.cpus // cpus_of(needs, found), node.memory // max(1, needs.memory)) for node in found]
    return max(1, min(sum(each), _MOST_PLACES))


def cpus_of(needs: Needs, found: Sequence[Node]) -> int:
    """Return how many cores work gets: those that it needs, where a node has as many."""
    return max(1, min(needs.cpus, max(node.cpus for node in found)))


def _require_alike(found: Sequence[Node]) -> None:
    for node in found:
        if problem := _problem(node):
            raise ClusterError(problem)


def _problem(node: Node) -> str:
    own = versions()
    other = [f"{name} {node.versions.get(name, 'none')}" for name in own if node.versions.get(name) != own[name]]
    if other:
        here = ", ".join(f"{name} {own[name]}" for name in own if node.versions.get(name) != own[name])
        return (
            f"The cluster's node {node.name} has {', '.join(other)}, and this computer {here}: they must be the same. "
            "Install what requirements.txt and requirements-cluster.txt name there."
        )
    if not node.shared:
        return (
            f"The folder {setting.shared_home()} is not shared: what this computer wrote into {data_home.common()} "
            f"is not there on the cluster's node {node.name}, or the reverse. Mount the same folder on every node, and "
            f"set PIXELWISE_HOME to it here, and {setting.SHARED} to where the nodes have it."
        )
    if abs(node.clock_s) > _MOST_CLOCK_S:
        return (
            f"The clock of the cluster's node {node.name} differs from this computer's by {abs(node.clock_s):,.0f} s. "
            "Set both by a time server: whether a training goes on is told by the time it was heard of last."
        )
    return ""


def versions() -> dict[str, str]:
    """Return the versions of what must be alike on all machines, as far as they are installed on this one."""
    found = {"Python": ".".join(platform.python_version_tuple()[:2])}
    for name in _ALIKE:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@dataclass(frozen=True)
class _Found:
    """What was found lately, in a file of the data home, so that a sweep's driver need not ask what its page asked."""

    at: Time
    where: Annotated[str, Longest(10_000)]
    nodes: Annotated[tuple[Node, ...], Longest(100_000, fewest=1)]


def nodes() -> tuple[Node, ...]:
    """Return the nodes of the cluster, as they were within the last minute, from a process that asks them.

    Raises:
        ClusterError: it could not be asked.
    """
    path = data_home.common() / "cluster.json"
    where = f"{setting.address()} {setting.shared_home()}"
    try:
        kept = checked.read_object(path, _Found)
        if kept.where == where and abs(time.time() - kept.at) < _KEPT_S:
            return kept.nodes
    except DamagedError:
        pass
    found = _Found(time.time(), where, _ask(setting.address()))
    # What cannot be kept is asked again.
    with suppress(OSError):
        checked.write(path, asdict(found), lasting=False)
    return found.nodes


def _ask(address: str) -> tuple[Node, ...]:
    try:
        told = subprocess.run(
            [sys.executable, "-m", "core.cluster.look"],
            cwd=processes.PROJECT,
            env={**os.environ, setting.ADDRESS: address},
            capture_output=True,
            text=True,
            timeout=_PATIENCE_S,
        )
    except subprocess.TimeoutExpired:
        raise ClusterError(
            f"The cluster at {address} did not say what its nodes are within {_PATIENCE_S:.0f} s. Look at "
            "`ray status` on its first node."
        ) from None
    lines = told.stdout.strip().splitlines()
    try:
        said = json.loads(lines[-1])
        if "refused" in said:
            raise ClusterError(said["refused"])
        return tuple(checked.parse_as(Node, each) for each in said["nodes"])
    except (IndexError, ValueError, KeyError, TypeError, checked.UnfitError) as error:
        last = (told.stderr.strip().splitlines() or ["no word"])[-1][:300]
        raise ClusterError(f"The cluster at {address} could not be looked at: {last}") from error


def look(ray: Any) -> list[Node]:
    """Ask each node of a cluster that is connected to.

    Raises:
        ClusterError: there is none that does work.
        StorageError: the data home may not be written.
    """
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    home, token = data_home.common(), f".cluster-{secrets.token_hex(8)}"
    alive = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU", 0) >= 1]
    if not alive:
        raise ClusterError(f"No node of the cluster at {setting.address()} has a core to give. See: ray status")
    ask = ray.remote(num_cpus=0, max_retries=0)(_answer)
    answers: list[Path] = []
    try:
        with as_storage_error("a file for the cluster to read"):
            home.mkdir(parents=True, exist_ok=True)
            (home / token).write_text(token, encoding="ascii")
        asked = []
        for number, node in enumerate(alive):
            there = NodeAffinitySchedulingStrategy(node_id=node["NodeID"], soft=False)
            answers.append(home / f"{token}-{number}")
            path = setting.shared_home() / token
            asked.append(ask.options(scheduling_strategy=there).remote(str(path), number))
        before = time.time()
        told = ray.get(asked, timeout=_TASK_S)
        after = time.time()
        return [
            _node(node, said, token if said["read"] == token and _came(path, token) else "", (before, after))
            for node, said, path in zip(alive, told, answers, strict=True)
        ]
    except ray.exceptions.RayError as error:
        first_line = str(error).strip().splitlines()[0][:300]
        raise ClusterError(f"A node of the cluster at {setting.address()} gives no answer: {first_line}") from error
    finally:
        for path in (home / token, *answers):
            path.unlink(missing_ok=True)


def _came(path: Path, token: str) -> bool:
    """Tell whether an answer is there, or comes within some seconds: file servers let others wait."""
    end = time.monotonic() + _SEEN_S
    while not path.exists():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return path.read_text(encoding="ascii", errors="replace") == token


def _node(node: dict[str, Any], said: dict[str, Any], token: str, asked: tuple[float, float]) -> Node:
    before, after = asked
    # It looked at its clock somewhere between the two.
    ahead = said["clock"] - after if said["clock"] > after else min(0.0, said["clock"] - before)
    return Node(
        name=f"{said['host']}/{node['NodeID'][:6]}",
        cpus=int(node["Resources"]["CPU"]),
        memory=int(min(node["Resources"].get("memory", said["memory"]), said["memory"])),
        versions=said["versions"],
        clock_s=ahead,
        shared=bool(token),
    )


def _answer(path: str, number: int) -> dict[str, Any]:
    """Return what a node is asked, on that node; write into the shared folder what was read there."""
    end, read = time.monotonic() + _SEEN_S, ""
    while not read and time.monotonic() < end:
        try:
            read = Path(path).read_text(encoding="ascii", errors="replace")
            Path(f"{path}-{number}").write_text(read, encoding="ascii")
        except FileNotFoundError:
            if not Path(path).parent.is_dir():
                break
            time.sleep(0.1)
        except OSError:
            read = ""
            break
    return {
        "host": socket.gethostname(),
        "versions": versions(),
        "memory": psutil.virtual_memory().total,
        "clock": time.time(),
        "read": read,
    }


def main() -> None:
    """Print the nodes as one line of JSON, or why there are none."""
    try:
        with connected() as ray:
            said: dict[str, Any] = {"nodes": [asdict(node) for node in look(ray)]}
    except Exception as error:
        said = {"refused": str(error)}
    print(json.dumps(said), flush=True)
    os._exit(0)  # Ray's threads may take seconds to end.


if __name__ == "__main__":
    main()
