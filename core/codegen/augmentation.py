"""The augmentation of a script: what chance does to the pictures of a batch, by OpenCV, to the same pixels."""

from core.augmentation import Augmentation
from core.augmentation.applying import FILL_MODES, SMALL_PIXELS
from core.augmentation.augmentation import CHANCES


def augmentation_code(augmentation: Augmentation, height: int, width: int) -> str:
    """Return the function `augmented(pictures, epoch, batch)` and what it needs: NumPy as `np`, `cv2` and `SEED`.

    Args:
        augmentation: at least one of its fields moves.
        height: of the pictures after the steps in pixels, and `width`.
    """
    moving = set(augmentation.moving)
    tones = moving & {"channel_shift_range", "brightness_range", "contrast_range", "erasing"}
    warps = moving - tones
    parts = [_augmented(bool(warps), bool(tones))]
    if warps:
        parts.append(_matrices(augmentation))
        small = height * width < SMALL_PIXELS
        parts.append(_warped_small(augmentation) if small else _warped_large(augmentation))
    if tones:
        parts.append(_toned(augmentation))
    return "\n\n\n".join(parts)


def _chance(name: str) -> str:
    return f"chances[:, {CHANCES.index(name)}]"


def _augmented(warps: bool, tones: bool) -> str:
    lines = [
        "def augmented(pictures, epoch, batch):",
        '    """Return a batch as chance changes it: anew in each epoch, and the same whenever it is drawn again."""',
        "    # Every picture takes as many numbers from 0 to 1, whether they are used or not.",
        f"    chances = np.random.default_rng((SEED, epoch, batch)).random((len(pictures), {len(CHANCES)}))",
    ]
    if warps:
        lines += [
            "    height, width = pictures.shape[1:3]",
            "    matrices = matrices_of(chances, height, width)",
            "    made = [warped(picture, matrix) for picture, matrix in zip(pictures, matrices)]",
        ]
    else:
        lines.append("    made = [picture.copy() for picture in pictures]")
    if tones:
        lines.append("    made = [toned(picture, chance) for picture, chance in zip(made, chances)]")
    lines.append("    return np.stack(made).reshape(pictures.shape)")
    return "\n".join(lines)


