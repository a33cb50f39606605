"""The training of a script: batches, optimiser and schedule, loss, what is watched after each epoch."""

from collections.abc import Iterator

from core.networks.network import Network
from core.recipes.fit import Fit
from core.recipes.optimisers import Optimiser
from core.recipes.schedules import Schedule

# So many training images are looked at to estimate the statistics of averaged weights, as the trainer does.
_SAMPLE = 2048

_RATE = '''\
class Rate(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rate of each step."""

    def __init__(self):
        steps = math.ceil(len(train) / BATCH_SIZE)
        self.factors = np.array([factor(step / steps) for step in range(steps * EPOCHS)], np.float32)

    def __call__(self, step):
        return LEARNING_RATE * keras.ops.take(self.factors, keras.ops.cast(step, "int32"))'''
_BATCHES = '''\
class Batches(keras.utils.PyDataset):
    """The training images, batch by batch, in another order in each epoch."""

    def __init__(self):
        super().__init__()
        self.begin(0)

    def begin(self, epoch):
        self.epoch = epoch
        self.order = np.random.default_rng((SEED, epoch)).permutation(train)

    def __len__(self):
        return math.ceil(len(train) / BATCH_SIZE)

    def __getitem__(self, batch):
        ids = self.order[batch * BATCH_SIZE : (batch + 1) * BATCH_SIZE]
        return {batch}, labels[ids]'''
_AVERAGES_HEAD = '''\
class Averages(keras.callbacks.Callback):
    """Validates and ends with the moving average of the weights, which the optimiser keeps.

    What batch normalisation knows of its input's mean and variance belongs to the weights as they were: it is
    estimated again for the averaged ones (Izmailov et al., 2018).
    """

    def use(self):
        self.model.optimizer.finalize_variable_values(self.model.trainable_variables)
        found = [layer for layer in self.model.layers if isinstance(layer, layers.BatchNormalization)]
        found = [layer for layer in found if layer.trainable]
        if not found:
            return
        momenta = [layer.momentum for layer in found]
        means, squares = [0.0] * len(found), [0.0] * len(found)
        sample = np.sort(np.random.default_rng((SEED, 0)).permutation(train)[:{sample}])
        for ids in np.array_split(sample, max(1, round(len(sample) / BATCH_SIZE))):
            for layer in found:
                layer.momentum = 0.0  # its statistics become those of this batch
            self.model(images[ids], training=True)
            for place, layer in enumerate(found):
                mean = layer.moving_mean.numpy().astype(np.float64)
                means[place] += len(ids) / len(sample) * mean
                squares[place] += len(ids) / len(sample) * (layer.moving_variance.numpy() + mean**2)
        for layer, momentum, mean, square in zip(found, momenta, means, squares):
            layer.momentum = momentum
            layer.moving_mean.assign(mean)
            layer.moving_variance.assign(square - mean**2)

    def variables(self):
        return [*self.model.variables, *self.model.optimizer.variables]

    def on_test_begin(self, logs=None):
        self.kept = [variable.numpy() for variable in self.variables()]
        self.use()

    def on_test_end(self, logs=None):
{watch}        for variable, value in zip(self.variables(), self.kept):
            variable.assign(value)
'''
_WATCH = """\
        if logs["{loss}"] < self.best_loss:
            self.best_loss, self.waited = logs["{loss}"], 0
            self.best_weights = self.model.get_weights()
        else:
            self.waited += 1
"""
_PATIENT = """
    def on_train_begin(self, logs=None):
        self.best_loss, self.best_weights, self.waited = math.inf, None, 0

    def on_epoch_end(self, epoch, logs=None):
        self.model.stop_training = self.waited >= PATIENCE

    def on_train_end(self, logs=None):
        self.model.set_weights(self.best_weights)"""
_IMPATIENT = """
    def on_train_end(self, logs=None):
        self.use()"""
_WEIGHTS = """\
# An image of a rare class counts for more, so that all classes count alike.
counts = np.bincount(labels[train], minlength=CLASSES)
weights = np.divide(len(train), CLASSES * counts, out=np.zeros(CLASSES), where=counts > 0).astype(np.float32)


"""


def batches_code(*, augments: bool) -> str:
    """Return the class `Batches`."""
    plain = "images[ids]"
    return _BATCHES.replace("{batch}", f"augmented({plain}, self.epoch, batch)" if augments else plain)


def schedule_code(schedule: Schedule) -> str:
    """Return the function `factor(done)` and the class `Rate`; nothing for a rate that stays."""
    if schedule.stays:
        return ""
    lines = [
        "def factor(done):",
        f'    """Return what the learning rate is multiplied by after so many epochs: it {schedule.does}."""',
        *(f"    {line}" for line in schedule.code()),
    ]
    return schedule.function_code + "\n".join(lines) + "\n\n\n" + _RATE


def optimiser_code(optimiser: Optimiser, schedule: Schedule, averaging: float) -> str:
    """Return the lines that set `optimizer`."""
    average = {"use_ema": True, "ema_momentum": averaging} if averaging else {}
    return optimiser.code("LEARNING_RATE" if schedule.stays else "Rate()", average)


def is_plain(network: Network, fit: Fit) -> bool:
    """Tell whether nothing but the cross-entropy is minimised."""
    penalised = any(layer.is_penalised for layer in network.layers)
    return fit.label_smoothing == 0 and fit.class_weights == "none" and not penalised


def loss_code(fit: Fit) -> str:
    """Return the function `loss(true, probabilities)`; nothing where Keras's own does."""
    balanced = fit.class_weights == "balanced"
    if not balanced and fit.label_smoothing == 0:
        return ""
    return (_WEIGHTS if balanced else "") + "\n".join(
        [
            "def loss(true, probabilities):",
            '    """Return the cross-entropy of each image of a batch, as it is minimised."""',
            '    true = keras.ops.cast(keras.ops.reshape(true, (-1,)), "int32")',
            "    losses = keras.losses.categorical_crossentropy(",
            f"        keras.ops.one_hot(true, CLASSES), probabilities, label_smoothing={fit.label_smoothing!r}",
            "    )",
            f"    return losses{' * keras.ops.take(weights, true)' if balanced else ''}",
        ]
    )


def averages_code(fit: Fit, loss: str) -> str:
    """Return the class `Averages`; nothing where weights are not averaged.

    Args:
        fit: its averaging and patience count.
        loss: what Keras's logs call the cross-entropy.
    """
    if not fit.averaging:
        return ""
    watch = _WATCH.format(loss=loss) if fit.patience else ""
    end = _PATIENT if fit.patience else _IMPATIENT
    return _AVERAGES_HEAD.replace("{sample}", str(_SAMPLE)).replace("{watch}", watch) + end


def callbacks(fit: Fit, loss: str) -> Iterator[str]:
    """Yield the callbacks of `fit`, as code."""
    yield "keras.callbacks.LambdaCallback(on_epoch_begin=lambda epoch, logs: batches.begin(epoch))"
    if fit.averaging:
        yield "Averages()"
    elif fit.patience:
        yield f'keras.callbacks.EarlyStopping("val_{loss}", patience=PATIENCE, restore_best_weights=True)'
