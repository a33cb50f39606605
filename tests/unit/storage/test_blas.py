"""Small fits have one thread of BLAS, and nothing afterwards is limited by them."""

import threading

from threadpoolctl import threadpool_info, threadpool_limits

from core.storage.blas import one_thread


def threads() -> set[int]:
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}


def test_the_limit_ends_also_where_two_threads_overlap() -> None:
    first_is_in, first_may_leave = threading.Event(), threading.Event()

    def first() -> None:
        with one_thread():
            first_is_in.set()
            first_may_leave.wait(10)

    before = threads()
    other = threading.Thread(target=first)
    other.start()
    assert first_is_in.wait(10)
    with one_thread():
        assert threads() == {1}
        first_may_leave.set()
        other.join()
    assert threads() == before


def test_the_limit_is_one_thread() -> None:
    with threadpool_limits(2, "blas"):
        with one_thread():
            assert threads() == {1}
        assert threads() == {2}
