"""Two nodes on this machine: a sweep, features and a folder there, and a node dies; the numbers are a local run's."""

import contextlib
import os
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pyarrow.parquet as pq
import pytest

from core import runs
from core.cluster import look, setting
from core.cluster.setting import ClusterError
from core.datasets.sources import catalogue
from core.nn import train
from core.nn.inference import dataset_features
from core.nn.training.journal import Journal
from core.prediction import folder, photo_predictions
from core.prediction.photo_predictions import Prediction
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.storage import beat, jobs
from core.sweeps import folders as sweeps
from core.sweeps.plan import Plan
from core.training import features
from tests.processes.trainings import PATIENCE_S, epochs_told
from tests.unit.small_sets import imported

cluster_utils = pytest.importorskip(
    "ray.cluster_utils", reason="Ray is not installed: pip install -r requirements-cluster.txt"
)
pytestmark = pytest.mark.skipif(
    not os.environ.get("PIXELWISE_TEST_CLUSTER"),
    reason="two nodes take two minutes, of which CI has none to spare: set PIXELWISE_TEST_CLUSTER=1",
)
_STORE_BYTES = 80_000_000
# Some seconds of training: a node can be killed meanwhile.
EPOCHS = 60


@pytest.fixture
def cluster(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head and a node of one core each, whose address is set; the node is `cluster.second`."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    head = {"num_cpus": 1, "object_store_memory": _STORE_BYTES, "ray_client_server_port": port}
    made = cluster_utils.Cluster(initialize_head=True, head_node_args={**head, "include_dashboard": False})
    try:
        made.second = made.add_node(num_cpus=1, object_store_memory=_STORE_BYTES)
        made.client_address = f"ray://127.0.0.1:{port}"
        # As from one of the nodes: half as long as by a client, which is tried once.
        monkeypatch.setenv(setting.ADDRESS, made.address)
        monkeypatch.setenv(setting.CPUS, "1")
        yield made
    finally:
        made.shutdown()


def wait_until(reached: Callable[[], Any], *, log: Path) -> Any:
    """Return what is reached at last."""
    end = time.monotonic() + PATIENCE_S
    while not (found := reached()):
        assert time.monotonic() < end, log.read_text() if log.exists() else log
        time.sleep(0.02)
    return found


def is_gone(process: psutil.Process) -> bool:
    """Tell whether a process has ended."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    return True


def on_second(made: Iterable[Run], cluster: Any) -> Run | None:
    """Return the run that is being trained on the second node, once it has told of some epochs."""
    (raylet,) = cluster.second.all_processes["raylet"]
    for run in made:
        status = run.status() if run.folder.exists() else None
        if status is not None and status.state == runs.RUNNING and status.epoch >= 2:
            # It may end just now.
            with contextlib.suppress(psutil.NoSuchProcess):
                if raylet.process.pid in [parent.pid for parent in psutil.Process(status.pid).parents()]:
                    return run
    return None


def speeds(run: Run) -> list[float]:
    """Return how fast each epoch was trained: no other training of it would be just as fast."""
    return [record["pictures_per_second"] for record in epochs_told(run)]


def test_a_sweep_whose_node_dies_ends_with_the_numbers_of_local_runs(
    cluster: Any, data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as another:
        another.setenv(setting.ADDRESS, cluster.client_address)
        another.setenv(setting.SHARED, str(tmp_path / "other"))
        with pytest.raises(ClusterError, match=f"The folder {tmp_path}/other is not shared"):
            look.require()

    recipe = find_recipe("digits-dense").with_settings({"fit.epochs": EPOCHS})
    vary = ("optimiser.learning_rate=0.001,0.002",)
    sweep = sweeps.create(
        Plan(recipe.to_json(), "digits", 0.0, vary, sampler="grid", trials=2, pruner="none", together=0)
    )
    assert sweep.plan.together == 2, "as many as the nodes have cores"
    sweep.start()
    made = [Run(runs.runs_folder() / sweep.run_name(number, 0)) for number in range(2)]
    moved = wait_until(lambda: on_second(made, cluster), log=sweep.log_file)
    before, lost = moved.status(), psutil.Process(moved.status().pid)
    assert before.node == socket.gethostname()
    cluster.remove_node(cluster.second, allow_graceful=False)
    wait_until(lambda: is_gone(lost), log=moved.log_file)
    saved = speeds(moved)[: moved.status().epoch]

    wait_until(lambda: [trial.state for trial in sweep.trials()] == ["finished"] * 2, log=moved.log_file)
    driver = sweep.status().pid
    if driver is not None:
        os.kill(driver, signal.SIGKILL)
    assert moved.status().pid != before.pid
    assert before.epoch <= len(saved)
    assert speeds(moved)[: len(saved)] == saved, "no epoch that was saved is trained again"

    shown = tmp_path / "shown"
    shown.mkdir()
    for number in range(3):
        (shown / f"{number}.png").write_bytes(catalogue.open_dataset("digits").thumbnail(number))
    assert folder.predict(moved, shown, tmp_path / "answers.parquet").images == 3
    answers = pq.read_table(tmp_path / "answers.parquet").to_pylist()
    files = [path.read_bytes() for path in sorted(shown.iterdir())]
    here = photo_predictions.predict_here(moved, photo_predictions.certainty(moved), files)
    for row, answer in zip(answers, here, strict=True):
        assert isinstance(answer, Prediction)
        assert row["probability"] == pytest.approx(answer.confidence, abs=1e-6)

    dataset = imported("three-by-8-gray", tmp_path)
    job = features.start(dataset.about.name)
    wait_until((job.folder / beat.AT_WORK).exists, log=job.folder / "job.log")
    wait_until(lambda: job.status().state != jobs.RUNNING, log=job.folder / "job.log")
    assert job.status().result == {"images": 24}
    saw = features.known(dataset)
    assert saw is not None

    monkeypatch.delenv(setting.ADDRESS)
    shutil.rmtree(data_home / "features")
    assert features.known(dataset) is None
    assert dataset_features.made(dataset, features.usual()) == pytest.approx(np.asarray(saw), abs=1e-3)
    for trial, run in zip(sweep.trials(), made, strict=True):
        # The driver may have been about to measure the best on the test images.
        terms = replace(run.terms, test=False)
        local = runs.create(recipe.with_settings(dict(trial.values)), "digits", terms=terms)
        train.carry_out(Journal(local))
        assert not beat.is_elsewhere(local.folder) and local.status().node == ""
        there = epochs_told(run)
        assert [record["epoch"] for record in there] == [float(epoch) for epoch in range(1, EPOCHS + 1)]
        for mine, theirs in zip(epochs_told(local), there, strict=True):
            assert theirs["val_loss"] == pytest.approx(mine["val_loss"], rel=1e-3)
        result = run.status().result
        assert {name: result[name] for name in local.status().result} == pytest.approx(local.status().result, rel=1e-3)
