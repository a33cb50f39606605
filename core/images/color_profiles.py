"""Colours that a file means otherwise than as sRGB, shown as they are meant: profiles, gammas, primaries."""

import io
import struct
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

# Larger profiles are ignored, as all are that cannot be used; those for printing have some 2 MB.
MOST_BYTES = 4_000_000
# No eye sees such a difference: profiles that say sRGB differ by as much.
_UNSEEN = 2
_HEADER_BYTES = 132
_NEWEST_VERSION, _SAME_LIGHT = 4, 0.01
_CLASSES = (b"mntr", b"scnr", b"prtr", b"spac")
_SPACES = {b"RGB ": ("RGB", "L"), b"GRAY": ("L",), b"CMYK": ("CMYK",)}
# A profile may have a program of any length in it, which is run thousands of times. Browsers ignore it.
_PROGRAM = b"mpet"

_WHITE = (0.3127, 0.3290)
_SRGB = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_P3 = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)
_REC_2020 = (0.708, 0.292, 0.170, 0.797, 0.131, 0.046)
_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
# ITU-T H.273: by its numbers, primaries, and curves as gammas; the curve of sRGB has none.
_PRIMARIES = {1: _SRGB, 9: _REC_2020, 12: _P3}
_GAMMAS = {1: 2.4, 4: 2.2, 5: 2.8, 6: 2.4, 8: 1.0, 13: None, 14: 2.4, 15: 2.4}
_SRGB_GAMMA, _SAME_GAMMA = 0.45455, 0.01
_LARGEST_GAMMA = 100.0
_LARGEST_NUMBER = 16
_NOTHING = 1e-6


def usable(profile: bytes, mode: str) -> bool:
    """Tell whether an ICC profile can be used for images of mode L, RGB or CMYK."""
    return _made(profile, mode)[0]


def converted(image: Image.Image, profile: bytes) -> Image.Image:
    """Return an image of mode L, RGB or CMYK in sRGB; where the profile cannot be used, as it is.

    An image of mode RGB may be changed in place.
    """
    transform, taken = _made(profile, image.mode)[1], image
    if transform is None:
        return image
    if transform.inputMode != image.mode:
        taken = image.convert(transform.inputMode)
    in_place = transform.inputMode == "RGB"
    made = ImageCms.applyTransform(taken, transform, inPlace=in_place)
    return taken if made is None else made


def changes(profile: bytes, mode: str) -> bool:
    """Tell whether `converted` changes images of that mode."""
    return _made(profile, mode)[1] is not None


@lru_cache(maxsize=8)
def _made(profile: bytes, mode: str) -> tuple[bool, ImageCms.ImageCmsTransform | None]:
    """Return whether a profile can be used, and the transform to sRGB unless that changes nothing to speak of."""
    if not _sound(profile) or mode not in _SPACES.get(profile[16:20], ()):
        return False, None
    taken = "L" if profile[16:20] == b"GRAY" else "CMYK" if mode == "CMYK" else "RGB"
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(own, ImageCms.createProfile("sRGB"), taken, "RGB")
        sample = _sample(taken)
        shown = ImageCms.applyTransform(sample, transform)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return False, None
    if shown is None:
        return False, None
    same = sample.convert("RGB")
    difference = np.abs(np.asarray(shown, np.int16) - np.asarray(same, np.int16)).max()
    return True, None if taken != "CMYK" and difference <= _UNSEEN else transform


def _sound(profile: bytes) -> bool:
    """Tell whether a profile's header is one, as browsers ask it."""
    if not _HEADER_BYTES <= len(profile) <= MOST_BYTES or _PROGRAM in profile:
        return False
    illuminant = np.array(struct.unpack_from(">3i", profile, 68)) / 65_536
    return (
        _HEADER_BYTES <= int.from_bytes(profile[:4]) <= len(profile)
        and profile[8] <= _NEWEST_VERSION
        and profile[12:16] in _CLASSES
        and profile[36:40] == b"acsp"
        and bool(np.abs(illuminant - _D50).max() < _SAME_LIGHT)
    )


