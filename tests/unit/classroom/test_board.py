from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.classroom import board, sharing
from core.classroom.board import Score
from core.datasets.sources import catalogue, uploads
from core.runs import Run
from core.storage import data_home as homes
from core.storage.progress import Cancelled, quiet
from tests.unit.made_runs import made_run
from tests.unit.small_sets import imported
from tests.unit.spaces.served import TEACHER_KEY, joined


@pytest.fixture
def runs_of_two(served: Path) -> list[Run]:
    """A run of each of two students, on a dataset of which some is held back."""
    _, teacher = joined("Eve", TEACHER_KEY)
    with homes.at(teacher.home):
        uploads.folder().mkdir(parents=True)
        content = sharing.share(imported("eight-by-eight", uploads.folder()), 0.25).dataset.about.content_hash
    made = []
    for name in ("Ada", "Ben"):
        _, who = joined(name)
        with homes.at(who.home):
            catalogue.open_dataset("digits")
            run = made_run(title=f"{name}'s run")
            (run.folder / "model.keras").write_bytes(b"no network")
            (run.folder / "dataset.json").write_text(replace(run.about, content_hash=content).to_json())
            made.append(Run(run.folder))
    return made


def scoring(monkeypatch: pytest.MonkeyPatch, act: Callable[[Run], None]) -> None:
    def score(run: Run, *_: object) -> Score:
        act(run)
        return Score(1, 1, "", (0, 0))

    monkeypatch.setattr(board, "score", score)


@pytest.mark.parametrize("error", [OSError("no file"), KeyError("layer"), TypeError("a config")])
def test_a_network_that_cannot_be_loaded_is_said_and_keeps_no_other_from_its_score(
    runs_of_two: list[Run], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def act(run: Run) -> None:
        if run == runs_of_two[1]:
            raise error

    scoring(monkeypatch, act)
    result = board.score_job(quiet)
    assert result["scored"] == 1
    (sentence,) = result["failed"]
    assert sentence.startswith("Ben, Ben's run: ")


def test_scoring_ends_when_it_is_canceled(runs_of_two: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def act(run: Run) -> None:
        tried.append(run)
        raise Cancelled("Canceled.")

    scoring(monkeypatch, act)
    with pytest.raises(Cancelled):
        board.score_job(quiet)
    assert len(tried) == 1
