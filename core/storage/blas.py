"""Linear algebra on one thread, where it is of many small products: several would mostly wait for each other."""

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def one_thread() -> Iterator[None]:
    """Let this process's BLAS libraries take one thread inside; beginning this takes some milliseconds.

    Where two threads are inside at once, the limit is that of the first.
    """
    import scipy.linalg  # noqa: F401 it has a BLAS beside NumPy's, which must be there to be limited

    with threadpool_limits(1, "blas"):
        yield
