"""A sweep in processes of its own: its trials train, it is killed and resumed, and the best is measured once."""

import json
import os
import signal
import time
from pathlib import Path

from click.testing import CliRunner

from core import runs
from core.cli import main
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.sweeps import folders as sweeps
from core.sweeps.plan import Plan
from core.sweeps.status import ALIVE
from core.sweeps.sweep import Sweep
from tests.processes.trainings import PATIENCE_S


def wait_until_over(sweep: Sweep) -> None:
    end = time.monotonic() + PATIENCE_S
    while sweep.status().state in ALIVE:
        assert time.monotonic() < end, sweep.log_file.read_text()
        time.sleep(0.05)


def test_a_sweep_is_killed_with_a_trainer_and_resumed(data_home: Path) -> None:
    recipe = find_recipe("digits-dense").with_settings({"fit.epochs": 2})
    vary = ("optimiser.learning_rate=0.001,0.002,0.003",)
    sweep = sweeps.create(Plan(recipe.to_json(), "digits", 0.0, vary, sampler="grid", trials=3, together=2))
    sweep.start()
    first = Run(runs.runs_folder() / sweep.run_name(0, 0))
    end = time.monotonic() + PATIENCE_S
    while not first.folder.exists() or first.status().pid is None or sweep.status().pid is None:
        assert time.monotonic() < end, sweep.log_file.read_text()
        time.sleep(0.02)
    for pid in (sweep.status().pid, first.status().pid):
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    wait_until_over(sweep)
    assert sweep.status().state == "interrupted"
    told = CliRunner().invoke(main, ["sweeps", "resume", sweep.name, "--wait"])
    assert told.exit_code == 0, told.output
    said = json.loads(told.output.splitlines()[-1])
    assert said["state"] == "finished"
    assert [trial.state for trial in sweep.trials()] == ["finished"] * 3
    assert [run.name for run in runs.all_runs()] == [sweep.run_name(number, 0) for number in (2, 1, 0)]
    measured = [run.name for run in runs.all_runs() if "test_accuracy" in run.status().result]
    assert measured == said["runs"]
    low, high = said["test_interval"]
    assert low < said["test_accuracy"] < high
    for run in runs.all_runs():
        assert [record["epoch"] for record in run.metrics() if record["kind"] == "epoch"] == [1.0, 2.0]
