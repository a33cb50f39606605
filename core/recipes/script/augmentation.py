"""The augmentation of a script: what chance does to the images of a batch, by OpenCV, to the same pixels.

The operations say what they do in a script; here it is put together.
"""

from collections.abc import Callable, Sequence

from core.augmentation import Augmentation
from core.augmentation.applying import FILL_MODES, SMALL_PIXELS
from core.augmentation.chances import CHANCES, STREAM_CODE, stream_key
from core.augmentation.draw import GEOMETRIC, PIXEL
from core.augmentation.operations import Operation, PixelOperation


def augmentation_code(augmentation: Augmentation, height: int, width: int) -> str:
    """Return the function `augmented(images, epoch, batch)` and what it needs: NumPy as `np`, `cv2` and `SEED`.

    Args:
        augmentation: at least one of its fields moves.
        height: of the images after the steps in pixels, and `width`.
    """
    warps, tones = augmentation.on(GEOMETRIC), augmentation.on(PIXEL)
    numbers = list(CHANCES)
    made = []
    if warps:
        made.append(_matrices(warps, lambda name: f"chances[:, {_place(numbers, name)}]"))
        small = height * width < SMALL_PIXELS
        made.append(_warped_small(augmentation) if small else _warped_large(augmentation))
    if tones:
        made.append(_toned(tones, lambda name: f"chance[{_place(numbers, name)}]"))
    later = numbers[len(CHANCES) :]
    streams = [STREAM_CODE] if later else []
    return "\n\n\n".join([_augmented(bool(warps), bool(tones), later), *streams, *made])


def _place(numbers: list[str], name: str) -> int:
    """Return where a number stands in an image's row; one with a stream of its own stands behind the others."""
    if name not in numbers:
        numbers.append(name)
    return numbers.index(name)


def _augmented(warps: bool, tones: bool, later: Sequence[str]) -> str:
    lines = [
        "def augmented(images, epoch, batch):",
        '    """Return a batch as chance changes it: anew in each epoch, and the same whenever it is drawn again."""',
        "    # Every image takes as many numbers from 0 to 1, whether they are used or not.",
        f"    chances = np.random.default_rng((SEED, epoch, batch)).random((len(images), {len(CHANCES)}))",
    ]
    if later:
        streams = [f"        stream(chances, {stream_key(name)}),  # {name}" for name in later]
        lines += ["    streams = [", *streams, "    ]", "    chances = np.column_stack([chances, *streams])"]
    if warps:
        lines += [
            "    height, width = images.shape[1:3]",
            "    matrices = matrices_of(chances, height, width)",
            "    made = [warped(image, matrix) for image, matrix in zip(images, matrices)]",
        ]
    else:
        lines.append("    made = [image.copy() for image in images]")
    if tones:
        lines.append("    made = [toned(image, chance) for image, chance in zip(made, chances)]")
    lines.append("    return np.stack(made).reshape(images.shape)")
    return "\n".join(lines)


_TIMES = '''\
def times(matrix, xx=1, xy=0, yx=0, yy=1, right=0, down=0):
    """Return a matrix times another one, which makes (xx * x + xy * y + right, yx * x + yy * y + down) of (x, y)."""
    return [(a * xx + b * yx, a * xy + b * yy, c + a * right + b * down) for a, b, c in matrix]'''


def _matrices(operations: Sequence[Operation], chance: Callable[[str], str]) -> str:
    """Return the functions that fold what moves pixels into one matrix an image."""
    lines = [
        "def matrices_of(chances, height, width):",
        '    """Return a matrix (2, 3) an image: times (x, y, 1) of a new pixel it is where that comes from."""',
        "    x, y = width / 2 - 0.5, height / 2 - 0.5  # the middle of the image",
        "    matrix = [(1, 0, x), (0, 1, y)]",
        *(f"    {line}" for operation in operations for line in operation.script(chance)),
        "    matrices = np.empty((len(chances), 2, 3))",
        "    for row, (a, b, c) in enumerate(matrix):",
        "        matrices[:, row, 0], matrices[:, row, 1], matrices[:, row, 2] = a, b, c - a * x - b * y",
        "    return matrices",
    ]
    return f"{_TIMES}\n\n\n" + "\n".join(lines)


