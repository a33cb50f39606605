"""What tests with TensorFlow share."""

from collections.abc import Iterator

import keras
import pytest

from core.nn import train
from core.nn.training.journal import Journal
from core.runs import Run


@pytest.fixture
def trained_here(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Runs train in this process when they are started: a trainer of its own would spend seconds on its imports."""

    def start(run: Run) -> None:
        train.carry_out(Journal(Run(run.folder)))

    monkeypatch.setattr(Run, "start", start)
    before = keras.config.dtype_policy()
    yield
    keras.config.set_dtype_policy(before)
