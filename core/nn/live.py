"""What a training tells while it runs: a Keras callback that writes the run's metrics and status, and stops it."""

import time
from typing import TYPE_CHECKING, Any

import keras

from core.recipe import Fit

if TYPE_CHECKING:
    from core.nn.train import Journal

RECORD_S = 0.25


class Live(keras.callbacks.Callback):
    """Writes a record at most each `RECORD_S` seconds within an epoch, and one at its end.

    Keras's batch logs are means since the epoch began. A record holds the mean since the record before, so that the
    curve shows what the network does now.
    """

    def __init__(self, journal: "Journal", fit: Fit, pictures: int) -> None:
        """Write to `journal`; `pictures` train in an epoch."""
        super().__init__()
        self._journal = journal
        self._fit = fit
        self._pictures = pictures
        self._begun = time.perf_counter()
        self._timed_pictures = 0
        self._timed_s = 0.0
        self._validation_s = 0.0
        self._traced = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start the epoch's clock and means."""
        self._epoch = epoch
        self._ticked = self._recorded = time.perf_counter()
        self._seen = self._seen_recorded = 0
        self._sums = {"loss": 0.0, "accuracy": 0.0}

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Record, tell the progress, and stop when that is wanted."""
        now = time.perf_counter()
        seen = min((batch + 1) * self._fit.batch_size, self._pictures)
        first = not self._traced
        if first:
            # The first execution builds TensorFlow's graph: it is left out of the speed.
            self._traced = True
        else:
            self._timed_pictures += seen - self._seen
            self._timed_s += now - self._ticked
        self._seen, self._ticked = seen, now
        if self._journal.stop_wanted:
            self.model.stop_training = True
        if logs and (first or seen == self._pictures or now - self._recorded >= RECORD_S):
            self._record(logs, now)
            self._tell()

    def _record(self, logs: dict[str, Any], now: float) -> None:
        sums = {name: float(logs[name]) * self._seen for name in self._sums}
        new = max(self._seen - self._seen_recorded, 1)
        means = {name: (sums[name] - self._sums[name]) / new for name in sums}
        self._journal.record(kind="batch", epoch=self._position, seconds=round(now - self._begun, 3), **means)
        self._sums, self._seen_recorded, self._recorded = sums, self._seen, now

    @property
    def _position(self) -> float:
        """Epochs done so far, with the fraction of the one that runs."""
        return round(self._epoch + self._seen / self._pictures, 4)

    def _tell(self) -> None:
        if not self._timed_pictures:
            return
        speed = self._timed_pictures / self._timed_s
        epochs_left = self._fit.epochs - self._position
        left = epochs_left * self._pictures / speed + (self._fit.epochs - self._epoch) * self._validation_s
        fraction = self._position / self._fit.epochs
        self._journal.status(lazily=True, fraction=fraction, pictures_per_second=speed, seconds_left=left)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Record the epoch, its validation included; an epoch broken off ends where it was broken off."""
        now = time.perf_counter()
        self._validation_s = now - self._ticked
        values = {name: float(value) for name, value in (logs or {}).items()}
        self._journal.record(kind="epoch", epoch=self._position, seconds=round(now - self._begun, 3), **values)
        self._journal.status(epoch=int(self._position))
