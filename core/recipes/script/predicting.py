"""A program that answers photos with an exported network, as Pixelwise's page Predict does."""

import re

from core.preprocessing import Pipeline
from core.preprocessing.open_code import opening_code

# By format: what to install, and the lines that read the network and give its answer to a batch of one.
_KERAS = (
    "tensorflow keras",
    """\
    import keras

    network = keras.saving.load_model(FOLDER / "{file}", compile=False)
    return lambda batch: network.predict_on_batch(batch)[0]""",
)
_LITERT = (
    "ai-edge-litert",
    """\
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow as tf

        Interpreter = tf.lite.Interpreter

    network = Interpreter(str(FOLDER / "{file}"))
    network.allocate_tensors()
    taken, given = network.get_input_details()[0]["index"], network.get_output_details()[0]["index"]

    def answer(batch):
        network.set_tensor(taken, batch)
        network.invoke()
        return network.get_tensor(given)[0]

    return answer""",
)
_ONNX = (
    "onnxruntime",
    """\
    import onnxruntime

    network = onnxruntime.InferenceSession(FOLDER / "{file}")
    return lambda batch: network.run(None, {{network.get_inputs()[0].name: batch}})[0][0]""",
)
_FORMATS = {"keras": _KERAS, "litert": _LITERT, "onnx": _ONNX}

_PROGRAM = '''\
"""Answer photos as Pixelwise does, a line of JSON each: python predict.py photo.jpg ...

    pip install {packages} numpy pillow
"""

import json
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import {pillow}

FOLDER = Path(__file__).resolve().parent
CLASSES = json.loads((FOLDER / "network.json").read_text(encoding="utf-8"))["class_names"]


{opening}


def prepared(image):
    """Return a Pillow image as the network gets it."""
{steps}
    return image


def load_network():
    """Return what gives the probabilities of the classes for a batch of one, float32 with values from 0 to 255."""
{loading}


def main():
    answer = load_network()
    for file in sys.argv[1:]:
        image = np.asarray(prepared(open_image(file)), np.float32)
        probabilities = answer(image.reshape(1, *image.shape[:2], -1))
        ranked = sorted(zip(CLASSES, map(float, probabilities)), key=lambda pair: -pair[1])
        label, probability = ranked[0]
        said = {{"file": file, "label": label, "probability": probability, "probabilities": dict(ranked)}}
        print(json.dumps(said, ensure_ascii=False))


if __name__ == "__main__":
    main()
'''


def predicting_code(kind: str, file: str, steps: Pipeline, at_least: int, *, gray: bool) -> str:
    """Return the program; beside it belong the network and `network.json` with its `class_names`.

    Args:
        kind: `keras`, `litert` or `onnx`.
        file: the network's name.
        steps: what is done to a photo.
        at_least: to what size a photo may be reduced when it is opened, as `core.images.image_io.read_image` takes it.
        gray: whether the network's dataset is gray.
    """
    packages, loading = _FORMATS[kind]
    lines = ['image = image.convert("L")'] * gray + steps.code().splitlines()
    lines = [f"    {line}" for line in lines if line and not line.startswith("from PIL import")]
    opening = opening_code(at_least)
    body = "\n".join([opening, *lines])
    used = [name for name in ("Image", "ImageChops", "ImageCms", "ImageOps") if re.search(rf"\b{name}\.", body)]
    return _PROGRAM.format(
        packages=packages,
        pillow=", ".join(used),
        opening=opening,
        steps="\n".join(lines),
        loading=loading.format(file=file),
    )
