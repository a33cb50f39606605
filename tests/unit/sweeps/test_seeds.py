"""Two trainings compared over their seeds."""

from pathlib import Path

import pytest

from core import runs
from core.runs import Run
from core.sweeps import seeds
from core.sweeps.seeds import SeedsCompared
from core.sweeps.sweep import Sweep
from tests.unit.sweeps.made_sweeps import RATE, carried_out, finish, made_sweep


@pytest.fixture
def ended(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    monkeypatch.setattr(Run, "start", lambda run: finish(Run(run.folder)))
    sweep = made_sweep(f"{RATE}=0.001,0.01", sampler="grid", trials=2, repeats=3)
    carried_out(sweep)
    return sweep


def run_of(sweep: Sweep, trial: int, repeat: int) -> Run:
    return Run(runs.runs_folder() / sweep.run_name(trial, repeat))


def test_means_are_compared_by_welch(ended: Sweep) -> None:
    found = seeds.compare(run_of(ended, 0, 0), run_of(ended, 1, 1), "validation")
    assert found is not None
    # Accuracies of 0.85 and 0.95, less 0, 0.001 and 0.002: both have the variance 0.001², so t has 4 degrees of
    # freedom, 2.7764, and the standard error is 0.001 · √(2/3).
    assert found.before.value == pytest.approx(0.849)
    assert found.high - found.low == pytest.approx(2 * 2.7764 * 0.001 * (2 / 3) ** 0.5, rel=1e-4)
    assert (found.low + found.high) / 2 == pytest.approx(0.1)
    assert "more than chance" in found.sentence
    assert "Difference +10.00 points" in found.sentence


def test_where_one_has_no_seeds_nothing_is_said(ended: Sweep) -> None:
    single = runs.create(ended.recipe, "digits")
    assert seeds.compare(single, run_of(ended, 1, 0), "validation") is None
    assert seeds.compare(run_of(ended, 1, 0), run_of(ended, 1, 1), "validation") is None, "the same training"
    assert seeds.compare(run_of(ended, 0, 0), run_of(ended, 1, 0), "test") is None, "only the best is measured"
    (ended.folder / "trials.jsonl").write_text("x\n")
    assert seeds.compare(run_of(ended, 0, 0), run_of(ended, 1, 1), "validation") is None


def test_an_interval_that_holds_no_difference_may_be_chance(ended: Sweep) -> None:
    found = seeds.compare(run_of(ended, 0, 0), run_of(ended, 1, 0), "validation")
    assert found is not None
    assert "may be chance" in SeedsCompared(found.before, found.after, "", -0.01, 0.02).sentence
