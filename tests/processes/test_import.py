"""An import as a process of its own: killed, it leaves no dataset and no worker, and the next one starts clean."""

import time
from collections.abc import Callable
from pathlib import Path

import psutil

from core.datasets import store
from core.datasets.sources import catalogue, importing
from core.datasets.sources.importing import plan
from core.storage import jobs, processes
from tests.unit.datasets.test_importing import image, pets, zipped


def test_a_killed_import_leaves_nothing_visible(data_home: Path, tmp_path: Path) -> None:
    images = [image(seed, (80, 80)) for seed in range(50)]
    members = {f"{name}/{n}.png": images[n % 50] for n in range(processes.MANY_IMAGES) for name in "ab"}
    big = zipped(tmp_path / "big.zip", members)
    arguments = {"path": str(big), "source": "big.zip", "title": "Big", "labelling": None, "test_share": 0.2, "seed": 0}
    job = jobs.start("import-big", "core.datasets.sources.import_job:import_job", arguments)
    wait_until(lambda: job.status().done > 0)
    process = psutil.Process(job.status().pid)
    workers = process.children(recursive=True)
    assert len(workers) >= 2
    process.kill()
    wait_until(lambda: job.status().state == jobs.INTERRUPTED)
    assert store.names() == []
    psutil.wait_procs(workers, timeout=20)
    assert not [worker for worker in workers if worker.is_running()]
    small = importing.import_images(plan(zipped(tmp_path / "small.zip", pets())), name="small", title="Small")
    assert catalogue.available() == ["digits", "small"]
    assert [path.name for path in small.folder.parent.iterdir()] == ["small"], "the torn folder is gone"


def wait_until(reached: Callable[[], bool], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
