"""A damaged sign of life, or note of what a cluster is like: work is said to go on or not, and is begun anew.

A case damages a file by which a run or job elsewhere is known to live, or `cluster.json`. No exception is met, what is
listed stays so, and the next sign or note takes the damaged one's place.
"""

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, replace
from pathlib import Path
from unittest.mock import patch

from core import runs
from core.cluster import look, setting
from core.cluster.look import Node
from core.cluster.setting import Needs
from core.errors import PixelwiseError
from core.recipes.recipe import find_recipe
from core.runs import Run, folders
from core.storage import beat, checked, data_home, jobs, processes
from core.storage.jobs import Job
from tests.hardening.damaged_folders import Damage, damages

SUITE, BENCH, BROWSER = 60, 1_500, False
_SEED = 29


def failures(count: int, home: Path) -> Iterator[str]:
    """Damage a file, look at the work, and begin it anew."""
    with ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ))
        stack.enter_context(patch.object(folders, "SHIPPED", home.parent / "no-models"))
        stack.enter_context(patch.object(processes, "start", lambda *_, **__: None))
        stack.enter_context(patch.object(setting, "require_answer", lambda _said: None))
        node = Node("a", 4, 8_000_000_000, look.versions(), 0.0, shared=True)
        stack.enter_context(patch.object(look, "_ask", lambda _address: (node,)))
        run, job = _make()
        for number, (file, name, damage) in enumerate(_cases(home)[:count]):
            case = home.parent / f"case-{number}"
            shutil.copytree(home, case, symlinks=True)
            os.environ["PIXELWISE_HOME"] = str(case)
            damage(case / file, random.Random(number))  # noqa: S311 no secret
            there = Run(case / run.folder.relative_to(home)), Job(case / job.folder.relative_to(home))
            try:
                problem = _problem(*there)
            except Exception as error:
                problem = f"{type(error).__name__}: {str(error)[:300]}"
            yield f"case {number}, {name}: {file}: {problem}" if problem else ""
            shutil.rmtree(case, ignore_errors=True)


def _problem(run: Run, job: Job) -> str:
    if run.status().state not in ("running", "interrupted") or job.status().state not in ("running", "interrupted"):
        return f"the run is {run.status().state}, the job {job.status().state}"
    if run.status().state == "interrupted" and not run.status().cause:
        return "it is not said why the run was interrupted"
    if run not in runs.all_runs() or [each.key for each in jobs.all_jobs()] != [job.key]:
        return "the run or the job is not listed"
    try:
        os.environ[setting.ADDRESS] = "ray://head:10001"
        found = look.require(Needs(1_000_000, 2))
        if look.places(Needs(1_000_000, 2), found) < 1:
            return "no place for work"
    except PixelwiseError as error:
        # What is damaged there is asked for again; but a note may say of itself what keeps work from being begun.
        checked.read_object(data_home.common() / "cluster.json", look._Found)
        if not str(error):
            return "nothing is said"
    finally:
        os.environ.pop(setting.ADDRESS, None)
    for folder in (run.folder, job.folder):
        beat.forget(folder)
        for file in (beat.AT_WORK, beat.IN_QUEUE):
            beat.write(folder, file, writer="b")
            if not beat.is_alive(folder):
                return "a new sign of life counts not"
    return ""


def _make() -> tuple[Run, Job]:
    """Make a run and a job that are elsewhere, and a note of a cluster."""
    run = runs.create(find_recipe("digits-dense"), "digits")
    run.write_status(replace(run.status(), state="running", node="a", pid=7, pid_started="0.1"))
    job = jobs.start("far", "core.nothing:here", {}, lambda *_: None)
    job.write_status(replace(job.status(), pid=7, pid_started="0.1"))
    for folder in (run.folder, job.folder):
        beat.write(folder, beat.AT_WORK, writer="a", node="a")
        beat.write(folder, beat.IN_QUEUE, writer="a", doing="waiting")
    node = asdict(Node("b", 8, 16_000_000_000, look.versions(), 0.5, shared=True))
    said = {"at": 1e9, "where": f"ray://head:10001 {data_home.common()}", "nodes": [node]}
    checked.write(data_home.common() / "cluster.json", said)
    return run, job


def _cases(home: Path) -> list[tuple[Path, str, Damage]]:
    """Return all cases, each file in turn with its next damage, always in the same order."""
    rng, queues = random.Random(_SEED), []  # noqa: S311 no secret
    names = (beat.AT_WORK, beat.IN_QUEUE, "cluster.json")
    for path in sorted(path for path in home.rglob("*.json") if path.name in names):
        made = list(damages(path))
        rng.shuffle(made)
        queues.append([(path.relative_to(home), name, damage) for name, damage in made])
    longest = max(len(queue) for queue in queues)
    return [queue[place] for place in range(longest) for queue in queues if place < len(queue)]
