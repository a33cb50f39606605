"""Preprocessing: Pillow steps as frozen dataclasses, a pipeline of them, and normalisation."""

from core.preprocessing.normalisation import Normalisation
from core.preprocessing.pipeline import Pipeline, Stage, value_range
from core.preprocessing.presets import PRESETS, PipelinePreset, load_preset, save_preset
from core.preprocessing.steps import (
    STEPS,
    Crop,
    CropAt,
    Flip,
    Grayscale,
    Pad,
    Resize,
    Rotate,
    Scale,
    Shift,
    Step,
    StepError,
)
from core.preprocessing.steps.declared import PLACES, RESAMPLINGS

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
    "PipelinePreset",
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
