"""What the Explain page's views ask the worker: once for the same images and network, whoever asks."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pages.explain import asking
from tests.unit.made_runs import made_run


def test_the_same_images_are_asked_about_once_for_a_network(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    class Call:
        def __init__(self, _run: object, _function: object, images: np.ndarray) -> None:
            asked.append(images.tolist())

        def cancel(self) -> None:
            """Nothing to do without."""

    monkeypatch.setattr(asking, "WorkerCall", Call)
    monkeypatch.setattr(asking, "awaited", lambda _call, _place, _height: len(asked))
    run = made_run()
    model = run.folder / "model.keras"
    model.touch()

    def function(_folder: str, _images: np.ndarray) -> int:
        raise AssertionError

    def ask(*values: int) -> int:
        return asking.asked(run, function, np.array(values, np.uint8), of="an image of that name", height=10)

    assert [ask(1), ask(2), ask(1), ask(2)] == [1, 2, 1, 2], "not by the name alone"
    newer = model.stat().st_mtime_ns + 1_000_000_000
    os.utime(model, ns=(newer, newer))
    assert ask(1) == 3, "the network was trained on"
