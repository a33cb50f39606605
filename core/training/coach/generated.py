"""What the curves and samples of a network that makes images tell: collapse, copies, noise, or that it learns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from core.generation.noise import sheet_labels
from core.recipes.recipe import Recipe
from core.training.coach import changes
from core.training.coach.findings import COLLAPSED, DIVERGED, LEARNING, NOT_LEARNING, OVERFITTING, CoachFinding

# From that share on, one class is what the samples look like, whatever was asked for; of two classes, nearly all.
_ONE_CLASS, _ONE_OF_TWO = 0.5, 0.9
# Samples of one class that differ less than so, beside real images, are one image over and over.
_SAME = 0.4
# Nearer to training images than so, beside images that were not trained on, samples are copies; farther, they are none.
_COPY, _UNLIKE = 0.4, 1.6
# The discriminator is right about all: its loss, in nats.
_WON = 0.05
_LEARNED = 0.8


def advice(metrics: Sequence[Mapping[str, Any]], recipe: Recipe, class_names: Sequence[str]) -> list[CoachFinding]:
    """Say what a run's records tell so far, the worst first. Arguments and answer are those of `coach.advice`."""
    for record in metrics:
        if record.get("loss", 0.0) is None or record.get("discriminator_loss", 0.0) is None:
            said = f"Diverged at epoch {record['epoch']:g}: the loss is NaN. The steps were too large."
            return [CoachFinding(DIVERGED, said, {"epoch": record["epoch"]}, *_calmer(recipe))]
    ends = [each for each in metrics if each["kind"] == "epoch" and _is_whole(each, len(class_names))]
    if not ends:
        return []
    last = ends[-1]
    found = [each for each in (_collapsed(last, recipe, class_names), _lost(last, recipe), _copied(last)) if each]
    return found or [_unlike(last) or _learning(last, ends[0])]


def _is_whole(record: Mapping[str, Any], classes: int) -> bool:
    measured = all(record.get(name) is not None for name in ("recognised", "diversity", "nearest"))
    return measured and len(record.get("class_shares", ())) == classes


def _calmer(recipe: Recipe) -> changes.Change:
    return changes.with_rate(recipe, changes.rate_of(recipe) / 5)


def _collapsed(last: Mapping[str, Any], recipe: Recipe, class_names: Sequence[str]) -> CoachFinding | None:
    """Samples that all show the same class, or the same image of each."""
    shares, diversity = last["class_shares"], last["diversity"]
    samples = len(sheet_labels(len(class_names)))
    most = int(np.argmax(shares))
    if shares[most] >= (_ONE_CLASS if len(class_names) > 2 else _ONE_OF_TWO):
        sentence = (
            f"Collapsed: {round(shares[most] * samples)} of {samples} samples look like {class_names[most]}, whatever "
            f"class was asked for. Samples of a class differ {_share(diversity)} as much as real images do."
        )
    elif diversity < _SAME:
        sentence = (
            f"Mode collapse: the samples of a class are nearly the same image. They differ only {_share(diversity)} as "
            "much as real images of a class do."
        )
    else:
        return None
    return CoachFinding(COLLAPSED, sentence, {"share": shares[most], "diversity": diversity}, *_calmer(recipe))


def _lost(last: Mapping[str, Any], recipe: Recipe) -> CoachFinding | None:
    """A discriminator that is always right teaches a generator nothing."""
    loss = last.get("discriminator_loss")
    if loss is None or loss > _WON:
        return None
    sentence = (
        f"The discriminator has won: its loss is {loss:.3f}, so it tells every sample from real images, and the "
        f"generator (loss {last['loss']:.2f}) hardly learns from it any more."
    )
    return CoachFinding(NOT_LEARNING, sentence, {"discriminator_loss": loss, "loss": last["loss"]}, *_calmer(recipe))


def _copied(last: Mapping[str, Any]) -> CoachFinding | None:
    if last["nearest"] > _COPY:
        return None
    sentence = (
        f"Memorizing: samples are only {_share(last['nearest'])} as far from their nearest training image as real "
        "images that were not trained on. They are copies."
    )
    return CoachFinding(OVERFITTING, sentence, {"nearest": last["nearest"]})


def _unlike(last: Mapping[str, Any]) -> CoachFinding | None:
    if last["nearest"] < _UNLIKE:
        return None
    sentence = (
        f"Not like real images yet: samples are {last['nearest']:.1f} times as far from the nearest training image as "
        "real images that were not trained on."
    )
    return CoachFinding(NOT_LEARNING, sentence, {"nearest": last["nearest"]})


def _learning(last: Mapping[str, Any], first: Mapping[str, Any]) -> CoachFinding:
    recognised = last["recognised"]
    sentence = (
        f"{_share(recognised)} of the samples look like the class asked for ({_share(first['recognised'])} after the "
        f"first epoch), and they differ {_share(last['diversity'])} as much as real images of a class do."
    )
    begun = "It learns" if recognised < _LEARNED else "The samples look real"
    return CoachFinding(LEARNING, f"{begun}: {sentence}", {"recognised": recognised, "diversity": last["diversity"]})


def _share(value: float) -> str:
    return f"{value:.0%}"
