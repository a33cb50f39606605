"""Damaged and odd image files of every format and metadata: an image or `ImageError` comes out, nothing else."""

import io
import random
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageCms

from core.datasets.sources.decoding import Form, decoded
from core.images.image_io import ImageError, read_original

SUITE, BENCH, BROWSER = 1_000, 100_000, False
_EVERY = 10
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_CHUNKS = [
    *(b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND", b"iCCP", b"gAMA", b"cHRM", b"sRGB", b"cICP", b"bKGD", b"pHYs"),
    *(b"tIME", b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"acTL", b"fcTL", b"fdAT", b"sBIT", b"hIST", b"sPLT", b"caBX"),
]
_TAGS = (0x0112, 0x8769, 0x8825, 0xA005, 0x927C, 0x829A, 0x9998, 0x0100, 0x011A, 0x0201)


def failures(count: int, home: Path) -> Iterator[str]:
    """Read that many; some go through all that an import does with them."""
    files = home / "files"
    files.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        # What only warns here would be printed by the app.
        warnings.simplefilter("error")
        for number in range(count):
            name, data, turned = _case(number)
            try:
                failed = _failed(data, turned, files if number % _EVERY == 0 else None)
                yield f"{number}, {name}: neither a plain image nor a reason" if failed else ""
            except Exception as error:  # That is what must not come out.
                yield f"{number}, {name}: {type(error).__name__}: {error}"


def _failed(data: bytes, turned: bool, files: Path | None) -> bool:
    try:
        original = read_original(data)
    except ImageError as error:
        return turned or not error.reason or not str(error).endswith(".")
    image = original.image
    if image.mode != "RGB" or 0 in image.size or image.info or len(image.getexif()):
        return True
    if turned and image.size != (8, 12):
        return True
    if files is not None:
        chunk = decoded([(0, "picture", data)], [], Form(as_files=True), files)
        for file in files.iterdir():
            file.unlink()
        return len(chunk.taken) + len(chunk.refused) != 1
    return False


def _case(number: int) -> tuple[str, bytes, bool]:
    """Return what it is, its bytes, and whether it must come out turned."""
    rng = random.Random(number)  # noqa: S311 no secret
    if rng.random() < 0.15:
        name, make = rng.choice(_CARRIERS)
        return f"odd EXIF in {name}", make(_odd_exif(rng)), True
    name, data = rng.choice(_files())
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        mutate = rng.choice((_flip, _cut, _number, _splice, _parts, _parts, _parts))
        data = mutate(data, rng)
    return name, data, False


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _scene(mode: str) -> Image.Image:
    return Image.linear_gradient("L").resize((12, 8)).convert("RGB").convert(mode)


def _turned_exif() -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x829A] = 6, "camera", 0.01
    exif.get_ifd(0x8769).update({0x9286: b"comment", 0x9003: "2026:01:01 00:00:00"})
    exif.get_ifd(0x8825).update({1: "N", 2: (1.0, 2.0, 3.0)})
    return exif.tobytes()


def _odd_exif(rng: random.Random) -> bytes:
    """Return EXIF whose orientation is 6, beside tags of any type, count and value."""
    order = rng.choice("<>")
    entries = [struct.pack(f"{order}HHIHH", 0x0112, 3, 1, 6, 0)]
    for _ in range(rng.randrange(6)):
        tag = rng.choice((*_TAGS[1:], rng.randrange(0x0113, 0x10000)))
        kind, count = rng.choice((*range(20), 0xFFFF)), rng.choice((0, 1, 2, 7, 1000, 0xFFFFFFFF))
        entries.append(struct.pack(f"{order}HHI", tag, kind, count) + rng.randbytes(4))
    block = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, len(entries)) + b"".join(entries)
    return block + rng.choice((b"", bytes(4), rng.randbytes(30)))


def _with_chunks(*chunks: bytes, image: bytes | None = None) -> bytes:
    data = image or _saved(_scene("RGB"), "PNG")
    return data[:33] + b"".join(chunks) + data[33:]


def _raw_profile(exif: bytes) -> bytes:
    text = b"\nexif\n%8d\n" % (6 + len(exif)) + (b"Exif\0\0" + exif).hex().encode() + b"\n"
    return _with_chunks(_chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text)))


