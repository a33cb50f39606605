"""JPEG: the segments that a decoder needs, and how many scans it would go through."""

import re
import struct
from typing import IO

from core.images.containers import exif
from core.images.containers.container import Buffer, Container, ImageError, damaged, joined, too_many, truncated

MAGIC = b"\xff\xd8\xff"
# Programs write some 10 scans, and 12 to 20 where they try to save bytes.
_MOST_SCANS = 100
# Going once through a pixel takes up to 3 ns, where bits are refined; with arithmetic coding several times that.
_MOST_SCANNED_PIXELS = 1_000_000_000
_ARITHMETIC = 5
_MOST_SEGMENTS = 10_000

_NEXT_MARKER = re.compile(rb"\xff([^\x00\xff])")
_NEXT_IN_SCAN = re.compile(rb"\xff([^\x00\xff\xd0-\xd7])")
_MARKER, _SCAN, _END = 0xFF, 0xDA, 0xD9
_ALONE = {0x01, 0xD8, *range(0xD0, 0xD8)}
_HUFFMAN, _QUANTISING = 0xC4, 0xDB
# Those of arithmetic coding, and how often the coding begins afresh.
_CONDITIONS = {0xCC, 0xDD}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_ARITHMETICALLY_CODED = {0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
_APP1, _APP2 = 0xE1, 0xE2
# They tell how colours are coded.
_CODINGS = {(0xE0, b"JFIF"), (0xEE, b"Adob")}
_NO_MARKERS = (0x00, 0xFF)
_LENGTH_BYTES, _FRAME_BYTES, _PROFILE_AT, _LONGEST_BODY = 2, 10, 18, 65_533


def read(data: bytes) -> Container:
    """Look into a file that begins with `MAGIC`.

    Raises:
        ImageError: it holds no image, or one with more segments or scans than any has.
    """
    kept: list[Buffer] = [data[:2]]
    parts: dict[int, bytes] = {}
    tables: dict[int, list[bytes]] = {_HUFFMAN: [], _QUANTISING: []}
    frame, marker, orientation, at, end = b"", 0, 1, 2, len(data)
    for _ in range(_MOST_SEGMENTS):
        if at + 4 > end:
            raise truncated()
        code, begin = data[at + 1], at
        if data[at] != _MARKER or code in _NO_MARKERS:
            code, begin = _next(data, at)
        if code in _ALONE:
            at = begin + 2
            continue
        if code == _END:
            raise damaged()
        length = int.from_bytes(data[begin + 2 : begin + 4])
        at = begin + 2 + length
        if length < _LENGTH_BYTES or at > end:
            raise damaged() if length == 1 else truncated()
        segment = data[begin:at]
        if code == _SCAN:
            break
        if code in _FRAMES:
            frame, marker = frame or segment, marker or code
            kept.append(segment)
        elif code in tables:
            tables[code].append(segment[4:])
        elif code in _CONDITIONS or (code, segment[4:8]) in _CODINGS:
            kept.append(segment)
        elif code == _APP1 and orientation == 1 and segment.startswith(b"Exif\0\0", 4):
            orientation = exif.orientation(segment[4:])
        elif code == _APP2 and len(segment) > _PROFILE_AT and segment.startswith(b"ICC_PROFILE\0", 4):
            parts.setdefault(segment[_PROFILE_AT - 2], segment[_PROFILE_AT:])
    else:
        raise too_many(f"more than {_MOST_SEGMENTS:,} segments")
    for code, bodies in tables.items():
        kept += _together(code, bodies)
    kept += [segment, memoryview(data)[at:]]
    return _container(data, at, joined(kept), frame, marker, segment, orientation, _profile(parts) if parts else b"")


def _together(code: int, bodies: list[bytes]) -> list[bytes]:
    """Return tables as one segment, if they fit: each segment costs Pillow as much as a hundred pixels."""
    body = b"".join(bodies)
    if len(body) > _LONGEST_BODY:
        return [segment for each in bodies for segment in _together(code, [each])]
    return [struct.pack(">BBH", _MARKER, code, _LENGTH_BYTES + len(body)) + body] if body else []


def _next(data: bytes, at: int) -> tuple[int, int]:
    """Return the next marker and where it begins: bytes between segments mean nothing."""
    found = _NEXT_MARKER.search(data, at)
    if found is None:
        raise truncated()
    return found[1][0], found.start()


def _container(
    data: bytes,
    at: int,
    file: IO[bytes],
    frame: bytes,
    marker: int,
    scan: bytes,
    orientation: int,
    profile: bytes,
) -> Container:
    if len(frame) < _FRAME_BYTES or len(frame) < _FRAME_BYTES + 3 * frame[9] or len(scan) <= _LENGTH_BYTES + 2:
        raise damaged()
    bits, height, width, channels = struct.unpack_from(">BHHB", frame, 4)
    if bits != 8:
        sentence = f"JPEG images of {bits} bits a channel are not read. Save the image with 8, or as PNG."
        raise ImageError("format-not-allowed", sentence)
    if channels not in (1, 3, 4) or not width or not height:
        raise damaged()
    cost: float = 8 if channels == 4 else 4 + (channels == 1)
    if marker in _PROGRESSIVE or scan[4] < channels:
        weight = _ARITHMETIC if marker in _ARITHMETICALLY_CODED else 1
        most = min(_MOST_SCANS, _MOST_SCANNED_PIXELS // (width * height * weight))
        if 1 + data.count(b"\xff\xda", at) > most and _scans(data, at, most) > most:
            raise too_many(f"more than {most:,} scans")
        cost += 2 * _samples_a_pixel(frame, channels)
    if orientation != 1:
        cost += 4 * (channels == 3)
    pixels = width * height
    return Container(
        "JPEG",
        file,
        (width, height),
        round(cost * pixels),
        photo=channels != 4,
        orientation=orientation,
        profile=profile,
    )


def _samples_a_pixel(frame: bytes, channels: int) -> float:
    """Return how many coefficients are kept of a pixel: 1.5 where colours have half the resolution."""
    factors = [(each >> 4) * (each & 15) for each in frame[11 : 11 + 3 * channels : 3]]
    return sum(factors) / max(1, *factors)


def _scans(data: bytes, at: int, most: int) -> int:
    """Return the number of scans, no more than one above `most`: what looks like one may be in another segment."""
    scans = 1
    for _ in range(_MOST_SEGMENTS):
        found = _NEXT_IN_SCAN.search(data, at)
        if found is None or found[1][0] == _END or scans > most:
            return scans
        at = found.end()
        if found[1][0] in _ALONE:
            continue
        scans += found[1][0] == _SCAN
        (length,) = struct.unpack_from(">H", data, at) if at + 2 <= len(data) else (2,)
        at += length
    raise too_many(f"more than {_MOST_SEGMENTS:,} segments")


def _profile(parts: dict[int, bytes]) -> bytes:
    """Return the profile, which may come in several parts, or nothing if one is missing."""
    whole = set(parts) == set(range(1, len(parts) + 1))
    return b"".join(part for _, part in sorted(parts.items())) if whole else b""
