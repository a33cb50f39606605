"""Ready-made pipelines, and those that a user saved under a name."""

from dataclasses import dataclass, field

from core import saved
from core.errors import PixelwiseError
from core.preprocessing.colour import Grayscale
from core.preprocessing.geometry import CropAt, Resize
from core.preprocessing.normalisation import SIGNED, STANDARD, UNIT, Normalisation
from core.preprocessing.pipeline import Pipeline
from core.saved import SavedError

# Of the ImageNet training pictures, by channel, as torchvision's networks expect them.
_IMAGENET_MEANS, _IMAGENET_DEVIATIONS = (123.675, 116.28, 103.53), (58.395, 57.12, 57.375)


@dataclass(frozen=True)
class Preset:
    """A pipeline and a normalisation that belong together.

    Attributes:
        pipeline: the steps.
        normalisation: what the network does with the numbers first.
        good_for: one sentence for a person who chooses; empty for one's own.
    """

    pipeline: Pipeline
    normalisation: Normalisation = field(default_factory=Normalisation)
    good_for: str = ""


PRESETS: dict[str, Preset] = {
    "Pets, as in the book": Preset(
        Pipeline((Grayscale(), Resize(width=50, height=50))),
        good_for="Photos of any shape become gray 50×50 squares for activity 17's network; values stay 0–255.",
    ),
    "Like MNIST": Preset(
        Pipeline((Grayscale(), Resize(width=28, height=28, how="pad", resampling="lanczos"))),
        Normalisation(UNIT),
        "Gray 28×28 with black bands, so that nothing is cut or squeezed.",
    ),
    "Like CIFAR-10": Preset(
        Pipeline((Resize(width=32, height=32, how="fill"),)),
        Normalisation(UNIT),
        "Small colour squares; what juts out of the square is cut.",
    ),
    "Like ImageNet": Preset(
        Pipeline((Resize(width=256, height=256, how="fill"), CropAt(width=224, height=224))),
        Normalisation(STANDARD, _IMAGENET_MEANS, _IMAGENET_DEVIATIONS),
        "The size and the numbers that networks trained on ImageNet expect.",
    ),
    "Letterbox 96×96": Preset(
        Pipeline((Resize(width=96, height=96, how="pad", colour="#808080"),)),
        Normalisation(SIGNED),
        "The whole picture in a square, between gray bands.",
    ),
}


def save_preset(name: str, preset: Preset) -> None:
    """Keep a pipeline and its normalisation under a name, in place of what was there.

    Raises:
        SavedError: the name cannot be used.
        StorageError: the disk is full or may not be written.
    """
    content = {"steps": preset.pipeline.to_json(), "normalisation": preset.normalisation.to_json()}
    saved.save("pipeline", name, content)


def load_preset(name: str) -> Preset:
    """Return what was saved under a name (`core.saved.names("pipeline")` lists them).

    Raises:
        SavedError: there is nothing under the name, or it cannot be read any more.
    """
    content = saved.load("pipeline", name)
    try:
        steps, normalisation = content["steps"], content["normalisation"]
        return Preset(Pipeline.from_json(steps), Normalisation.from_json(normalisation))
    except (PixelwiseError, KeyError, TypeError) as error:
        raise SavedError(f"The saved pipeline {name!r} cannot be used: {error}. Remove it and save it anew.") from error
