"""What is damaged in the data home: said, deleted, and never in the way of the rest."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from core import damaged, runs
from core.cli import main
from core.datasets import decisions, store
from core.datasets.sources import catalogue
from core.nn.inference import models
from core.prediction import worker
from core.runs import Run, RunError, comparison
from core.storage import jobs, user_library
from tests.paths import PROJECT
from tests.unit.made_runs import made_run
from tests.unit.photos import array_set

COMMANDS = (
    ("datasets", "list"),
    ("datasets", "add", "digits"),
    ("datasets", "audit", "digits"),
    ("datasets", "export", "digits", "x"),
    ("datasets", "remove", "digits"),
    ("datasets", "verify", "digits"),
    ("datasets", "repair", "digits"),
    ("train", "digits-cnn"),
    ("runs", "list"),
    ("runs", "show", "x"),
    ("runs", "stop", "x"),
    ("runs", "resume", "x"),
    ("runs", "remove", "x"),
    ("runs", "restore", "x"),
    ("code", "digits-cnn"),
    ("predict", "x.png"),
    ("damaged",),
)


def test_every_command_says_in_a_sentence_that_the_data_home_cannot_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "loop").symlink_to("loop")
    for home in ("file", "loop"):
        monkeypatch.setenv("PIXELWISE_HOME", str(tmp_path / home))
        for command in COMMANDS:
            told = CliRunner().invoke(main, list(command))
            assert (told.exit_code, type(told.exception)) == (1, SystemExit), (command, told.exception)
            assert told.output.startswith("Error: "), command
            assert home in told.output, command


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only an administrator can become somebody else")
def test_a_home_without_the_right_to_read_it_is_said(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    code = "import os, sys\nfrom core.cli import main\nos.setuid(65534)\nsys.argv = ['core', 'runs', 'list']\nmain()"
    tmp_path.chmod(0o755)
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PIXELWISE_HOME": str(home)},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert "Permission denied" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_run_that_cannot_be_read_is_listed_and_removed_like_another(data_home: Path) -> None:
    whole, lost = made_run(), made_run()
    (data_home / "runs" / "loop").symlink_to("loop")
    (lost.folder / "dataset.json").unlink()
    listed = CliRunner().invoke(main, ["runs", "list"])
    assert listed.exit_code == 0
    lines = {line.split()[0]: line for line in listed.output.splitlines()}
    assert "test accuracy" in lines[whole.name]
    assert "damaged: " in lines[lost.name]
    assert "dataset.json is missing" in lines[lost.name]
    assert "damaged: " in lines["loop"]
    assert runs.with_evaluation() == [whole], "what is damaged is not offered"
    assert [row.state for row in comparison.rows()] == ["damaged", "damaged", "finished"]
    for name in ("loop", lost.name):
        assert CliRunner().invoke(main, ["runs", "remove", name]).exit_code == 0
    assert runs.all_runs() == [whole]


def test_a_title_that_cannot_be_read_is_said_kept_beside_and_may_be_given_anew(data_home: Path) -> None:
    run = made_run(title="Mine")
    path = run.folder / "about.json"
    path.write_text(path.read_text().replace("Mine", "Wine"))
    assert not run.damage
    assert "checksum does not fit" in run.remarks[0]
    assert [each.key for each in damaged.all_damaged()] == [f"run {run.name}: about.json"]
    run.annotate(title="New")
    assert run.title == "New"
    assert not run.remarks
    assert "Wine" in (run.folder / "about.json.damaged").read_text()


def test_decisions_that_cannot_be_read_are_counted_and_named(data_home: Path) -> None:
    digits = catalogue.open_dataset("digits")
    for index in (3, 4, 5):
        decisions.decide(digits, [index], decisions.EXCLUDE)
    assert decisions.unreadable(digits) == ""
    path = digits.folder / "decisions.jsonl"
    lines = path.read_text().splitlines()
    lines[1] = lines[1].replace("[4]", "[9]")
    path.write_text("\n".join(lines) + "\n")
    assert sorted(decisions.current(digits)) == [3, 5]
    assert decisions.unreadable(digits).startswith("1 decision on Digits cannot be read and does not count")
    assert "line 2" in decisions.unreadable(digits)
    told = CliRunner().invoke(main, ["damaged"])
    assert "dataset digits: decisions: 1 decision on Digits" in told.output


def test_a_damaged_data_set_is_listed_and_does_not_stop_the_others(data_home: Path) -> None:
    catalogue.open_dataset("digits")
    six = array_set("six", np.zeros((6, 4, 4, 1), np.uint8), [0, 1] * 3, ["a", "b"])
    np.save(six.folder / "labels.npy", np.full(6, 7, np.int16))
    (six.folder / "checksums.txt").unlink()
    assert catalogue.available() == ["digits"]
    listed = CliRunner().invoke(main, ["datasets", "list"])
    assert listed.exit_code == 0
    assert "labels.npy is not what it should be: the array has 7 to 7" in listed.output
    assert CliRunner().invoke(main, ["datasets", "remove", "six"]).exit_code == 0
    assert store.names() == ["digits"]


def test_what_comes_with_a_package_is_written_anew_and_keeps_its_decisions(data_home: Path) -> None:
    digits = catalogue.open_dataset("digits")
    decisions.decide(digits, [3], decisions.EXCLUDE)
    (digits.folder / "dataset.json").write_text("{")
    again = catalogue.open_dataset("digits")
    assert again.about == digits.about
    assert sorted(decisions.current(again)) == [3]


def test_a_damaged_job_has_failed_and_can_be_forgotten(data_home: Path) -> None:
    for key, text in (("add-x", '{"state": 3}'), ("add-y", "")):
        (data_home / "jobs" / key).mkdir(parents=True)
        (data_home / "jobs" / key / "status.json").write_text(text)
    assert [job.status().state for job in jobs.all_jobs()] == [jobs.FAILED, jobs.FAILED]
    assert all("damaged: status.json" in job.status().cause for job in jobs.all_jobs())
    for each in damaged.all_damaged():
        assert each.remove is not None
        each.remove()
    assert jobs.all_jobs() == []


def test_what_was_saved_and_is_damaged_is_named_and_removed_by_the_command_line(data_home: Path) -> None:
    user_library.save("recipe", "Good", {"a": 1})
    (data_home / "saved" / "recipe" / "bad.json").write_text('{"name": 3, "content": 1}')
    assert user_library.names("recipe") == ["Good"]
    told = CliRunner().invoke(main, ["damaged"])
    assert "saved recipe/bad.json: A saved recipe is damaged: bad.json is not what it should be: name" in told.output
    assert CliRunner().invoke(main, ["damaged", "--remove", "saved recipe/bad.json"]).exit_code == 0
    assert CliRunner().invoke(main, ["damaged"]).output == ""
    assert CliRunner().invoke(main, ["damaged", "--remove", "nothing"]).exit_code == 1


class ResourceExhaustedError(Exception):
    """Stands in for TensorFlow's, which a test without TensorFlow cannot raise."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("layers"), "gives no answer (KeyError: 'layers')"),
        (TypeError("no such argument"), "gives no answer (TypeError"),
        (ResourceExhaustedError("OOM"), "not enough memory"),
        (MemoryError(), "not enough memory"),
        (ValueError("no file"), "cannot be read"),
    ],
)
def test_what_the_worker_raises_is_a_sentence(data_home: Path, error: Exception, said: str) -> None:
    run = made_run()
    answer = _asked(run, models.answers)
    answer._future.set_exception(error)
    with pytest.raises(RunError) as told:
        answer.within(1)
    assert said in str(told.value)


def test_a_network_of_other_classes_is_a_sentence(data_home: Path) -> None:
    answer = _asked(made_run(), models.predict)
    answer._future.set_result(np.zeros((2, 3), np.float32))
    with pytest.raises(RunError, match="other answers than its dataset has classes"):
        answer.within(1)


def _asked(run: Run, function: object) -> "worker.WorkerCall[object]":
    """Return a question whose future the test answers."""
    from concurrent.futures import Future

    answer: worker.WorkerCall[object] = worker.WorkerCall.__new__(worker.WorkerCall)
    answer._run, answer._function, answer._arguments = run, function, ()  # type: ignore[assignment]
    answer._asked_again, answer._future = False, Future()
    return answer


def test_records_that_no_training_wrote_are_left_out(data_home: Path) -> None:
    run = made_run()
    whole = run.metrics()
    lines = (
        "{}",
        "[]",
        '{"kind": "epoch", "epoch": NaN}',
        '{"kind": "batch", "epoch": 1, "loss": 1e300}',
        "[" * 10_000,
    )
    with (run.folder / "metrics.jsonl").open("a") as file:
        file.writelines(f"{line}\n" for line in lines)
    assert run.metrics() == whole
    assert comparison.row(run).state == "finished"
