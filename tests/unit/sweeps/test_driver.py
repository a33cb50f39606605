"""A sweep from its plan to its best trial, with trainers that end at once or are killed."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import runs
from core.datasets import decisions, store
from core.datasets.sources import catalogue
from core.datasets.store import DatasetError
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.runs.comparison import sweep_row
from core.storage import processes
from core.sweeps import folders as sweeps
from core.sweeps import result
from core.sweeps.driver import Driver, carry_out
from core.sweeps.plan import Plan
from core.sweeps.sweep import Sweep
from core.sweeps.trials import FAILED, FINISHED, LOST, OPEN, PRUNED
from core.sweeps.variation import SweepError
from core.training.parts import parts
from tests.unit.small_sets import imported
from tests.unit.sweeps.made_sweeps import RATE, accuracy_of, carried_out, finish, made_sweep, tell_epochs

VARY = f"{RATE}=log:1e-4..1e-1"


@pytest.fixture
def started(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the runs that were started, each of which ends at once."""
    names: list[str] = []

    def start(run: Run) -> None:
        names.append(run.name)
        finish(Run(run.folder))

    monkeypatch.setattr(Run, "start", start)
    return names


@pytest.fixture
def waiting(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The runs that were started, which train by themselves only as a test says."""
    made: list[Run] = []
    monkeypatch.setattr(Run, "start", lambda run: made.append(Run(run.folder)))
    return made


def trains(run: Run, epochs: int) -> None:
    """Let a run train in this process, so many epochs so far."""
    tell_epochs(run, epochs)
    pid, began = processes.own()
    run.write_status(replace(run.status(), state=runs.RUNNING, epoch=epochs, pid=pid, pid_started=began))


def test_every_trial_is_trained_and_the_best_measured_once(started: list[str]) -> None:
    sweep = made_sweep(VARY, "fit.batch_size=32,64")
    driver = carried_out(sweep)
    trials = sweep.trials()
    assert [trial.state for trial in trials] == [FINISHED] * 4
    best = max(trials, key=lambda trial: trial.value or 0)
    assert sweep.best() == best
    assert sorted(set(started)) == [f"{sweep.name}-t{number:03d}" for number in range(1, 5)]
    assert len(started) == 5, "the best is looked at once more"
    assert [trial.number for trial in trials if trial.repeats[0].test_accuracy is not None] == [best.number]
    for trial in trials:
        run = runs.find(trial.repeats[0].run)
        assert ("test_accuracy" in run.status().result) == (trial == best)
        assert run.recipe.optimiser.learning_rate == trial.values[RATE]
        assert run.recipe.fit.batch_size == trial.values["fit.batch_size"]
    assert not driver.measure(), "it is not measured again"
    said = result.sentences(sweep.plan, trials)
    assert said[0].startswith(f"Of 4 tried, chosen by validation: trial {best.number + 1}, {best.value:.2%} accuracy.")
    assert said[1].startswith("On the test images, measured once: ")


def test_a_trial_is_several_seeds_where_wanted(started: list[str]) -> None:
    sweep = made_sweep(VARY, trials=2, repeats=3, pruner="none")
    carried_out(sweep)
    for trial in sweep.trials():
        seeds = [runs.find(repeat.run).recipe.fit.seed for repeat in trial.repeats.values()]
        assert seeds == [0, 1, 2]
        assert trial.value == pytest.approx(accuracy_of(runs.find(trial.repeats[0].run).recipe) - 0.001)
    assert "mean" not in result.sentences(sweep.plan, sweep.trials())[0]
    assert "on average over 3 seeds" in result.sentences(sweep.plan, sweep.trials())[1]


def test_a_recipe_is_only_repeated(started: list[str]) -> None:
    sweep = made_sweep(repeats=3)
    carried_out(sweep)
    (trial,) = sweep.trials()
    assert len(started) == 3, "nothing is chosen, so the test images are measured at once"
    assert [repeat.test_accuracy is not None for repeat in trial.repeats.values()] == [True] * 3
    assert "3 trainings with different seeds" in result.sentences(sweep.plan, sweep.trials())[0]


def test_a_recipe_is_cross_validated(started: list[str]) -> None:
    sweep = made_sweep(repeats=4, folds=True)
    carried_out(sweep)
    (trial,) = sweep.trials()
    recipes = [runs.find(repeat.run).recipe for repeat in trial.repeats.values()]
    assert [(each.split.folds, each.split.fold, each.fit.seed) for each in recipes] == [
        (4, fold, 0) for fold in (1, 2, 3, 4)
    ]
    divided = [parts(catalogue.open_dataset("digits"), each.split) for each in recipes]
    validated = np.concatenate([each.validation for each in divided])
    assert np.array_equal(np.sort(validated), np.union1d(divided[0].train, divided[0].validation))
    assert "4-fold cross-validation: " in result.sentences(sweep.plan, sweep.trials())[0]
    assert sweep_row(sweep).title.endswith(" · 4 folds")


def test_so_many_train_at_once(waiting: list[Run]) -> None:
    driver = Driver(made_sweep(VARY, together=2))
    driver.turn()
    driver.turn()
    assert len(waiting) == 2
    assert waiting[0].ahead() == waiting[1].ahead() == []
    assert [run.terms.together for run in waiting] == [2, 2]
    finish(waiting[0])
    driver.turn()
    assert len(waiting) == 3
    single = runs.create(waiting[0].recipe, "digits")
    assert len(single.ahead()) == 2, "a single training has the machine to itself"


def test_no_trial_begins_beside_a_training_that_wants_the_machine(waiting: list[Run]) -> None:
    sweep = made_sweep(VARY, together=2)
    single = runs.create(sweep.recipe, "digits")
    Driver(sweep).turn()
    assert waiting[0].ahead() == [single]


def test_a_hopeless_trial_is_stopped(waiting: list[Run]) -> None:
    sweep = made_sweep(f"{RATE}=0.01,0.011,0.012,0.009,1.0", sampler="grid", epochs=10, trials=5)
    driver = Driver(sweep)
    for number in range(4):
        driver.turn()
        finish(waiting[number])
    driver.turn()
    trains(waiting[4], 4)
    driver.turn()
    assert waiting[4].status().state == runs.STOPPING
    assert waiting[4].stop_file.exists()
    waiting[4].write_status(replace(waiting[4].status(), state=runs.STOPPED))
    assert not driver.turn()
    assert sweep.trials()[4].state == PRUNED
    assert len(sweep.trials()[4].curve) == 4


def test_a_driver_that_was_killed_trains_nothing_twice(waiting: list[Run]) -> None:
    sweep = made_sweep(VARY, trials=3)
    Driver(sweep).turn()
    trains(waiting[0], 1)
    # Killed while it wrote, and taken up again while the trainer still trains.
    with sweep.trials_file.open("ab") as file:
        file.write(b'{"kind": "begun", "trial": 1, "val')
    driver = Driver(Sweep(sweep.folder))
    driver.turn()
    assert len(waiting) == 1, "its trainer outlived the driver"
    finish(waiting[0])
    driver.turn()
    assert [trial.state for trial in sweep.trials()] == [FINISHED, OPEN]
    # Killed after a run was made, and before that was told.
    whole = sweep.trials_file.read_bytes().splitlines(keepends=True)
    sweep.trials_file.write_bytes(b"".join(whole[:-1]))
    Driver(Sweep(sweep.folder)).turn()
    assert [run.name for run in runs.all_runs()] == [f"{sweep.name}-t002", f"{sweep.name}-t001"]


def test_a_trainer_that_was_killed_goes_on_or_is_lost(waiting: list[Run]) -> None:
    sweep = made_sweep(VARY, trials=1)
    driver = Driver(sweep)
    driver.turn()
    for _ in range(2):
        waiting[-1].write_status(replace(waiting[-1].status(), state=runs.INTERRUPTED, asked=""))
        assert driver.turn()
    assert len(waiting) == 3, "it was resumed twice"
    waiting[-1].write_status(replace(waiting[-1].status(), state=runs.INTERRUPTED, asked=""))
    assert not driver.turn()
    assert sweep.trials()[0].state == LOST


def test_all_trials_heed_the_decisions_of_the_beginning(waiting: list[Run]) -> None:
    digits = catalogue.open_dataset("digits")
    decisions.decide(digits, [3, 4], "exclude")
    sweep = made_sweep(VARY, trials=2, together=2)
    decisions.decide(digits, [5], "exclude")
    Driver(sweep).turn()
    assert [run.decided for run in waiting] == [sweep.decided] * 2
    assert sorted(sweep.decided.excluded) == [3, 4]
    (sweep.folder / "decisions.json").write_text("{")
    assert "decisions.json" in sweep.damage


def test_a_run_that_was_removed_is_lost(waiting: list[Run]) -> None:
    sweep = made_sweep(VARY, trials=2)
    driver = Driver(sweep)
    driver.turn()
    waiting[0].write_status(replace(waiting[0].status(), state=runs.FAILED))
    waiting[0].remove()
    driver.turn()
    assert [trial.state for trial in sweep.trials()] == [LOST, OPEN]


def test_a_sweep_whose_dataset_was_removed_says_what_to_do(data_home: Path, tmp_path: Path) -> None:
    imported("eight-by-eight", tmp_path)
    sweep = sweeps.create(Plan(find_recipe("digits-dense").to_json(), "eight-by-eight", 0.0, (VARY,), trials=2))
    store.remove("eight-by-eight")
    with pytest.raises(DatasetError, match=r"^Unknown dataset 'eight-by-eight': .* If it was removed, import it again"):
        Driver(sweep).turn()


def test_a_trial_that_a_user_pauses_ends_the_sweep_until_it_is_resumed(waiting: list[Run]) -> None:
    sweep = made_sweep(VARY, trials=1)
    driver = Driver(sweep)
    driver.turn()
    driver.turn()
    waiting[0].write_status(replace(waiting[0].status(), state=runs.PAUSED))
    assert not driver.turn()
    assert driver.paused == {waiting[0].name}
    assert carry_out(driver, lambda _doing: None).state == "stopped"
    Driver(Sweep(sweep.folder)).turn()
    assert waiting[0].status().state == runs.WAITING


def test_a_sweep_whose_trials_all_fail_is_ended(waiting: list[Run]) -> None:
    driver = Driver(made_sweep(VARY, trials=9))
    with pytest.raises(SweepError, match=r"The first 3 trials failed.*there was no room"):
        for number in range(9):
            driver.turn()
            waiting[number].write_status(
                replace(waiting[number].status(), state=runs.FAILED, cause="there was no room")
            )
    assert {trial.state for trial in driver.trials} == {FAILED}


def test_a_sweep_is_stopped_resumed_and_extended(started: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sweep, "start", lambda _sweep: None)
    monkeypatch.setattr("core.sweeps.driver.POLL_S", 0.0)
    sweep = made_sweep(VARY, trials=2)
    sweep.stop()
    driver = Driver(sweep)
    assert driver.wants_to_stop
    sweep.write_status(carry_out(driver, lambda _doing: None))
    assert sweep.status().state == "stopped"
    sweep.resume()
    sweep.write_status(carry_out(Driver(sweep), lambda _doing: None))
    assert (sweep.status().state, len(sweep.trials())) == ("finished", 2)
    with pytest.raises(SweepError, match="has finished"):
        sweep.resume()
    sweep.extend(3)
    sweep.write_status(carry_out(Driver(sweep), lambda _doing: None))
    assert len(sweep.trials()) == 5
    assert len({run for run in started if started.count(run) == 1}) >= 3
    with pytest.raises(SweepError, match="nothing to stop"):
        sweep.stop()


def test_a_sweep_that_is_extended_while_its_best_is_measured_goes_on(waiting: list[Run]) -> None:
    sweep = made_sweep(VARY, trials=1)
    driver = Driver(sweep)
    driver.turn()
    finish(waiting[0])
    assert not driver.turn()
    assert driver.measure()
    sweep.extend(1)
    assert driver.turn(), "the second trial begins"
    finish(waiting[1])
    finish(waiting[2])
    assert not driver.turn()
    while driver.measure():
        finish(waiting[-1])
    assert [trial.state for trial in sweep.trials()] == [FINISHED] * 2
