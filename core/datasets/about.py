"""What a dataset is: the content of its `dataset.json`."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from core.storage import checked
from core.storage.checked import Between, Longest, OneOf, Share

_Side = Annotated[int, Between(0, 1_000_000)]


@dataclass(frozen=True)
class About:
    """What `dataset.json` says.

    Attributes:
        name: the folder's name, lower case letters, digits and hyphens.
        title: for people.
        source: where it comes from.
        licence: under which terms.
        class_names: one text a class, in the labels' order.
        size: height and width of every image in pixels, and channels, 1 or 3; height and width are 0 when the
            images have several sizes.
        ink_box: for drawn characters, the side of the box that the ink was fitted to, as a share of the image's
            side; `None` for other images.
        as_files: whether the images are kept as the original files, not as one array.
        content_hash: sha256 of images, labels and splits.
        groups: how it was found which images belong together, such as `patient in train.csv`; empty: it is not known.
        in_srgb: whether profiles and gammas in the files are applied. A Pixelwise before that did not write this here:
            its datasets keep the images that networks were trained on, until they are removed and added again.
    """

    name: str
    title: Annotated[str, Longest(1_000)]
    source: str
    licence: str
    class_names: Annotated[tuple[Annotated[str, Longest(1_000)], ...], Longest(2**15 - 1, fewest=1)]
    size: tuple[_Side, _Side, Annotated[int, OneOf((1, 3))]]
    ink_box: Share | None = None
    as_files: bool = False
    content_hash: str = ""
    in_srgb: bool = False
    groups: Annotated[str, Longest(1_000)] = ""

    @property
    def shape(self) -> str:
        """The images' shape for people, such as `28×28 px, gray`."""
        height, width, channels = self.size
        return f"{f'{width}×{height} px' if width else 'mixed sizes'}, {'gray' if channels == 1 else 'color'}"

    def is_like(self, other: "About") -> bool:
        """Tell whether it has another set's classes, whatever their case and order, and its number of channels."""
        classes, others = ({name.casefold() for name in each.class_names} for each in (self, other))
        return classes == others and self.size[2] == other.size[2]

    def to_json(self) -> str:
        """Return the content of a `dataset.json`, without a checksum."""
        return json.dumps(asdict(self), indent=1)

    @classmethod
    def from_json(cls, text: str) -> "About":
        """Read the content of a `dataset.json`. Raises `DamagedError` when it is damaged."""
        return checked.parsed(cls, text.encode(), Path("dataset.json"))
