"""Learns a project by itself, in a thread of the server: again after each change, the most useful things first."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from core.errors import PixelwiseError
from core.evaluation.explaining.heat import GRAD_CAM, HeatMaps
from core.evaluation.intervals import wilson_interval
from core.images import image_io
from core.images.image_io import ImageError
from core.nn.inference import teaching
from core.prediction import worker
from core.storage import checked, data_home
from core.storage.checked import Array, DamagedError
from core.storage.progress import counted
from core.teaching import clues, head
from core.teaching.head import Head
from core.teaching.project import ClassImage, Content, Project, TaughtClass, seen
from core.training.features import unit

_AT_ONCE = 32
_NUMBERS = 1280
_FILE = "seen.npz"
_WANTED = {
    "images": Array(np.uint8, ("n", 32)),
    "features": Array(np.float16, ("n", _NUMBERS), finite=True),
    "small": Array(np.uint8, ("n", clues.SIDE, clues.SIDE, 3)),
}


class _ChangedError(Exception):
    """The project has changed: what is being learned is no longer wanted."""


@dataclass(frozen=True)
class Answer:
    """What is answered to an image.

    Attributes:
        probabilities: of the classes, float64 `(classes,)`.
        known: whether it is near those that were learned from.
    """

    probabilities: np.ndarray
    known: bool


@dataclass(frozen=True, eq=False)
class Learned:
    """What is known of a project.

    Attributes:
        content: the project as it was learned.
        class_names: of the classes that have images, in their order.
        images: what was learned from, class by class.
        labels: their classes, int64 `(n,)`.
        features: theirs, of length 1, float32 `(n, d)`.
        head: the last layer.
        known_from: the nearness from which on an image is taken for one of the classes.
        probabilities: of each image by a layer that was fitted without it, float64 `(n, classes)`; `None`: not yet, or
            a class has one image only.
        grouped: whether recordings were kept together for that.
        curve: how accuracy grows with the images of each class.
        clues: sentences on what else tells the classes.
        whole: whether nothing more will be found out.
    """

    content: Content
    class_names: tuple[str, ...]
    images: tuple[ClassImage, ...]
    labels: np.ndarray
    features: np.ndarray
    head: Head
    known_from: float
    probabilities: np.ndarray | None = None
    grouped: bool = True
    curve: list[tuple[int, float]] = field(default_factory=list)
    clues: tuple[str, ...] = ()
    whole: bool = False

    @property
    def right(self) -> np.ndarray:
        """Which images are told right without having been learned from, bool `(n,)`."""
        if self.probabilities is None:
            return np.zeros(0, bool)
        return np.asarray(self.probabilities.argmax(axis=1) == self.labels)

    @property
    def accuracy(self) -> tuple[float, float, float] | None:
        """The cross-validated accuracy and its 95% interval, 0–1; `None`: not known."""
        if self.probabilities is None:
            return None
        right = int(self.right.sum())
        return (right / len(self.labels), *wilson_interval(right, len(self.labels)))

    def confused(self) -> list[tuple[ClassImage, str, str, float]]:
        """Return images that are told wrong, the surest first: each with its class, the other and how sure."""
        if self.probabilities is None:
            return []
        predicted, sure = self.probabilities.argmax(axis=1), self.probabilities.max(axis=1)
        order = sorted(np.flatnonzero(~self.right).tolist(), key=lambda place: -sure[place])
        names = self.class_names
        return [(self.images[at], names[self.labels[at]], names[predicted[at]], float(sure[at])) for at in order]

    def answer(self, features: np.ndarray) -> list[Answer]:
        """Return what is answered to images by their features, float `(n, d)`."""
        scaled = unit(features)
        near = head.nearness(self.features, scaled) >= self.known_from
        return [Answer(p, bool(k)) for p, k in zip(self.head.probabilities(scaled), near, strict=True)]

    def heat_map(self, image: np.ndarray, label: int) -> HeatMaps:
        """Return where what speaks for a class is, of an image as the network sees it.

        A last layer after an average over places is an average over places of what it says of each: what Grad-CAM
        gives for such a network.

        Raises:
            RunError: the worker gives no answer.
        """
        places = worker.ask(teaching.places, image)
        weights = self.head.weights - self.head.weights.mean(axis=1, keepdims=True)
        return HeatMaps(GRAD_CAM, np.maximum(places @ weights[:, label], 0)[np.newaxis].astype(np.float32))


class Learner:
    """What learns one project; the pages of all sessions share it."""

    def __init__(self, folder: Path) -> None:
        """Learn the project in a folder."""
        self.project = Project(folder)
        self.learned: Learned | None = None
        self.doing = ""
        self.problem = ""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._known: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._read = False

    @property
    def going(self) -> bool:
        """Whether it is learning."""
        return self._thread is not None and self._thread.is_alive()

    def wake(self) -> None:
        """Learn in the background what has changed since."""
        with self._lock:
            if not self.going and not self._is_done():
                self._thread = threading.Thread(target=data_home.carried(self._learn), name="teach", daemon=True)
                self._thread.start()

    def _is_done(self) -> bool:
        if self.problem:
            self.problem = ""
            return False
        content = self.project.content()
        if len(_counting(content)[0]) < 2:
            self.learned = None
            return True
        return self.learned is not None and self.learned.whole and self.learned.content == content

    def _learn(self) -> None:
        try:
            while not self._is_done():
                with suppress(_ChangedError):
                    self._learn_once(self.project.content())
        except PixelwiseError as error:
            self.problem = str(error)
        except Exception as error:  # A thread that dies would leave the page waiting.
            self.problem = f"Learning failed ({type(error).__name__}: {error}). Change something to try again."
        finally:
            self.doing = ""

    def _learn_once(self, content: Content) -> None:
        def check() -> None:
            if self.project.content() != content:
                raise _ChangedError

        classes, images = _counting(content)
        features, small = self._features(images)
        own = {image.sha256: label for label, each in enumerate(classes) for image in each.images}
        labels = np.array([own[image.sha256] for image in images])
        numbers = {take: number for number, take in enumerate(dict.fromkeys(i.take for i in images if i.take))}
        takes = np.array([numbers[i.take] if i.take else len(numbers) + place for place, i in enumerate(images)])
        self.doing = "learning"
        names = tuple(each.name for each in classes)
        first = head.fitted(features, labels, len(classes))
        made = Learned(content, names, images, labels, features, first, head.known_from(features))
        earlier = self.learned
        if earlier is None or earlier.class_names != names:
            self.learned = made  # It answers at once; how sure it may be comes next.
        if np.bincount(labels).min() > 1:
            small_features = head.compact(features)
            self.doing = "looking how good it is"
            found = head.cross_validated(small_features, labels, takes, len(classes), check)
            cooled = head.temperature(found, labels)
            logits = np.log(np.maximum(found, 1e-12)) / cooled
            found = np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))
            grouped = head.is_grouped(labels, takes)
            made = replace(made, head=first.cooled(cooled), probabilities=found, grouped=grouped)
            self.learned = made
            curve = head.learning_curve(small_features, labels, len(classes), check)
            made = replace(made, curve=curve)
            check()
            made = replace(made, clues=tuple(clues.said(small, labels)))
        check()
        self.learned = replace(made, whole=True)

    def _features(self, images: Sequence[ClassImage]) -> tuple[np.ndarray, np.ndarray]:
        """Return features of length 1 and small copies of images; what is new is asked.

        Raises:
            PixelwiseError: images are lost, or the worker gives no answer.
        """
        if not self._read:
            self._read = True
            with suppress(DamagedError):
                kept = checked.read_arrays(self.project.folder / _FILE, _WANTED)
                for sha256, row, small in zip(kept["images"], kept["features"], kept["small"], strict=True):
                    self._known[sha256.tobytes().hex()] = (row, small)
        missing = [image for image in images if image.sha256 not in self._known]
        lost: list[ClassImage] = []
        for begin in range(0, len(missing), _AT_ONCE):
            self.doing = f"looking at {counted(len(missing), 'new image')}"
            if begin:
                self.doing += f", {begin:,} done"
            some, opened = [], []
            for image in missing[begin : begin + _AT_ONCE]:
                try:
                    opened.append(seen(self.project.file(image).read_bytes()))
                    some.append(image)
                except (OSError, ImageError):
                    lost.append(image)
            if not some:
                continue
            rows = worker.ask(teaching.features, np.stack(opened)).astype(np.float16)
            for image, row, pixels in zip(some, rows, opened, strict=True):
                self._known[image.sha256] = (row, _small(pixels))
        if missing:
            self._keep()
        if lost:
            raise PixelwiseError(
                f"{counted(len(lost), 'image')} cannot be read any more, such as {lost[0].name}: remove "
                f"{'it' if len(lost) == 1 else 'them'}, and bring {'it' if len(lost) == 1 else 'them'} again."
            )
        features, small = zip(*(self._known[image.sha256] for image in images), strict=True)
        return unit(np.stack(features)), np.stack(small)

    def _keep(self) -> None:
        """Keep what was found of the project's images; it can be made again, and so need not last."""
        named = {image.sha256 for each in self.project.content().classes for image in each.images}
        self._known = {sha256: each for sha256, each in self._known.items() if sha256 in named}
        if not self._known:
            return
        with suppress(OSError), data_home.replacing(self.project.folder / _FILE) as beside:
            np.savez(
                beside,
                images=np.stack([np.frombuffer(bytes.fromhex(sha256), np.uint8) for sha256 in self._known]),
                features=np.stack([row for row, _ in self._known.values()]),
                small=np.stack([small for _, small in self._known.values()]),
            )


