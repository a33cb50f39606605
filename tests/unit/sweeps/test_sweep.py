"""A sweep's folder: found, damaged, removed; and the figures that come of it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from core import damaged, runs
from core.cli import main
from core.runs import Run, comparison
from core.storage import trash
from core.sweeps import folders as sweeps
from core.sweeps import result
from core.sweeps.folders import sweep_of
from core.sweeps.plan import Plan
from core.sweeps.status import FINISHED, SweepStatus
from core.sweeps.sweep import Sweep
from core.sweeps.trials import Repeat, Trial
from core.sweeps.variation import SweepError
from tests.unit.sweeps.made_sweeps import RATE, carried_out, finish, made_sweep

FILES = ("sweep.json", "trials.jsonl", "status.json")
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _data: b"",
    "cut": lambda data: data[: len(data) // 2] + b"\n",
    "of other types": lambda _data: b'{"kind": 3, "trial": "x", "state": [], "recipe": 1, "vary": {}}\n',
    "no text": lambda data: b"\xff\xfe\x00\n" + data,
    "nested": lambda _data: b"[" * 100_000 + b"\n",
    "a bit flipped": lambda data: bytes([*data[:40], data[40] ^ 1, *data[41:]]),
    "of events that cannot be": lambda _data: b'{"kind": "made", "trial": 7, "run": "../../x"}\n',
    "of a run elsewhere": lambda data: data.split(b"\n")[0] + b'\n{"kind": "made", "trial": 0, "run": "../../x"}\n',
    "with values out of range": lambda _data: (
        b'{"kind": "begun", "trial": 0, "values": {"optimiser.learning_rate": 9}}\n'
    ),
    "with what was never varied": lambda _data: b'{"kind": "begun", "trial": 0, "values": {"../x": 1}}\n',
}


@pytest.fixture
def ended(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> Sweep:
    monkeypatch.setattr(Run, "start", lambda run: finish(Run(run.folder)))
    sweep = made_sweep(f"{RATE}=0.001,0.01", sampler="grid", trials=2)
    carried_out(sweep)
    return sweep


@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_said_and_the_sweep_removed(ended: Sweep, file: str) -> None:
    path, whole = ended.folder / file, (ended.folder / file).read_bytes()
    other = made_sweep(repeats=2)
    for what, damage in DAMAGES.items():
        path.write_bytes(damage(whole))
        said = Sweep(ended.folder).damage
        harmless = file == "trials.jsonl" and what == "emptied"
        assert (f"The sweep {ended.name} is damaged and cannot be read: {file} " in said) != harmless, (what, said)
        for command in (["sweeps", "list"], ["damaged"], ["runs", "list"]):
            told = CliRunner().invoke(main, command)
            assert told.exit_code == 0, (what, command, told.exception)
        assert CliRunner().invoke(main, ["sweeps", "show", other.name]).exit_code == 0, what
        shown = CliRunner().invoke(main, ["sweeps", "show", ended.name])
        assert isinstance(shown.exception, SystemExit | None), what
        assert shown.exit_code == (0 if harmless else 1), what
    path.unlink()
    path.mkdir()
    assert "damaged" in ended.damage
    (found,) = damaged.all_damaged()
    assert found.key == f"sweep {ended.name}"
    assert found.remove is not None
    found.remove()
    assert sweeps.all_sweeps() == [other]
    assert len(runs.all_runs()) == 2, "its runs stay"


def test_any_changed_byte_is_seen_or_harmless(ended: Sweep) -> None:
    path = ended.folder / "trials.jsonl"
    whole, before = path.read_bytes(), ended.trials()
    # Not the last one, without which the last line is one that a killed driver left.
    for place in range(0, len(whole) - 1, 11):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        assert ended.damage or ended.trials() == before


def test_sweeps_are_found_by_the_beginning_of_their_name(ended: Sweep) -> None:
    assert sweeps.find("latest") == sweeps.find(ended.name) == sweeps.find(ended.name[:15]) == ended
    for name in ("../runs", "", "nothing", "/etc", "a\x00b"):
        with pytest.raises(SweepError, match="There is no sweep"):
            sweeps.find(name)
    assert sweep_of(runs.all_runs()[0]) == ended
    assert sweep_of(runs.create(ended.recipe, "digits")) is None


def test_a_trial_shows_no_test_figure_and_its_predictions_say_why(ended: Sweep) -> None:
    best = ended.best()
    assert best is not None
    others = [run for run in runs.all_runs() if run.name != best.repeats[0].run]
    with pytest.raises(runs.RunError, match="measured on the test images already"):
        Run(runs.runs_folder() / best.repeats[0].run).measure_test()
    assert [run.terms.test for run in others] == [False]


def test_a_sweep_that_was_removed_comes_back_within_a_week(ended: Sweep) -> None:
    ended.write_status(SweepStatus(FINISHED))
    trials = ended.trials()
    for command, said in (
        (["remove", "latest"], f"sweeps restore {ended.name}"),
        (["restore", ended.name], "Restored"),
    ):
        told = CliRunner().invoke(main, ["sweeps", *command])
        assert said in told.output, told.output
    assert sweeps.all_sweeps() == [ended] and ended.trials() == trials
    with pytest.raises(SweepError, match=r"There is no sweep .* in the trash"):
        sweeps.restore(ended.name)
    shutil.copytree(ended.folder, ended.folder.with_name("copy"))
    ended.remove()
    ended.folder.with_name("copy").rename(ended.folder)
    with pytest.raises(SweepError, match="would be overwritten"):
        sweeps.restore(ended.name)
    (old,) = (ended.folder.parent / ".trash").iterdir()
    old.rename(old.with_name(f"1-{ended.name}"))
    made_sweep(f"{RATE}=0.001,0.01")
    assert not trash.names(sweeps.sweeps_folder())


def test_a_going_sweep_is_stopped_before_it_is_removed(data_home: Path) -> None:
    sweep = made_sweep(f"{RATE}=0.001,0.01")
    with pytest.raises(SweepError, match="stop it first"):
        sweep.remove()
    with pytest.raises(SweepError, match="nothing to resume"):
        sweep.resume()
    with pytest.raises(SweepError, match="only 2 combinations"):
        sweep.extend(1)
    for more in (-3, 0, 1_000_000):
        with pytest.raises(SweepError, match=f"^{more:,} trials cannot be added to 2; a sweep takes 1,000"):
            sweep.extend(more)


def test_the_interval_of_seeds_is_students() -> None:
    figure = result.of_repeats([0.90, 0.92, 0.94])
    assert figure.value == pytest.approx(0.92)
    # t(2) at 97.5% is 4.3027, the standard error 0.02 / √3.
    assert figure.low == pytest.approx(0.8703, abs=1e-4)
    assert figure.high == pytest.approx(0.9697, abs=1e-4)
    assert result.of_repeats([0.99, 1.0]).high == 1.0
    assert result.of_repeats([0.9]).low is None


def test_the_interval_of_folds_counts_that_they_share_training_images() -> None:
    figure = result.of_repeats([0.90, 0.92, 0.94], folds=True)
    # The standard error is 0.02 · √(1/3 + 1/2).
    assert figure.low == pytest.approx(0.92 - 4.3027 * 0.02 * (5 / 6) ** 0.5, abs=1e-4)


def test_the_sentences_say_how_a_figure_was_chosen() -> None:
    plan = Plan({}, "digits", 0.0, ("fit.epochs=1,2,3",))
    assert result.sentences(plan, []) == ["No trial has finished yet."]
    trials = [
        Trial(0, {}, {0: Repeat(0, "a", "finished", 0.9, test_accuracy=0.85, test_images=100)}, 1),
        Trial(1, {}, {0: Repeat(0, "b", "pruned")}, 1),
        Trial(2, {}, {0: Repeat(0, "c", "finished", 0.95)}, 1),
    ]
    assert result.sentences(plan, trials)[0] == "Of 3 tried, chosen by validation: trial 3, 95.00% accuracy."
    assert "once, at the end" in result.sentences(plan, trials)[1]
    assert result.sentences(plan, trials[:2])[1].startswith(
        "On the test images, measured once: 85.00% (95% interval 76.7"
    )
    trials[2] = Trial(2, {}, {0: Repeat(0, "c", "finished", 0.95, test_accuracy=0.9, test_images=100)}, 1)
    assert "trial 1 was the best and was measured on them, too" in result.sentences(plan, trials)[2]


def test_a_sweep_is_a_row_and_its_trials_know_it(ended: Sweep) -> None:
    (row,) = comparison.sweep_rows()
    best = ended.best()
    assert best is not None
    assert (row.state, row.ended, row.trials, row.validation) == ("running", 2, 2, best.value)
    assert row.test_said.startswith("90.00% ± ")
    assert {run.sweep for run in comparison.rows()} == {ended.name}
    (ended.folder / "sweep.json").write_text("{}")
    (row,) = comparison.sweep_rows()
    assert row.state == comparison.table.DAMAGED
    assert "damaged" in row.cause
    ended.remove()
    assert {run.sweep for run in comparison.rows()} == {""}
