"""Small fits have one thread of BLAS, and nothing afterwards is limited by them."""

import os
import subprocess
import sys

from tests.paths import PROJECT

# In a process of its own: the tests' BLAS has one thread from the start.
_OVERLAPPING = """
import threading
import numpy, scipy.linalg
from threadpoolctl import threadpool_info
from core.storage.blas import one_thread

def threads():
    return {each["num_threads"] for each in threadpool_info() if each["user_api"] == "blas"}

def first():
    with one_thread():
        is_in.set()
        may_leave.wait(10)

is_in, may_leave = threading.Event(), threading.Event()
found = [threads()]
other = threading.Thread(target=first)
other.start()
is_in.wait(10)
with one_thread():
    with one_thread():
        may_leave.set()
        other.join()
    found.append(threads())
print(*found, threads())
"""


def test_the_limit_holds_while_any_thread_is_inside_and_no_longer() -> None:
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "2"}
    command = [sys.executable, "-c", _OVERLAPPING]
    said = subprocess.run(command, cwd=PROJECT, env=env, check=True, capture_output=True, text=True).stdout
    assert said.split("\n")[0] == "{2} {1} {2}"
