"""The coach on curves of real trainings (`python -m bench.coach --record` makes them anew), and on made ones."""

import json
import math
from typing import Any

import pytest

from core import runs
from core.networks.layers import BatchNormalization, Dense, Dropout, Rescaling
from core.recipes.recipe import Recipe, find_recipe
from core.runs import Status
from core.training import coach
from core.training.coach import CoachFinding
from tests.paths import DATA

REAL = json.loads((DATA / "curves.json").read_text(encoding="utf-8"))
CLASSES = tuple("0123456789")
RUNNING, FINISHED = Status(runs.RUNNING, 0.0), Status(runs.FINISHED, 0.0)
EVEN = [0.1] * 10


def real(name: str, epochs: int | None = None) -> list[CoachFinding]:
    """Return what is said of a real training, at its end or after some epochs."""
    records = REAL[name]["epochs"]
    recipe = Recipe.from_json(REAL[name]["recipe"])
    status = FINISHED if epochs is None else RUNNING
    return coach.advice(records[:epochs], status, recipe, CLASSES)


def epoch(number: int, **values: Any) -> dict[str, Any]:
    usual = {"loss": 1.0, "accuracy": 0.5, "val_loss": 1.0, "val_accuracy": 0.5, "class_shares": EVEN}
    return {"kind": "epoch", "epoch": float(number), **usual, **values}


def made(*epochs: dict[str, Any], recipe: Recipe | None = None, status: Status = FINISHED) -> list[CoachFinding]:
    records = [epoch(number, **values) for number, values in enumerate(epochs, start=1)]
    return coach.advice(records, status, recipe or find_recipe("digits-cnn"), CLASSES)


def kinds(findings: list[CoachFinding]) -> list[str]:
    return [finding.kind for finding in findings]


def test_images_that_are_watched_are_called_what_they_are() -> None:
    for name, called in (("digits-cnn", "validation accuracy"), ("exercise-51", "test accuracy")):
        (finding,) = made({}, recipe=find_recipe(name))
        assert called in finding.sentence


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("healthy", []),
        ("a dense network on raw values", [coach.OVERFITTING]),
        ("192 pictures by heart", [coach.OVERFITTING]),
        ("a rate of 1", [coach.COLLAPSED, coach.TOO_HIGH]),
        ("SGD at a rate of 0.3", [coach.COLLAPSED]),
        ("SGD on raw values", [coach.COLLAPSED]),
        ("a rate of 1e-6", [coach.NOT_LEARNING]),
        ("three units", [coach.NOISY, coach.UNDERFITTING]),
        ("five epochs of a slow rate", [coach.UNDERFITTING]),
        ("statistics that lag", [coach.LAGGING]),
        ("large steps on few pictures", [coach.TOO_HIGH]),
    ],
)
def test_real_trainings_are_called_by_their_faults(name: str, expected: list[str]) -> None:
    findings = real(name)
    faults = [kind for kind in kinds(findings) if kind != coach.LEARNING]
    assert [kind for kind in faults if kind in expected] == expected
    assert set(faults) <= {*expected, coach.NOISY}
    learns = not {coach.COLLAPSED, coach.NOT_LEARNING, coach.TOO_HIGH} & set(expected)
    assert (coach.LEARNING in kinds(findings)) == learns


@pytest.mark.parametrize("name", REAL)
def test_every_proposed_change_makes_a_recipe_that_differs(name: str) -> None:
    recipe = Recipe.from_json(REAL[name]["recipe"])
    for epochs in (1, 2, 3, 5, None):
        for finding in real(name, epochs):
            assert finding.sentence
            assert bool(finding.change) == bool(finding.change_said)
            if finding.change:
                assert recipe.with_settings(finding.change) != recipe


def test_a_healthy_training_is_praised_from_the_first_epoch_on() -> None:
    for epochs in range(1, 16):
        assert kinds(real("healthy", epochs)) == [coach.LEARNING], epochs


