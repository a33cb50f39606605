"""How much faster small trainings are done together than one after the other: `python -m bench.sweep`.

Four trainings of a small recipe, as a sweep starts them, in a data home of their own: first one at a time, then as many
at once as the machine allows. Printed are both times and their ratio; the goal on two cores is 1.5.
"""

import argparse
import os
import tempfile
import time

from core.recipes.recipe import find_recipe
from core.sweeps import folders as sweeps
from core.sweeps.plan import Plan
from core.sweeps.status import ALIVE, FINISHED
from core.sweeps.sweep import Sweep

TRAININGS = 4


def seconds(recipe: str, epochs: int, together: int) -> float:
    """Return how long a sweep of four trainings takes, without measuring the best."""
    found = find_recipe(recipe).with_settings({"fit.epochs": epochs})
    rates = ",".join(f"{rate / 1000}" for rate in range(1, TRAININGS + 1))
    plan = Plan(
        found.to_json(), "digits", 0.0, (f"optimiser.learning_rate={rates}",), "grid", "none", together=together
    )
    made = sweeps.create(plan)
    begun = time.perf_counter()
    made.start()
    while made.status().state in ALIVE and not all_trained(made):
        time.sleep(0.1)
    taken = time.perf_counter() - begun
    while made.status().state in ALIVE:
        time.sleep(0.1)
    assert made.status().state == FINISHED, made.status()
    return taken


def all_trained(made: Sweep) -> bool:
    """Tell whether all its trials have ended."""
    return sum(trial.value is not None for trial in made.trials()) == TRAININGS


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--recipe", default="digits-cnn")
    options.add_argument("--epochs", type=int, default=20)
    options.add_argument("--together", type=int, default=0, help="0: as many as suit this machine")
    options.add_argument("--rounds", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["PIXELWISE_HOME"] = home
        for _ in range(chosen.rounds):
            alone = seconds(chosen.recipe, chosen.epochs, 1)
            beside = seconds(chosen.recipe, chosen.epochs, chosen.together)
            number = sweeps.all_sweeps()[0].plan.together
            print(
                f"{TRAININGS} × {chosen.recipe}, {chosen.epochs} epochs: one after the other {alone:.1f} s, {number} "
                f"at once {beside:.1f} s, {alone / beside:.2f} times the throughput (load {os.getloadavg()[0]:.1f})"
            )


if __name__ == "__main__":
    main()