def _matrices(augmentation: Augmentation) -> str:
    """Return the function that folds rotation, shifts, shear, zoom and flips into one matrix a picture."""
    a = augmentation

    def either_way(name: str, limit: str) -> str:
        return f"(2 * {_chance(name)} - 1) * {limit}"

    def shift(value: float, side: str) -> str:
        return f"({value!r} * {side})" if value < 1 else repr(value)

    def zoom(name: str) -> str:
        low, high = a.zoom_range
        return f"{low!r} + {_chance(name)} * ({high!r} - {low!r})"

    nothing = "np.zeros(len(chances))"
    one = "np.ones(len(chances))"
    turned = f"np.deg2rad({either_way('theta', repr(a.rotation_range))})" if a.rotation_range else nothing
    slanted = f"np.deg2rad({either_way('shear', repr(a.shear_range))})" if a.shear_range else nothing
    zooms = a.zoom_range != (1.0, 1.0)
    lines = [
        "def matrices_of(chances, height, width):",
        '    """Return a matrix (2, 3) a picture: times (x, y, 1) of a new pixel it is where that comes from."""',
        f"    theta = {turned}  # rotation",
        f"    tx = {either_way('tx', shift(a.width_shift_range, 'width')) if a.width_shift_range else nothing}"
        "  # sideways",
        f"    ty = {either_way('ty', shift(a.height_shift_range, 'height')) if a.height_shift_range else nothing}"
        "  # up and down",
        f"    shear = {slanted}",
        f"    zx = {zoom('zx') if zooms else one}",
        f"    zy = {zoom('zy') if zooms else one}",
    ]
    if a.horizontal_flip:
        lines.append(f"    zx = zx * (1 - 2 * ({_chance('flip_horizontal')} >= 0.5))  # a flip is a zoom by -1")
    if a.vertical_flip:
        lines.append(f"    zy = zy * (1 - 2 * ({_chance('flip_vertical')} >= 0.5))  # a flip is a zoom by -1")
    lines += [
        "    cos, sin = np.cos(theta), np.sin(theta)",
        "    x, y = width / 2 - 0.5, height / 2 - 0.5  # the middle of the picture",
        "    matrices = np.empty((len(chances), 2, 3))",
        "    matrices[:, 0, 0], matrices[:, 0, 1] = cos * zx, -np.sin(theta + shear) * zy",
        "    matrices[:, 1, 0], matrices[:, 1, 1] = sin * zx, np.cos(theta + shear) * zy",
        "    matrices[:, 0, 2] = x + cos * tx - sin * ty - matrices[:, 0, 0] * x - matrices[:, 0, 1] * y",
        "    matrices[:, 1, 2] = y + sin * tx + cos * ty - matrices[:, 1, 0] * x - matrices[:, 1, 1] * y",
        "    return matrices",
    ]
    return "\n".join(lines)


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
    # Beyond an edge the picture begins again; what is between its last pixel and its first is interpolated too.
    x, y = x - np.floor(x * np.float32(1 / width)) * width, y - np.floor(y * np.float32(1 / height)) * height
    picture = np.pad(picture, ((0, 1), (0, 1), (0, 0)), "wrap")""",
}
_MIRRORED = '''\
def mirrored(place, size):
    """Return places along a side as they are when the picture is mirrored at its edges again and again."""
    place = place + np.float32(0.5)
    for _ in range(int(np.ceil(np.abs(place).max() / size / 2))):
        place = size - np.abs(size - np.abs(place))
    return np.clip(place - np.float32(0.5), 0, size - 1)
'''


def _warped_small(augmentation: Augmentation) -> str:
    """Return the function for small pictures, whose coordinates are worked out here, as Pixelwise does."""
    mode = augmentation.fill_mode
    painted = f"\n    made[beyond] = {round(augmentation.cval)}" if mode == "constant" else ""
    function = f'''\
def warped(picture, matrix):
    """Return a picture resampled once, with linear interpolation."""
    height, width = picture.shape[:2]
    row, column = np.indices((height, width), np.float32).reshape(2, -1)
    places = np.stack([column, row, np.ones_like(row)])
    x, y = ((part @ places).reshape(height, width) for part in matrix.astype(np.float32))
{_WITHIN[mode]}
    y = (y + np.float32(8192)) - np.float32(8192)  # to the nearest 1/1024 of a pixel
    made = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE){painted}
    return made'''
    return f"{_MIRRORED}\n\n{function}" if mode == "reflect" else function


def _warped_large(augmentation: Augmentation) -> str:
    """Return the function for large pictures, which leaves it all to OpenCV."""
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
def warped(picture, matrix):
    """Return a picture resampled once, with linear interpolation."""
    height, width = picture.shape[:2]
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    made = cv2.warpAffine(picture, matrix, (width, height), flags=how, borderMode=cv2.{FILL_MODES[mode]}){painted}
    return made'''


def _toned(augmentation: Augmentation) -> str:
    """Return the function that changes values where they are: brightness, contrast, erased boxes."""
    a = augmentation

    def chance(name: str) -> str:
        return f"chance[{CHANCES.index(name)}]"

    lines = [
        "def toned(picture, chance):",
        '    """Return a picture with other values at the same places."""',
        "    picture = picture.reshape(*picture.shape[:2], -1)",
    ]
    if a.channel_shift_range or a.brightness_range:
        lines.append("    values = np.arange(256, dtype=np.float32)  # what becomes of each value")
        if a.channel_shift_range:
            lines += [
                f"    shift = (2 * {chance('channel_shift_intensity')} - 1) * {a.channel_shift_range!r}",
                "    values = np.clip(values + np.float32(shift), picture.min(), picture.max())",
            ]
        if a.brightness_range:
            low, high = a.brightness_range
            lines += [
                f"    brightness = {low!r} + {chance('brightness')} * ({high!r} - {low!r})",
                "    values = np.minimum(np.trunc(values) * np.float32(brightness), 255)",
            ]
        else:
            lines.append("    values = np.rint(values)")
        lines.append("    picture = values.astype(np.uint8)[picture]")
    if a.contrast_range:
        low, high = a.contrast_range
        lines += [
            f"    contrast = np.float32({low!r} + {chance('contrast')} * ({high!r} - {low!r}))",
            "    means = picture.mean(axis=(0, 1)).astype(np.float32)  # each channel's",
            "    picture = np.clip(np.rint((picture - means) * contrast + means), 0, 255).astype(np.uint8)",
        ]
    if a.erasing:
        low, high = a.erasing_scale
        flat, tall = a.erasing_ratio
        lines += [
            f"    if {chance('erased')} >= 1 - {a.erasing!r}:  # a box is painted over",
            "        height, width = picture.shape[:2]",
            f"        area = ({low!r} + {chance('erased_area')} * ({high!r} - {low!r})) * height * width",
            f"        low, high = np.log(({flat!r}, {tall!r}))",
            f"        ratio = np.exp(low + {chance('erased_ratio')} * (high - low))  # height by width",
            "        rows = int(np.clip(np.rint(np.sqrt(area * ratio)), 1, height))",
            "        columns = int(np.clip(np.rint(np.sqrt(area / ratio)), 1, width))",
            f"        top = int(np.rint({chance('erased_top')} * (height - rows)))",
            f"        left = int(np.rint({chance('erased_left')} * (width - columns)))",
            f"        picture[top : top + rows, left : left + columns] = {a.erasing_value}",
        ]
    lines.append("    return picture")
    return "\n".join(lines)
