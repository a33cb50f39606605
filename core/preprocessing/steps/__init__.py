"""All steps: a class each, and a line each here, in the order in which they are offered."""

# ruff: noqa: I001 they are not in the order of the alphabet
from core.preprocessing.steps.base import Step as Step
from core.preprocessing.steps.base import StepError as StepError
from core.preprocessing.steps.colour import Grayscale as Grayscale
from core.preprocessing.steps.size import Resize as Resize
from core.preprocessing.steps.size import Scale as Scale
from core.preprocessing.steps.frame import Crop as Crop
from core.preprocessing.steps.frame import CropAt as CropAt
from core.preprocessing.steps.frame import Pad as Pad
from core.preprocessing.steps.place import Flip as Flip
from core.preprocessing.steps.place import Rotate as Rotate
from core.preprocessing.steps.place import Shift as Shift
from core.settings import registry

STEPS: dict[str, type[Step]] = registry(Step, globals())
