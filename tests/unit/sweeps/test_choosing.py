"""What is tried next, and what is hopeless."""

from core.recipes.recipe import find_recipe
from core.sweeps.choosing import Chooser
from core.sweeps.plan import Plan
from core.sweeps.trials import Repeat, Trial
from core.sweeps.variation import parse_all

RECIPE = find_recipe("digits-dense")
RATE = "optimiser.learning_rate"


def chooser(*vary: str, trials: tuple[Trial, ...] = (), **plan: object) -> Chooser:
    made = Plan({}, "digits", 0.0, vary, **plan)  # type: ignore[arg-type]
    return Chooser(made, parse_all(vary, RECIPE), 10, trials)


def trial(number: int, rate: float, value: float, state: str = "finished") -> Trial:
    curve = tuple(value * epoch / 10 for epoch in range(1, 11))
    return Trial(number, {RATE: rate}, {0: Repeat(0, f"run{number}", state, value, curve)}, 1)


def test_a_sweep_taken_up_again_proposes_what_it_would_have() -> None:
    vary = (f"{RATE}=log:1e-4..1e-1", "fit.batch_size=32,64,128")
    for sampler in ("random", "tpe"):
        first = chooser(*vary, sampler=sampler)
        proposed = [first.propose() for _ in range(6)]
        known = tuple(Trial(number, values or {}, {}, 1) for number, values in enumerate(proposed[:4]))
        again = chooser(*vary, sampler=sampler, trials=known)
        assert [again.propose() for _ in range(2)] == proposed[4:]
        assert len({str(values) for values in proposed}) == 6


def test_the_model_looks_where_it_was_good() -> None:
    rates = [10 ** (-4 + place / 5) for place in range(15)]
    known = tuple(trial(place, rate, 0.9 if 0.005 < rate < 0.02 else 0.2) for place, rate in enumerate(rates))
    made = chooser(f"{RATE}=log:1e-4..1e-1", sampler="tpe", trials=known)
    proposed = [(made.propose() or {})[RATE] for _ in range(10)]
    assert sum(0.003 < rate < 0.03 for rate in proposed) >= 6, "a third of the range"


def test_every_combination_is_tried_once() -> None:
    for sampler in ("random", "tpe", "grid"):
        made = chooser("fit.batch_size=32,64", "fit.mirrored=true,false", sampler=sampler)
        proposed = [made.propose() for _ in range(5)]
        assert proposed[4] is None, sampler
        assert len({str(values) for values in proposed}) == 5, sampler


def test_a_trial_far_behind_the_others_is_hopeless() -> None:
    known = tuple(trial(number, 10.0 ** -(1 + number), 0.9) for number in range(4))
    for pruner in ("median", "hyperband", "none"):
        made = chooser(f"{RATE}=log:1e-6..1e-1", pruner=pruner, trials=known)
        made.propose(), made.propose()
        good, bad = (
            any(made.hopeless(number, (0.09 * share, 0.18 * share, 0.27 * share)) for _ in "x")
            for number, share in ((4, 1.1), (5, 0.1))
        )
        assert not good, pruner
        assert bad == (pruner != "none"), pruner


def test_figures_that_were_no_numbers_prune_nothing() -> None:
    made = chooser(
        f"{RATE}=log:1e-6..1e-1", trials=tuple(trial(number, 0.1 / (number + 1), 0.9) for number in range(4))
    )
    made.propose()
    assert not made.hopeless(4, (None, None, None, None))
