"""One training of networks that make images: steps, a sheet of samples after each epoch, and all of it kept."""

import time
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from core import runs
from core.augmentation import Augmentation
from core.generation import sheets
from core.generation.measures import Judge
from core.generation.noise import STEP_STREAM, noise, sheet_labels
from core.nn.generation import sampling
from core.nn.generation.players import Players
from core.nn.training.checkpoint_writer import Saver
from core.nn.training.journal import Journal
from core.recipes.recipe import Recipe, RecipeError
from core.runs import RunError, checkpoint
from core.runs.checkpoint import Checkpoint, Progress
from core.runs.model_files import GENERATOR
from core.runs.status import PAUSE
from core.storage import data_home
from core.training.batches import Batches
from core.training.parts import Parts

_RECORD_S = 0.25


class _Mean:
    """The mean of each loss over images."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._count = 0

    def add(self, losses: dict[str, float], count: int) -> None:
        for name, loss in losses.items():
            self._sums[name] = self._sums.get(name, 0.0) + loss * count
        self._count += count

    @property
    def values(self) -> dict[str, float]:
        return {name: total / self._count for name, total in self._sums.items()}


class GenerativeTraining:
    """A recipe's generator on a run's images."""

    def __init__(
        self, journal: Journal, recipe: Recipe, prepared: np.ndarray, divided: Parts, begin: Checkpoint | None
    ) -> None:
        """Build the networks, and bring them to where they go on from.

        Args:
            journal: where its course is written.
            recipe: what is trained, and how; it has a generator.
            prepared: the dataset's images after the steps, uint8 `(n, height, width, channels)`.
            divided: which of them train, and the labels.
            begin: the checkpoint to go on from, if any.

        Raises:
            RecipeError: the recipe has no generator.
            RunError: the checkpoint does not fit the networks.
        """
        if recipe.generator is None:
            raise RecipeError("This recipe has no generator.")
        self._generator, self._recipe, self._journal = recipe.generator, recipe, journal
        self._prepared, self._divided, self._fit = prepared, divided, recipe.fit
        self._classes = len(journal.run.about.class_names)
        self._batches = Batches(divided.train, recipe.fit, recipe.augmentation or Augmentation())
        keras.utils.set_random_seed(recipe.fit.seed)
        keras.config.set_dtype_policy("float32")
        self._players = Players(recipe, self._generator, self._shape, self._classes, len(self._batches))
        self._labels = sheet_labels(self._classes)
        self._noise = noise(recipe.fit.seed, len(self._labels), self._generator.noise_shape(self._shape))
        self.progress = begin.progress if begin else Progress(0, 0.0, self._players.rate.base)
        self._untold: dict[int, dict[str, Any]] = {}
        self._position, self._broken_off = float(self.progress.epoch), ""
        self._traced, self._timed_images, self._timed_s, self._measuring_s = False, 0, 0.0, 0.0
        self._saver = Saver(journal.run.checkpoint_folder, self.progress.epoch)
        if begin:
            self._restore(begin)

    @property
    def _shape(self) -> tuple[int, int, int]:
        height, width, channels = self._prepared.shape[1:]
        return height, width, channels

    def _restore(self, begin: Checkpoint) -> None:
        try:
            for variable, value in zip(self._players.variables, begin.state, strict=True):
                variable.assign(value)
        except ValueError as error:
            raise RunError(
                f"The checkpoint of epoch {begin.progress.epoch} is that of another network: recipe.json has been "
                f"changed since. Make a new run."
            ) from error
        self._players.rate.base = begin.progress.learning_rate

    @cached_property
    def _judge(self) -> Judge:
        train, others = self._divided.train, self._divided.validation
        return Judge(
            self._prepared[np.sort(train)],
            self._divided.labels[np.sort(train)],
            self._prepared[np.sort(others)],
            self._classes,
        )

    def fit(self) -> None:
        """Train all epochs that are left, or until the user wants no more.

        Raises:
            RunError: a loss is no longer a number.
            OSError: the disk is full or may not be written.
        """
        self._journal.status(doing="training")
        done = self.progress.epoch
        self._begun = time.perf_counter() - self.progress.seconds
        sheets.remove_after(self._journal.run.folder, done)
        try:
            self._take_up_rate()
            if done:
                self._measure()
            else:
                self._draw(0)
            while not self._broken_off and self.progress.epoch < self._fit.epochs:
                self._epoch(self.progress.epoch)
        finally:
            self._saver.close()

    def _epoch(self, epoch: int) -> None:
        """Train an epoch, counted from 0, and keep it; one that is broken off leaves no record."""
        seen, whole = 0, len(self._divided.train)
        of_epoch, of_record = _Mean(), _Mean()
        ticked = recorded = time.perf_counter()
        timed = (self._timed_images, self._timed_s)
        for images, ids in self._steps(epoch):
            rng = np.random.default_rng((self._fit.seed, epoch, seen, STEP_STREAM))
            drawn = self._generator.draws(rng, len(ids), self._shape)
            losses = self._players.learn(images, self._divided.labels[ids], drawn)
            now, seen = time.perf_counter(), seen + len(ids)
            self._position = round(epoch + seen / whole, 4)
            if self._traced:
                self._timed_images, self._timed_s = self._timed_images + len(ids), self._timed_s + now - ticked
            # The first step builds TensorFlow's graph: it is left out of the speed.
            self._traced, ticked = True, now
            of_epoch.add(losses, len(ids))
            of_record.add(losses, len(ids))
            if now - recorded >= _RECORD_S or seen == whole:
                self._record_batches(of_record.values)
                recorded, of_record = now, _Mean()
            self._take_up_rate()
            if seen < whole and (wish := self._journal.wish):
                self._broken_off = wish
                return
        images_timed, seconds_timed = self._timed_images - timed[0], self._timed_s - timed[1]
        self._keep(epoch + 1, of_epoch.values, images_timed / seconds_timed if seconds_timed else None)

    @property
    def _names(self) -> list[str]:
        return list(self._generator.losses_said)

    def _steps(self, epoch: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Yield the batches of an epoch: images and which they are."""
        size = self._fit.batch_size
        for images, ids in self._batches.made(epoch, self._prepared):
            for start in range(0, len(ids), size):
                yield images[start : start + size], ids[start : start + size]

    def _record_batches(self, losses: dict[str, float]) -> None:
        """Tell the losses since the last record, and how long it will take.

        Raises:
            RunError: a loss is no longer a number.
        """
        position = self._position
        rate = self._players.rate.at(position)
        self._journal.record(
            kind="batch",
            epoch=position,
            seconds=round(time.perf_counter() - self._begun, 3),
            **self._said(losses),
            learning_rate=rate,
        )
        if not all(np.isfinite(list(losses.values()))):
            kept = (
                f"The networks as they were after epoch {self.progress.epoch} are kept: set a lower learning rate and "
                "resume"
                if self.progress.epoch
                else "Train again with a lower learning rate"
            )
            raise RunError(
                f"The loss is no longer a number since epoch {int(position) + 1}, at a learning rate of {rate:g}: the "
                f"training has diverged. {kept}."
            )
        if not self._timed_images:
            return
        speed = self._timed_images / self._timed_s
        left = (self._fit.epochs - position) * (len(self._divided.train) / speed + self._measuring_s)
        self._journal.status(
            lazily=True,
            fraction=min(position / self._fit.epochs, 1.0),
            pictures_per_second=speed,
            seconds_left=left,
            memory_mb=self._journal.memory_mb(),
        )

    def _said(self, losses: dict[str, float]) -> dict[str, float | None]:
        """Return losses as records name them: that of the network which makes images is the loss."""
        return {"loss" if not place else f"{name}_loss": losses[name] for place, name in enumerate(self._names)}

    def _take_up_rate(self) -> None:
        rate = self._journal.new_learning_rate()
        if rate is not None and rate != self._players.rate.base:
            self._players.rate.base = rate
            self._journal.status(learning_rate=rate)

    def _keep(self, epoch: int, losses: dict[str, float], speed: float | None) -> None:
        """Save a whole epoch, then draw its samples and measure them."""
        training: dict[str, float | None] = {
            **self._said(losses),
            "learning_rate": self._players.rate.at(epoch),
            "pictures_per_second": speed,
        }
        seconds = time.perf_counter() - self._begun
        self.progress = Progress(
            epoch, seconds, self._players.rate.base, training=training, untold=list(self._untold.values())
        )
        self._position = float(epoch)
        state = [variable.numpy() for variable in self._players.variables]
        self._saver.offer(Checkpoint(self.progress, state, []))
        self._measure()

    def _measure(self) -> None:
        """Draw and measure the last whole epoch's samples; tell of the epoch as soon as it is safe on disk.

        A training that goes on from a checkpoint begins with this: it may have ended before it came so far.
        """
        epoch, began = self.progress.epoch, time.perf_counter()
        self.measures = self._judge.measure(self._draw(epoch), self._labels)
        self._measuring_s = time.perf_counter() - began
        record = {
            "epoch": float(epoch),
            "seconds": round(time.perf_counter() - self._begun, 3),
            **self.progress.training,
            **vars(self.measures),
            "memory_mb": self._journal.memory_mb(),
        }
        self._untold[epoch] = record
        self._saver.when_safe(epoch, lambda: self._tell_epoch(record))
        if epoch < self._fit.epochs:
            self._broken_off = self._broken_off or self._journal.wish

    def _tell_epoch(self, record: dict[str, Any]) -> None:
        """Tell of an epoch that is on disk, in the saver's thread."""
        # The status first: were it killed in between, the record is told again as `Progress.untold`, or by `_measure`.
        self._journal.status(lasting=False, epoch=int(record["epoch"]), seconds=record["seconds"])
        self._journal.record(kind="epoch", **record)
        self._untold.pop(int(record["epoch"]), None)

    @cached_property
    def _sampler(self) -> Any:
        network = self._players.sampler
        inputs = [tf.TensorSpec((None, *each.shape[1:]), tf.float32) for each in network.inputs]
        return tf.function(lambda given: network(given, training=False), input_signature=[inputs])

    def _draw(self, epoch: int) -> np.ndarray:
        """Draw samples from the noise that is the same for all epochs, keep and return them."""
        restore = self._players.take_averages()
        try:
            images = sampling.made(self._generator, self._sampler, self._noise, self._labels, self._classes)
        finally:
            restore()
        sheets.write(self._journal.run.folder, epoch, images, self._labels)
        return images

    def finish(self) -> None:
        """Keep the network that makes images, unless the user only paused, and write how it ended."""
        journal = self._journal
        if self._broken_off == PAUSE:
            journal.close(state=runs.PAUSED)
            return
        journal.status(doing="saving", seconds_left=None)
        self._players.take_averages()
        with data_home.replacing(journal.run.folder / GENERATOR, lasting=True) as beside:
            self._players.sampler.save(beside)
        ending: dict[str, Any] = {"kept_epoch": self._position}
        if self.progress.epoch:
            ending["result"] = {name: getattr(self.measures, name) for name in ("recognised", "diversity", "nearest")}
        if self._broken_off:
            journal.close(state=runs.STOPPED, **ending)
            return
        checkpoint.prune(journal.run.checkpoint_folder, 1)
        journal.close(state=runs.FINISHED, fraction=1.0, **ending)
