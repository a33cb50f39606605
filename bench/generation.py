"""Networks that make images: how long they train, how good their samples are, how fast they answer.

python -m bench.generation [RECIPE …]: trains each, the two on the digits by default, in a data home of its own; or
measures a run that is there, by its name.
"""

import resource
import statistics
import sys
import time

import numpy as np

from core import runs
from core.datasets.sources import catalogue
from core.generation import sheets
from core.generation.measures import Judge
from core.nn import train
from core.nn.generation import sampling
from core.nn.training.journal import Journal
from core.recipes.recipe import find_recipe, generating_recipes
from core.runs import Run
from core.training import coach
from core.training.data import prepared_images
from core.training.parts import parts

GOALS_S = {"digits": 60, "mnist": 180}
_USUAL = ("gan-digits", "flow-digits")
_ASKED, _WALK, _REAL = 20, 33, 300


def main(names: list[str]) -> None:
    """Print the figures of each."""
    for name in names:
        run = _trained(name) if name in generating_recipes() else runs.find(name, runs.generating())
        _samples(run)
        _answers(run)


def _trained(name: str) -> Run:
    run = runs.create(find_recipe(name))
    began, before = time.monotonic(), _cpu_s()
    train.carry_out(Journal(run))
    taken, cpu = time.monotonic() - began, _cpu_s() - before
    goal = GOALS_S[run.about.name]
    print(f"{name}: {taken:.0f} s, {cpu:.0f} s of processor time, {cpu / 2:.0f} s on two idle cores (goal {goal})")
    return run


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _samples(run: Run) -> None:
    ends = [record for record in run.metrics() if record["kind"] == "epoch"]
    for record in (ends[0], ends[len(ends) // 2], ends[-1]):
        losses = " ".join(f"{name} {record[name]:.3f}" for name in ("loss", "discriminator_loss") if name in record)
        print(
            f"  epoch {record['epoch']:3.0f}: {losses}, recognized {record['recognised']:.0%}, diversity "
            f"{record['diversity']:.0%}, nearest {record['nearest']:.0%}"
        )
    dataset = catalogue.open_dataset(run.about.name)
    prepared, divided = prepared_images(dataset, run.recipe.steps), parts(dataset, run.recipe.split, run.decided)
    train_ids, others = np.sort(divided.train), np.sort(divided.validation)
    classes = len(run.about.class_names)
    judge = Judge(prepared[train_ids], divided.labels[train_ids], prepared[others], classes)
    real = judge.measure(prepared[others[:_REAL]], divided.labels[others[:_REAL]])
    print(f"  real images, measured alike: recognized {real.recognised:.0%}, diversity {real.diversity:.0%}")
    size = sum(path.stat().st_size for path in (run.folder / "samples").iterdir()) / 1e6
    print(f"  {len(sheets.epochs(run.folder))} sheets of samples, {size:.2f} MB")
    for finding in coach.advice(run.metrics(), run.status(), run.recipe, run.about.class_names):
        print(f"  coach: {finding.sentence}")


def _answers(run: Run) -> None:
    generator = run.recipe.generator
    if generator is None:
        return
    asked = (str(run.folder), generator.to_json(), len(run.about.class_names))
    sampling.of_seeds(*asked, (0,), 0)
    taken = []
    for seed in range(_ASKED):
        began = time.perf_counter()
        sampling.of_seeds(*asked, (seed,), 0)
        taken.append(1000 * (time.perf_counter() - began))
    began = time.perf_counter()
    sampling.on_the_way(*asked, (1, 2), 0, _WALK)
    walk = 1000 * (time.perf_counter() - began)
    print(f"  one sample {statistics.median(taken):.0f} ms (goal 150), a walk of {_WALK} at once {walk:.0f} ms")


if __name__ == "__main__":
    main(sys.argv[1:] or list(_USUAL))
