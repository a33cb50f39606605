"""What a run answers to photos from outside: from a file's bytes to calibrated probabilities.

Page and command line ask here, so that both give the same answers, to the last digit.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

import numpy as np
from PIL import Image

from core.evaluation import calibration, predictions
from core.evaluation.calibration import Calibration
from core.evaluation.threshold import ASK, DecisionThreshold
from core.images import handwriting, image_io
from core.images.image_io import ImageError, read_image
from core.images.thumbnail import THUMBNAIL_SIDE, thumbnail
from core.nn.inference import models
from core.nn.inference.models import Given
from core.prediction import worker
from core.preprocessing import StepError
from core.runs import Run, RunError
from core.storage.csv_files import csv_text
from core.storage.progress import Progress, quiet
from core.training.data import photo_prepared, read_photo

# So many photos are decoded while the worker is busy with those before.
_PORTION = 8
_POLL_S = 0.1
# So many classes can be named in one breath.
_FEW = 3


@dataclass(frozen=True, eq=False)
class Prediction:
    """What a run makes of a photo.

    Attributes:
        probabilities: of the classes, calibrated where the run can be, float64 `(classes,)`.
        seen: what the network saw, uint8 `(height, width, 1 or 3)`.
        thumbnail: the photo, small: JPEG, or PNG where it is small itself.
        known: whether the photo is like those that the run learned from, as far as the run can tell.
    """

    probabilities: np.ndarray
    seen: np.ndarray
    thumbnail: bytes
    known: bool = True

    def ranked(self, class_names: tuple[str, ...]) -> list[tuple[str, float]]:
        """Return class names with their probabilities, most probable first."""
        return predictions.ranked(self.probabilities, class_names)

    @property
    def label(self) -> int:
        """The most probable class."""
        return int(np.argmax(self.probabilities))

    @property
    def confidence(self) -> float:
        """The probability of the most probable class."""
        return float(self.probabilities.max())

    def in_words(self, class_names: tuple[str, ...]) -> str:
        """Return the answer for people: the class and its probability, or that it is none of the classes."""
        if self.known:
            return f"{class_names[self.label]} · {self.confidence:.1%}"
        return f"Neither {' nor '.join(class_names)}" if len(class_names) <= _FEW else "Unlike the training data"

    def decision(self, booked: DecisionThreshold, class_names: tuple[str, ...]) -> str:
        """Return the name of the most probable class, or `ASK` where the photo is unknown or the doubt too large."""
        return ASK if self.asks(booked) else class_names[self.label]

    def asks(self, booked: DecisionThreshold) -> bool:
        """Tell whether a person is asked, as `decision` does where no class is called `ask`."""
        return not self.known or booked.asks(self.probabilities)


@dataclass(frozen=True)
class Refusal:
    """A photo that has no answer.

    Attributes:
        reason: a stable word for programs: one of `ImageError`'s, `not-readable`, `does-not-fit` or `no-number`.
        sentence: what is wrong and what to do.
    """

    reason: str
    sentence: str


@dataclass(frozen=True)
class Certainty:
    """Whether a run's probabilities are as large as it is often right.

    Attributes:
        calibration: what makes them so; `None` where the run cannot be calibrated.
        said: what that is based on, or why it cannot be, in a sentence.
    """

    calibration: Calibration | None
    said: str

    def apply(self, probabilities: np.ndarray) -> np.ndarray:
        """Return a network's probabilities, float `(…, classes)`, calibrated if they can be, float64."""
        if self.calibration is None:
            return np.asarray(probabilities, np.float64)
        return self.calibration.apply(probabilities)


def certainty(run: Run) -> Certainty:
    """Return what calibrates a run's answers."""
    try:
        found = calibration.of(run)
    except RunError as error:
        return Certainty(None, f"Not calibrated, so this probability may be too high or too low. {error}")
    return Certainty(found, found.said)


def predict_photos(
    run: Run,
    photos: Iterable[bytes | Refusal],
    *,
    total: int,
    box: float | None = None,
    progress: Progress = quiet,
) -> Iterator[Prediction | Refusal]:
    """Yield a run's answer to each photo, in order; some photos are in memory at a time, and one decoded.

    Args:
        run: a run that has a model.
        photos: files' bytes; a refusal, of what could not even be read, is passed on.
        total: how many photos there are.
        box: where the photos are characters on paper, the side of the box that their ink is fitted to, as
            `drawing.frame_ink` takes it.
        progress: called for each photo, and often while the network is waited for.

    Raises:
        RunError: the run has no model, or it cannot be read.
        Cancelled: by `progress`.
    """
    before: tuple[_Portion, Callable[[], None]] | None = None
    for portion, done in _portions(run, photos, total, box, progress):
        portion.ask()
        if before is not None:
            yield from before[0].answers(before[1])
        before = portion, partial(progress, "answering", done, total, "photos")
    if before is not None:
        yield from before[0].answers(before[1])


def _portions(
    run: Run, photos: Iterable[bytes | Refusal], total: int, box: float | None, progress: Progress
) -> Iterator[tuple["_Portion", int]]:
    """Yield portions of decoded photos, each with the number of photos that were decoded by then."""
    certain = certainty(run)
    rest, done = iter(photos), 0
    while some := list(islice(rest, _PORTION)):
        portion = _Portion(run, certain)
        for photo in some:
            progress("reading", done, total, "photos")
            portion.add(photo, box)
            done += 1
        yield portion, done


