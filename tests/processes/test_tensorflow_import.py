"""Keras is there in less time, and what it was imported without is there afterwards."""

import subprocess
import sys

import pytest

CODE = """
import sys

import pytest
{before}
from core.nn.tensorflow_import import import_keras
import_keras()
assert "keras" in sys.modules and "tensorflow" in sys.modules
print("pandas" in sys.modules, "sklearn" in sys.modules)
import_keras()
import pandas, sklearn.linear_model
import keras, numpy
print(keras.Sequential([keras.layers.Dense(1)])(numpy.zeros((2, 3))).shape)
"""


def printed(before: str = "") -> list[str]:
    done = subprocess.run([sys.executable, "-c", CODE.format(before=before)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_what_keras_only_looks_for_is_not_imported_but_can_be() -> None:
    assert printed() == ["False False", "(2, 1)"]


def test_what_was_imported_before_stays() -> None:
    assert printed("import pandas, sklearn") == ["True True", "(2, 1)"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a process within so little memory")
@pytest.mark.parametrize("megabytes", [300, 600, 900])
def test_too_little_memory_is_called_so(megabytes: int) -> None:
    code = f"""
import resource
resource.setrlimit(resource.RLIMIT_AS, ({megabytes} << 20, {megabytes} << 20))
from core.nn.tensorflow_import import import_keras
try:
    import_keras()
except MemoryError as error:
    print("too little memory:", error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.startswith("too little memory"), done.stderr[-2000:]
