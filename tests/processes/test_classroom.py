"""A class's runs take turns, and are compared on images that the class never saw."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from core import runs
from core.classroom import board, sharing
from core.datasets.sources import catalogue
from core.recipes import suitable
from core.recipes.recipe import find_recipe
from core.runs.model_files import MODEL
from core.spaces import queue
from core.spaces.queue import Turn
from core.storage import data_home as homes
from core.storage.progress import quiet
from tests.processes.trainings import ended, wait_for
from tests.unit.small_sets import imported
from tests.unit.spaces.served import TEACHER_KEY, joined
from tests.unit.spaces.served import served as served


@pytest.mark.usefixtures("trained_here")
def test_a_students_run_is_scored_on_what_it_never_saw(served: Path) -> None:
    (_, eve), (_, ada) = joined("Eve", TEACHER_KEY), joined("Ada")
    with homes.at(eve.home):
        eve.home.mkdir(parents=True)
        shared = sharing.share(imported("two-by-45-photos", eve.home), 0.3)
    sharing.show_in(ada.home)
    with homes.at(ada.home):
        dataset = catalogue.open_dataset("two-by-45-photos")
        recipe = suitable.suited(find_recipe(suitable.ADAPTING), dataset)
        run = runs.create(replace(recipe, fit=replace(recipe.fit, epochs=2)), dataset.about.name)
        run.start()
        assert wait_for(run, ended).cause == ""
    assert board.unscored() == 1 and not board.leaderboard(shared)
    assert board.score_job(quiet) == {"scored": 1, "failed": []}
    (place,) = board.leaderboard(shared)
    assert shared.held is not None
    assert (place.person, place.row.name, place.score.images) == ("Ada", run.name, len(shared.held))
    assert not list(ada.home.rglob("*score*")) and board.unscored() == 0
    os.utime(run.folder / MODEL)
    assert board.unscored() == 1, "trained on, it is another network"


def test_a_trainer_waits_for_its_turn_among_all_users(served: Path, tmp_path: Path) -> None:
    (served.parent / "secrets.toml").write_text(
        (served.parent / "secrets.toml").read_text() + "[pixelwise.limits]\ntrainings = 1\n"
    )
    _, ada = joined("Ada")
    other = Turn(served / "spaces" / "ben" / "runs" / "long", 1)
    assert other.take()
    with homes.at(ada.home):
        run = runs.create(find_recipe("digits-dense").with_settings({"fit.epochs": 1}))
        run.start()
        assert wait_for(run, lambda status: "class" in status.doing).doing == "waiting, next in the class"
        assert [(each.space, each.run) for each in queue.waiting()] == [(ada.home.name, run.name)]
        run.stop()
        assert wait_for(run, ended).state == runs.STOPPED
    assert not queue.waiting()
    other.give_back()
