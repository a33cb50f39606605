"""BMP: how large it is, and whether all of it is there."""

import io
import struct

from core.images.containers.container import Container, damaged, too_many, truncated

MAGIC = b"BM"
_PLAIN, _RUNS_8, _RUNS_4, _MASKS = 0, 1, 2, 3
_OLD_HEADER_BYTES, _HEADER_BYTES = 12, 40
# Runs are decoded one by one, by an interpreter.
_MOST_RUN_BYTES = 4_000_000


def read(data: bytes) -> Container:
    """Look into a file that begins with `MAGIC`.

    Raises:
        ImageError: it is no image, or not all of one.
    """
    if len(data) < 14 + _OLD_HEADER_BYTES:
        raise truncated()
    offset, header = struct.unpack_from("<II", data, 10)
    if header == _OLD_HEADER_BYTES:
        (width, height, _, bits), packing = struct.unpack_from("<HHHH", data, 18), _PLAIN
    elif header < _HEADER_BYTES:
        raise damaged()
    elif len(data) < 14 + _HEADER_BYTES:
        raise truncated()
    else:
        width, height, _, bits, packing = struct.unpack_from("<iiHHI", data, 18)
    width, height = abs(width), abs(height)
    if not width or not height:
        raise damaged()
    if packing in (_PLAIN, _MASKS) and len(data) < offset + (width * bits + 31) // 32 * 4 * height:
        raise truncated()
    if packing in (_RUNS_4, _RUNS_8) and len(data) > _MOST_RUN_BYTES:
        raise too_many(f"runs of pixels in more than {_MOST_RUN_BYTES // 1_000_000} MB")
    alpha = bits == 32 and packing == _MASKS
    cost = 5 if bits <= 8 else 8 if alpha else 4
    return Container("BMP", io.BytesIO(data), (width, height), cost * width * height)
