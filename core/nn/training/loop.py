"""One training from its images to its network: Keras's `fit`, gone on with, measured and kept."""

import contextlib
import sys
from typing import Any

import keras
import numpy as np

from core import runs
from core.augmentation import Augmentation
from core.evaluation import ood
from core.evaluation.predictions import Predictions
from core.nn.inference.test_time_augmentation import for_prediction
from core.nn.layers.build import after_features, build_model, take_weights
from core.nn.training.callback import Live
from core.nn.training.compile import compile_model
from core.nn.training.evaluator import Evaluator
from core.nn.training.input_pipeline import Feed
from core.nn.training.journal import Journal
from core.nn.training.precision import FLOAT32, suited_precision
from core.nn.training.weight_averaging import SAMPLE, Averages
from core.recipes.recipe import Recipe
from core.runs import RunError, checkpoint
from core.runs.checkpoint import Checkpoint
from core.runs.status import PAUSE
from core.storage import data_home
from core.training.batches import Batches
from core.training.parts import Parts


class Training:
    """A recipe's network on a run's images."""

    def __init__(
        self,
        journal: Journal,
        recipe: Recipe,
        prepared: np.ndarray,
        divided: Parts,
        begin: Checkpoint | None,
        shape: tuple[int, ...],
    ) -> None:
        """Build the network, and bring it to where it goes on from.

        Args:
            journal: where its course is written.
            recipe: what is trained, and how.
            prepared: the dataset's images after the steps, uint8 `(n, height, width, channels)`; or what the frozen
                beginning of the network makes of them, float16 `(n, d)`: then only the rest is trained.
            divided: which of them train, validate and test, and the labels.
            begin: the checkpoint to go on from, if any.
            shape: height, width and channels of the images after the steps.

        Raises:
            RecipeError: the network's layers do not fit the images, or the weights to begin with not the layers.
            RunError: the checkpoint does not fit the network.
        """
        self._journal, self._recipe, self._prepared, self._divided = journal, recipe, prepared, divided
        keras.utils.set_random_seed(recipe.fit.seed)
        # What was begun goes on as it was, and ends with the same numbers.
        begun_with = journal.status_now.precision or recipe.fit.precision
        self._precision = begun_with if begin else suited_precision(recipe.fit.precision)
        keras.config.set_dtype_policy(self._precision)
        journal.status(precision=self._precision)
        self._shape = shape
        self._build()
        if recipe.initial_weights and begin is None:
            take_weights(self._whole, journal.run.initial_model)
        rate = compile_model(self._model, recipe, divided.labels[divided.train])
        self._look = Evaluator(self._model, prepared, divided.labels)
        batches = Batches(divided.train, recipe.fit, recipe.augmentation or Augmentation())
        self._feed = Feed(batches, prepared, divided.labels)
        self._averages = None
        if recipe.fit.averaging:
            # Not augmented: so the digits' network, augmented, got 93% of unseen images right with three seeds,
            # and 90, 93 and 89% with statistics of augmented images.
            sample = np.sort(batches.order(0)[:SAMPLE])
            portions = np.array_split(sample, max(1, round(len(sample) / recipe.fit.batch_size)))
            self._averages = Averages(self._model, [prepared[portion] for portion in portions])
        self._live = Live(
            journal, recipe.fit, rate, self._look, divided.validation, len(divided.train), self._averages, begin
        )
        self._live.set_model(self._model)
        if begin:
            try:
                self._live.restore(begin.state)
            except ValueError as error:
                raise RunError(
                    f"The checkpoint of epoch {begin.progress.epoch} is that of another network: recipe.json has been "
                    f"changed since. Make a new run."
                ) from error
            rate.base = begin.progress.learning_rate

    def _build(self) -> None:
        """Make the network, and the part of it that is trained and measured: all of it, or what comes after features.

        Features then are what they are for the whole network: the seed draws the same weights.
        """
        height, width, channels = self._shape
        self._whole = build_model(self._recipe.network, (height, width, channels), self._recipe.fit)
        self._model = after_features(self._whole) if self._prepared.ndim == 2 else self._whole

    def fit(self) -> None:
        """Train all epochs that are left, or until the user or the patience wants no more.

        Raises:
            DivergedError: the loss is no longer a number.
            OSError: the disk is full or may not be written.
        """
        self._journal.status(doing="training")
        live, done = self._live, self._live.progress.epoch
        try:
            live.take_up_rate()
            if done:
                live.measure()
            else:
                live.keep_beginning()
            if not live.ended_early and not live.broken_off:
                with contextlib.redirect_stdout(sys.stderr):
                    self._model.fit(
                        self._feed.dataset(),
                        initial_epoch=done,
                        epochs=self._recipe.fit.epochs,
                        callbacks=[self._feed, live],
                        shuffle=False,
                        verbose=0,
                    )
        finally:
            live.close()

    def finish(self) -> None:
        """Evaluate and keep the network, unless the user only paused, and write how it ended."""
        live, journal, epochs = self._live, self._journal, self._recipe.fit.epochs
        if live.broken_off == PAUSE:
            journal.close(state=runs.PAUSED)
            return
        kept_epoch = live.position if live.broken_off else float(live.progress.epoch)
        if self._averages is not None:
            self._averages.use()
        if live.best and not live.broken_off:
            kept_epoch = float(live.progress.best_epoch)
            for variable, value in zip(self._model.weights, live.best, strict=True):
                variable.assign(value)
        self._compute_with_32_bits()
        journal.status(doing="evaluating", seconds_left=None)
        measured = self._evaluate()
        journal.status(doing="saving")
        self._save({part: predictions for part, (predictions, _) in measured.items()})
        result: dict[str, float] = {}
        for part, (predictions, loss) in measured.items():
            result |= {f"{part}_accuracy": predictions.accuracy, f"{part}_loss": loss}
        ending: dict[str, Any] = {"kept_epoch": kept_epoch, "result": result}
        if live.broken_off:
            journal.close(state=runs.STOPPED, **ending)
            return
        checkpoint.prune(journal.run.checkpoint_folder, 1)
        if live.ended_early:
            ending["remark"] = (
                f"Stopped early after epoch {live.progress.epoch} of {epochs}: validation loss has "
                f"not improved since epoch {live.progress.best_epoch}. Those weights are kept."
            )
        journal.close(state=runs.FINISHED, fraction=1.0, **ending)

    def _compute_with_32_bits(self) -> None:
        """Put a network in place that computes with 32 bits, with the same weights, where the training took 16.

        What is kept then answers the same on every machine, and is fast also where the processor knows no 16 bits.
        """
        if self._precision == FLOAT32:
            return
        keras.config.set_dtype_policy(FLOAT32)
        trained = self._whole
        self._build()
        self._whole.set_weights(trained.get_weights())
        self._look = Evaluator(self._model, self._prepared, self._divided.labels)

    def _evaluate(self) -> dict[str, tuple[Predictions, float]]:
        """Return predictions and loss on the validation and the test images; made once where they are the same.

        Of a trial, only of the validation images: the test images are for the best of its sweep.
        """
        divided = self._divided
        if not self._journal.run.terms.test:
            return {"validation": self._look.measure(divided.validation)}
        test = self._look.measure(divided.test)
        same = divided.validation is divided.test
        return {"validation": test if same else self._look.measure(divided.validation), "test": test}

    def _save(self, predictions: dict[str, Predictions]) -> None:
        """Write the model and the predictions, each whole or not at all."""
        folder = self._journal.run.folder
        # It is another network's from here on.
        ood.forget(folder)
        with data_home.replacing(folder / "model.keras", lasting=True) as beside:
            for_prediction(self._whole).save(beside)
        arrays = {
            f"{part}_{name}": getattr(found, name)
            for part, found in predictions.items()
            for name in ("ids", "labels", "probabilities")
        }
        with data_home.replacing(folder / "evaluation.npz", lasting=True) as beside:
            np.savez(beside, **arrays)