_BEYOND = """\
    beyond = (x < -1e-4) | (x > width - 1 + 1e-4) | (y < -1e-4) | (y > height - 1 + 1e-4)"""
_WITHIN = {
    "nearest": """\
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)  # beyond an edge: the edge""",
    "constant": f"""{_BEYOND}
    x, y = np.clip(x, 0, width - 1), np.clip(y, 0, height - 1)""",
    "reflect": """\
    x, y = mirrored(x, width), mirrored(y, height)  # beyond an edge: its mirror image""",
    "wrap": """\
    # Beyond an edge the image begins again; what is between its last pixel and its first is interpolated too.
    x, y = x - np.floor(x * np.float32(1 / width)) * width, y - np.floor(y * np.float32(1 / height)) * height
    image = np.pad(image, ((0, 1), (0, 1), (0, 0)), "wrap")""",
}
_MIRRORED = '''\
def mirrored(place, size):
    """Return places along a side as they are when the image is mirrored at its edges again and again."""
    place = place + np.float32(0.5)
    for _ in range(int(np.ceil(np.abs(place).max() / size / 2))):
        place = size - np.abs(size - np.abs(place))
    return np.clip(place - np.float32(0.5), 0, size - 1)
'''


def _warped_small(augmentation: Augmentation) -> str:
    """Return the function for small images, whose coordinates are worked out here, as Pixelwise does."""
    mode = augmentation.fill_mode
    painted = f"\n    made[beyond] = {round(augmentation.cval)}" if mode == "constant" else ""
    function = f'''\
def warped(image, matrix):
    """Return an image resampled once, with linear interpolation."""
    height, width = image.shape[:2]
    row, column = np.indices((height, width), np.float32).reshape(2, -1)
    places = np.stack([column, row, np.ones_like(row)])
    x, y = ((part @ places).reshape(height, width) for part in matrix.astype(np.float32))
{_WITHIN[mode]}
    y = (y + np.float32(8192)) - np.float32(8192)  # to the nearest 1/1024 of a pixel
    made = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE){painted}
    return made'''
    return f"{_MIRRORED}\n\n{function}" if mode == "reflect" else function


def _warped_large(augmentation: Augmentation) -> str:
    """Return the function for large images, which leaves it all to OpenCV."""
    mode = augmentation.fill_mode
    painted = ""
    if mode == "constant":
        painted = f"""
    row, column = np.indices((height, width))
    (xx, xy, x0), (yx, yy, y0) = matrix
    x, y = xx * column + xy * row + x0, yx * column + yy * row + y0
{_BEYOND}
    made[beyond] = {round(augmentation.cval)}"""
    return f'''\
def warped(image, matrix):
    """Return an image resampled once, with linear interpolation."""
    height, width = image.shape[:2]
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    made = cv2.warpAffine(image, matrix, (width, height), flags=how, borderMode=cv2.{FILL_MODES[mode]}){painted}
    return made'''


def _toned(operations: Sequence[PixelOperation], chance: Callable[[str], str]) -> str:
    """Return the function that changes values where they are: brightness, contrast, erased boxes."""
    lines = [
        "def toned(image, chance):",
        '    """Return an image with other values at the same places."""',
        "    image = image.reshape(*image.shape[:2], -1)",
    ]
    looked_up = "    image = np.rint(values).astype(np.uint8)[image]"
    folding = False
    for operation in operations:
        if operation.on_values and not folding:
            lines.append("    values = np.arange(256, dtype=np.float32)  # what becomes of each value")
        if folding and not operation.on_values:
            lines.append(looked_up)
        folding = operation.on_values
        lines += [f"    {line}" for line in operation.script(chance)]
    return "\n".join([*lines, *([looked_up] if folding else []), "    return image"])
