"""Rotation, shifts, shear, zoom and flip, in images a second, against others: python -m bench.augmentation [ROUNDS]

All peers take the same images in the same batches, in turn, in one process: Keras's `ImageDataGenerator.flow`,
albumentations' `Compose`, and Keras's preprocessing layers in tf.data. Beside them is OpenCV's `warpAffine` alone, its
matrices ready, on its own threads. On a machine that does other work too, what uses several threads loses most: ours,
warpAffine and the layers. So ours is also held against warpAffine by the processor's time that both take.
"""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")

import cv2
import numpy as np
import tensorflow as tf

from core.augmentation import FILL_MODES, Augmentation
from core.recipes.fit import Fit
from core.training.batches import Batches

BENT = Augmentation(
    rotation_range=20,
    width_shift_range=0.1,
    height_shift_range=0.1,
    shear_range=10,
    zoom_range=(0.8, 1.2),
    horizontal_flip=True,
)
BATCH = 128
FLOW, COMPOSE, LAYERS = "ImageDataGenerator.flow", "albumentations Compose", "Keras layers in tf.data"
OURS, WARP = "ours", "warpAffine alone"
GOALS: dict[int, dict[str, float]] = {
    32: {WARP: 0.9, FLOW: 20, COMPOSE: 8, LAYERS: 10},
    180: {FLOW: 10, COMPOSE: 1.5, LAYERS: 10},
}
# How many images each takes in a round, about a quarter of a second.
TAKEN = {32: {FLOW: 1024, COMPOSE: 2048, LAYERS: 512}, 180: {FLOW: 64, COMPOSE: 512, LAYERS: 64}}
Work = Callable[[np.ndarray], None]


def main(rounds: int) -> None:
    """Print a table for each size and fill mode."""
    for side, goals in GOALS.items():
        images = cut_photos(side, 24 * BATCH if side == 32 else 8 * BATCH)
        for fill_mode in FILL_MODES:
            augmentation = replace(BENT, fill_mode=fill_mode)
            peers: dict[str, Work] = {
                OURS: ours(augmentation),
                WARP: warp_alone(augmentation, images),
                FLOW: flow(augmentation),
                COMPOSE: compose(augmentation),
                LAYERS: layers(augmentation),
            }
            speeds: dict[str, list[float]] = {name: [] for name in peers}
            costs: dict[str, list[float]] = {name: [] for name in peers}
            for turn in range(rounds + 1):
                for name, work in peers.items():
                    speed, cost = measured(work, images[: TAKEN[side].get(name, len(images))])
                    if turn:  # The first warms up.
                        speeds[name].append(speed)
                        costs[name].append(cost)
            print(f"{side}×{side}×3, {fill_mode}, median of {rounds}:")
            for name, each in speeds.items():
                ratio = median(own / other for own, other in zip(speeds[OURS], each, strict=True))
                goal = f", ours {ratio:.2g} times as fast (goal {goals[name]})" if name in goals else ""
                print(f"  {name:28} {median(each):>9,.0f} images/s{goal}", flush=True)
            cost = median(own / other for own, other in zip(costs[OURS], costs[WARP], strict=True))
            print(f"  ours takes {cost:.2f} times the processor's time of {WARP}")


def measured(work: Work, images: np.ndarray) -> tuple[float, float]:
    """Return how many images a second the work takes, and how many seconds of processors' time an image."""
    begun, used = time.perf_counter(), time.process_time()
    work(images)
    return len(images) / (time.perf_counter() - begun), (time.process_time() - used) / len(images)


def ours(augmentation: Augmentation) -> Work:
    """An epoch as a training takes it: shuffled, drawn and made, several batches at a time."""

    def work(images: np.ndarray) -> None:
        for _ in Batches(np.arange(len(images)), Fit(batch_size=BATCH), augmentation).made(0, images):
            pass

    return work


def warp_alone(augmentation: Augmentation, images: np.ndarray) -> Work:
    """Warp images of one shape with matrices made before."""
    n, height, width, _ = images.shape
    draws = augmentation.draw(n, height, width, np.random.default_rng(0))
    matrices = augmentation.matrices(draws, height, width)
    flags, border = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, getattr(cv2, FILL_MODES[augmentation.fill_mode])
    out = np.empty_like(images[0])

    def work(images: np.ndarray) -> None:
        for image, matrix in zip(images, matrices, strict=True):
            cv2.warpAffine(image, matrix, (width, height), out, flags, border)

    return work


def flow(augmentation: Augmentation) -> Work:
    """Keras's generator, as the printed code makes it."""
    generator = executed(augmentation.generator_code())["generator"]

    def work(images: np.ndarray) -> None:
        flowing = generator.flow(images, batch_size=BATCH)
        for _ in range(len(flowing)):
            next(flowing)

    return work


def compose(augmentation: Augmentation) -> Work:
    """The same with albumentations, image by image as it works."""
    import albumentations

    borders = {**{name: getattr(cv2, border) for name, border in FILL_MODES.items()}, "constant": cv2.BORDER_CONSTANT}
    shift, shear = augmentation.width_shift_range, augmentation.shear_range
    pipeline = albumentations.Compose(
        [
            albumentations.Affine(
                rotate=(-augmentation.rotation_range, augmentation.rotation_range),
                translate_percent={"x": (-shift, shift), "y": (-shift, shift)},
                shear={"x": (-shear, shear), "y": (0, 0)},
                scale={"x": augmentation.zoom_range, "y": augmentation.zoom_range},
                border_mode=borders[augmentation.fill_mode],
                p=1,
            ),
            albumentations.HorizontalFlip(p=0.5),
        ]
    )

    def work(images: np.ndarray) -> None:
        for batch in batches(images):
            np.stack([pipeline(image=image)["image"] for image in batch])

    return work


def layers(augmentation: Augmentation) -> Work:
    """Keras's layers, as the printed code makes them, mapped over a tf.dataset with all threads."""
    model = executed(augmentation.layers_code())["augmentation"]

    def bend(batch: tf.Tensor) -> tf.Tensor:
        return model(tf.cast(batch, tf.float32), training=True)

    def work(images: np.ndarray) -> None:
        data = tf.data.Dataset.from_tensor_slices(images).batch(BATCH)
        for _ in data.map(bend, num_parallel_calls=tf.data.AUTOTUNE).prefetch(tf.data.AUTOTUNE):
            pass

    return work


def batches(images: np.ndarray) -> list[np.ndarray]:
    """Divide images into batches."""
    return [images[begin : begin + BATCH] for begin in range(0, len(images), BATCH)]


def executed(code: str) -> dict[str, Any]:
    """Run printed code and return what it made."""
    made: dict[str, Any] = {}
    exec(code, made)  # noqa: S102 the code that Pixelwise prints
    return made


def cut_photos(side: int, n: int) -> np.ndarray:
    """Cut squares from all over scikit-learn's two photos, uint8 `(n, side, side, 3)`."""
    from sklearn.datasets import load_sample_images

    photos, rng = load_sample_images().images, np.random.default_rng(0)
    height, width, _ = photos[0].shape
    places = zip(rng.integers(0, height - side, n), rng.integers(0, width - side, n), strict=True)
    return np.stack(
        [photos[index % 2][top : top + side, left : left + side] for index, (top, left) in enumerate(places)]
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
