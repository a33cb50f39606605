"""What the coach says of trainings with known faults: python -m bench.coach [--record] [--made COUNT]

Each trains on the digits, some seconds. With --record, their epochs are written to tests/unit/curves.json, on which the
coach is tested. With --made, as many made courses of each kind are looked at instead: how often it is wrong.
"""

import argparse
import json
import os
import tempfile
import time
from typing import Any

from core import runs
from core.recipes.recipe import find_recipe
from core.runs import Run
from core.training import coach
from tests.paths import DATA
from tests.unit.made_histories import KINDS, histories

RECORDED = DATA / "curves.json"


def _network(*layers: dict[str, Any], scaled: bool = True) -> list[dict[str, Any]]:
    first: list[dict[str, Any]] = [{"kind": "Rescaling"}] if scaled else []
    return [*first, *layers, {"kind": "Dense", "units": 10, "activation": "softmax"}]


_CONVOLUTION = {"kind": "Conv2D", "filters": 32, "padding": "same"}
_POOL, _FLATTEN = {"kind": "MaxPool2D"}, {"kind": "Flatten"}
_SLOW_NORM = {"kind": "BatchNormalization", "momentum": 0.99}
_NORM = {"kind": "BatchNormalization", "momentum": 0.9}
_DROPPED = {"kind": "Dropout", "rate": 0.3}
_WIDE = {"kind": "Dense", "units": 128, "activation": "relu"}
_PLAIN = _network(_CONVOLUTION, _CONVOLUTION, _POOL, _FLATTEN, _WIDE)
# A name, the recipe, and what is changed in it so that it fails in its own way.
TRAININGS: dict[str, tuple[str, dict[str, Any]]] = {
    "healthy": ("digits-cnn", {"fit.epochs": 15}),
    "a dense network on raw values": ("digits-dense", {}),
    "192 images by heart": (
        "digits-cnn",
        {"network": _PLAIN, "split.pictures": 300, "split.seed": 1, "fit.epochs": 30},
    ),
    "a rate of 0.1": ("digits-cnn", {"network": _PLAIN, "optimiser.learning_rate": 0.1, "fit.epochs": 6}),
    "a rate of 1": ("digits-cnn", {"optimiser.learning_rate": 1.0, "fit.epochs": 6}),
    "SGD at a rate of 0.3": (
        "digits-cnn",
        {"optimiser": {"kind": "SGD", "learning_rate": 0.3}, "network": _PLAIN, "fit.epochs": 10},
    ),
    "SGD on raw values": (
        "digits-dense",
        {"optimiser": {"kind": "SGD", "learning_rate": 0.01}, "fit.epochs": 8},
    ),
    "a rate of 1e-6": ("digits-cnn", {"network": _PLAIN, "optimiser.learning_rate": 1e-6, "fit.epochs": 6}),
    "three units": (
        "digits-dense",
        {
            "network": _network(_FLATTEN, {"kind": "Dense", "units": 3, "activation": "relu"}),
            "optimiser.learning_rate": 0.01,
        },
    ),
    "five epochs of a slow rate": ("digits-cnn", {"optimiser.learning_rate": 1e-4, "fit.epochs": 5}),
    "statistics that lag": (
        "digits-cnn",
        {
            "network": _network(_CONVOLUTION, _CONVOLUTION, _POOL, _SLOW_NORM, _DROPPED, _FLATTEN, _WIDE, _DROPPED),
            "optimiser.learning_rate": 0.003,
            "fit.batch_size": 256,
            "fit.epochs": 8,
        },
    ),
    "large steps on few images": (
        "digits-cnn",
        {
            "network": _network(_CONVOLUTION, _NORM, _CONVOLUTION, _POOL, _FLATTEN, _WIDE),
            "split.pictures": 600,
            "split.seed": 1,
            "optimiser.learning_rate": 0.01,
            "fit.batch_size": 16,
            "fit.epochs": 12,
        },
    ),
}


def main() -> None:
    """Train, print what is said, and record if that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the curves that the tests use")
    parser.add_argument("names", nargs="*", help="which of them; all when there is none")
    parser.add_argument("--made", type=int, metavar="COUNT", help="look at so many made courses of each kind")
    arguments = parser.parse_args()
    if arguments.made:
        _count(arguments.made, arguments.names or list(KINDS))
        return
    recorded = json.loads(RECORDED.read_text(encoding="utf-8")) if arguments.names else {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PIXELWISE_HOME"] = folder
        for name in arguments.names or TRAININGS:
            base, changes = TRAININGS[name]
            recipe = find_recipe(base).with_settings(changes)
            run = _trained(runs.create(recipe, "digits"))
            metrics = [each for each in run.metrics() if each["kind"] == "epoch"]
            print(f"{name}: {run.status().state}")
            for finding in coach.advice(run.metrics(), run.status(), run.recipe, run.about.class_names):
                print(f"  {finding.sentence}" + (f" Try {finding.change_said}." if finding.change_said else ""))
            recorded[name] = {"recipe": run.recipe.to_json(), "epochs": metrics}
    if arguments.record:
        RECORDED.write_text(json.dumps(recorded, separators=(",", ":")) + "\n", encoding="utf-8")


def _count(count: int, kinds: list[str]) -> None:
    """Print how often there is a false alarm at any epoch, and how often what is true is missed at the end."""
    print(f"{f'of {count:,} each':28} false alarms: at the end  at any epoch  missed")
    for kind in kinds:
        made = list(histories(kind, count))
        at_end, on_the_way, missed = (
            sum(map(bool, found)) / count
            for found in (
                [each.false_alarm(len(each.loss)) for each in made],
                [each.false_alarm() for each in made],
                [each.miss() for each in made],
            )
        )
        print(f"{kind:28} {at_end:>24.1%}  {on_the_way:>12.1%}  {missed:>6.1%}")


def _trained(run: Run) -> Run:
    run.start()
    while run.status().state in runs.ALIVE:
        time.sleep(0.2)
    return run


if __name__ == "__main__":
    main()
