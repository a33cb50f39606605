"""Augmentations to begin with, by name."""

from typing import NamedTuple

from core.augmentation.augmentation import Augmentation


class Preset(NamedTuple):
    """An augmentation with what a person calls it, and a sentence on what it is good for."""

    title: str
    augmentation: Augmentation
    good_for: str


_BOOK = Augmentation(rotation_range=45.0, width_shift_range=0.2, height_shift_range=0.2, horizontal_flip=True)
PRESETS = {
    "nothing": Preset("Nothing", Augmentation(), "Every picture as it is: begin here and add."),
    "exercise-53": Preset("Exercise 53: CIFAR-10", _BOOK, "The book's, for CIFAR-10."),
    "activity-18": Preset("Activity 18: cats and dogs", _BOOK, "The book's, for its cats and dogs."),
    "gentle": Preset(
        "Gentle",
        Augmentation(
            rotation_range=8.0,
            width_shift_range=0.05,
            height_shift_range=0.05,
            zoom_range=(0.95, 1.05),
            horizontal_flip=True,
            brightness_range=(0.9, 1.1),
        ),
        "Photos: as if taken a second later, from a step aside.",
    ),
    "digits": Preset(
        "Digits: no flip",
        Augmentation(
            rotation_range=10.0,
            width_shift_range=0.08,
            height_shift_range=0.08,
            shear_range=8.0,
            zoom_range=(0.9, 1.1),
            fill_mode="constant",
        ),
        "Handwritten characters: another slant and place; never mirrored or upside down.",
    ),
    "light": Preset(
        "Light only",
        Augmentation(brightness_range=(0.6, 1.4), contrast_range=(0.6, 1.4), channel_shift_range=20.0),
        "Another lamp, another camera: everything stays where it is.",
    ),
    "strong": Preset(
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
        "A large network that learns few photos by heart; check whether it is safe.",
    ),
}


def suited(*, handwritten: bool) -> Preset:
    """Return what to begin with for a data set: handwriting must not be mirrored."""
    return PRESETS["digits" if handwritten else "gentle"]
