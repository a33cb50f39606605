"""How much each varied setting matters for what trials come to, and how sure that is."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np

from core.storage import checked
from core.storage.checked import Count, DamagedError, Longest, Share
from core.sweeps.choosing import distribution
from core.sweeps.trials import Trial
from core.sweeps.variation import Span, Variation

FILE = "importance.json"
# Of fewer trials, a forest of trees says what chance says.
FEWEST_TRIALS = 10
_RESAMPLES, _TREES = 20, 16
_LEVELS = (5, 95)


@dataclass(frozen=True)
class Importance:
    """How much a setting matters.

    Attributes:
        name: dotted.
        share: of the variance of the trials' figures, what the setting by itself explains, 0–1; all add up to 1.
        low: in 5% of bootstrap samples of the trials it explains less than that, and `high` in 5% more.
    """

    name: Annotated[str, Longest(300)]
    share: Share
    low: Share
    high: Share


@dataclass(frozen=True)
class Importances:
    """What `importance.json` says: the settings, the most important first, and of how many trials that was found."""

    trials: Count
    settings: tuple[Importance, ...] = ()


def read(folder: Path) -> Importances | None:
    """Return what was found in a sweep's folder; `None` where nothing was, or it cannot be read: it is found anew."""
    try:
        return checked.read_object(folder / FILE, Importances)
    except DamagedError:
        return None


def keep(folder: Path, found: Importances) -> None:
    """Replace what was found.

    Raises:
        OSError: the disk is full or may not be written.
    """
    checked.write(folder / FILE, asdict(found))


def judged(trials: Sequence[Trial]) -> list[Trial]:
    """Return the trials that have a figure."""
    return [trial for trial in trials if trial.value is not None]


def find(variations: Sequence[Variation], trials: Sequence[Trial], seed: int) -> Importances | None:
    """Find how much each setting matters, by functional analysis of variance (fANOVA) of a forest fitted to the trials.

    Hutter, Hoos and Leyton-Brown, An efficient approach for assessing hyperparameter importance, ICML 2014. How sure it
    is follows from samples of the trials, drawn with replacement.

    Args:
        variations: what varies.
        trials: those so far.
        seed: of the forest and the samples.

    Returns:
        `None` where there are too few trials, fewer than two settings, or all trials came to the same.
    """
    finished = judged(trials)
    if len(finished) < FEWEST_TRIALS or len(variations) < 2:
        return None
    whole = _shares(variations, finished, seed)
    if whole is None:
        return None
    draw = np.random.default_rng(seed)
    samples = []
    for number in range(_RESAMPLES):
        places = draw.integers(len(finished), size=len(finished))
        shares = _shares(variations, [finished[place] for place in places], seed + number)
        if shares is not None:
            samples.append(shares)
    made = []
    for name, share in sorted(whole.items(), key=lambda pair: -pair[1]):
        low, high = np.percentile([each[name] for each in samples], _LEVELS) if samples else (0.0, 1.0)
        made.append(Importance(name, share, min(float(low), share), max(float(high), share)))
    return Importances(len(finished), tuple(made))


def _shares(variations: Sequence[Variation], trials: Sequence[Trial], seed: int) -> dict[str, float] | None:
    """Return each setting's share; `None` where all trials came to the same."""
    import optuna
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    # Optuna's goes evenly along a range by ratio, most of which then is its last decade: of 16 trials that the learning
    # rate alone decided, it said 24% learning rate and 75% batch size; given logarithms, 92% and 8%.
    by_ratio = {each.name for each in variations if isinstance(each, Span) and each.log}
    distributions: dict[str, Any] = {
        each.name: optuna.distributions.FloatDistribution(math.log(each.low), math.log(each.high))
        if isinstance(each, Span) and each.log
        else distribution(each)
        for each in variations
    }
    study = optuna.create_study(direction="maximize")
    for trial in trials:
        values = {name: math.log(value) if name in by_ratio else value for name, value in trial.values.items()}
        study.add_trial(optuna.trial.create_trial(params=values, distributions=distributions, value=trial.value))
    if len({trial.value for trial in trials}) < 2:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = get_param_importances(study, evaluator=FanovaImportanceEvaluator(n_trees=_TREES, seed=seed % 2**31))
    except (RuntimeError, ValueError):
        # No tree splits: what differs follows no setting.
        return None
    return {each.name: float(min(max(found.get(each.name, 0.0), 0.0), 1.0)) for each in variations}
