"""Much work in parts, done by Ray Data on all nodes of the cluster; what is done is in files that all of them share."""

import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from core.cluster.connection import connected
from core.cluster.setting import ClusterError

_POLL_S = 1.0
# Few enough to cost nothing, many enough that all cores are busy to the end.
_BLOCKS_A_CORE = 8
_Part = tuple[int, tuple[str, ...]]


def work_through(maker: Callable[..., Any], work: Any, parts: Sequence[_Part], memory: int, told: Any) -> None:
    """Let each part be made on some node.

    Args:
        maker: a class of this project; `maker(work).make_numbered(number, names)` makes a part. Each process that makes
            parts makes one of it.
        work: what it takes; its `parts` is a folder where `part-*.parquet` appear as they are made.
        parts: a number and names each.
        memory: how many bytes such a process needs.
        told: called often, with how many names are done.

    Raises:
        ClusterError: there is no cluster, or a part could not be made.
        Whatever `told` raises; what is going on then ends.
    """
    sizes = {number: len(names) for number, names in parts}
    with connected() as ray:
        # Ray Data's own part of the work is done on a node, too: a client's connection may be slow, or break.
        asked = ray.remote(num_cpus=0, max_retries=3)(_drive).remote(maker, work, list(parts), memory)
        try:
            while not ray.wait([asked], timeout=_POLL_S)[0]:
                told(_done(Path(work.parts), sizes))
            ray.get(asked)
        except ray.exceptions.RayTaskError as error:
            cause = _cause(error)
            raise ClusterError(f"{cause.rstrip('.')}. What is done is kept: begin again to go on.") from error
        except ray.exceptions.RayError as error:
            last = str(error).strip().splitlines()[-1][:300]
            raise ClusterError(f"The cluster gave the work up: {last}. What is done is kept: begin again.") from error
        except BaseException:
            with contextlib.suppress(Exception):
                ray.cancel(asked, force=True)
            raise


def _done(parts: Path, sizes: dict[int, int]) -> int:
    numbers = [int(path.stem.rpartition("-")[2]) for path in parts.glob("part-*.parquet")]
    return sum(sizes.get(number, 0) for number in numbers)


def _cause(error: BaseException) -> str:
    """Return the sentence of what a node could not do: the last line of what Ray passes on."""
    lines = [line.strip() for line in str(error).strip().splitlines() if line.strip()]
    return lines[-1].partition(": ")[2] or lines[-1] if lines else "no word"


def _drive(maker: Callable[..., Any], work: Any, parts: list[_Part], memory: int) -> int:
    """Work through all parts, from a task on a node; return how many were made."""
    import ray.data

    cores = max(1, int(ray.cluster_resources().get("CPU", 1)))  # type: ignore[no-untyped-call]
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    # These blocks are made here: tasks that made them would wait for cores that what makes parts has already.
    rows = ray.data.from_items(
        [{"number": number, "names": list(names)} for number, names in parts],
        override_num_blocks=min(len(parts), _BLOCKS_A_CORE * cores),
    )
    made = rows.map_batches(
        _Making,
        fn_constructor_args=(maker, work),
        batch_size=1,
        num_cpus=1,
        memory=memory,
        concurrency=(1, cores),
    )
    return sum(1 for _ in made.iter_rows())


class _Making:
    """Makes parts of rows of Ray Data; one is made in each process."""

    def __init__(self, maker: Callable[..., Any], work: Any) -> None:
        self._maker = maker(work)

    def __call__(self, rows: dict[str, Any]) -> dict[str, Any]:
        for number, names in zip(rows["number"], rows["names"], strict=True):
            self._maker.make_numbered(int(number), [str(name) for name in names])
        return {"number": rows["number"]}
