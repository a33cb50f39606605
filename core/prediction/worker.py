"""The server's side of prediction: one worker process, which alone holds TensorFlow."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Generic, TypeVar, cast

import numpy as np
from loky import ProcessPoolExecutor
from loky.process_executor import ShutdownExecutorError
from PIL import Image

from core.errors import PixelwiseError, as_storage_error
from core.evaluation.explaining.heat import HeatMaps
from core.images import image_io
from core.nn.inference import layers, models
from core.nn.inference.layers import Layers, Products
from core.nn.inference.models import Given
from core.runs import Run, RunError
from core.runs.model_files import MODEL
from core.storage import data_home

_Result = TypeVar("_Result")

_IDLE_S = 3600
_PATIENCE_S = 120
# loky ends a worker that has grown by 300 MB since its first call, as a leak; a network or two is no leak.
ENVIRONMENT = {"LOKY_MAX_MEMORY_LEAK_SIZE": "2e9", "TF_CPP_MIN_LOG_LEVEL": "2"}


_lock = threading.Lock()
_executors: list[ProcessPoolExecutor] = []


def _executor() -> ProcessPoolExecutor:
    """Return the one executor, with a living worker to come.

    Not loky's reusable one: that is one a thread, and each of a page's runs may be a thread of its own.
    """
    if not _executors:
        log = data_home.common() / "worker.log"
        with as_storage_error("the worker's log"):
            log.parent.mkdir(parents=True, exist_ok=True)
        made = ProcessPoolExecutor(
            max_workers=1,
            timeout=_IDLE_S,
            initializer=models.initialise,
            initargs=(os.getpid(), str(log)),
            env=ENVIRONMENT,
        )
        _executors.append(made)
    return _executors[0]


def _submit(function: Any, *arguments: Any) -> "Future[Any]":
    # The worker is everybody's; whose home it works in is said with each call.
    asked = (data_home.call_at, data_home.data_home(), function, *arguments)
    with _lock:
        try:
            return _executor().submit(*asked)
        except (BrokenProcessPool, ShutdownExecutorError):
            # Its worker was killed: the next one has another.
            _executors.clear()
            return _executor().submit(*asked)


def warm() -> "Future[Any]":
    """Start the worker in the background; the future is done when it can predict."""
    return _submit(models.warm)


def require_model(run: Run, network: str = MODEL) -> None:
    """Make sure that a run has the file that holds a network, and with its own one classifies.

    Raises:
        RunError: it does not.
    """
    if network == MODEL and run.recipe.generator is not None:
        raise RunError(f"The run {run.name} makes images and classifies none. Choose another run.")
    if not (run.folder / network).exists():
        raise RunError(f"The run {run.name} has no network yet: it is saved when the training ends.")


class WorkerCall(Generic[_Result]):
    """What the worker was asked about a run, and what it says to it; a worker that was killed is asked once more."""

    def __init__(self, run: Run, function: Callable[..., _Result], *arguments: Any, network: str = MODEL) -> None:
        """Ask.

        Args:
            run: a run that has a model.
            function: of `core.nn`; it takes the run's folder and the arguments.
            arguments: what else it takes.
            network: the file that holds the model.

        Raises:
            RunError: the run has no model.
        """
        require_model(run, network)
        self._run, self._function, self._arguments = run, function, arguments
        self._asked_again = False
        self._ask()

    def _ask(self) -> None:
        self._future: Future[_Result] = _submit(self._function, str(self._run.folder), *self._arguments)

    def within(self, seconds: float) -> _Result | None:
        """Return the answer; `None` when it is not there within so many seconds.

        Raises:
            RunError: the model cannot be read, or the worker was killed again.
        """
        try:
            return self._fitting(self._future.result(seconds))
        except TimeoutError:
            return None
        except (PixelwiseError, CancelledError):
            raise
        except BrokenProcessPool as error:
            # The worker was killed, perhaps for memory; the next call starts a new one.
            if self._asked_again:
                raise RunError(
                    "The prediction process was killed by the operating system, possibly out of memory."
                ) from error
            self._asked_again = True
            self._ask()
            return self.within(seconds)
        except Exception as error:  # Whatever a damaged network makes TensorFlow and Keras raise.
            raise RunError(self._refusal(error)) from error

    def _fitting(self, found: _Result) -> _Result:
        """Return what the worker said. Raises `RunError` where it knows other classes than the run's dataset has."""
        given: list[Any] = []
        if self._function is models.predict:
            given = [np.asarray(found)[0]] if len(np.asarray(found)) else []
        elif self._function is models.answers:
            given = [each.probabilities for each in cast(list[Given | None], found) if each is not None]
        classes = len(self._run.about.class_names)
        if any(np.shape(each) != (classes,) for each in given):
            raise RunError(
                f"The network of the run {self._run.name} gives other answers than its dataset has classes "
                f"({classes}): its model.keras is another run's, or damaged. Train it again."
            )
        return found

    def _refusal(self, error: Exception) -> str:
        name, kind = self._run.name, type(error).__name__
        if isinstance(error, MemoryError) or kind == "ResourceExhaustedError":
            return f"There was not enough memory for the network of the run {name}. Close other programs and try again."
        if isinstance(error, OSError | ValueError):
            return f"The network of the run {name} cannot be read. Train it again."
        first_line = (str(error).strip().splitlines() or ["no message"])[0][:200]
        return f"The network of the run {name} gives no answer ({kind}: {first_line}). Train it again."

    def cancel(self) -> None:
        """Do without the answer, if the worker has not begun with it."""
        self._future.cancel()

    def wait(self) -> _Result:
        """Return the answer.

        Raises:
            RunError: as `within`, or it took too long.
        """
        found = self.within(_PATIENCE_S)
        if found is None:
            raise RunError("The prediction took too long. Try again when the machine is less busy.")
        return found


