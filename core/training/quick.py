"""A small network on the digits, in NumPy and in the server's own process: a first training without run or TensorFlow.

It shows what training is within seconds, on the page that opens first; what it learned is not kept.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.errors import PixelwiseError
from core.recipes.split import Split
from core.storage.data_home import carried
from core.training import parts as division

EPOCHS = 40
HIDDEN = (32, 32)
_DATASET = "digits"
# The grey levels of the digits as the dataset has them.
_WHITE = 255
_BATCH = 32
# Adam's own defaults but for the rate: 40 epochs are 1,440 batches only.
_RATE, _FIRST_DECAY, _SECOND_DECAY, _LEAST = 0.003, 0.9, 0.999, 1e-8
# After each batch the server's other threads have their turn: they wait 1 ms for it, and 5 where Python makes the
# change. It makes the training half a second longer.
_PAUSE_S = 0.0005
# A page asks several times a second: one that has not asked for so long has been left.
_LEFT_AFTER_S = 10.0
_WORST = 8


class DenseNetwork:
    """Dense layers with ReLU between them and softmax at the end.

    Attributes:
        parameters: of each layer, weights `(inputs, outputs)` and biases `(outputs,)`, by turns.
    """

    def __init__(self, parameters: list[np.ndarray]) -> None:
        """Take the parameters as they are."""
        self.parameters = parameters

    @classmethod
    def drawn(cls, sizes: Sequence[int], rng: np.random.Generator) -> "DenseNetwork":
        """Return a network that knows nothing.

        Args:
            sizes: numbers of inputs, of each hidden layer's units, and of classes.
            rng: draws the weights (He and others, 2015).
        """
        parameters = []
        for inputs, outputs in pairwise(sizes):
            scale = np.sqrt(2 / inputs)
            parameters += [(scale * rng.standard_normal((inputs, outputs))).astype(np.float32)]
            parameters += [np.zeros(outputs, np.float32)]
        return cls(parameters)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Return the probability of each class, `(n, classes)`, for images `(n, inputs)`."""
        return self._forward(images)[-1]

    def gradients(self, images: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """Return the probabilities, and the mean cross-entropy's derivative by each parameter.

        Args:
            images: `(n, inputs)`.
            labels: classes, int `(n,)`.
        """
        *inputs, found = self._forward(images)
        error = found.copy()
        error[np.arange(len(labels)), labels] -= 1
        error /= len(labels)
        gradients: list[np.ndarray] = []
        for layer in reversed(range(len(inputs))):
            gradients = [inputs[layer].T @ error, error.sum(axis=0), *gradients]
            if layer:
                error = (error @ self.parameters[2 * layer].T) * (inputs[layer] > 0)
        return found, gradients

    def _forward(self, images: np.ndarray) -> list[np.ndarray]:
        """Return what each layer is given, and the probabilities."""
        passed = [images]
        for weights, biases in zip(self.parameters[:-2:2], self.parameters[1:-2:2], strict=True):
            passed.append(np.maximum(passed[-1] @ weights + biases, 0))
        logits = passed[-1] @ self.parameters[-2] + self.parameters[-1]
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return [*passed, powers / powers.sum(axis=1, keepdims=True)]


def cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the loss of each image, `(n,)`.

    Args:
        probabilities: `(n, classes)`.
        labels: classes, int `(n,)`.
    """
    return -np.log(np.maximum(probabilities[np.arange(len(labels)), labels], np.finfo(np.float32).tiny))


class _Adam:
    """Adam (Kingma and Ba, 2015), which changes the parameters in place."""

    def __init__(self, parameters: list[np.ndarray]) -> None:
        self._parameters, self._steps = parameters, 0
        self._means, self._squares = ([np.zeros_like(each) for each in parameters] for _ in range(2))

    def step(self, gradients: list[np.ndarray]) -> None:
        self._steps += 1
        rate = _RATE * np.sqrt(1 - _SECOND_DECAY**self._steps) / (1 - _FIRST_DECAY**self._steps)
        for each, gradient, mean, square in zip(self._parameters, gradients, self._means, self._squares, strict=True):
            mean += (1 - _FIRST_DECAY) * (gradient - mean)
            square += (1 - _SECOND_DECAY) * (gradient**2 - square)
            each -= (rate * mean / (np.sqrt(square) + _LEAST)).astype(each.dtype)


@dataclass(frozen=True)
class WrongImage:
    """A test image that was answered wrong.

    Attributes:
        index: its place in the dataset.
        true: the true class's name.
        predicted: the name of the class that was answered.
        probability: of that one, 0–1.
    """

    index: int
    true: str
    predicted: str
    probability: float


@dataclass(frozen=True)
class QuickResult:
    """What became of a training.

    Attributes:
        right: how many test images were answered right.
        tested: of how many.
        worst: those with the highest loss of the others, the worst first.
    """

    right: int
    tested: int
    worst: tuple[WrongImage, ...]

    @property
    def accuracy(self) -> float:
        """The share of test images that were answered right."""
        return self.right / self.tested


@dataclass(eq=False)
class QuickTraining:
    """A training in a thread; the same seed gives the same network.

    Attributes:
        seed: of the weights and of the order of the images.
        records: of the epochs by now, as `Run.metrics` has them; only ever added to.
        result: `None` until it is trained and tested.
        problem: why it failed, in a sentence; else empty.
    """

    seed: int = 0
    records: list[dict[str, Any]] = field(default_factory=list)
    result: QuickResult | None = None
    problem: str = ""

    def __post_init__(self) -> None:
        """Nothing is begun yet."""
        self._stopped = False
        self._asked = time.monotonic()
        self._thread = threading.Thread(target=carried(self._run), name="quick-training", daemon=True)

    def start(self) -> None:
        """Begin, once."""
        self._thread.start()

    def stop(self) -> None:
        """End it after the batch that is computed now; it has no result then."""
        self._stopped = True

    def is_going(self) -> bool:
        """Tell whether it trains; one about which nobody asks for some seconds ends by itself, its page left."""
        self._asked = time.monotonic()
        return self._thread.is_alive()

    def wait(self, seconds: float) -> None:
        """Wait until it has ended, so long at most."""
        self._thread.join(seconds)

    def _is_wanted(self) -> bool:
        return not self._stopped and time.monotonic() - self._asked < _LEFT_AFTER_S

    def _run(self) -> None:
        try:
            self._train()
        except PixelwiseError as error:
            self.problem = str(error)
        except Exception as error:  # A thread that dies would leave the page waiting.
            self.problem = f"The training failed ({type(error).__name__}: {error}). Try again."

    def _train(self) -> None:
        dataset = catalogue.open_dataset(_DATASET)
        parts = division.parts(dataset, Split())
        images = np.asarray(dataset.images, np.float32).reshape(len(dataset), -1) / _WHITE
        labels = parts.labels.astype(np.int64)
        rng = np.random.default_rng(self.seed)
        network = DenseNetwork.drawn([images.shape[1], *HIDDEN, len(dataset.about.class_names)], rng)
        adam = _Adam(network.parameters)
        for epoch in range(1, EPOCHS + 1):
            losses, right = [], 0
            order = rng.permutation(parts.train)
            for begin in range(0, len(order), _BATCH):
                some = order[begin : begin + _BATCH]
                found, gradients = network.gradients(images[some], labels[some])
                adam.step(gradients)
                losses.append(cross_entropy(found, labels[some]))
                right += int((found.argmax(axis=1) == labels[some]).sum())
                if not self._is_wanted():
                    return
                time.sleep(_PAUSE_S)
            validated = network.probabilities(images[parts.validation])
            true = labels[parts.validation]
            self.records.append(
                {
                    "kind": "epoch",
                    "epoch": epoch,
                    "loss": float(np.concatenate(losses).mean()),
                    "accuracy": right / len(order),
                    "val_loss": float(cross_entropy(validated, true).mean()),
                    "val_accuracy": float((validated.argmax(axis=1) == true).mean()),
                }
            )
        self.result = _tested(dataset, parts.test, network.probabilities(images[parts.test]), labels[parts.test])


def _tested(dataset: Dataset, ids: np.ndarray, found: np.ndarray, labels: np.ndarray) -> QuickResult:
    predicted, names = found.argmax(axis=1), dataset.about.class_names
    wrong = np.flatnonzero(predicted != labels)
    worst = wrong[np.argsort(-cross_entropy(found, labels)[wrong], kind="stable")][:_WORST]
    shown = [
        WrongImage(int(ids[at]), names[labels[at]], names[predicted[at]], float(found[at, predicted[at]]))
        for at in worst
    ]
    return QuickResult(len(ids) - len(wrong), len(ids), tuple(shown))
