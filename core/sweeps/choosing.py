"""Which values a trial tries, and whether it is hopeless: Optuna's samplers and pruners, fed with what was told."""

import hashlib
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from core.sweeps.plan import ACCURACY, GRID, HYPERBAND, MEDIAN, TPE, Plan, combinations
from core.sweeps.trials import FINISHED, OPEN, PRUNED, Trial
from core.sweeps.variation import Choices, Variation

if TYPE_CHECKING:
    import optuna

# Before so many trials have ended, values are drawn at random and no trial is hopeless.
STARTUP = 10
_PRUNING_STARTUP, _WARMUP_EPOCHS = 4, 2
# How often values that were tried before are drawn again, before a sweep counts as complete.
_ATTEMPTS = 50


class Chooser:
    """Proposes values and tells hopeless trials; it knows nothing that `trials.jsonl` does not tell."""

    def __init__(self, plan: Plan, variations: Sequence[Variation], epochs: int, trials: Sequence[Trial]) -> None:
        """Take up a sweep where it is.

        Args:
            plan: the sweep.
            variations: what varies.
            epochs: how many a trial has.
            trials: those so far.
        """
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._plan, self._variations = plan, variations
        self._study = optuna.create_study(
            study_name="sweep",
            direction="maximize" if plan.objective == ACCURACY else "minimize",
            pruner=_pruner(plan, epochs),
        )
        self._distributions = {each.name: distribution(each) for each in variations}
        self._trials: list[optuna.Trial] = []
        self._tried: list[dict[str, Any]] = []
        self._reported: list[int] = []
        self._ended: set[int] = set()
        for trial in trials:
            self._adopt(dict(trial.values))
            if trial.state != OPEN:
                self.ended(trial)

    def propose(self) -> dict[str, Any] | None:
        """Return the next trial's values, which count as begun; `None` where every combination has been tried."""
        number = len(self._trials)
        if self._plan.sampler == GRID or not self._variations:
            grid = combinations(self._variations)
            if (values := next(islice(grid, number, None), None)) is not None:
                self._adopt(values)
            return values
        for attempt in range(_ATTEMPTS):
            # A model that proposes what was tried already is not asked again.
            self._study.sampler = self._sampler(number, attempt, random=attempt > 0)
            trial = self._study.ask(self._distributions)
            if trial.params not in self._tried:
                self._begin(trial)
                return dict(trial.params)
            self._study.tell(trial, state=_state("FAIL"))
        return None

    def _sampler(self, number: int, attempt: int, *, random: bool) -> "optuna.samplers.BaseSampler":
        import optuna

        mark = f"{self._plan.seed} {number} {attempt}".encode()
        seed = int.from_bytes(hashlib.sha256(mark).digest()[:4], "little")
        if random or self._plan.sampler != TPE:
            return optuna.samplers.RandomSampler(seed=seed)
        return optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP)

    def _adopt(self, values: dict[str, Any]) -> None:
        self._study.enqueue_trial(values)
        self._begin(self._study.ask(self._distributions))

    def _begin(self, trial: "optuna.Trial") -> None:
        self._trials.append(trial)
        self._tried.append(dict(trial.params))
        self._reported.append(0)

    def hopeless(self, number: int, curve: Sequence[float | None]) -> bool:
        """Tell whether a trial does so badly, compared with the others as they were then, that it is not worth ending.

        Args:
            number: the trial's.
            curve: its figure after each epoch so far.
        """
        trial, verdict = self._trials[number], False
        if number in self._ended:
            return False
        for epoch in range(self._reported[number], len(curve)):
            self._reported[number] = epoch + 1
            value = curve[epoch]
            if value is not None:
                trial.report(value, epoch + 1)
                verdict = trial.should_prune()
        return verdict

    def ended(self, trial: Trial) -> None:
        """Take note of how a trial ended; a second time, nothing happens."""
        if trial.number in self._ended:
            return
        self.hopeless(trial.number, trial.curve)
        self._ended.add(trial.number)
        figure, handle = trial.value, self._trials[trial.number]
        if trial.state == FINISHED and figure is not None:
            self._study.tell(handle, figure)
        else:
            self._study.tell(handle, state=_state("PRUNED" if trial.state == PRUNED and trial.curve else "FAIL"))


def _state(name: str) -> "optuna.trial.TrialState":
    import optuna

    return optuna.trial.TrialState[name]


def _pruner(plan: Plan, epochs: int) -> "optuna.pruners.BasePruner":
    import optuna

    if plan.pruner == MEDIAN:
        return optuna.pruners.MedianPruner(n_startup_trials=_PRUNING_STARTUP, n_warmup_steps=_WARMUP_EPOCHS)
    if plan.pruner == HYPERBAND:
        return optuna.pruners.HyperbandPruner(min_resource=1, max_resource=epochs)
    return optuna.pruners.NopPruner()


def distribution(variation: Variation) -> "optuna.distributions.BaseDistribution":
    """Return a setting's values as Optuna takes them."""
    import optuna

    if isinstance(variation, Choices):
        return optuna.distributions.CategoricalDistribution(variation.values)
    if variation.whole:
        return optuna.distributions.IntDistribution(int(variation.low), int(variation.high), log=variation.log)
    return optuna.distributions.FloatDistribution(variation.low, variation.high, log=variation.log)
