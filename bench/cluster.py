"""What docs/scale.md reckons with: python -m bench.cluster [predicted | stored | listed | trained]

Of each work the processor time is printed, which a busy machine changes little, beside the time by the clock.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
from PIL import Image
from sklearn.datasets import load_sample_images

from core import runs
from core.datasets.sources import importing
from core.evaluation import threshold
from core.prediction import photo_predictions
from core.prediction.folder import Maker, Part, Work
from core.recipes.recipe import find_recipe
from core.runs import comparison
from tests.unit.made_runs import made_run

PHOTOS, SIDES = 256, (500, 375)
RUNS, EPOCHS = 1_000, 30


@contextmanager
def measured(what: str, count: int, unit: str) -> Iterator[None]:
    """Print how much of a unit was done in a second of one core, and by the clock."""
    clock, core = time.perf_counter(), time.process_time()
    yield
    clock, core = time.perf_counter() - clock, time.process_time() - core
    print(f"{what}: {count / core:,.0f} {unit}/s of a core ({core:.2f} s), {count / clock:,.0f}/s by the clock")


def photos(folder: Path) -> list[str]:
    """Write photos, crops of two that come with scikit-learn, in two classes; return their names."""
    rng, names = np.random.default_rng(0), []
    for number in range(PHOTOS):
        image = Image.fromarray(load_sample_images().images[number % 2])
        left, top = int(rng.integers(image.width - SIDES[0])), int(rng.integers(image.height - SIDES[1]))
        name = f"{'ab'[number % 2]}/{number:04d}.jpg"
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        image.crop((left, top, left + SIDES[0], top + SIDES[1])).save(folder / name, quality=90)
        names.append(name)
    return names


def predicted(folder: Path) -> None:
    """Print how many photos the shipped classifier answers, decoding included, and what an answer takes on the disk."""
    os.environ |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
    names, (run, *_) = photos(folder / "photos"), runs.shipped()
    certain, booked = photo_predictions.certainty(run), threshold.decision_threshold(run)
    maker = Maker(Work(str(run.folder), str(folder / "photos"), str(folder), certain, booked))
    maker.make(Part(0, tuple(names[:8])))
    with measured(f"predicted by {run.name}, photos of {SIDES[0]}×{SIDES[1]}", PHOTOS, "images"):
        maker.make(Part(1, tuple(names)))
    print(f"  an answer takes {Part(1, ()).path(folder).stat().st_size / PHOTOS:.0f} bytes")
    print(f"  the process has {psutil.Process().memory_info().rss / 1e6:,.0f} MB in memory")


def stored(folder: Path) -> None:
    """Print what photos take on the disk as they come and as a dataset, and how fast they are imported."""
    names = photos(folder / "photos")
    before = sum((folder / "photos" / name).stat().st_size for name in names)
    with measured("imported", PHOTOS, "images"):
        dataset = importing.import_images(importing.plan(folder / "photos"), name="photos", title="Photos")
    after = _size(dataset.folder)
    print(f"  a photo has {before / PHOTOS:,.0f} bytes, in the dataset {after / PHOTOS:,.0f}")
    print(f"  prepared at 64×64, an image has {64 * 64 * 3:,} bytes; its pretrained features have {1280 * 2:,}")


def listed(_folder: Path) -> None:
    """Print how long the table of many runs takes, and what a run takes on the disk."""
    made = made_run(epochs=EPOCHS, seed=0)
    size = _size(made.folder)
    for seed in range(1, RUNS):
        made_run(epochs=3, seed=seed)
    print(f"a run without network and checkpoints takes {size / 1e3:,.0f} kB")
    _twice(f"{RUNS:,} runs listed", lambda: len(runs.all_runs()))
    _twice(f"{RUNS:,} runs as rows of the table", lambda: len(comparison.rows()))


def _twice(what: str, work: Callable[[], int]) -> None:
    seconds = []
    for _ in range(2):
        begun = time.process_time()
        assert work() == RUNS
        seconds.append(time.process_time() - begun)
    print(f"{what}: {seconds[0] * 1000:,.0f} ms of a core at first, then {seconds[1] * 1000:,.1f} ms")


def trained(_folder: Path) -> None:
    """Print the memory of a training's process, what its folder takes, and what it takes of a core in all."""
    for name in ("digits-cnn", "digits-dense"):
        run = runs.create(find_recipe(name).with_settings({"fit.epochs": 3}), "digits")
        run.start()
        process, used = None, 0.0
        while run.status().state in runs.ALIVE:
            if process is None and (pid := run.status().pid) is not None:
                process = psutil.Process(pid)
            if process is not None:
                used = _seconds(process) or used
            time.sleep(0.05)
        status = run.status()
        assert status.state == runs.FINISHED, status.cause
        print(
            f"{name}: {status.memory_mb:,.0f} MB in memory, {_size(run.folder) / 1e6:.1f} MB on the disk, "
            f"{used:.1f} s of a core for 3 epochs, most of it TensorFlow's start"
        )


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main(parts: list[str]) -> None:
    """Measure all of it, or what is asked for."""
    for work in (predicted, stored, listed, trained):
        if not parts or work.__name__ in parts:
            with tempfile.TemporaryDirectory() as folder:
                os.environ["PIXELWISE_HOME"] = folder
                work(Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
