"""The shipped classifier, as a fresh machine has it: answers, and what it will not answer."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sklearn.datasets import load_sample_images

from core import runs
from core.prediction import photo_predictions
from core.prediction.photo_predictions import Prediction
from tests.paths import PROJECT, SHARED
from tests.unit.photo_files import saved
from tests.unit.test_cli import call

PHOTOS = SHARED / "photos"


@pytest.fixture
def fresh(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without runs of its own, which has the models that come with Pixelwise."""
    monkeypatch.setattr(runs.folders, "SHIPPED", PROJECT / "models")
    return data_home


def predicted(*paths: Path) -> list[dict[str, object]]:
    printed = call("predict", *map(str, paths), "--json")
    assert printed.exit_code == 0, printed.output
    return [json.loads(line) for line in printed.stdout.splitlines()]


def test_it_is_an_ordinary_run_and_small(fresh: Path) -> None:
    (run,) = runs.shipped()
    assert run.status().state == runs.FINISHED
    assert run.has_model
    assert run.has_evaluation
    assert sum(path.stat().st_size for path in run.folder.iterdir()) <= 12_000_000


def test_it_asks_about_photos_of_other_things_and_knows_cats_from_dogs(fresh: Path, tmp_path: Path) -> None:
    from PIL import Image

    photos = [saved(Image.fromarray(photo), "PNG") for photo in load_sample_images().images]
    (run,) = runs.shipped()
    known = list(photo_predictions.predict_photos(run, photos, total=2))
    assert [isinstance(each, Prediction) and each.known for each in known] == [False, False]
    others = [tmp_path / name for name in ("temple.png", "flower.png")]
    for path, photo in zip(others, photos, strict=True):
        path.write_bytes(photo)
    paths = sorted(PHOTOS.glob("*.jpg"))
    found = predicted(*others, *paths)
    assert [each["decision"] for each in found[:2]] == ["ask", "ask"]
    if not paths:
        pytest.skip(f"needs {PHOTOS}")
    found = found[2:]
    right = sum(str(each["label"]).lower() == path.name[:3] for path, each in zip(paths, found, strict=True))
    assert right >= 0.9 * len(paths)
    assert sum(each["decision"] != "ask" for each in found) >= 0.7 * len(paths)


MEMORY = """
import resource, sys
import numpy as np
from core.nn.inference import models as infer
images = np.zeros((64, 224, 224, 3), np.uint8)
infer.predict(sys.argv[1], images[:1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
infer.predict(sys.argv[1], images)
infer.features(sys.argv[1], images)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells memory in kilobytes")
def test_many_images_at_once_take_little_memory() -> None:
    command = [sys.executable, "-c", MEMORY, str(PROJECT / "models" / "pets")]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 500_000
