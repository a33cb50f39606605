"""The training of a script: batches, optimiser and schedule, loss, what is watched after each epoch."""

from collections.abc import Iterator

from core.network import Network
from core.optimiser import SGD, Adam, AdamW, Muon, Optimiser
from core.recipe import Fit
from core.schedule import Constant, Cosine, OneCycle, Schedule, StepDecay

# So many training pictures are looked at to estimate the statistics of averaged weights, as the trainer does.
_SAMPLE = 2048

_HALF_COSINE = '''\
def half_cosine(first, last, share):
    """Return the value after a share, 0–1, of the way from first to last along half a cosine."""
    return last + (first - last) * (1 + math.cos(math.pi * min(share, 1.0))) / 2


'''
_RATE = '''\
class Rate(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rate of each step."""

    def __init__(self):
        steps = math.ceil(len(train) / BATCH_SIZE)
        self.factors = np.array([factor(step / steps) for step in range(steps * EPOCHS)], np.float32)

    def __call__(self, step):
        return LEARNING_RATE * keras.ops.take(self.factors, keras.ops.cast(step, "int32"))'''
_MUON = '''\
class Muon(keras.optimizers.Muon):
    """Keras's Muon with the kernel of a convolution as a matrix: all that goes in by all that comes out."""

    def _should_use_adamw(self, variable):
        is_convolution = len(variable.shape) == 4 and variable.shape[-1] > 1
        return not is_convolution and super()._should_use_adamw(variable)

    def zeropower_via_newtonschulz5(self, x, steps):
        kind = keras.config.dtype_policy().compute_dtype
        matrix = keras.ops.cast(keras.ops.reshape(x, (-1, x.shape[-1])), kind)
        orthogonal = super().zeropower_via_newtonschulz5(matrix, steps)
        return keras.ops.cast(keras.ops.reshape(orthogonal, x.shape), x.dtype)

    def lr_adjust(self, x):
        return x * math.sqrt(max(math.prod(x.shape[:-1]), x.shape[-1])) * self.rms_rate'''
_BATCHES = '''\
class Batches(keras.utils.PyDataset):
    """The training pictures, batch by batch, in another order in each epoch."""

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
            self.model(pictures[ids], training=True)
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
# A picture of a rare class counts for more, so that all classes count alike.
counts = np.bincount(labels[train], minlength=CLASSES)
weights = np.divide(len(train), CLASSES * counts, out=np.zeros(CLASSES), where=counts > 0).astype(np.float32)


"""


def batches_code(*, augments: bool) -> str:
    """Return the class `Batches`."""
    plain = "pictures[ids]"
    return _BATCHES.replace("{batch}", f"augmented({plain}, self.epoch, batch)" if augments else plain)


def schedule_code(schedule: Schedule) -> str:
    """Return the function `factor(done)` and the class `Rate`; nothing for a rate that stays."""
    match schedule:
        case Constant():
            return ""
        case StepDecay():
            said, body = "falls in steps", [f"return {schedule.drop!r} ** int(done / {schedule.every})"]
        case Cosine():
            said = "falls along half a cosine"
            fall = f"half_cosine(1.0, {schedule.final!r}, (share - {schedule.warm_up!r}) / (1 - {schedule.warm_up!r}))"
            rise = [f"if share < {schedule.warm_up!r}:", f"    return share / {schedule.warm_up!r}"]
            body = ["share = done / EPOCHS", *(rise if schedule.warm_up else []), f"return {fall}"]
        case OneCycle():
            said = "rises, then falls to almost nothing"
            fall = f"half_cosine(1.0, {schedule.final!r}, (share - {schedule.warm_up!r}) / (1 - {schedule.warm_up!r}))"
            rise = [
                f"if share < {schedule.warm_up!r}:",
                f"    return half_cosine({schedule.initial!r}, 1.0, share / {schedule.warm_up!r})",
            ]
            body = ["share = done / EPOCHS", *rise, f"return {fall}"]
        case _:
            raise NotImplementedError(type(schedule).__name__)
    lines = [
        "def factor(done):",
        f'    """Return what the learning rate is multiplied by after so many epochs: it {said}."""',
        *(f"    {line}" for line in body),
    ]
    curved = isinstance(schedule, Cosine | OneCycle)
    return (_HALF_COSINE if curved else "") + "\n".join(lines) + "\n\n\n" + _RATE


def optimiser_class_code(optimiser: Optimiser) -> str:
    """Return the class of an optimiser that Keras does not have; nothing for the others."""
    return _MUON if isinstance(optimiser, Muon) else ""


def optimiser_code(optimiser: Optimiser, schedule: Schedule, averaging: float) -> str:
    """Return the lines that set `optimizer`."""
    rate = "LEARNING_RATE" if isinstance(schedule, Constant) else "Rate()"
    average = [f"use_ema=True, ema_momentum={averaging!r}"] if averaging else []
    match optimiser:
        case Adam():
            moments = f"beta_1={optimiser.beta_1!r}, beta_2={optimiser.beta_2!r}, epsilon={optimiser.epsilon!r}"
            return _call("Adam", [rate, moments, *average])
        case SGD():
            return _call("SGD", [rate, f"momentum={optimiser.momentum!r}, nesterov={optimiser.nesterov}", *average])
        case AdamW():
            moments = f"beta_1={optimiser.beta_1!r}, beta_2={optimiser.beta_2!r}, epsilon={optimiser.epsilon!r}"
            made = _call("AdamW", [rate, f"weight_decay={optimiser.weight_decay!r}", moments, *average])
        case Muon():
            decay = f"weight_decay={optimiser.weight_decay!r}, adam_weight_decay={optimiser.weight_decay!r}"
            momentum = f"momentum={optimiser.momentum!r}, ns_steps={optimiser.ns_steps!r}"
            last = 'exclude_layers=[f"^{network.layers[-1].name}/"]'
            made = _call("Muon", [rate, decay, momentum, last, *average], module="")
        case _:
            raise NotImplementedError(type(optimiser).__name__)
    return (
        made + "\n# Only kernels shrink: a bias, or the scale of a batch normalisation, need not be small.\n"
        'optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])'
    )


def _call(name: str, arguments: list[str], module: str = "keras.optimizers.") -> str:
    made = f"optimizer = {module}{name}({', '.join(arguments)})"
    if len(made) <= 100:
        return made
    return f"optimizer = {module}{name}(\n" + "".join(f"    {argument},\n" for argument in arguments) + ")"


def is_plain(network: Network, fit: Fit) -> bool:
    """Tell whether nothing but the cross-entropy is minimised."""
    penalised = any(getattr(layer, "l1", 0) or getattr(layer, "l2", 0) for layer in network.layers)
    return fit.label_smoothing == 0 and fit.class_weights == "none" and not penalised


def loss_code(fit: Fit) -> str:
    """Return the function `loss(true, probabilities)`; nothing where Keras's own does."""
    balanced = fit.class_weights == "balanced"
    if not balanced and fit.label_smoothing == 0:
        return ""
    return (_WEIGHTS if balanced else "") + "\n".join(
        [
            "def loss(true, probabilities):",
            '    """Return the cross-entropy of each picture of a batch, as it is minimised."""',
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
