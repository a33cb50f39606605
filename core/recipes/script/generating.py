"""The script of a recipe whose networks make images: the generator's own lines, and the loop that trains it."""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from dataclasses import fields

from core.generation import noise
from core.generation.generators import Generator
from core.recipes.recipe import Recipe
from core.recipes.script import training

_NOISE = {"noise", "sheet_labels", "one_hot"}
# What of a generator only Pixelwise asks for.
_LEFT_OUT = {"code"}
# A script imports it.
_OWN_IMPORT = "        layers = keras.layers\n"
_NETWORKS = """\
keras.utils.set_random_seed(SEED)
shape = images.shape[1:]
generator = {name}()
networks = generator.networks(keras, shape, CLASSES)
sampler = next(iter(networks.values()))  # the one that makes images


def optimizer_of(network):
    \"\"\"Return an optimizer of a network's own.\"\"\"
{optimiser}
    optimizer.build(network.trainable_variables)
    return optimizer


optimizers = {{name: optimizer_of(network) for name, network in networks.items()}}"""
_AVERAGES = """
averaged = [each for each in sampler.variables if keras.backend.is_float_dtype(each.dtype)]
averages = [tf.Variable(each) for each in averaged]  # they follow the weights, and samples are drawn by them"""
_STEP = '''\
@tf.function(reduce_retracing=True)
def learn(batch, classes, drawn):
    """Let each network take a step by its own loss; return the losses."""
    values = tf.cast(batch, tf.float32) / 127.5 - 1
    with tf.GradientTape(persistent=True) as tape:
        losses = generator.losses(keras, networks, values, tf.one_hot(classes, CLASSES), drawn)
    for name, network in networks.items():
        gradients = tape.gradient(losses[name], network.trainable_variables)
        optimizers[name].apply_gradients(zip(gradients, network.trainable_variables))
{average}    return losses'''
_AVERAGE = """\
    done = tf.cast(next(iter(optimizers.values())).iterations, tf.float32)
    decay = tf.minimum(AVERAGING, done / (done + 10))  # at first they follow faster
    for average, variable in zip(averages, averaged):
        average.assign(decay * average + (1 - decay) * variable)
"""
_MAIN = """\
for epoch in range(EPOCHS):
    order = np.random.default_rng((SEED, epoch)).permutation(train)
    means = dict.fromkeys(networks, 0.0)
    for batch, start in enumerate(range(0, len(order), BATCH_SIZE)):
        ids = order[start : start + BATCH_SIZE]
        chance = np.random.default_rng((SEED, epoch, start, {stream}))
        drawn = generator.draws(chance, len(ids), shape)
        for name, loss in learn({batch}, labels[ids].astype(np.int32), drawn).items():
            means[name] += float(loss) * len(ids) / len(order)
    print(f"epoch {{epoch + 1}}:", ", ".join(f"{{name}} {{mean:.4f}}" for name, mean in means.items()))

{take}classes = sheet_labels(CLASSES)
*_, made = generator.stages(
    lambda *inputs: np.asarray(sampler(list(inputs), training=False)),
    noise(SEED, len(classes), generator.noise_shape(shape)),
    one_hot(classes, CLASSES),
)
made = np.rint(255 * np.clip(made / 2 + 0.5, 0, 1)).astype(np.uint8)
np.savez("samples.npz", images=made, labels=classes)
columns = made.reshape(len(np.unique(classes)), -1, *shape)  # a column for each class
sheet = columns.transpose(1, 2, 0, 3, 4).reshape(-1, len(columns) * shape[1], shape[2])
keras.utils.save_img("samples.png", sheet, scale=False)
sampler.save("generator.keras")"""
_TAKE = """\
for average, variable in zip(averages, averaged):
    variable.assign(average)
"""


