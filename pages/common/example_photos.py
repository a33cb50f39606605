"""The built-in photos as buttons: something to ask about at once."""

from collections.abc import Callable
from functools import cache

from core.images import image_io, samples
from core.images.thumbnail import thumbnail
from pages.components.photo_buttons import PhotoButton, photo_buttons
from pages.components.pixel_image import data_url

# The pet first, then what is none.
EXAMPLES = {"chelsea.jpg": "Cat", "flower.jpg": "Flower", "china.jpg": "Temple"}


def choose_example(chosen: str, *, take: Callable[[str, bytes], None], key: str) -> None:
    """Show the photos beside each other.

    Args:
        chosen: the name of the one that is marked; may be none of them.
        take: called with the name and the bytes of the one that was clicked, before the rerun.
        key: the component's key.
    """
    photo_buttons(_buttons(), chosen, take=lambda name: take(name, samples.photo(name)), key=key)


@cache
def _buttons() -> tuple[PhotoButton, ...]:
    small = {name: thumbnail(image_io.read_image(samples.photo(name))) for name in EXAMPLES}
    return tuple(PhotoButton(name, data_url(small[name]), title) for name, title in EXAMPLES.items())