def _sample(mode: str) -> Image.Image:
    """Return an image with values all over a mode's range."""
    gray = np.arange(0, 256, 5, dtype=np.uint8)
    if mode == "L":
        return Image.fromarray(gray[np.newaxis])
    if mode == "CMYK":
        return Image.new("CMYK", (1, 1))
    levels = np.linspace(0, 255, 6).astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(-1, 3)
    return Image.fromarray(np.concatenate([grid, np.repeat(gray[:, np.newaxis], 3, 1)])[np.newaxis])


def from_gamma(gamma: float, places: tuple[float, ...] = ()) -> bytes:
    """Return the ICC profile of a PNG's gAMA and cHRM; empty where they make no sense.

    Args:
        gamma: the exponent of encoding, such as 0.45.
        places: x and y of white, red, green and blue; empty for those of sRGB.
    """
    if gamma <= 0 or (not places and abs(gamma - _SRGB_GAMMA) < _SAME_GAMMA):
        return b""
    white, primaries = ((places[0], places[1]), places[2:]) if places else (_WHITE, _SRGB)
    return _profile(_curve(1 / gamma), primaries, white)


def from_code_points(primaries: int, transfer: int, matrix: int, full_range: int) -> bytes | None:
    """Return the ICC profile of a PNG's cICP, as ITU-T H.273 numbers it; `None` where it is none that is known."""
    if primaries not in _PRIMARIES or transfer not in _GAMMAS or matrix != 0 or full_range != 1:
        return None
    gamma = _GAMMAS[transfer]
    return _profile(_SRGB_CURVE if gamma is None else _curve(gamma), _PRIMARIES[primaries], _WHITE)


def _curve(gamma: float) -> bytes:
    return _numbers(b"para", 0, min(max(gamma, 1 / _LARGEST_GAMMA), _LARGEST_GAMMA))


def _numbers(kind: bytes, function: int, *values: float) -> bytes:
    """Return a parametric curve."""
    return kind + bytes(4) + struct.pack(">HH", function, 0) + b"".join(map(_fixed, values))


def _fixed(value: float) -> bytes:
    return struct.pack(">i", round(value * 65_536))


_SRGB_CURVE = _numbers(b"para", 3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def _profile(curve: bytes, primaries: tuple[float, ...], white: tuple[float, float]) -> bytes:
    """Return an ICC profile of a display with one curve for its three colours."""
    matrix = _matrix(primaries, white)
    if matrix is None:
        return b""
    xyz = [b"XYZ " + bytes(4) + b"".join(map(_fixed, column)) for column in (_D50, *matrix.T.tolist())]
    tags = dict(zip((b"wtpt", b"rXYZ", b"gXYZ", b"bXYZ"), xyz, strict=True))
    tags |= {b"rTRC": curve, b"gTRC": curve, b"bTRC": curve}
    table, body, begin = struct.pack(">I", len(tags)), b"", _HEADER_BYTES + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", begin + len(body), len(content))
        body += content
    size = _HEADER_BYTES - 4 + len(table) + len(body)
    header = struct.pack(">I4sI4s4s4s12s4s", size, b"", 0x04200000, b"mntr", b"RGB ", b"XYZ ", b"", b"acsp")
    header = header.ljust(68, b"\0") + b"".join(map(_fixed, _D50))
    return header.ljust(_HEADER_BYTES - 4, b"\0") + table + body


def _matrix(primaries: tuple[float, ...], white: tuple[float, float]) -> np.ndarray | None:
    """Return what makes CIE XYZ, adapted to D50, of linear red, green and blue; `None` where that makes no sense."""
    xy = np.array([*zip(primaries[::2], primaries[1::2], strict=True), white]).T
    if xy[1].min() <= 0:
        return None
    xyz = np.stack([xy[0] / xy[1], np.ones(4), (1 - xy.sum(0)) / xy[1]])
    corners, white_point = xyz[:, :3], xyz[:, 3]
    if abs(np.linalg.det(corners)) < _NOTHING:
        return None
    cones = _BRADFORD @ white_point
    if np.abs(cones).min() < _NOTHING:
        return None
    scaled = corners * np.linalg.solve(corners, white_point)
    adapted: np.ndarray = np.linalg.inv(_BRADFORD) @ np.diag(_BRADFORD @ np.array(_D50) / cones) @ _BRADFORD @ scaled
    # The numbers of colours that exist stay within 1; a profile's reach to 32,768.
    return adapted if np.isfinite(adapted).all() and np.abs(adapted).max() < _LARGEST_NUMBER else None
