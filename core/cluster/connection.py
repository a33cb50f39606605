"""A connection to the cluster, in a process made for it: the only way in which Ray is imported here."""

import contextlib
import logging
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.cluster.setting import NAMESPACE, ClusterError, address, require_answer

# `core`, which the machines of the cluster get from here, so that all run the same code.
_CODE = Path(__file__).resolve().parents[1]
_BUSY, _ATTEMPTS = "Initialization failure", 3
_VERSIONS = re.compile(r"Ray: (\S+)\s+Python: (\S+)")


@contextlib.contextmanager
def connected() -> Iterator[Any]:
    """Yield the module `ray`, connected to the cluster, whose machines are given this project's code.

    Raises:
        ClusterError: there is no cluster, or it is of other versions.
    """
    require_answer(address())
    os.environ.setdefault("RAY_CLIENT_MAX_CONNECTION_TIMEOUT_S", "5")
    import ray

    code = {"py_modules": [str(_CODE)], "excludes": ["**/__pycache__"]}
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            ray.init(address(), namespace=NAMESPACE, runtime_env=code, log_to_driver=False, logging_level=logging.ERROR)
            break
        except Exception as error:  # Ray has no one class for what keeps it from connecting.
            # A head that is very busy does not start what serves a client within Ray's 30 s.
            if attempt == _ATTEMPTS or _BUSY not in str(error):
                raise ClusterError(_refusal(error)) from error
            ray.shutdown()
    try:
        yield ray
    finally:
        ray.shutdown()


def _refusal(error: Exception) -> str:
    found = _VERSIONS.findall(str(error))
    if len(found) == 2:
        (ray, python), (own_ray, own_python) = found
        return (
            f"The cluster at {address()} runs Ray {ray} on Python {python}, and this computer Ray {own_ray} on Python "
            f"{own_python}: both must be the same. Install what requirements-cluster.txt names on every node."
        )
    # The last line of what Ray passes on from the cluster is the cause.
    last_line = (str(error).strip().splitlines() or ["no answer"])[-1].strip()[:300]
    return f"The cluster at {address()} cannot be used: {last_line.rstrip('.:')}. See `ray status` on its first node."