def predict_here(run: Run, certain: Certainty, photos: Iterable[bytes | Refusal]) -> Iterator[Prediction | Refusal]:
    """Yield a run's answers as `predict_photos` does, without thumbnails, in a process that may hold TensorFlow.

    Args:
        run: a run that has a model.
        certain: what calibrates its answers.
        photos: files' bytes; a refusal is passed on.

    Raises:
        OSError, ValueError: the model cannot be read.
    """
    rest = iter(photos)
    while some := list(islice(rest, _PORTION)):
        portion = _Portion(run, certain, thumbnails=False)
        for photo in some:
            portion.add(photo, None)
        yield from portion.answers_here()


def warm(run: Run) -> None:
    """Let the worker load a run's network in the background: the first answer then takes no seconds.

    Raises:
        RunError: the run has no model.
    """
    worker.WorkerCall(run, models.answers, [])


def predict_drawing(run: Run, drawn: Image.Image) -> Prediction:
    """Return a run's answer to a drawing that is framed as its dataset frames its own images.

    It counts as one of these: whoever draws a digit is not told that it is unlike the scanned ones.

    Raises:
        RunError: the run has no model, it cannot be read, or it gives no answer.
    """
    portion = _Portion(run, certainty(run))
    portion.add_image(drawn)
    portion.ask()
    (found,) = portion.answers(lambda: None)
    if isinstance(found, Refusal):
        raise RunError(found.sentence)
    return replace(found, known=True)


def to_csv(
    found: Iterable[tuple[str, Prediction | Refusal, str | None]],
    booked: DecisionThreshold,
    class_names: tuple[str, ...],
) -> str:
    """Return answers as CSV: what was answered, what follows, what the user says, all probabilities, what is wrong.

    Where a class is called `ask`, a column `asked` tells it from the decision to ask a person.

    Args:
        found: of each photo its file's name, what became of it, and the class that the user says it has, if any.
        booked: from which probability an answer is acted on.
        class_names: one text a class.
    """
    header = [
        "file",
        "answer",
        "probability",
        "decision",
        *(["asked"] if ASK in class_names else []),
        "known",
        "said to be",
        *(f"p({name})" for name in class_names),
    ]
    rows: list[list[object]] = []
    for name, answer, truth in found:
        if isinstance(answer, Refusal):
            before = header.index("said to be") - 1
            rows.append([name, *[None] * before, truth, *[None] * len(class_names), answer.sentence])
            continue
        decision = [answer.decision(booked, class_names), *([answer.asks(booked)] if ASK in class_names else [])]
        label = class_names[answer.label]
        rows.append(
            [name, label, answer.confidence, *decision, answer.known, truth, *answer.probabilities.tolist(), None]
        )
    return csv_text([*header, "problem"], rows)


class _Portion:
    """Photos that are decoded and asked about together."""

    def __init__(self, run: Run, certain: Certainty, *, thumbnails: bool = True) -> None:
        self._run, self._certain, self._thumbnails = run, certain, thumbnails
        self.found: list[tuple[np.ndarray, bytes] | Refusal] = []
        self._asked: worker.WorkerCall[list[Given | None]] | None = None

    def add(self, photo: bytes | Refusal, box: float | None) -> None:
        """Decode a photo and bring it to the network's size."""
        if isinstance(photo, Refusal):
            self.found.append(photo)
            return
        try:
            image = read_photo(photo, self._run.recipe) if box is None else read_image(photo)
            small = _thumbnail(image) if self._thumbnails else b""
            self.add_image(image if box is None else handwriting.frame_ink(image, box), small)
        except ImageError as error:
            self.found.append(Refusal(error.reason, str(error)))

    def add_image(self, image: Image.Image, thumbnail: bytes = b"") -> None:
        """Bring an upright RGB image to the network's size."""
        try:
            self.found.append((photo_prepared(image, self._run.recipe, self._run.about), thumbnail))
        except StepError as error:
            self.found.append(Refusal("does-not-fit", f"The run's steps cannot be applied to this photo: {error}"))

    def ask(self) -> None:
        """Let the worker begin."""
        prepared = [each[0] for each in self.found if not isinstance(each, Refusal)]
        if prepared:
            self._asked = worker.WorkerCall(self._run, models.answers, prepared)

    def answers(self, waiting: Callable[[], None]) -> Iterator[Prediction | Refusal]:
        """Yield what became of the photos; `waiting` is called often until they are there."""
        rest = iter(self._given(waiting))
        for each in self.found:
            yield each if isinstance(each, Refusal) else self._answer(next(rest), *each)

    def answers_here(self) -> Iterator[Prediction | Refusal]:
        """Yield the same, computed in this process, which is to be one that may hold TensorFlow.

        Raises:
            OSError, ValueError: the model cannot be read.
        """
        prepared = [each[0] for each in self.found if not isinstance(each, Refusal)]
        rest = iter(models.answers(str(self._run.folder), prepared))
        for each in self.found:
            yield each if isinstance(each, Refusal) else self._answer(next(rest), *each)

    def _given(self, waiting: Callable[[], None]) -> list[Given | None]:
        waiting()
        if self._asked is None:
            return []
        while (given := self._asked.within(_POLL_S)) is None:
            waiting()
        return given

    def _answer(self, given: Given | None, prepared: np.ndarray, thumbnail: bytes) -> Prediction | Refusal:
        if given is None:
            height, width, channels = prepared.shape
            sentence = (
                f"The run's steps leave {width}×{height} pixels, {'gray' if channels == 1 else 'color'}, of this "
                "photo, and its network takes another size. Train with steps that end in a Resize."
            )
            return Refusal("does-not-fit", sentence)
        if not np.isfinite(given.probabilities).all():
            sentence = "The network returned NaN: training diverged. Choose another run."
            return Refusal("no-number", sentence)
        return Prediction(self._certain.apply(given.probabilities), prepared, thumbnail, given.known)


def _thumbnail(photo: Image.Image) -> bytes:
    return image_io.png(photo) if max(photo.size) <= THUMBNAIL_SIDE else thumbnail(photo)
