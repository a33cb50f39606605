"""Whether the threshold that is set by itself keeps its promise on unseen images: python -m bench.threshold [DRAWS]

From a population of images that a network answered, validation images are drawn many times. On each draw all is
done as for a run: a temperature is fitted, and a threshold chosen. The promise is broken where less than 99% of the
population's answers from that threshold on are right. Populations: what the shipped classifier answers to validation
and test photos that it takes for cats or dogs, and made ones of two classes: calibrated, two points too sure, and with
errors that have nothing to do with how sure the network is, where each of many thresholds has its luck.

Beside the rule that is used stand the one before, 99% of the validation answers right, and the smallest threshold whose
own bound reaches 99%, whatever those above it show.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator

import numpy as np

from core import runs
from core.evaluation import calibration, ood, predictions
from core.evaluation import threshold as booking
from core.evaluation.intervals import exact_bounds
from core.evaluation.predictions import Predictions
from core.evaluation.threshold import DecisionThreshold, Forecast

GOAL = 0.95
RIGHT = 0.99
SIZES = (300, 1_000, 5_000)
_POPULATION = 40_000
_LOWEST = 0.5


def populations(rng: np.random.Generator) -> Iterator[tuple[str, Predictions]]:
    """Yield a name and answers, of two classes."""
    pets = runs.find("pets", runs.shipped())
    kept = ood.load(pets.folder)
    parts = [predictions.load(pets, part) for part in ("validation", "test")]
    ids, labels, probabilities = (
        np.concatenate([getattr(part, name) for part in parts]) for name in ("ids", "labels", "probabilities")
    )
    known = ~np.isin(ids, kept.unknown_ids) if kept is not None else np.ones(len(ids), bool)
    yield "the shipped classifier", Predictions(ids[known], labels[known], probabilities[known])
    for ends in ((8.0, 0.25), (3.0, 0.5), (20.0, 0.2)):
        confidences = rng.beta(*ends, _POPULATION)
        confidences = np.maximum(confidences, 1 - confidences)
        yield f"calibrated, {confidences.mean():.1%} right", _answered(confidences, confidences, rng)
        yield f"too sure, {confidences.mean() - 0.02:.1%} right", _answered(confidences, confidences - 0.02, rng)
    for errors in (0.0101, 0.0105, 0.012, 0.015):
        confidences = rng.uniform(0.5, 1, _POPULATION)
        yield f"errors anywhere, {errors:.2%}", _answered(confidences, np.full(_POPULATION, 1 - errors), rng)


def _answered(confidences: np.ndarray, chances: np.ndarray, rng: np.random.Generator) -> Predictions:
    """Return answers that are so sure, and right by so much chance."""
    right = rng.random(len(confidences)) < chances
    probabilities = np.stack([confidences, 1 - confidences], axis=1)
    return Predictions(np.arange(len(right)), np.where(right, 0, 1), probabilities)


def former(made: Forecast) -> DecisionThreshold | None:
    """The rule before: the smallest threshold with 99% of the validation answers right."""
    return _smallest(made, made.answering.right / made.answering.answered)


def single(made: Forecast) -> DecisionThreshold | None:
    """The smallest threshold whose own bound reaches 99%."""
    return _smallest(made, exact_bounds(made.answering.right, made.answering.answered)[0])


def ours(made: Forecast) -> DecisionThreshold | None:
    """What Pixelwise does, where it promises anything."""
    found = booking.choose_threshold(made, _LOWEST)
    return found if found.promises else None


def _smallest(made: Forecast, shares: np.ndarray) -> DecisionThreshold | None:
    for threshold in np.arange(_LOWEST, 1, booking.STEP).round(3).tolist():
        place = int(np.searchsorted(-made.answering.thresholds, -threshold, side="right")) - 1
        if place >= 0 and shares[place] >= RIGHT and made.answering.shares[place] >= 0.1:
            return DecisionThreshold(threshold, "")
    return None


RULES: dict[str, Callable[[Forecast], DecisionThreshold | None]] = {"ours": ours, "former": former, "own bound": single}


def main() -> None:
    """Print a line a population and size, and what holds over all."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    rng, worst = np.random.default_rng(0), dict.fromkeys(RULES, 1.0)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PIXELWISE_HOME"] = folder
        for name, population in populations(rng):
            for size in SIZES:
                said = []
                for rule, (promised, kept, answered) in _tried(population, size, draws, rng).items():
                    said.append(f"{rule} {kept:.1%} kept, {promised:.0%} promised, {answered:.0%} answered")
                    worst[rule] = min(worst[rule], kept)
                print(f"{name}, {size:,} validation images: {'; '.join(said)}", flush=True)
    print(f"Promise kept in the worst case, of {draws:,} draws (goal {GOAL:.0%}):")
    for rule, kept in worst.items():
        low, high = exact_bounds(round(kept * draws), draws, 0.99)
        print(f"    {rule}: {kept:.1%} (of many draws {low:.1%} to {high:.1%}, each end with 99% certainty)")


def _tried(
    population: Predictions, size: int, draws: int, rng: np.random.Generator
) -> dict[str, tuple[float, float, float]]:
    """Return by rule in which share of draws it promised, in which it broke no promise, and the mean share answered."""
    promised, kept, answered = ({rule: np.zeros(draws) for rule in RULES} for _ in range(3))
    for draw in range(draws):
        chosen = rng.integers(0, len(population.ids), size)
        drawn = Predictions(chosen, population.labels[chosen], population.probabilities[chosen])
        fitted = calibration.Calibration(calibration.fitted_temperature(drawn), "validation", size, "")
        seen = calibration.answering(fitted.apply(drawn.probabilities).max(axis=1), drawn.right)
        confidences = fitted.apply(population.probabilities).max(axis=1)
        for rule, choose in RULES.items():
            booked = choose(Forecast("validation", size, seen))
            if booked is None:
                kept[rule][draw] = 1
                continue
            taken = confidences >= booked.threshold
            promised[rule][draw] = 1
            kept[rule][draw] = population.right[taken].mean() >= RIGHT
            answered[rule][draw] = taken.mean()
    return {rule: (promised[rule].mean(), kept[rule].mean(), answered[rule].mean()) for rule in RULES}


if __name__ == "__main__":
    main()
