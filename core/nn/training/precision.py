"""With how many bits a network computes while it trains: with 16 only where this machine is the faster for it."""

import time

import tensorflow as tf

FLOAT32 = "float32"
# A convolution of a usual size, forward and back: images, their rows and columns, and channels in and out.
_IMAGES, _PLACES, _CHANNELS = 32, 16, 64
_ROUNDS = 4
# The compute capability from which on NVIDIA's GPUs compute with bfloat16: "Datatype and hardware support matrix",
# https://nvidia.github.io/TransformerEngine/support_matrix.html
_FIRST_WITH_16_BITS = (8, 0)


def suited_precision(wanted: str) -> str:
    """Return what a training is to compute with: what its recipe wants, or 32 bits where 16 are slower here.

    Processors that know no 16-bit numbers train with them at a half to an eighth of the speed: which it is, is measured
    in some tenths of a second. A GPU tells by its compute capability; one that has none is taken to know them.

    Args:
        wanted: the name of one of Keras's dtype policies, as `Fit.precision` has it.

    Returns:
        That of the policy to take.
    """
    if wanted == FLOAT32:
        return wanted
    gpus = tf.config.list_physical_devices("GPU")
    faster = _knows_16_bits(gpus[0]) if gpus else _faster_with_16_bits()
    return wanted if faster else FLOAT32


def _knows_16_bits(gpu: tf.config.PhysicalDevice) -> bool:
    details = tf.config.experimental.get_device_details(gpu)
    return details.get("compute_capability", _FIRST_WITH_16_BITS) >= _FIRST_WITH_16_BITS


def _faster_with_16_bits() -> bool:
    """Measure by turns, for the machine may be busy; the first of each, which sets things up, does not count."""
    taken = [(_seconds("float32"), _seconds("bfloat16")) for _ in range(1 + _ROUNDS)]
    with_32, with_16 = (min(each) for each in zip(*taken[1:], strict=True))
    return with_16 < with_32


def _seconds(dtype: str) -> float:
    """Return how long a convolution and its gradients take; for ever where the processor cannot compute them."""
    images = tf.ones((_IMAGES, _PLACES, _PLACES, _CHANNELS), dtype)
    kernel = tf.ones((3, 3, _CHANNELS, _CHANNELS), dtype)
    begun = time.perf_counter()
    try:
        with tf.GradientTape() as tape:
            tape.watch([images, kernel])
            convolved = tf.nn.conv2d(images, kernel, 1, "SAME")
        for gradient in tape.gradient(convolved, [images, kernel]):
            gradient.numpy()
    except tf.errors.OpError:
        return float("inf")
    return time.perf_counter() - begun
