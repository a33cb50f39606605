"""Where a folder's work is begun: on the cluster, where there is one, else on this machine."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from core.cluster import look, setting
from core.cluster.setting import Needs
from core.storage import beat, processes


def is_set() -> bool:
    """Tell whether work is done on a cluster."""
    return bool(setting.address())


def start(
    module: str, folder: Path, homes: tuple[Path, Path], log: Path, ended: Callable[[int], None], memory: int = 0
) -> None:
    """Start `python -m module folder` on the cluster or here; it outlives this process.

    Args:
        module: such as `core.nn.train`.
        folder: its one argument, a folder of the data home.
        homes: as `processes.start` takes them.
        log: a file in the folder; what it prints is added there.
        ended: called, in a thread, with the exit status, if this process is still there by then; of work that the
            cluster took, only where it could not begin.
        memory: how many bytes it needs.

    Raises:
        OSError: the log cannot be written or the process cannot be started.
    """
    if not is_set():
        beat.forget(folder)
        processes.start(module, folder, homes, log, ended)
        return
    (folder / beat.AT_WORK).unlink(missing_ok=True)
    beat.write(folder, beat.IN_QUEUE, doing="connecting to the cluster")

    def submitted(code: int) -> None:
        # That it was handed over says nothing of its end.
        if code:
            ended(code)

    arguments = {"before": (module,), "after": (log.name, str(memory))}
    processes.start("core.cluster.submit", folder, homes, log, submitted, **arguments)


def begin(memory: int) -> Callable[..., None]:
    """Return what starts work that needs so many bytes, as `start`, once it is known that it can be begun.

    Raises:
        ClusterError: there is a cluster, and it cannot do it.
    """
    if is_set():
        require(memory)
    return partial(start, memory=memory)


def require(memory: int) -> None:
    """Make sure that the cluster can do some work.

    Args:
        memory: how many bytes it needs.

    Raises:
        ClusterError: it cannot. The message says why.
    """
    look.require(Needs(memory, setting.usual_cpus()))


def places(memory: int) -> int:
    """Return how many works of a kind the cluster has room for at once. Arguments and errors are those of `require`."""
    needs = Needs(memory, setting.usual_cpus())
    return look.places(needs, look.require(needs))
