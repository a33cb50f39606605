"""What chance decided for one image, in words; and the operations in the order in which they are applied."""

from core.augmentation.operations import OPERATIONS, Draw, Geometric, PixelOperation

# What a draw is called that changes nothing.
UNCHANGED = "unchanged"
# In the order in which they are applied.
GEOMETRIC: tuple[type[Geometric], ...] = tuple(each for each in OPERATIONS if issubclass(each, Geometric))
PIXEL: tuple[type[PixelOperation], ...] = tuple(
    sorted((each for each in OPERATIONS if issubclass(each, PixelOperation)), key=lambda each: each.order)
)


def describe(draw: Draw) -> str:
    """Say in a few words what a draw does to an image, such as `rotated 12° clockwise · shifted 3 px right`."""
    said = (each.words(*(draw.get(name, off) for name, off in each.neutral.items())) for each in (*GEOMETRIC, *PIXEL))
    return " · ".join(filter(None, said)) or UNCHANGED
