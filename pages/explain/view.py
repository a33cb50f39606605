"""What a view of the Explain page is, and what it is given."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from core.datasets.store import Dataset
from core.images import image_io
from core.preprocessing import StepError
from core.runs import Run
from core.training.data import photo_prepared, taken_shape
from pages.common.address import Parameter


@dataclass(frozen=True, eq=False)
class Subject:
    """A network and an image that an idea is shown on.

    Attributes:
        run: a run that has a model.
        image: mode L or RGB, upright.
        said: what the image is, in words, to be escaped where it is shown.
        dataset: the run's dataset; `None` where it is not on this machine, or has changed.
        index: the image's place in it; `None` for an image from outside.
        label: the image's true class; `None` where it is not known.
    """

    run: Run
    image: Image.Image
    said: str
    dataset: Dataset | None = None
    index: int | None = None
    label: int | None = None

    @cached_property
    def seen(self) -> np.ndarray:
        """The image as the network sees it, after the run's steps, uint8 `(height, width, 1 or 3)`.

        Raises:
            StepError: one of the steps cannot be applied to it.
            RunError: what the run's dataset was cannot be read.
        """
        if self.index is None:
            return photo_prepared(self.image, self.run.recipe, self.run.about)
        return image_io.to_array(self.run.recipe.steps.apply(self.image))

    @cached_property
    def batch(self) -> np.ndarray:
        """What the network is asked about, uint8 `(1, height, width, channels)`, of the size that it takes.

        Raises:
            StepError: the run's steps leave the image in another size or colour.
            RunError: what the run's dataset was cannot be read.
        """
        takes = taken_shape(self.run.recipe, self.run.about)
        if takes is not None and self.seen.shape != takes:
            raise StepError(
                f"The run's steps leave {_said(self.seen.shape)} of this image, and its network takes {_said(takes)}. "
                "Choose an image of the run's dataset."
            )
        return self.seen[np.newaxis]

    @property
    def key(self) -> str:
        """What tells its elements from those of other subjects: for keys of what belongs to this image only."""
        return f"{self.run.name}_{self.said}"


@dataclass(frozen=True)
class View:
    """One idea.

    Attributes:
        name: in the address.
        title: a word or two.
        look: what to look for, in two sentences at most; or what returns it, where it depends on what is chosen.
        show: draws it. Views that ask for no image are given none.
        parameters: what else stands in the address, its names and keys those of no other view. Choices that depend on
            the run are read in the session's state, `pages.explain.address.RUN` holds its name.
        asks_image: whether it is about an image and a network.
    """

    name: str
    title: str
    look: str | Callable[[], str]
    show: Callable[[Subject | None], None]
    parameters: Callable[[], Iterable[Parameter | Sequence[Parameter]]] = tuple
    asks_image: bool = True

    @property
    def looked_for(self) -> str:
        """What to look for, as things are chosen now."""
        return self.look if isinstance(self.look, str) else self.look()


def _said(shape: tuple[int, ...]) -> str:
    height, width, channels = shape
    return f"{width}×{height} {'gray' if channels == 1 else 'color'} pixels"
