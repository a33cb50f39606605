"""16 bits are computed with only where the processor is faster with them, and a run says which it took."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from core import runs
from core.cli import training_commands
from core.nn.training import precision
from core.nn.training.precision import suited_precision
from core.recipes import script
from tests.processes.trainings import begin, ended, wait_for

SIXTEEN = "mixed_bfloat16"
POLICY = f'keras.config.set_dtype_policy("{SIXTEEN}")'


@pytest.mark.parametrize(("with_32", "with_16", "taken"), [(2, 1, SIXTEEN), (1, 2, "float32"), (1, "inf", "float32")])
def test_the_faster_is_taken(monkeypatch: pytest.MonkeyPatch, with_32: float, with_16: float | str, taken: str) -> None:
    # A moment in which the machine was busy decides nothing.
    busy = itertools.cycle([3.0, 1.0])
    seconds = {"float32": float(with_32), "bfloat16": float(with_16)}
    monkeypatch.setattr(
        precision, "_seconds", lambda dtype: seconds[dtype] * (1 if dtype == "bfloat16" else next(busy))
    )
    assert suited_precision(SIXTEEN) == taken
    assert suited_precision("float32") == "float32"


@pytest.mark.parametrize(
    ("details", "taken"),
    [
        ({"compute_capability": (7, 5)}, "float32"),
        ({"compute_capability": (8, 0)}, SIXTEEN),
        ({"compute_capability": (12, 0)}, SIXTEEN),
        ({}, SIXTEEN),
    ],
)
def test_a_gpu_tells_by_its_compute_capability(
    monkeypatch: pytest.MonkeyPatch, details: dict[str, tuple[int, int]], taken: str
) -> None:
    import tensorflow as tf

    monkeypatch.setattr(tf.config, "list_physical_devices", lambda _kind: ["a GPU"])
    monkeypatch.setattr(tf.config.experimental, "get_device_details", lambda _gpu: details)
    monkeypatch.setattr(precision, "_seconds", lambda _dtype: pytest.fail("nothing is measured"))
    assert suited_precision(SIXTEEN) == taken


def test_a_processor_that_cannot_compute_with_it_counts_as_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    import tensorflow as tf

    def refuse(*_arguments: object) -> None:
        raise tf.errors.AbortedError(None, None, "could not create a primitive descriptor")

    monkeypatch.setattr(tf.nn, "conv2d", refuse)
    assert precision._seconds("bfloat16") == float("inf")


def test_where_16_bits_are_slow_a_run_takes_32_and_says_so(
    data_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    # Without oneDNN TensorFlow computes with 16 bits at an eighth of the speed, also on processors that know them.
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    run = begin("digits-cnn", epochs=1, precision=SIXTEEN)
    status = wait_for(run, ended)
    assert (status.state, status.precision, run.recipe.fit.precision) == (runs.FINISHED, "float32", SIXTEEN)
    assert run.recipe.fit.precision_said(SIXTEEN) == ""
    training_commands.wait_and_tell(run)
    assert "faster with 32 bits" in capsys.readouterr().err
    assert POLICY not in script.run_script(run), "the script computes as the run did"
    assert POLICY in script.recipe_script(run.recipe, run.about)

    # What was begun on a processor with them goes on with them, and ends with the same numbers.
    request.getfixturevalue("trained_here")
    run.write_status(replace(status, precision=SIXTEEN))
    run.resume(epochs=2)
    status = wait_for(run, ended)
    assert (status.state, status.epoch, status.precision) == (runs.FINISHED, 2, SIXTEEN)
