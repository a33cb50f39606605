"""What a view of the Explain page is, and what it is given."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from core.datasets.store import Dataset
from core.images import image_io
from core.runs import Run
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
        """
        return image_io.to_array(self.run.recipe.steps.apply(self.image))

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
        look: what to look for, in two sentences at most.
        show: draws it. Views that ask for no image are given none.
        parameters: what else stands in the address, its names and keys those of no other view. Choices that depend on
            the run are read in the session's state, `pages.explain.address.RUN` holds its name.
        asks_image: whether it is about an image and a network.
    """

    name: str
    title: str
    look: str
    show: Callable[[Subject | None], None]
    parameters: Callable[[], Iterable[Parameter | Sequence[Parameter]]] = tuple
    asks_image: bool = True