def test_the_class_that_all_images_are_taken_for_is_named() -> None:
    shares = [0.0] * 10
    shares[7] = 1.0
    (finding, *_) = made(*[{"accuracy": 0.1, "val_accuracy": 0.1, "loss": 2.3, "class_shares": shares}] * 3)
    assert finding.kind == coach.COLLAPSED
    assert "are predicted as 7" in finding.sentence
    assert finding.figures["share"] == 1.0


def test_a_set_that_is_nearly_all_of_one_class_is_no_collapse() -> None:
    shares = [0.99, *[0.01 / 9] * 9]
    good = {"accuracy": 0.99, "val_accuracy": 0.985, "loss": 0.03, "val_loss": 0.05, "class_shares": shares}
    assert kinds(made({**good, "loss": 0.2}, good, good)) == [coach.LEARNING]


@pytest.mark.parametrize("part", ["loss", "val_loss"])
def test_a_loss_that_is_no_number_is_told_with_its_epoch(part: str) -> None:
    (finding,) = made({}, {part: None}, status=RUNNING)
    assert finding.kind == coach.DIVERGED
    assert "at epoch 2" in finding.sentence
    batches = [{"kind": "batch", "epoch": 0.25, "loss": None, "accuracy": 0.1}]
    (finding,) = coach.advice(batches, RUNNING, find_recipe("digits-dense"), CLASSES)
    assert "at epoch 0.25" in finding.sentence
    assert finding.change_said.startswith("pixel values scaled")


def test_a_validation_loss_that_rises_while_training_falls_dates_the_overfitting() -> None:
    losses = [(1.0, 1.0), (0.6, 0.8), (0.4, 0.7), (0.3, 0.72), (0.2, 0.8), (0.1, 0.9), (0.05, 1.0)]
    findings = made(*({"loss": a, "val_loss": b, "accuracy": 1 - a / 3, "val_accuracy": 0.75} for a, b in losses))
    assert findings[0].kind == coach.OVERFITTING
    assert "since epoch 3" in findings[0].sentence
    assert findings[0].figures["since"] == 3


def test_chance_around_a_low_loss_is_no_overfitting() -> None:
    noisy = [0.030, 0.024, 0.033, 0.022, 0.035, 0.025, 0.034, 0.027]
    values = [
        {"loss": 0.05 / n, "val_loss": loss, "accuracy": 0.99, "val_accuracy": 0.99} for n, loss in enumerate(noisy, 1)
    ]
    assert kinds(made(*values)) == [coach.LEARNING]


def test_a_training_loss_that_rises_says_that_steps_are_too_long() -> None:
    losses = [1.5, 0.8, 0.6, 0.9, 1.2]
    (finding,) = made(*({"loss": loss, "accuracy": 0.9 - loss / 3} for loss in losses))
    assert finding.kind == coach.TOO_HIGH
    assert "from 0.6 at epoch 3 to 1.2" in finding.sentence
    assert finding.change == {"optimiser.learning_rate": 0.0001}


def test_what_may_still_learn_is_not_called_underfitting_before_its_end() -> None:
    falling = [{"loss": 2 / n, "accuracy": 0.5, "val_accuracy": 0.5} for n in range(1, 6)]
    assert kinds(made(*falling, status=RUNNING)) == [coach.LEARNING]
    finding, _ = made(*falling, status=FINISHED)
    assert finding.change == {"fit.epochs": 60}


def test_validation_accuracy_that_jumps_is_told() -> None:
    steady = [{"loss": 1 / n, "accuracy": 0.9, "val_accuracy": 0.9 + 0.06 * (-1) ** n} for n in range(1, 9)]
    assert coach.NOISY in kinds(made(*steady))


def test_one_change_after_the_other_is_proposed_against_overfitting() -> None:
    recipe = find_recipe("digits-dense")
    values = [{"loss": 0.1, "accuracy": 1.0, "val_accuracy": 0.8}] * 4
    seen = []
    for _ in range(4):
        finding = made(*values, recipe=recipe)[0]
        seen.append(" ".join(finding.change_said.split(" ")[:2]))
        recipe = recipe.with_settings(finding.change)
    assert seen == ["add dropout", "add augmentation", "early stopping", "L2 regularization"]
    assert Dropout(0.5) in recipe.network.layers
    assert recipe.augmentation is not None
    assert recipe.fit.patience == 5
    assert all(layer.l2 for layer in recipe.network.layers if isinstance(layer, Dense))