_CARRIERS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("PNG", lambda exif: _with_chunks(_chunk(b"eXIf", exif))),
    (
        "PNG, behind the pixels",
        lambda exif: _saved(_scene("RGB"), "PNG")[:-12] + _chunk(b"eXIf", exif) + _chunk(b"IEND", b""),
    ),
    ("PNG's text", _raw_profile),
    ("JPEG", lambda exif: _saved(_scene("RGB"), "JPEG", exif=b"Exif\0\0" + exif)),
    ("gray JPEG", lambda exif: _saved(_scene("L"), "JPEG", exif=b"Exif\0\0" + exif)),
    ("WebP", lambda exif: _saved(_scene("RGB"), "WEBP", exif=exif)),
)


@lru_cache(maxsize=1)
def _files() -> list[tuple[str, bytes]]:
    """Return whole files of each format, mode and metadata."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = _turned_exif()
    frames = [Image.new("RGB", (12, 8), colour) for colour in ("red", "blue", "lime")]
    moving = {"save_all": True, "append_images": frames[1:]}
    found = [(f"{mode} PNG", _saved(_scene(mode), "PNG")) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")]
    found += [(f"{mode} JPEG", _saved(_scene(mode), "JPEG")) for mode in ("L", "RGB", "CMYK")]
    found += [(f"{mode} WebP", _saved(_scene(mode), "WEBP", lossless=mode == "RGB")) for mode in ("RGB", "RGBA")]
    found += [(f"{mode} GIF", _saved(_scene(mode), "GIF", comment=b"made by hand")) for mode in ("1", "L", "P", "RGB")]
    found += [(f"{mode} BMP", _saved(_scene(mode), "BMP")) for mode in ("1", "L", "P", "RGB", "RGBA")]
    found += [(f"moving {kind}", _saved(frames[0], kind, **moving)) for kind in ("PNG", "GIF", "WEBP")]
    everything = [
        _chunk(b"gAMA", struct.pack(">I", 100_000)),
        _chunk(b"cHRM", struct.pack(">8I", 31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6_000)),
        _chunk(b"iCCP", b"ICC\0\0" + zlib.compress(profile)),
        _chunk(b"sRGB", b"\0"),
        _chunk(b"cICP", b"\x0c\x0d\0\1"),
        _chunk(b"eXIf", exif[6:]),
        _chunk(b"tEXt", b"Comment\0text"),
        _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"text")),
        _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation='6'/>"),
        _chunk(b"pHYs", struct.pack(">IIB", 2_000, 2_000, 1)),
        _chunk(b"tRNS", struct.pack(">HHH", 1, 1, 1)),
    ]
    found += [
        ("PNG with all metadata", _with_chunks(*everything)),
        ("PNG with EXIF as text", _raw_profile(exif[6:])),
        ("transparent palette PNG", _saved(_scene("P"), "PNG", transparency=bytes(range(200)))),
        ("gray PNG with a key", _saved(_scene("L"), "PNG", transparency=7)),
        ("progressive JPEG", _saved(_scene("RGB"), "JPEG", progressive=True)),
        ("JPEG with all metadata", _saved(
            _scene("RGB"), "JPEG", exif=exif, icc_profile=profile, comment=b"text", xmp=b"<x/>", dpi=(300, 300),
        )),
        ("gray JPEG with a profile", _saved(_scene("L"), "JPEG", icc_profile=profile)),
        ("MPO", _saved(frames[0], "MPO", **moving)),
        ("WebP with all metadata", _saved(_scene("RGBA"), "WEBP", exif=exif, icc_profile=profile, xmp=b"<x/>")),
        ("BMP with runs", _bmp_with_runs()),
        *((f"{kind} file", _saved(_scene("RGB"), kind)) for kind in ("TIFF", "DDS", "ICO", "TGA", "PPM", "SGI", "PCX")),
    ]  # fmt: skip
    return found


def _bmp_with_runs() -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, 12, 8, 1, 8, 1, 0, 0, 0, 0, 0)
    runs = b"\x0c\1\0\0" * 4 + b"\0\2\3\1" + b"\0\4\1\2\3\4" + b"\0\1"
    return struct.pack("<2sIHHI", b"BM", 0, 0, 0, 54 + 1024) + header + bytes(range(256)) * 4 + runs


def _flip(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8)) if data else 0):
        changed[min(int(rng.expovariate(6 / len(data))), len(data) - 1)] = rng.randrange(256)
    return bytes(changed)


def _cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _number(data: bytes, rng: random.Random) -> bytes:
    """Put a number at an end of its range where one may stand."""
    at = rng.randrange(max(1, len(data) - 4))
    value = rng.choice((b"\0\0", b"\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\0"))
    return data[:at] + value + data[at + len(value) :]


def _splice(data: bytes, rng: random.Random) -> bytes:
    """Put a piece of another file, of this one or of nothing in it, in place of some bytes or between them."""
    _, other = rng.choice(_files())
    begin = rng.randrange(max(1, len(other)))
    piece = rng.choice((other[begin : begin + rng.randrange(60)], rng.randbytes(rng.randrange(20)), bytes(9)))
    at = rng.randrange(len(data) + 1)
    return data[:at] + piece + data[at + rng.choice((0, len(piece))) :]


def _parts(data: bytes, rng: random.Random) -> bytes:
    """Leave out, repeat, move, change or add a part of a file, which stays one of parts, with right checksums."""
    if data.startswith(_PNG):
        split, made, new = _png_parts, lambda part: _chunk(*part), _new_chunk
    elif data[:4] == b"RIFF":
        split, made, new = _riff_parts, _riff_part, _new_riff_part
    elif data.startswith(b"\xff\xd8"):
        split, made, new = _jpeg_parts, _jpeg_part, _new_segment
    else:
        return _flip(data, rng)
    head, parts, tail = split(data)
    if not parts:
        return _flip(data, rng)
    at, to = rng.randrange(len(parts)), rng.randrange(len(parts) + 1)
    kind, body = parts[at]
    what = rng.randrange(6)
    if what == 0:
        del parts[at]
    elif what == 1:
        parts.insert(to, parts[at])
    elif what == 2:
        parts.insert(min(to, len(parts) - 1), parts.pop(at))
    elif what == 3:
        parts[at] = kind, rng.choice((_flip, _cut, _number))(body, rng)
    elif what == 4:
        parts[at] = kind, rng.choice((b"", body * 2, body[:6], rng.randbytes(len(body) % 1000)))
    else:
        parts.insert(to, new(rng))
    return head(b"".join(map(made, parts))) + tail


_Parts = tuple[Callable[[bytes], bytes], list[tuple[bytes, bytes]], bytes]


def _png_parts(data: bytes) -> _Parts:
    parts, at = [], 8
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        parts.append((kind, data[at + 8 : at + 8 + length]))
        at += 12 + length
    return lambda body: _PNG + body, parts, b""


def _new_chunk(rng: random.Random) -> tuple[bytes, bytes]:
    kind = rng.choice(_CHUNKS)
    bodies = (
        b"",
        bytes(4),
        rng.randbytes(rng.randrange(40)),
        b"Raw profile type exif\0\n\n\nzz",
        b"ICC\0\0" + rng.randbytes(9),
    )
    return kind, rng.choice((*bodies, _odd_exif(rng)))


def _riff_parts(data: bytes) -> _Parts:
    parts, at = [], 12
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        parts.append((kind, data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return lambda body: b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body, parts, b""


def _riff_part(part: tuple[bytes, bytes]) -> bytes:
    return part[0] + struct.pack("<I", len(part[1])) + part[1] + bytes(len(part[1]) % 2)


def _new_riff_part(rng: random.Random) -> tuple[bytes, bytes]:
    kind = rng.choice((b"VP8X", b"ICCP", b"ANIM", b"ANMF", b"ALPH", b"VP8 ", b"VP8L", b"EXIF", b"XMP ", b"JUNK"))
    return kind, rng.choice((b"", rng.randbytes(rng.randrange(40)), _odd_exif(rng)))


def _jpeg_parts(data: bytes) -> _Parts:
    parts, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        (length,) = struct.unpack_from(">H", data, at + 2)
        parts.append((data[at : at + 2], data[at + 4 : at + 2 + length]))
        at += 2 + max(2, length)
    return lambda body: b"\xff\xd8" + body, parts, data[at:]


def _jpeg_part(part: tuple[bytes, bytes]) -> bytes:
    body = part[1][:65_533]
    return part[0] + struct.pack(">H", 2 + len(body)) + body


def _new_segment(rng: random.Random) -> tuple[bytes, bytes]:
    beginnings = (
        b"",
        b"JFIF\0",
        b"Exif\0\0",
        b"ICC_PROFILE\0\1\1",
        b"Photoshop 3.0\0",
        b"8BIM",
        b"Adobe",
        b"MPF\0",
        b"FPXR\0",
    )
    body = rng.choice(beginnings) + rng.choice((b"", rng.randbytes(rng.randrange(40)), _odd_exif(rng)))
    return bytes((0xFF, rng.choice((*range(0xC0, 0xD0), *range(0xDA, 0xFF))))), body
