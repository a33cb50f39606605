"""Preprocessing: Pillow steps as frozen dataclasses, a pipeline of them, and normalisation."""

from core.preprocessing.colour import Grayscale
from core.preprocessing.geometry import PLACES, RESAMPLINGS, Crop, CropAt, Flip, Pad, Resize, Rotate, Scale, Shift
from core.preprocessing.normalisation import Normalisation
from core.preprocessing.pipeline import STEPS, Pipeline, Stage, value_range
from core.preprocessing.presets import PRESETS, Preset, load_preset, save_preset
from core.preprocessing.step import Step, StepError

__all__ = [
    "PLACES",
    "PRESETS",
    "RESAMPLINGS",
    "STEPS",
    "Crop",
    "CropAt",
    "Flip",
    "Grayscale",
    "Normalisation",
    "Pad",
    "Pipeline",
    "Preset",
    "Resize",
    "Rotate",
    "Scale",
    "Shift",
    "Stage",
    "Step",
    "StepError",
    "load_preset",
    "save_preset",
    "value_range",
]