def test_raw_values_are_proposed_to_be_scaled_before_rates_are_changed() -> None:
    shares = [1.0, *[0.0] * 9]
    stuck = [{"loss": 2.3, "accuracy": 0.1, "val_accuracy": 0.1, "class_shares": shares}] * 2
    raw = find_recipe("exercise-52-a")
    assert isinstance(raw.with_settings(made(*stuck, recipe=raw)[0].change).network.layers[0], Rescaling)
    scaled = find_recipe("digits-cnn")
    assert made(*stuck, recipe=scaled)[0].change == {"optimiser.learning_rate": 0.0001}


def test_statistics_that_lag_are_proposed_to_follow_faster() -> None:
    recipe = Recipe.from_json(REAL["statistics that lag"]["recipe"])
    (finding,) = [each for each in real("statistics that lag") if each.kind == coach.LAGGING]
    changed = recipe.with_settings(finding.change).network.layers
    assert [layer.momentum for layer in changed if isinstance(layer, BatchNormalization)] == [0.9]


def test_nothing_is_said_before_the_first_epoch_has_ended() -> None:
    batches = [{"kind": "batch", "epoch": 0.5, "loss": 2.0, "accuracy": 0.2}]
    assert coach.advice(batches, RUNNING, find_recipe("digits-cnn"), CLASSES) == []
    assert coach.advice([], FINISHED, find_recipe("digits-cnn"), CLASSES) == []


def test_records_of_older_runs_without_shares_are_read() -> None:
    old = {name: value for name, value in epoch(1).items() if name != "class_shares"}
    assert kinds(coach.advice([old], RUNNING, find_recipe("digits-cnn"), CLASSES)) == [coach.LEARNING]


def test_losses_are_said_in_few_digits() -> None:
    findings = made({"loss": 1251.0396}, {"loss": math.pi}, {"loss": 0.0123456})
    assert "from 1,251 to 0.0123" in findings[-1].sentence


def test_overfitting_is_dated_from_the_epoch_with_the_lowest_validation_loss() -> None:
    for turn in range(2, 9):
        losses = [(1 - 0.09 * n, 1 + 0.08 * (turn - n if n <= turn else 1.5 * (n - turn))) for n in range(12)]
        findings = made(*({"loss": a, "val_loss": b, "accuracy": 0.9, "val_accuracy": 0.85} for a, b in losses))
        assert findings[0].figures["since"] == turn + 1
        assert f"Overfitting since epoch {turn + 1}:" in findings[0].sentence


@pytest.mark.parametrize("factor", [1.2, 2.0, 5.0])
def test_one_bad_last_epoch_is_no_overfitting(factor: float) -> None:
    values = [
        {"loss": 1.5 * 0.8**n + 0.05, "val_loss": 1.5 * 0.8**n + 0.15, "accuracy": 0.96, "val_accuracy": 0.94}
        for n in range(20)
    ]
    values[-1] |= {"val_loss": values[-1]["val_loss"] * factor, "val_accuracy": 0.8}
    assert kinds(made(*values)) == [coach.LEARNING]


def test_a_gap_is_no_overfitting_where_so_few_images_could_differ_by_chance() -> None:
    values = {"loss": 0.2, "val_loss": 0.4, "accuracy": 0.98, "val_accuracy": 0.9}
    for images, found in ((20, False), (2000, True)):
        findings = made(*[{**values, "loss": 1 / n, "val_pictures": images} for n in range(1, 9)])
        assert (coach.OVERFITTING in kinds(findings)) == found


