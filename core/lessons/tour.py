"""The tour: ten steps over the pages, from the first digit to a pet that is answered."""

from dataclasses import dataclass
from typing import Annotated

from core.errors import as_storage_error
from core.storage import checked, data_home
from core.storage.checked import Between, DamagedError

_FILE = "tour.json"


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        page: the name of the page's folder.
        title: what it is about.
        said: what to do there and what to look for.
        asks: what the page's address holds.
    """

    page: str
    title: str
    said: str
    asks: dict[str, str]


STEPS = (
    Step(
        "browse",
        "The images",
        "A dataset is images with labels. Click a digit to see it large, then another class on the left.",
        {"dataset": "digits"},
    ),
    Step(
        "preprocess",
        "An image is numbers",
        "Each pixel is a number from 0 to 255. Add a step, such as Shift, and watch the numbers move.",
        {"dataset": "digits", "view": "numbers"},
    ),
    Step(
        "augment",
        "More images from few",
        "Drag Rotation. Each tile is one random draw: a network that sees these learns that a turned 3 is a 3.",
        {"dataset": "digits"},
    ),
    Step(
        "train",
        "Learning from examples",
        "Press Train. The loss falls as the network corrects itself, and the accuracy rises; it takes some seconds.",
        {"dataset": "digits", "recipe": "digits-cnn"},
    ),
    Step(
        "errors",
        "What it gets wrong",
        "A cell off the diagonal is a confusion. Click one, then an image, to see where the network looked.",
        {},
    ),
    Step(
        "explain",
        "How it sees",
        "A convolution slides a small filter over the image. Change the filter and watch edges appear.",
        {"view": "convolution"},
    ),
    Step(
        "explain",
        "How it decides",
        "The scores of all classes become probabilities. Drag a score and see what that costs.",
        {"view": "softmax"},
    ),
    Step(
        "runs",
        "One change at a time",
        "Train again with one change, and select both runs here: which images were won, which were lost?",
        {},
    ),
    Step(
        "teach",
        "Your own classes",
        "Some photos for each class are enough, because a pretrained network has seen a million before.",
        {},
    ),
    Step(
        "predict",
        "Ask about a pet",
        "Click the cat, or drop a photo of your own pet. Below the answer is what speaks for it.",
        {"run": "pets", "way": "upload"},
    ),
)


@dataclass(frozen=True)
class _Left:
    """What the file says: the step at which the tour was left."""

    step: Annotated[int, Between(0, len(STEPS) - 1)]


def left_at() -> int | None:
    """Return the step at which the tour was left, from 0 on; `None` where it never began, ended, or is not known."""
    try:
        return checked.read_object(data_home.data_home() / _FILE, _Left).step
    except DamagedError:
        return None


def leave_at(step: int | None) -> None:
    """Keep the step at which the tour was left; `None`: it is over.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    path = data_home.data_home() / _FILE
    with as_storage_error("where the tour was left"):
        if step is None:
            path.unlink(missing_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            checked.write(path, {"step": step}, lasting=False)
