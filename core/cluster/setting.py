"""Where the cluster is and how it is used, as the environment or a user says; and what is said of that without Ray."""

import importlib.util
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path

from core.cluster import chosen
from core.errors import PixelwiseError
from core.settings import format_value
from core.spaces import settings as serving
from core.storage import data_home, processes

ADDRESS = processes.CLUSTER
SHARED, CPUS = "PIXELWISE_SHARED", "PIXELWISE_CLUSTER_CPUS"
NAMESPACE = "pixelwise"
_USUAL_CPUS = 2
_ANSWER_S = 5.0
_ADDRESS = re.compile(r"(?:ray://)?(?P<host>[\w.-]{1,253}|\[[0-9a-fA-F:]+\]):(?P<port>[0-9]{1,5})")


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
    """Return where the cluster is, as Ray takes it; empty where work is done on this machine.

    The environment decides, else what was chosen in the app; for a class, the environment alone.
    """
    return of_environment() or ("" if serving.served() else chosen.address())


def of_environment() -> str:
    """Return what `$PIXELWISE_CLUSTER` says."""
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


def require_answer(said: str) -> None:
    """Make sure, within seconds, that something answers at an address and Ray is installed.

    Raises:
        ClusterError: it does not, it is no address, or Ray is not.
    """
    named = ADDRESS if of_environment() else "The cluster's address"
    found = _ADDRESS.fullmatch(said)
    if found is None or not 0 < int(found["port"]) < 65536:
        raise ClusterError(f"{named} must be such as ray://head:10001; received {format_value(said)}.")
    if importlib.util.find_spec("ray") is None:
        raise ClusterError(
            f"{named} is set, but Ray is not installed. Install it with: pip install -r requirements-cluster.txt"
        )
    try:
        with socket.create_connection((found["host"].strip("[]"), int(found["port"])), _ANSWER_S):
            pass
    # What is no host's name, such as two dots in a row, is an error of its encoding.
    except (OSError, UnicodeError) as error:
        known = isinstance(error, OSError) and error.strerror
        why = "not a host name" if isinstance(error, UnicodeError) else f"{known or error}".rstrip(".") or "no answer"
        instead = f", or unset {ADDRESS} to train on this computer" if of_environment() else ""
        if not instead and said == address():
            instead = ", or select Disconnect on Train, Fit, Cluster to train on this computer"
        raise ClusterError(
            f"No cluster answers at {said} ({why}). Start one with `ray start --head --ray-client-server-port="
            f"{found['port']}` on its first node{instead}."
        ) from error