def test_a_validation_loss_that_doubles_is_told_though_as_many_are_recognised() -> None:
    losses = [0.3, 0.2, 0.14, 0.1, 0.1, 0.12, 0.14, 0.16, 0.18, 0.2, 0.22]
    values = [
        {"loss": 0.3 * 0.7**n, "val_loss": loss, "accuracy": 0.985, "val_accuracy": 0.98}
        for n, loss in enumerate(losses)
    ]
    (finding, _) = made(*values)
    assert finding.kind == coach.OVERFITTING
    assert "rose from 0.1 to 0.22" in finding.sentence
    assert "too sure of its errors" in finding.sentence


@pytest.mark.parametrize("state", runs.RESUMABLE)
def test_a_training_that_was_broken_off_is_to_be_resumed_not_given_more_epochs(state: str) -> None:
    falling = [{"loss": 2 / n, "accuracy": 0.5, "val_accuracy": 0.5} for n in range(1, 6)]
    findings = made(*falling, status=Status(state, 0.0))
    assert kinds(findings) == [coach.UNFINISHED, coach.LEARNING]
    assert not findings[0].change
    assert "after epoch 5 of 30" in findings[0].sentence
    assert "Resume" in findings[0].sentence


def test_a_training_that_its_patience_ended_is_not_given_more_epochs() -> None:
    falling = [{"loss": 2 / n, "accuracy": 0.5, "val_accuracy": 0.5} for n in range(1, 6)]
    patient = find_recipe("digits-cnn").with_settings({"fit.patience": 2})
    assert kinds(made(*falling, recipe=patient)) == [coach.LEARNING]


def test_more_epochs_than_there_can_be_are_not_proposed() -> None:
    falling = [{"loss": 2 / n, "accuracy": 0.5, "val_accuracy": 0.5} for n in range(1, 6)]
    (finding, _) = made(*falling, recipe=find_recipe("digits-cnn").with_settings({"fit.epochs": 1000}))
    assert finding.kind == coach.UNDERFITTING
    assert not finding.change
    assert not finding.change_said


def test_the_frequent_of_two_classes_for_every_image_asks_for_class_weights() -> None:
    values = {"loss": 0.2, "val_loss": 0.2, "accuracy": 0.95, "val_accuracy": 0.95, "class_shares": [1.0, 0.0]}
    records = [epoch(number, **values) for number in range(1, 5)]
    recipe = find_recipe("digits-cnn")
    (finding,) = coach.advice(records, FINISHED, recipe, ("cat", "dog"))
    assert finding.kind == coach.COLLAPSED
    assert finding.change == {"fit.class_weights": "balanced"}
    weighted = recipe.with_settings(finding.change)
    assert "fit.class_weights" not in coach.advice(records, FINISHED, weighted, ("cat", "dog"))[0].change
    assert kinds(coach.advice(records[:2], RUNNING, recipe, ("cat", "dog"))) != [coach.COLLAPSED]


def test_accuracies_that_differ_by_a_point_are_not_called_noisy() -> None:
    steady = [{"loss": 1 / n, "accuracy": 0.66, "val_accuracy": 0.65 + 0.01 * (n % 2)} for n in range(1, 13)]
    assert coach.NOISY not in kinds(made(*steady))


def test_a_training_loss_that_stays_is_not_called_learning() -> None:
    (finding,) = made(*[{"loss": 0.05, "val_loss": 0.06, "accuracy": 0.98, "val_accuracy": 0.98}] * 5)
    assert finding.kind == coach.RESTING
    assert "It learns" not in finding.sentence
    assert "98.0% of the validation images" in finding.sentence


def test_epochs_are_said_as_they_are_counted() -> None:
    falling = [{"loss": 2 * 0.999**n, "accuracy": 0.97, "val_loss": 2 * 0.999**n} for n in range(1000)]
    assert "at the best epoch, 1,000." in made(*falling)[-1].sentence
    (finding,) = coach.advice(
        [{"kind": "batch", "epoch": 1234.5, "loss": None}], RUNNING, find_recipe("digits-cnn"), CLASSES
    )
    assert "at epoch 1,234.5:" in finding.sentence
