"""The command line where it starts processes: train, then predict."""

import json
from pathlib import Path

import pytest

from core import runs
from core.prediction import worker
from tests.paths import DATA
from tests.unit.test_cli import call


def test_train_waits_and_predict_answers_each_photo(
    data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = call("train", "digits-cnn", "--set", "fit.epochs=2", "--wait")
    assert trained.exit_code == 0, trained.output
    last = json.loads(trained.stdout.splitlines()[-1])
    assert list(last) == ["run", "state", "seconds", "test_accuracy", "test_loss"]
    assert last["state"] == "finished"
    assert last["run"] in call("runs", "list").output
    assert json.loads(call("runs", "show", "latest").stdout)["status"]["state"] == "finished"

    seven = DATA / "seven.png"
    empty = tmp_path / "empty.jpg"
    empty.touch()
    with monkeypatch.context() as patch:
        ends: list[None] = []
        # The next command takes its worker over: another would spend seconds on its imports.
        patch.setattr(worker, "shut_down", lambda: ends.append(None))
        result = call("predict", str(empty), str(seven), "nowhere.png", "--json", "--run", last["run"])
    assert len(ends) == 1
    assert result.exit_code == 1
    bad, good, missing = map(json.loads, result.stdout.splitlines())
    assert (bad["file"], bad["reason"]) == (str(empty), "empty")
    assert missing["reason"] == "not-readable"
    assert list(good) == ["file", "label", "probability", "probabilities", "decision"]
    assert good["decision"] in (good["label"], "ask")
    assert sum(good["probabilities"].values()) == pytest.approx(1, abs=1e-5)
    assert good["label"] == max(good["probabilities"], key=good["probabilities"].__getitem__)
    assert call("predict", str(seven)).exit_code == 0
    assert call("runs", "remove", "latest").exit_code == 0
    assert runs.all_runs() == []
