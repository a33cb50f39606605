"""What a training tells while it runs: a Keras callback that writes its course, saves it, and ends it when wanted."""

import time
from dataclasses import replace
from typing import Any

import keras
import numpy as np

from core.errors import PixelwiseError
from core.nn.training.checkpoint_writer import Saver
from core.nn.training.compile import Rate
from core.nn.training.evaluator import Evaluator
from core.nn.training.journal import Journal, Stopped
from core.nn.training.weight_averaging import Averages
from core.recipes.fit import Fit
from core.runs import Seen, kept_epochs
from core.runs.checkpoint import Checkpoint, Progress
from core.runs.status import PAUSE
from core.storage import data_home

RECORD_S = 0.25
# What there is to see is kept after the last epoch, and no more often than this.
SEEN_S = 0.5


class DivergedError(PixelwiseError):
    """The loss, or a weight, is no longer a number. The message says since when, and what to do."""


class Live(keras.callbacks.Callback):
    """Writes a record at most each `RECORD_S` seconds within an epoch, and one at its end.

    Keras's batch logs are means since the epoch began. A record holds the mean since the record before, so that the
    curve shows what the network does now.

    Attributes:
        broken_off: how the user ended the training within an epoch, `stop` or `pause`; empty when they did not.
        ended_early: whether the validation loss had no better epoch for as long as the recipe waits.
        progress: where the training stands, after the last whole epoch.
        best: the weights of the best epoch where the recipe waits for one, else empty.
    """

    def __init__(
        self,
        journal: Journal,
        fit: Fit,
        rate: Rate,
        look: Evaluator,
        validation: np.ndarray,
        images: int,
        averages: Averages | None,
        begin: Checkpoint | None,
    ) -> None:
        """Tell of a training.

        Args:
            journal: where to.
            fit: how long it is and in which portions.
            rate: its learning rate.
            look: how to see what the network makes of images.
            validation: which images validate, int64 `(n,)`.
            images: how many train in an epoch.
            averages: what stands in for the weights when the network is measured, if anything.
            begin: what it goes on from; the model has its state already.
        """
        super().__init__()
        self._journal, self._fit, self._rate, self._look = journal, fit, rate, look
        self._validation, self._images, self._averages = validation, images, averages
        self.progress = begin.progress if begin else Progress(0, 0.0, rate.base)
        self.best = begin.best if begin else []
        self.broken_off, self.ended_early = "", False
        self._saver = Saver(journal.run.checkpoint_folder, self.progress.epoch)
        self._begun = time.perf_counter() - self.progress.seconds
        self._epoch, self._seen = self.progress.epoch, 0
        self._timed_images = 0
        self._timed_s = 0.0
        self._validation_s = 0.0
        self._traced = False
        self._seen_at = float("-inf")
        self._untold: dict[int, dict[str, Any]] = {}

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start the epoch's clock and means."""
        self._epoch = epoch
        self._ticked = self._recorded = time.perf_counter()
        self._seen = self._seen_recorded = 0
        self._epoch_images, self._epoch_s = 0, 0.0
        self._sums = {"loss": 0.0, "accuracy": 0.0}

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Record, tell the progress, take up a new learning rate, and stop when that is wanted.

        Raises:
            DivergedError: the loss is no longer a number.
        """
        now = time.perf_counter()
        seen = min((batch + 1) * self._fit.batch_size, self._images)
        first = not self._traced
        if first:
            # The first execution builds TensorFlow's graph: it is left out of the speed.
            self._traced = True
        else:
            self._timed_images += seen - self._seen
            self._timed_s += now - self._ticked
            self._epoch_images += seen - self._seen
            self._epoch_s += now - self._ticked
        self._seen, self._ticked = seen, now
        logs = logs or {}
        finite = np.isfinite(logs["loss"])
        if not finite or first or seen == self._images or now - self._recorded >= RECORD_S:
            self._record(_measured(logs), now)
            self._tell()
        if not finite:
            raise self._diverged("The loss")
        self.take_up_rate()
        if seen < self._images and (wish := self._journal.wish):
            self.broken_off = wish
            self.model.stop_training = True

    def _record(self, logs: dict[str, float], now: float) -> None:
        sums = {name: logs[name] * self._seen for name in self._sums}
        new = max(self._seen - self._seen_recorded, 1)
        means = {name: (sums[name] - self._sums[name]) / new for name in sums}
        self._journal.record(
            kind="batch",
            epoch=self.position,
            seconds=round(now - self._begun, 3),
            **means,
            learning_rate=self._rate.at(self.position),
        )
        self._sums, self._seen_recorded, self._recorded = sums, self._seen, now

    @property
    def position(self) -> float:
        """Epochs done so far, with the fraction of the one that runs."""
        return round(self._epoch + self._seen / self._images, 4)

    def _tell(self) -> None:
        if not self._timed_images:
            return
        speed = self._timed_images / self._timed_s
        epochs_left = self._fit.epochs - self.position
        left = epochs_left * self._images / speed + (self._fit.epochs - self._epoch) * self._validation_s
        fraction = self.position / self._fit.epochs
        self._journal.status(
            lazily=True,
            fraction=fraction,
            pictures_per_second=speed,
            seconds_left=left,
            memory_mb=self._journal.memory_mb(),
        )

    def take_up_rate(self) -> None:
        """Let the steps to come follow a learning rate that a user has set."""
        rate = self._journal.new_learning_rate()
        if rate is not None and rate != self._rate.base:
            self._rate.base = rate
            self._journal.status(learning_rate=rate)

    def _diverged(self, what: str) -> DivergedError:
        kept = (
            f"The network as it was after epoch {self.progress.epoch} is kept: set a lower learning rate and resume it"
            if self.progress.epoch
            else "Train again with a lower learning rate"
        )
        return DivergedError(
            f"{what} is no longer a number since epoch {self._epoch + 1}, at a learning rate of "
            f"{self._rate.at(self.position):g}: the training has diverged. {kept}, or scale the input."
        )

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save a whole epoch, then measure it; one that was broken off leaves no record.

        Raises:
            DivergedError: a weight is no longer a number.
            OSError: the disk is full or may not be written.
        """
        if self.broken_off:
            return
        now = time.perf_counter()
        state = self.state()
        if not all(np.isfinite(each.sum()) for each in state):
            raise self._diverged("A weight")
        training = {
            **_measured(logs or {}),
            "learning_rate": self._rate.at(epoch + 1),
            "pictures_per_second": self._epoch_images / self._epoch_s if self._epoch_s else None,
        }
        self.progress = Progress(
            epoch + 1,
            now - self._begun,
            self._rate.base,
            self.progress.best_epoch,
            self.progress.best_loss,
            training,
            list(self._untold.values()),
        )
        self._saver.offer(Checkpoint(self.progress, state, self.best))
        self.measure(state)
        if not self.ended_early and epoch + 1 < self._fit.epochs and (wish := self._journal.wish):
            self.broken_off = wish
            self.model.stop_training = True

    def measure(self, state: list[np.ndarray] | None = None) -> None:
        """Look at the validation images after an epoch, and tell of the epoch as soon as it is safe on disk.

        A training that goes on from a checkpoint begins with this: it may have ended before it came so far.

        Args:
            state: the model's and optimiser's variables, where they are known.

        Raises:
            DivergedError: the validation loss is no number.
        """
        begun = time.perf_counter()
        if self._averages is not None:
            state = state or self.state()
            self._averages.use()
        try:
            predictions, loss = self._look.measure(self._validation, self._check_pause)
        except Stopped:
            self.broken_off = PAUSE
            self.model.stop_training = True
            return
        if not np.isfinite(loss):
            raise self._diverged("The validation loss")
        if self._fit.patience:
            self._compare(loss)
        epoch, now = self.progress.epoch, time.perf_counter()
        self._validation_s = now - begun
        counts = np.bincount(predictions.predicted, minlength=predictions.probabilities.shape[1])
        record = {
            "epoch": float(epoch),
            "seconds": round(now - self._begun, 3),
            **self.progress.training,
            "val_loss": loss,
            "val_accuracy": predictions.accuracy,
            "val_pictures": len(self._validation),
            "memory_mb": self._journal.memory_mb(),
            "class_shares": [round(float(count / counts.sum()), 4) for count in counts],
        }
        weights = self._to_keep(epoch)
        seen = None
        if self.ended_early or epoch == self._fit.epochs or now - self._seen_at >= SEEN_S:
            seen, self._seen_at = self._look.seen(epoch, predictions), now
        if self._averages is not None and state is not None:
            self.restore(state)
        self._untold[epoch] = record
        if weights:
            self._saver.when_safe(epoch, lambda: kept_epochs.keep(self._journal.run, epoch, weights))
        self._saver.when_safe(epoch, lambda: self._tell_epoch(record, seen))

    def keep_beginning(self) -> None:
        """Keep the weights that the training begins with."""
        kept_epochs.keep(self._journal.run, 0, self._to_keep(0))

    def _to_keep(self, epoch: int) -> list[np.ndarray]:
        """Return the weights where this epoch's are kept, else nothing."""
        if not kept_epochs.is_wanted(epoch) or not kept_epochs.how_many(4 * self.model.count_params()):
            return []
        return [np.asarray(variable.numpy(), np.float32) for variable in self.model.weights]

    def _check_pause(self) -> None:
        if self._journal.wish == PAUSE:
            raise Stopped(PAUSE)

    def _compare(self, loss: float) -> None:
        """Keep the weights of the best epoch; end the training when none was better for too long."""
        epoch = self.progress.epoch
        if self.progress.best_loss is None or loss < self.progress.best_loss:
            self.best = [variable.numpy() for variable in self.model.weights]
            self.progress = replace(self.progress, best_epoch=epoch, best_loss=loss)
        elif epoch - max(self.progress.best_epoch, self._journal.status_now.patient_from) >= self._fit.patience:
            self.ended_early = True
            self.model.stop_training = True

    def _tell_epoch(self, record: dict[str, Any], seen: Seen | None) -> None:
        """Tell of an epoch that is on disk, in the saver's thread."""
        # First, and at once: were it killed in between, the status would know of fewer epochs than were told. The last
        # epoch, if it was not told, is told again by `measure`, those before it by `Progress.untold`.
        epoch = int(record["epoch"])
        self._journal.status(lasting=False, epoch=epoch, seconds=record["seconds"])
        self._journal.record(kind="epoch", **record)
        self._untold.pop(epoch, None)
        if seen is not None:
            with data_home.replacing(self._journal.run.folder / "live.npz") as beside:
                np.savez(beside, **vars(seen))

    def state(self) -> list[np.ndarray]:
        """Return the values of all that a checkpoint holds, in an order that the recipe alone decides."""
        return [variable.numpy() for variable in self._variables]

    def restore(self, state: list[np.ndarray]) -> None:
        """Give the model and its optimiser the values that `state` returned.

        Raises:
            ValueError: they are those of another network.
        """
        for variable, value in zip(self._variables, state, strict=True):
            variable.assign(value)

    @property
    def _variables(self) -> list[keras.Variable]:
        return [*self.model.variables, *self.model.optimizer.variables]

    def close(self) -> None:
        """Save and tell what waits.

        Raises:
            OSError: the disk is full or may not be written.
        """
        self._saver.close()


def _measured(logs: dict[str, Any]) -> dict[str, float]:
    """Return Keras's logs with the plain cross-entropy as the loss, whatever else is minimised beside it."""
    return {"loss": float(logs.get("crossentropy", logs["loss"])), "accuracy": float(logs["accuracy"])}
