"""Augmentations to begin with, by name."""

from typing import NamedTuple

from core.augmentation.augmentation import Augmentation


class AugmentationPreset(NamedTuple):
    """An augmentation with what a person calls it, and a sentence on what it is good for."""

    title: str
    augmentation: Augmentation
    good_for: str


_BOOK = Augmentation(rotation_range=45.0, width_shift_range=0.2, height_shift_range=0.2, horizontal_flip=True)
PRESETS = {
    "nothing": AugmentationPreset("None", Augmentation(), "No augmentation. Start here and add your own."),
    "exercise-53": AugmentationPreset("Exercise 53: CIFAR-10", _BOOK, "The book's, for CIFAR-10."),
    "activity-18": AugmentationPreset("Activity 18: cats and dogs", _BOOK, "The book's, for its cats and dogs."),
    "gentle": AugmentationPreset(
        "Gentle",
        Augmentation(
            rotation_range=8.0,
            width_shift_range=0.05,
            height_shift_range=0.05,
            zoom_range=(0.95, 1.05),
            horizontal_flip=True,
            brightness_range=(0.9, 1.1),
        ),
        "For photos: as if taken a moment later, from one step to the side.",
    ),
    "digits": AugmentationPreset(
        "Digits: no flip",
        Augmentation(
            rotation_range=10.0,
            width_shift_range=0.08,
            height_shift_range=0.08,
            shear_range=8.0,
            zoom_range=(0.9, 1.1),
            fill_mode="constant",
        ),
        "For handwritten characters: different slant and position, never mirrored or upside down.",
    ),
    "light": AugmentationPreset(
        "Lighting only",
        Augmentation(brightness_range=(0.6, 1.4), contrast_range=(0.6, 1.4), channel_shift_range=20.0),
        "Different light or camera; nothing moves.",
    ),
    "strong": AugmentationPreset(
        "Strong",
        Augmentation(
            rotation_range=30.0,
            width_shift_range=0.2,
            height_shift_range=0.2,
            shear_range=15.0,
            zoom_range=(0.7, 1.3),
            horizontal_flip=True,
            brightness_range=(0.6, 1.4),
            contrast_range=(0.6, 1.4),
            erasing=0.5,
            fill_mode="reflect",
        ),
        "For a large network that overfits a small set of photos. Run the safety check first.",
    ),
}


def suited(*, handwritten: bool) -> AugmentationPreset:
    """Return what to begin with for a dataset: handwriting must not be mirrored."""
    return PRESETS["digits" if handwritten else "gentle"]