def parts(recipe: Recipe, generator: Generator, *, augments: bool) -> Iterator[str]:
    """Yield the parts of the script that train a generator and draw its samples; some may be empty.

    Args:
        recipe: what is trained, and how.
        generator: the recipe's.
        augments: whether there is a function `augmented`.
    """
    averaging = bool(recipe.fit.averaging)
    yield _generator_code(generator)
    yield _of_module(inspect.getsource(noise), _NOISE)
    yield training.schedule_code(recipe.schedule)
    yield recipe.optimiser.class_code
    optimiser = textwrap.indent(training.optimiser_code(recipe.optimiser, recipe.schedule, 0.0), "    ")
    made = _NETWORKS.format(name=type(generator).__name__, optimiser=optimiser)
    yield made + (_AVERAGES if averaging else "")
    yield _STEP.format(average=_AVERAGE if averaging else "")
    batch = "augmented(images[ids], epoch, batch)" if augments else "images[ids]"
    yield _MAIN.format(stream=noise.STEP_STREAM, batch=batch, take=_TAKE if averaging else "")


def _generator_code(generator: Generator) -> str:
    """Return the class of a generator with its settings, as it is trained here, and what its module has for it."""
    kind = type(generator)
    source = inspect.getsource(kind)
    (found,) = ast.parse(source).body
    assert isinstance(found, ast.ClassDef)  # noqa: S101 it is the source of a class
    said, *_ = str(inspect.getdoc(kind)).splitlines()
    settings = [f"    {each.name} = {getattr(generator, each.name)!r}" for each in fields(generator)]
    methods = [
        textwrap.indent(_without_types(source, each), "    ")
        for each in found.body
        if isinstance(each, ast.FunctionDef) and each.name not in _LEFT_OUT
    ]
    methods = [each.replace(_OWN_IMPORT, "") for each in methods]
    made = "\n\n".join([f'class {kind.__name__}:\n    """{said}"""', "\n".join(settings), *methods])
    module = inspect.getmodule(kind)
    assert module is not None  # noqa: S101 it was imported from one
    used = set(re.findall(r"\b_\w+", made))
    return "\n\n\n".join(part for part in (_of_module(inspect.getsource(module), used), made) if part)


def _of_module(source: str, wanted: set[str]) -> str:
    """Return the functions of a module that are wanted, after the constants that they or the caller need."""
    body = ast.parse(source).body
    functions = [
        _without_types(source, each) for each in body if isinstance(each, ast.FunctionDef) and each.name in wanted
    ]
    used = wanted | set(re.findall(r"\b_\w+", "\n".join(functions)))
    constants = [
        ast.get_source_segment(source, each) or ""
        for each in body
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name) and each.targets[0].id in used
    ]
    return "\n\n\n".join(part for part in ("\n".join(constants), *functions) if part)


def _without_types(source: str, function: ast.FunctionDef) -> str:
    """Return a function's source without types, which a script here has none of, and without marks for our linter."""
    lines = source.splitlines()
    cuts: list[tuple[int, int, int, int]] = []
    for argument in (*function.args.args, *function.args.kwonlyargs, function.args.vararg):
        if argument is not None and argument.annotation is not None:
            begin = (argument.lineno, argument.col_offset + len(argument.arg))
            cuts.append((*begin, *_end(argument.annotation)))
    if function.returns is not None:
        at, column = function.returns.lineno, function.returns.col_offset
        cuts.append((at, lines[at - 1].rindex(")", 0, column) + 1, *_end(function.returns)))
    for each in ast.walk(function):
        if isinstance(each, ast.AnnAssign):
            cuts.append((*_end(each.target), *_end(each.annotation)))
    for first, start, last, end in sorted(cuts, reverse=True):
        assert first == last  # noqa: S101 none of ours is longer than a line
        line_bytes = lines[first - 1].encode()  # Places are counted in bytes.
        lines[first - 1] = (line_bytes[:start] + line_bytes[end:]).decode()
    shown = lines[function.lineno - 1 : function.end_lineno]
    return textwrap.dedent("\n".join(re.sub(r"  # (noqa|type): .*", "", line) for line in shown))


def _end(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or 0, node.end_col_offset or 0
