"""Ready-made pipelines, and those that a user saved under a name."""

from dataclasses import dataclass, field

from core.errors import PixelwiseError
from core.preprocessing.normalisation import SIGNED, STANDARD, UNIT, Normalisation
from core.preprocessing.pipeline import Pipeline
from core.preprocessing.steps import CropAt, Grayscale, Resize
from core.storage import user_library
from core.storage.user_library import SavedError

# Of the ImageNet training images, by channel, as torchvision's networks expect them.
_IMAGENET_MEANS, _IMAGENET_DEVIATIONS = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)


@dataclass(frozen=True)
class PipelinePreset:
    """A pipeline and a normalisation that belong together.

    Attributes:
        pipeline: the steps.
        normalisation: what the network does with the numbers first.
        good_for: one sentence for a person who chooses; empty for one's own.
    """

    pipeline: Pipeline
    normalisation: Normalisation = field(default_factory=Normalisation)
    good_for: str = ""


PRESETS: dict[str, PipelinePreset] = {
    "Pets (from the book)": PipelinePreset(
        Pipeline((Grayscale(), Resize(width=50, height=50))),
        good_for="Any photo becomes a 50×50 grayscale square, as in Activity 17. Values stay 0–255.",
    ),
    "MNIST style": PipelinePreset(
        Pipeline((Grayscale(), Resize(width=28, height=28, how="pad", resampling="lanczos"))),
        Normalisation(UNIT),
        "28×28 grayscale with black padding; nothing is cropped or stretched.",
    ),
    "CIFAR-10 style": PipelinePreset(
        Pipeline((Resize(width=32, height=32, how="fill"),)),
        Normalisation(UNIT),
        "32×32 color squares; overflow is cropped.",
    ),
    "ImageNet style": PipelinePreset(
        Pipeline((Resize(width=256, height=256, how="fill"), CropAt(width=224, height=224))),
        Normalisation(STANDARD, _IMAGENET_MEANS, _IMAGENET_DEVIATIONS),
        "Size and normalization expected by networks pretrained on ImageNet.",
    ),
    "Letterbox 96×96": PipelinePreset(
        Pipeline((Resize(width=96, height=96, how="pad", colour="#808080"),)),
        Normalisation(SIGNED),
        "The whole image in a square, with gray padding.",
    ),
}


def save_preset(name: str, preset: PipelinePreset) -> None:
    """Keep a pipeline and its normalisation under a name, in place of what was there.

    Raises:
        SavedError: the name cannot be used.
        StorageError: the disk is full or may not be written.
    """
    content = {"steps": preset.pipeline.to_json(), "normalisation": preset.normalisation.to_json()}
    user_library.save("pipeline", name, content)


def load_preset(name: str) -> PipelinePreset:
    """Return what was saved under a name (`core.storage.user_library.names("pipeline")` lists them).

    Raises:
        SavedError: there is nothing under the name, or it cannot be read any more.
    """
    content = user_library.load("pipeline", name)
    try:
        steps, normalisation = content["steps"], content["normalisation"]
        return PipelinePreset(Pipeline.from_json(steps), Normalisation.from_json(normalisation))
    except (PixelwiseError, KeyError, TypeError) as error:
        raise SavedError(f"The saved pipeline {name!r} cannot be used: {error}. Remove it and save it anew.") from error
