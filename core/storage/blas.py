"""Linear algebra on one thread, where it is of many small products: several would mostly wait for each other."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from threadpoolctl import threadpool_limits

_counting = Lock()
# One for each that is inside; the first is what ends the limit.
_inside: list[threadpool_limits | None] = []


@contextmanager
def one_thread() -> Iterator[None]:
    """Let this process's BLAS libraries take one thread inside; beginning this takes some milliseconds.

    Where several threads are inside at once, or one twice, the last to leave ends it.
    """
    import scipy.linalg  # noqa: F401 it has a BLAS beside NumPy's, which must be there to be limited

    with _counting:
        _inside.append(None if _inside else threadpool_limits(1, "blas"))
    try:
        yield
    finally:
        with _counting:
            if len(_inside) > 1:
                _inside.pop()
            elif limit := _inside.pop():
                limit.restore_original_limits()
