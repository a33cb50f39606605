"""Many runs in a list: what each listing looks at, and that no change stays unseen."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from core import damaged, runs
from core.runs import Run, comparison, listed
from tests.unit.made_runs import made_run

LONG_AGO_S = 1_600_000_000


@pytest.fixture
def many(data_home: Path, monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Twelve runs that ended long ago, newest first, more than are looked at in one listing."""
    monkeypatch.setattr(listed, "_FOLDERS", 4)
    monkeypatch.setattr(listed, "_FILE_BY_FILE", 2)
    for _ in range(12):
        os.utime(made_run().folder, (LONG_AGO_S, LONG_AGO_S))
    return runs.all_runs()


def in_place(run: Run) -> None:
    """Damage a file of a run, as no version of Pixelwise does: the folder's time stays."""
    (run.folder / "recipe.json").write_text("{")
    os.utime(run.folder, (LONG_AGO_S, LONG_AGO_S))


def states() -> list[str]:
    return [row.state for row in comparison.rows()]


def test_a_listing_looks_at_a_few_files_of_many_runs(many: list[Run], monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    stat = os.stat

    def noted(path: str | Path, **how: bool) -> os.stat_result:
        looked.append(str(path))
        return stat(path, **how)

    monkeypatch.setattr(os, "stat", noted)
    before = runs.all_runs()
    folder = str(runs.runs_folder())
    inside = [path for path in looked if path.startswith(folder) and path != folder]
    assert len({path for path in inside if Path(path).suffix}) <= 2 * 9, "the files of two runs"
    assert len(inside) <= 2 * 9 + 4
    assert [run.listed for run in before] == [run.listed for run in runs.all_runs()], "nothing is made anew"


def test_what_people_damage_in_place_is_seen_a_few_listings_later(many: list[Run]) -> None:
    in_place(many[7])
    seen = [states() for _ in range(6)]
    assert seen[-1] == ["finished"] * 7 + ["damaged"] + ["finished"] * 4


def test_what_is_damaged_is_looked_for_in_every_file(many: list[Run]) -> None:
    for run in many:
        in_place(run)
    assert len(damaged.all_damaged()) == 12
    assert states() == ["damaged"] * 12
    assert runs.with_evaluation() == []


@pytest.mark.parametrize("number", range(12))
def test_what_this_process_writes_is_listed_at_once(many: list[Run], number: int) -> None:
    run = many[number]
    run.annotate(title="mine")
    assert comparison.rows()[number].title == "mine"
    assert comparison.full_titles(runs.all_runs())[run.name].startswith("mine")


@pytest.mark.parametrize(
    "change",
    [
        lambda run: (run.folder / "model.keras").write_bytes(b"made up"),
        lambda run: (made_run(title="other").folder / "about.json").replace(run.folder / "about.json"),
    ],
)
def test_what_another_process_puts_in_place_is_listed_a_few_listings_later(
    many: list[Run], change: Callable[[Run], object]
) -> None:
    change(many[5])
    for _ in range(3):
        found = next(run for run in runs.all_runs() if run == many[5])
    assert found.listed.has_model or comparison.row(found).title == "other"


def test_runs_that_come_and_go_are_listed_at_once(many: list[Run]) -> None:
    many[3].remove()
    assert runs.all_runs() == [*many[:3], *many[4:]]
    in_place(Run(next((runs.runs_folder() / ".trash").iterdir())))
    runs.restore(many[3].name)
    assert runs.all_runs() == many
    assert runs.all_runs()[3].listed.damage, "it is looked at as it comes back"
