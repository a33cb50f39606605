"""How the training of a network that makes images goes: curves of its losses and of what is measured of samples."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.charts.chart import EPOCHS, Chart, Line
from core.charts.palette import LEARNING_RATE, TRAINING, VALIDATION
from core.charts.training_curves import thin
from core.generation.generators import Generator

Records = Sequence[Mapping[str, Any]]

_COLOURS = (TRAINING, VALIDATION, LEARNING_RATE)
# The first losses may be a hundred times the last, and a discriminator's that has won is close to none.
_LOSS_TICKS = [float(f"{first}e{power}") for power in range(-6, 6) for first in (1, 2, 5)]
_LOWEST = 1e-4
_FAINT, _WIDTH = 0.35, 2.5
_MEASURES = {
    "recognised": "look like the class asked for",
    "diversity": "differ, beside real images",
    "nearest": "distance to a training image, beside real images",
}


def sample_curves(metrics: Records, epochs: int, generator: Generator, *, dark: bool = False) -> list[Chart]:
    """Return the losses of a generator's networks, and what is measured of samples, by epoch.

    Args:
        metrics: records of `Run.metrics`.
        epochs: how many are planned: the axes are this long from the start.
        generator: what is trained.
        dark: whether the page is dark.
    """
    batches = [record for record in metrics if record["kind"] == "batch"]
    ends = [record for record in metrics if record["kind"] == "epoch"]
    faint, lines = [], []
    for place, (network, said) in enumerate(generator.losses_said.items()):
        name, colour = "loss" if not place else f"{network}_loss", _COLOURS[place].on(dark)
        line = thin([each for each in batches if name in each], name, f"{said}, now", colour)
        faint.append(Line(line.name, colour, line.x, _floored(line.y), opacity=_FAINT))
        by_epoch = _by_epoch(ends, name, said, colour)
        lines.append(replace(by_epoch, y=_floored(by_epoch.y)))
    losses = Chart(
        title="Loss",
        axis=EPOCHS,
        unit="log scale",
        scale="log",
        ticks=_LOSS_TICKS,
        end=epochs * 1.02,
        lines=[*faint, *lines],
        alt=f"Loss against epochs: {', '.join(generator.losses_said.values())}",
    )
    measured = [
        _by_epoch(ends, name, said, colour.on(dark))
        for (name, said), colour in zip(_MEASURES.items(), _COLOURS, strict=True)
    ]
    samples = Chart(
        title="Samples",
        axis=EPOCHS,
        unit="",
        scale="share",
        end=epochs * 1.02,
        lines=measured,
        alt="What is measured of samples, against epochs",
    )
    return [losses, samples]


def _floored(losses: Sequence[float | None]) -> list[float | None]:
    """Return losses as they are drawn: one that is close to none would take the whole logarithmic axis."""
    return [None if loss is None else max(loss, _LOWEST) for loss in losses]


def legend(generator: Generator, *, dark: bool = False) -> list[list[tuple[str, str]]]:
    """Return the names of the lines and their colours, a list for each chart."""
    names = (list(generator.losses_said.values()), [f"{said}"[0].upper() + said[1:] for said in _MEASURES.values()])
    return [[(name, colour.on(dark)) for name, colour in zip(each, _COLOURS, strict=False)] for each in names]


def _by_epoch(ends: Records, name: str, said: str, colour: str) -> Line:
    positions, values = [record["epoch"] for record in ends], [record.get(name) for record in ends]
    return Line(f"{said} per epoch", colour, positions, values, _WIDTH, markers=True)
