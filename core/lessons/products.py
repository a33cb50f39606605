"""How one number of a layer came about, in as many products as a person can read."""

from dataclasses import dataclass

import numpy as np

from core.nn.inference.layers import Products

MOST_TERMS = 8
_LARGEST_WINDOW = 5


@dataclass(frozen=True)
class Told:
    """The products of a number.

    Attributes:
        channel: which channel of what is given is shown as a window: the one whose products add up to most.
        window: rows of `(given, weight)` of it; empty where the window is a single place, or too large to be read.
        within: what the products of that channel add up to.
        terms: without a window, the largest products, as `(which input, given, weight)`.
        count: how many products there are in all; 0 where the layer pools.
        sum: of all products.
        bias: what is added to that.
        total: both together; of pooling, the largest or the mean.
        value: after the activation.
        activation: its name.
        pooled: `max` or `average`, else empty.
    """

    channel: int
    window: list[list[tuple[float, float]]]
    within: float
    terms: list[tuple[int, float, float]]
    count: int
    sum: float
    bias: float
    total: float
    value: float
    activation: str
    pooled: str


def told(products: Products) -> Told:
    """Choose what is told of a number's products; what is no number is told as 0."""
    given = np.nan_to_num(np.asarray(products.given, np.float64))
    weights = (
        np.ones_like(given) if products.weights is None else np.nan_to_num(np.asarray(products.weights, np.float64))
    )
    made = given * weights
    by_channel = made.sum(axis=(0, 1))
    channel = int(np.abs(by_channel).argmax())
    height, width, _ = given.shape
    window: list[list[tuple[float, float]]] = []
    terms: list[tuple[int, float, float]] = []
    if 1 < max(height, width) <= _LARGEST_WINDOW:
        window = [
            [(float(given[row, column, channel]), float(weights[row, column, channel])) for column in range(width)]
            for row in range(height)
        ]
    elif products.weights is not None:
        flat, seen, factor = made.ravel(), given.ravel(), weights.ravel()
        largest = np.argsort(-np.abs(flat), kind="stable")[:MOST_TERMS]
        terms = [(int(at), float(seen[at]), float(factor[at])) for at in largest]
    whole, bias, total, value = np.nan_to_num([made.sum(), products.bias, products.total, products.value]).tolist()
    return Told(
        channel,
        window,
        float(by_channel[channel]),
        terms,
        0 if products.pooled else made.size,
        whole,
        bias,
        total,
        value,
        products.activation,
        products.pooled,
    )