def predict(run: Run, photos: list[Image.Image]) -> tuple[np.ndarray, list[Image.Image]]:
    """Classify images with a run, through the run's own preprocessing.

    Args:
        run: a run that has a model.
        photos: upright RGB images of any size, as `read_image` gives them.

    Returns:
        Probabilities, float32 `(n, classes)`, and the very images that the network saw.

    Raises:
        RunError: the run has no model or its model cannot be read.
    """
    seen = [run.recipe.steps.apply(photo) for photo in photos]
    return predict_prepared(run, np.stack([image_io.to_array(image) for image in seen])), seen


def predict_prepared(run: Run, batch: np.ndarray) -> np.ndarray:
    """Classify images that have the run's preprocessing behind them.

    Args:
        run: a run that has a model.
        batch: uint8 `(n, height, width, channels)`.

    Returns:
        Probabilities, float32 `(n, classes)`.

    Raises:
        RunError: the run has no model or its model cannot be read.
    """
    return probabilities(run, batch).wait()


def probabilities(run: Run, batch: np.ndarray) -> WorkerCall[np.ndarray]:
    """Ask for the probabilities of images. Arguments, what it says, and errors are those of `predict_prepared`."""
    return WorkerCall(run, models.predict, batch)


def features(run: Run, batch: np.ndarray) -> WorkerCall[np.ndarray]:
    """Ask for what the last layer is given, float32 `(n, d)`. Arguments and errors are those of `predict_prepared`."""
    return WorkerCall(run, models.features, batch)


def heat_maps(run: Run, image: np.ndarray, classes: Sequence[int]) -> WorkerCall[HeatMaps]:
    """Ask where the network looks for each of some classes.

    Args:
        run: a run that has a model.
        image: uint8 `(height, width, channels)`, with the run's preprocessing behind it.
        classes: at least one.

    Raises:
        RunError: the run has no model.
    """
    return WorkerCall(run, models.heat_maps, image, tuple(classes))


def layer_maps(run: Run, image: np.ndarray, epoch: int | None = None) -> WorkerCall[Layers]:
    """Ask what each layer makes of an image; arguments and errors are those of `core.nn.inference.layers.maps`."""
    return WorkerCall(run, layers.maps, image, epoch)


def layer_products(
    run: Run, image: np.ndarray, epoch: int | None, place: tuple[int, int, int, int]
) -> WorkerCall[tuple[Products | None]]:
    """Ask how a number of a layer came about; what is said is in a tuple, for it may be nothing.

    Args:
        run: a run that has a model.
        image: as for `layer_maps`, and so `epoch`.
        epoch: see above.
        place: stage, channel, row and column, as `core.nn.inference.layers.products` takes them.
    """
    return WorkerCall(run, layers.products, image, epoch, *place)


def ask(function: Callable[..., _Result], *arguments: Any) -> _Result:
    """Return what the worker says where no run is asked about; a worker that was killed is asked once more.

    Args:
        function: of `core.nn.inference`.
        arguments: what it takes.

    Raises:
        RunError: it took too long, the worker was killed again, or the function failed.
    """
    for last in (False, True):
        try:
            return cast(_Result, _submit(function, *arguments).result(_PATIENCE_S))
        except TimeoutError as error:
            raise RunError("The prediction took too long. Try again when the machine is less busy.") from error
        except PixelwiseError:
            raise
        except BrokenProcessPool as error:
            if last:
                raise RunError(
                    "The prediction process was killed by the operating system, possibly out of memory."
                ) from error
        except Exception as error:  # Whatever TensorFlow and Keras raise.
            first_line = (str(error).strip().splitlines() or ["no message"])[0][:200]
            raise RunError(f"The pretrained network gives no answer ({type(error).__name__}: {first_line}).") from error
    raise AssertionError


def shut_down() -> None:
    """End the worker; a command line that predicted once does not keep it."""
    with _lock:
        while _executors:
            _executors.pop().shutdown(wait=True, kill_workers=True)
