"""Batch normalisation: what the run's own layer is given, this batch's statistics, and the running averages."""

from collections.abc import Iterable

import numpy as np
import streamlit as st

from core import runs
from core.augmentation import Augmentation
from core.charts.panel import Mark, Picture, Plot, histogram, linear_axis
from core.images import image_io
from core.lessons import batch_norm, pairs
from core.lessons.batch_norm import Statistics
from core.nn.inference import regularisation
from core.nn.inference.regularisation import NormalisedLayer
from core.runs import Run, RunError
from core.storage.memory_cache import bounded
from pages.common.address import Parameter, fragment
from pages.common.messages import escape_markdown
from pages.common.slider_parameter import slider_parameter
from pages.components.live_slider import Slider, live_sliders
from pages.components.panels import Ahead, panels
from pages.explain import asking
from pages.explain.keras_code import as_keras
from pages.explain.pair import dataset_of, show_pair
from pages.explain.view import Subject

TITLE = "Batch normalization"
_IMAGES, _SHOWN, _BARS = 128, 16, 40
# Of an image in the batch, at most so many pixels a side: larger ones take longer to encode than all else here.
_TILE = 48
_KEPT_BYTES = 100_000_000
_SIZE = Slider("norm_size", "Batch size", 2, _IMAGES, 8, 2)
_BATCH = Slider("norm_batch", "Which batch", 0, _IMAGES // 2 - 1, 0, 1)
_CHANNEL = Slider("norm_channel", "Channel", 0, 63, 0, 1)
_VARIANTS = Augmentation(
    rotation_range=20,
    width_shift_range=0.2,
    height_shift_range=0.2,
    zoom_range=(0.8, 1.2),
    horizontal_flip=True,
    brightness_range=(0.5, 1.4),
)


def parameters() -> Iterable[Parameter]:
    """Yield what stands in the address."""
    yield slider_parameter("batch-size", _SIZE)
    yield slider_parameter("batch", _BATCH)
    yield slider_parameter("channel", _CHANNEL)


def show(subject: Subject) -> None:
    """Show it."""
    images, said = _batch(subject)
    layer = asking.asked(subject.run, regularisation.normalised_layer, images, of=said, height=420)
    if not np.isfinite(layer.means).all():
        raise RunError("This network’s numbers are NaN: its training diverged. Choose another run.")
    channels = layer.means.shape[1]
    left, right = st.columns([1, 5], gap="medium")

    def batches(size: int, at: int) -> Statistics:
        return batch_norm.of_batches(layer.means[:, [at]], layer.squares[:, [at]], size)

    def drawn(size: int, batch: int, channel: int) -> list[Plot | Picture]:
        batch, at = min(batch, _IMAGES // size - 1), min(channel, channels - 1)
        among, seen = slice(batch * size, (batch + 1) * size), batches(size, at)
        return [
            _pictures(images[among]),
            _before(layer, at, among, seen, batch),
            _after(layer, at, among, seen, batch),
            _means(layer, at, seen, batch),
        ]

    ahead = Ahead([_SIZE, _BATCH, Slider(_CHANNEL.key, "Channel", 0, max(1, channels - 1), 0, 1)], drawn)

    @fragment
    def live() -> bool:
        with left:
            dragging = live_sliders({"": ahead.sliders}, key="norm_sliders")
        with right:
            panels(ahead.now(), ahead=ahead, key="norm_panels")
        with left:
            at = min(st.session_state[_CHANNEL.key], channels - 1)
            st.caption(_said(layer, at, batches(st.session_state[_SIZE.key], at)))
        return not dragging

    live()
    st.caption(escape_markdown(said))
    as_keras(
        f"x = keras.layers.BatchNormalization(momentum={layer.momentum:g})(x)\n"
        "model(images, training=True)   # by this batch's mean and variance; the running averages follow\n"
        "model(images, training=False)  # by the running averages: an answer does not depend on other images",
    )
    show_pair(pairs.BATCH_NORM, dataset_of(subject))


def _batch(subject: Subject) -> tuple[np.ndarray, str]:
    """Return 128 images as the network sees them, uint8 `(128, height, width, channels)`, and what they are."""
    shape = subject.batch.shape
    if subject.dataset is not None:
        made = _of_set(subject.run, subject.dataset.about.content_hash)
        if made.shape[1:] == shape[1:]:
            return made, f"{_IMAGES} test images of {subject.dataset.about.title}, drawn at random."
    made = _variants(subject.batch.tobytes(), shape)
    return made, f"The dataset is not installed: these are {_IMAGES} variants of {subject.said}, alike in much."


def _bytes(images: np.ndarray) -> int:
    return int(images.nbytes)


@bounded(_KEPT_BYTES, _bytes)
def _of_set(run: Run, _content_hash: str) -> np.ndarray:
    dataset = runs.dataset_of(run)
    ids = dataset.select("test")
    ids = ids if len(ids) else np.arange(len(dataset))
    chosen = np.random.default_rng(0).choice(ids, _IMAGES, replace=len(ids) < _IMAGES)
    return np.stack([image_io.to_array(run.recipe.steps.apply(dataset.image(int(index)))) for index in chosen])


@bounded(_KEPT_BYTES, _bytes)
def _variants(pixels: bytes, shape: tuple[int, ...]) -> np.ndarray:
    _, height, width, _ = shape
    draws = _VARIANTS.draw(_IMAGES, height, width, np.random.default_rng(0))
    return _VARIANTS.apply(np.repeat(np.frombuffer(pixels, np.uint8).reshape(shape), _IMAGES, axis=0), draws)


def _pictures(images: np.ndarray) -> Picture:
    step = -(-max(images.shape[1:3]) // _TILE)
    shown = images[:_SHOWN, ::step, ::step]
    across = 4
    down = -(-len(shown) // across)
    height, width, channels = shown.shape[1:]
    pixels = np.zeros((down * height, across * width, channels), np.uint8)
    for place, image in enumerate(shown):
        top, left = (place // across) * height, (place % across) * width
        pixels[top : top + height, left : left + width] = image
    count = len(images)
    return Picture(f"This batch: {count} images", f"{len(shown)} of the {count} images of this batch", pixels, 170)


def _before(layer: NormalisedLayer, at: int, among: slice, seen: Statistics, batch: int) -> Plot:
    everything, values = layer.values[..., at], layer.values[among][..., at]
    low, high = float(everything.min()), float(everything.max())
    high = high if high > low else low + 1
    edges = np.linspace(low, high, _BARS + 1)
    (x, whole), (_, now) = histogram(everything, edges), histogram(values, edges)
    marks = [
        Mark("outline", "gray", x, whole, f"all {_IMAGES} images"),
        Mark("bars", "blue", x, now, "this batch"),
        Mark("down", "blue", [float(seen.mean[batch, 0])], label="its mean"),
    ]
    if np.isfinite(layer.running_mean[at]):
        marks.append(Mark("down", "vermilion", [float(layer.running_mean[at])], label="running average", dashed=True))
    return Plot(
        "Before: what the layer is given",
        f"Values of channel {at}: this batch's mean is {seen.mean[batch, 0]:.3g}",
        linear_axis("value", low, high),
        linear_axis("share of the values", 0, min(1.0, 1.1 * max(*now, *whole)), percent=True, count=3),
        marks,
    )


def _after(layer: NormalisedLayer, at: int, among: slice, seen: Statistics, batch: int) -> Plot:
    values = layer.values[among][..., at].astype(np.float64)[..., np.newaxis]
    one, nothing = np.ones(1), np.zeros(1)
    edges = np.linspace(-4, 4, _BARS + 1)
    own = batch_norm.normalised(values, Statistics(seen.mean[batch], seen.variance[batch]), one, nothing, layer.epsilon)
    x, y = histogram(own, edges)
    marks = [Mark("bars", "blue", x, y, "by this batch, as in training")]
    highest = max(y)
    if np.isfinite(layer.running_mean[at]):
        kept = Statistics(layer.running_mean[[at]], layer.running_variance[[at]])
        x, y = histogram(batch_norm.normalised(values, kept, one, nothing, layer.epsilon), edges)
        marks.append(Mark("outline", "vermilion", x, y, "by the running averages, as when predicting"))
        highest = max(highest, *y)
    return Plot(
        "After: mean 0, deviation 1",
        "The same values normalized, by this batch's own mean and deviation and by the running averages",
        linear_axis("normalized value", -4, 4),
        linear_axis("share of the values", 0, min(1.0, 1.1 * highest), percent=True, count=3),
        marks,
    )


def _means(layer: NormalisedLayer, at: int, seen: Statistics, batch: int) -> Plot:
    means = seen.mean[:, 0].tolist()
    every = layer.means[:, at]
    running = float(layer.running_mean[at])
    low, high = float(every.min()), float(every.max())
    if np.isfinite(running):
        low, high = min(low, running), max(high, running)
    room = 0.05 * (high - low) or 1.0
    marks = [Mark("dots", "blue", list(range(len(means))), means, "mean of a batch")]
    if np.isfinite(running):
        marks.append(Mark("across", "vermilion", y=[running], label="running average", dashed=True))
    marks.append(Mark("dots", "orange", [batch], [means[batch]], "this batch"))
    return Plot(
        f"Every batch of {_IMAGES // len(means)} has another mean",
        f"Means of {len(means)} batches, from {min(means):.3g} to {max(means):.3g}",
        linear_axis("batch", -0.5, max(1.0, len(means) - 0.5)),
        linear_axis("mean", low - room, high + room, count=4),
        marks,
    )


def _said(layer: NormalisedLayer, at: int, seen: Statistics) -> str:
    size = len(layer.means) // len(seen.mean)
    spread = float(seen.mean[:, 0].std())
    pairs_of = batch_norm.of_batches(layer.means[:, [at]], layer.squares[:, [at]], 2)
    text = (
        f"Batches of {size}: their means lie ±{spread:.2g} apart (batches of 2: ±{pairs_of.mean[:, 0].std():.2g}). The "
        "smaller the batch, the more an image’s values depend on the others in it."
    )
    if layer.layer:
        return f"{text} After this the layer multiplies by γ = {layer.gamma[at]:.2f} and adds β = {layer.beta[at]:.2f}."
    return f"{text} This network has no batch normalization: these are its first layer’s outputs."