@lru_cache(maxsize=32)
def learner(folder: Path) -> Learner:
    """Return what learns the project in a folder."""
    return Learner(folder)


def ask(learned: Learned, images: Sequence[np.ndarray]) -> list[Answer]:
    """Return what is answered to images as the network sees them, each uint8 `(224, 224, 3)`.

    Raises:
        RunError: the worker gives no answer.
    """
    return learned.answer(worker.ask(teaching.features, np.stack(images)))


def warm() -> None:
    """Let the worker read the pretrained network in the background: the first image then takes no seconds."""

    def ask_once() -> None:
        from sklearn.linear_model import LogisticRegression  # noqa: F401 a second, before it is needed

        with suppress(PixelwiseError):
            worker.ask(teaching.features, np.zeros((1, *teaching.SHAPE), np.uint8))

    threading.Thread(target=data_home.carried(ask_once), name="warm-teach", daemon=True).start()


def _counting(content: Content) -> tuple[list[TaughtClass], tuple[ClassImage, ...]]:
    """Return the classes with images that are theirs alone, and these images."""
    disputed = content.disputed
    own = [
        replace(each, images=tuple(image for image in each.images if image.sha256 not in disputed))
        for each in content.classes
    ]
    classes = [each for each in own if each.images]
    return classes, tuple(image for each in classes for image in each.images)


def _small(pixels: np.ndarray) -> np.ndarray:
    size = (clues.SIDE, clues.SIDE)
    return image_io.to_array(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
