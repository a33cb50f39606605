"""Answers by a real network in the worker: the same to the last digit, together or alone, on page and terminal."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from PIL import Image

from core.nn.layers.build import build_model
from core.prediction import photo_predictions, worker
from core.prediction.photo_predictions import Prediction, Refusal
from core.runs import Run
from tests.unit.made_runs import made_run
from tests.unit.photo_files import saved
from tests.unit.test_cli import call


@pytest.fixture
def run(data_home: Path) -> Run:
    """A run whose network has weights by chance."""
    made = made_run()
    build_model(made.recipe.network, (8, 8, 1)).save(made.folder / "model.keras")
    return made


def test_an_answer_depends_on_nothing_but_its_photo(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    photos = [saved(Image.fromarray(rng.integers(0, 256, (30, 40, 3), np.uint8)), "PNG") for _ in range(19)]
    together = list(photo_predictions.predict_photos(run, [*photos[:7], b"", *photos[7:]], total=20))
    assert isinstance(together.pop(7), Refusal)
    alone = [next(photo_predictions.predict_photos(run, [photo], total=1)) for photo in photos]
    given = [each for each in alone if isinstance(each, Prediction)]
    calibrated = photo_predictions.certainty(run).apply(
        worker.predict_prepared(run, np.stack([each.seen for each in given]))
    )
    assert np.abs(calibrated - [each.probabilities for each in given]).max() < 1e-5, "what the network says at all"
    # The command line ends the worker.
    paths = [tmp_path / f"{number}.png" for number in range(len(photos))]
    for path, photo in zip(paths, photos, strict=True):
        path.write_bytes(photo)
    printed = call("predict", *map(str, paths), "--json", "--run", run.name)
    assert printed.exit_code == 0, printed.output
    lines = [json.loads(line)["probabilities"] for line in printed.stdout.splitlines()]
    for first, second, line in zip(together, given, lines, strict=True):
        assert isinstance(first, Prediction)
        assert first.probabilities.tolist() == second.probabilities.tolist()
        assert first.probabilities.tolist() == [line[name] for name in run.about.class_names]
    # A folder is answered by processes of its own.
    out = tmp_path / "answers.parquet"
    told = call("predict", "--folder", str(tmp_path), "--out", str(out), "--run", run.name, "--json")
    assert told.exit_code == 0, told.output
    rows = {row["file"]: row for row in pq.read_table(out).to_pylist()}
    assert len(rows) == len(photos)
    for path, first in zip(paths, together, strict=True):
        assert isinstance(first, Prediction)
        assert rows[path.name]["probabilities"] == first.probabilities.astype(np.float32).tolist()
        assert rows[path.name]["probability"] == first.confidence
