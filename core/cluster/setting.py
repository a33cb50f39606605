"""Where the cluster is and how it is used, as the environment says; and what can be said of that without Ray."""

import importlib.util
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from core.errors import PixelwiseError
from core.settings import format_value
from core.storage import data_home, processes

ADDRESS = processes.CLUSTER
SHARED, CPUS = "PIXELWISE_SHARED", "PIXELWISE_CLUSTER_CPUS"
NAMESPACE = "pixelwise"
_USUAL_CPUS = 2
_ANSWER_S = 5.0
_ADDRESS = re.compile(r"(?:ray://)?(?P<host>[\w.-]+|\[[0-9a-fA-F:]+\]):(?P<port>\d{1,5})")


class ClusterError(PixelwiseError):
    """A cluster that cannot be used. The message says why, and what to do."""


@dataclass(frozen=True)
class Needs:
    """What work takes of a machine.

    Attributes:
        memory: bytes.
        cpus: cores; its threads follow from that, and with them how its sums are rounded.
    """

    memory: int
    cpus: int


def address() -> str:
    """Return where the cluster is, as Ray takes it; empty where work is done on this machine."""
    return os.environ.get(ADDRESS, "").strip()


def usual_cpus() -> int:
    """Return how many cores a training takes.

    Raises:
        ClusterError: the environment says something that is no number of cores.
    """
    said = os.environ.get(CPUS, "").strip() or str(_USUAL_CPUS)
    if not said.isascii() or not said.isdigit() or not 1 <= int(said) <= 256:
        raise ClusterError(f"{CPUS} must be a number of cores from 1 to 256; received {format_value(said)}.")
    return int(said)


def shared_home() -> Path:
    """Return the common data home as the machines of the cluster see it: `$PIXELWISE_SHARED`, else where it is here.

    Raises:
        ClusterError: it names no folder.
    """
    said = os.environ.get(SHARED, "").strip()
    if not said:
        return data_home.common()
    path = Path(said.removeprefix("file://"))
    if "://" in said.removeprefix("file://") or not path.is_absolute():
        raise ClusterError(
            f"{SHARED} must be the path of a folder that the cluster's nodes share with this computer, such as "
            f"/mnt/pixelwise; received {format_value(said)}."
        )
    return path


def on_node(folder: Path) -> Path:
    """Return where a folder of the common data home, such as a user's, is on the machines of the cluster.

    Raises:
        ClusterError: the nodes have that home elsewhere, and the folder is not in it.
    """
    shared, folder = shared_home(), folder.resolve()
    if shared == data_home.common():
        return folder
    try:
        return shared / folder.relative_to(data_home.common())
    except ValueError:
        raise ClusterError(
            f"The folder {folder} is not in {data_home.common()}, so {SHARED} does not say where the nodes have it."
        ) from None


def require_answer() -> None:
    """Make sure, within seconds, that something answers at the cluster's address and Ray is installed.

    Raises:
        ClusterError: it does not, or Ray is not.
    """
    said = address()
    found = _ADDRESS.fullmatch(said)
    if found is None or not 0 < int(found["port"]) < 65536:
        raise ClusterError(f"{ADDRESS} must be such as ray://head:10001; received {format_value(said)}.")
    if importlib.util.find_spec("ray") is None:
        raise ClusterError(
            f"{ADDRESS} is set, but Ray is not installed. Install it with: pip install -r requirements-cluster.txt"
        )
    try:
        with socket.create_connection((found["host"].strip("[]"), int(found["port"])), _ANSWER_S):
            pass
    except OSError as error:
        why = f"{error.strerror or error}".rstrip(".") if str(error) else "no answer"
        raise ClusterError(
            f"No cluster answers at {said} ({why}). Start one with `ray start --head --ray-client-server-port="
            f"{found['port']}` on its first node, or unset {ADDRESS} to train on this computer."
        ) from error
