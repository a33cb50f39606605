"""Small image files that cost much: none takes more than 5 seconds of processor time or 300 MB of memory."""

import io
import json
import re
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from tests.paths import PROJECT

SUITE, BENCH, BROWSER = 18, 122, False
_MOST_SECONDS, _MOST_BYTES = 5.0, 300_000_000
_MEASURE = """
import json, os, sys, time
from pathlib import Path
from core.images.conversion import plain
from core.images.image_io import ImageError, read_image
read_image(plain(Path(sys.argv[1]).read_bytes()))
def memory(name):
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split(name + ":")[1].split()[0])
for line in sys.stdin:
    if child := os.fork():  # What one file leaves in the allocator is no part of the next one's cost.
        os.waitpid(child, 0)
        continue
    usual, data = memory("VmRSS"), Path(line.strip()).read_bytes()
    begun, said = time.process_time(), "read"
    try:
        image = read_image(plain(data))
    except ImageError as error:
        said = error.reason
    print(json.dumps([time.process_time() - begun, memory("VmHWM") - usual - len(data), said]), flush=True)
    os._exit(0)
"""


def failures(count: int, home: Path) -> Iterator[str]:
    """Read that many files, each in a process of its own, and measure it."""
    home.mkdir(parents=True, exist_ok=True)
    usual, file = home / "usual.png", home / "costly"
    usual.write_bytes(_saved(Image.new("RGB", (9, 9)), "PNG"))
    with subprocess.Popen(
        [sys.executable, "-c", _MEASURE, str(usual)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name, make in _cases()[:count]:
            file.write_bytes(make())
            process.stdin.write(f"{file}\n")
            process.stdin.flush()
            seconds, grown, said = json.loads(process.stdout.readline() or "[1e9, 1e12, 'the process ended']")
            dear = seconds > _MOST_SECONDS or grown > _MOST_BYTES
            yield f"{name}: {seconds:.1f} s, {grown / 1e6:.0f} MB ({said})" if dear else ""
        process.stdin.close()


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(
    size: tuple[int, int], depth: int, kind: int, *, whole: bool, interlaced: int = 0, before: bytes = b""
) -> bytes:
    """Return a PNG of zeros, all of them or only the first."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[kind]
    row = 1 + (size[0] * depth * channels + 7) // 8
    packing = zlib.compressobj(1)
    rows = (size[1] * 2 if interlaced else size[1]) if whole else 1
    packed = b"".join(packing.compress(bytes(row * min(500, rows - done))) for done in range(0, rows, 500))
    header = struct.pack(">IIBBBBB", *size, depth, kind, 0, 0, interlaced)
    palette = _chunk(b"PLTE", bytes(range(3))) if kind == 3 else b""
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + palette
        + before
        + _chunk(b"IDAT", packed + packing.flush())
        + _chunk(b"IEND", b"")
    )


def _turned() -> bytes:
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, 6, 0, 0)


def _jpeg(size: tuple[int, int], mode: str, **options: object) -> bytes:
    return _saved(Image.new(mode, size), "JPEG", **options)


def _scans(size: tuple[int, int], count: int) -> bytes:
    """Return a progressive JPEG whose last scan, which refines, comes again and again."""
    data = _jpeg(size, "L", progressive=True)
    end = data.rindex(b"\xff\xd9")
    scan = data[data.rindex(b"\xff\xda") : end]
    return data[:end] + scan * count + b"\xff\xd9"


def _in_jpeg(segments: bytes, after: bytes = b"\xff\xd8") -> bytes:
    data = _jpeg((64, 64), "RGB")
    at = data.index(after) + len(after)
    return data[:at] + segments + data[at:]


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", 2 + len(body)) + body


def _in_png(chunks: bytes) -> bytes:
    data = _png((64, 64), 8, 2, whole=True)
    return data[:33] + chunks + data[33:]


def _behind_pixels(chunks: bytes) -> bytes:
    return _png((64, 64), 8, 2, whole=True)[:-12] + chunks + _chunk(b"IEND", b"")


def _webp_claim(width: int, height: int) -> bytes:
    """Return a lossless WebP of some bytes, as `38-byte` ones are: its one colour takes none a pixel."""
    data = bytearray(_saved(Image.new("RGB", (9, 9)), "WEBP", lossless=True))
    bits = int.from_bytes(data[21:25], "little") & ~0xFFFFFFF | (width - 1) | (height - 1) << 14
    data[21:25] = bits.to_bytes(4, "little")
    return bytes(data)


def _webp_canvas(width: int, height: int) -> bytes:
    frames = [Image.new("RGBA", (9, 9), colour) for colour in ("red", "blue")]
    data = bytearray(_saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    data[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return bytes(data)


def _gif(screen: tuple[int, int], frame: tuple[int, int], blocks: bytes = b"") -> bytes:
    data = _saved(Image.new("P", frame), "GIF")
    at = data.index(b",", 13 + (6 << (data[10] & 7)))
    return data[:6] + struct.pack("<HH", *screen) + data[10:at] + blocks + data[at:]


def _many_frames(count: int) -> bytes:
    data = _saved(Image.new("P", (2, 2)), "GIF")
    at = data.index(b",", 13 + (6 << (data[10] & 7)))
    return data[:-1] + data[at:-1] * count + b";"


def _bmp(size: tuple[int, int], bits: int, packing: int, pixels: bytes) -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, *size, 1, bits, packing, 0, 0, 0, 0, 0)
    palette = bytes(1024) if bits <= 8 else bytes(12)
    return struct.pack("<2sIHHI", b"BM", 0, 0, 0, 54 + len(palette)) + header + palette + pixels


def _cases() -> list[tuple[str, Callable[[], bytes]]]:
    """Return names and makers, those first that the tests try too."""
    many, large = (8_000, 6_000), (7_071, 7_071)
    gamma = _chunk(b"gAMA", struct.pack(">I", 100_000))
    key = _chunk(b"tRNS", struct.pack(">H", 0))
    kinds = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8)]
    kinds += [(4, 8), (4, 16), (6, 8), (6, 16)]
    profile_bomb = _chunk(b"iCCP", b"ICC\0\0" + zlib.compress(bytes(90_000_000), 1))
    text_bomb = _chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(bytes(90_000_000), 1))
    cases: list[tuple[str, Callable[[], bytes]]] = [
        ("JPEG of 4,000 scans", lambda: _scans((2_000, 1_500), 4_000)),
        ("JPEG of 90 scans, 12 megapixels", lambda: _scans((4_000, 3_000), 80)),
        ("JPEG with a million comments", lambda: _in_jpeg(_segment(0xFE, b"") * 1_000_000)),
        ("PNG with a million texts", lambda: _in_png(_chunk(b"tEXt", b"a\0b") * 1_000_000)),
        ("PNG with a million empty IDAT", lambda: _in_png(_chunk(b"IDAT", b"") * 1_000_000)),
        ("PNG with a profile that unpacks to 90 MB", lambda: _in_png(profile_bomb)),
        ("PNG with a text that unpacks to 90 MB", lambda: _in_png(text_bomb)),
        ("WebP of 38 bytes", lambda: _webp_claim(16_383, 3_051)),
        ("WebP with a large canvas", lambda: _webp_canvas(7_000, 7_000)),
        ("GIF with a large screen", lambda: _gif(large, (9, 9))),
        ("GIF with a million comments", lambda: _gif((9, 9), (9, 9), b"!\xfe\1x\0" * 1_000_000)),
        ("GIF with a million frames", lambda: _many_frames(1_000_000)),
        ("TIFF of mode I", lambda: _tiff("I")),
        ("TIFF of mode CMYK", lambda: _tiff("CMYK")),
        ("gray PNG of 1 bit, transparent", lambda: _png(many, 1, 0, whole=True, before=key)),
        ("RGBA PNG", lambda: _png(many, 8, 6, whole=True)),
        ("RGBA PNG, as large as is read", lambda: _png((5_650, 5_650), 8, 6, whole=True, before=gamma)),
        (
            "gray PNG, turned, with a gamma",
            lambda: _png(many, 8, 0, whole=True, before=_chunk(b"eXIf", _turned()) + gamma),
        ),
        ("CMYK JPEG", lambda: _jpeg(many, "CMYK")),
        ("CMYK JPEG, as large as is read", lambda: _jpeg((5_650, 5_650), "CMYK")),
        ("BMP with runs", lambda: _bmp(many, 8, 1, b"\1\0" * 1_500_000)),
        ("BMP with one long run", lambda: _bmp(many, 8, 1, b"\xff\0" * 200_000)),
    ]
    for interlaced in (0, 1):
        for kind, depth in kinds:
            for whole in (False, True):
                size = many if (kind in (0, 2, 3) and depth < 16) or not whole else (5_650, 5_650)

                def make(size=size, depth=depth, kind=kind, whole=whole, interlaced=interlaced) -> bytes:  # type: ignore[no-untyped-def]
                    return _png(size, depth, kind, whole=whole, interlaced=interlaced, before=gamma if whole else b"")

                said = f"PNG of kind {kind}, {depth} bits, {'interlaced, ' * interlaced}{'all' if whole else 'cut'}"
                cases.append((said, make))
    cases += [
        ("JPEG with 1,500 EXIF segments", lambda: _in_jpeg(_segment(0xE1, b"Exif\0\0" + bytes(65_000)) * 1_500)),
        ("JPEG with 30 million fill bytes", lambda: _in_jpeg(b"\xff" * 30_000_000)),
        ("gray PNG of 16 bits", lambda: _png(many, 16, 0, whole=True)),
        ("gray progressive JPEG", lambda: _jpeg(many, "L", progressive=True)),
        ("JPEG with 10 million comments", lambda: _in_jpeg(_segment(0xFE, b"") * 10_000_000)),
        ("JPEG with 10 million comments between scans", lambda: _between_scans(_segment(0xFE, b"") * 10_000_000)),
        ("JPEG with a million tables", lambda: _in_jpeg(_segment(0xDB, bytes(65)) * 1_000_000)),
        ("PNG with 7 million texts", lambda: _in_png(_chunk(b"tEXt", b"") * 7_000_000)),
        ("PNG with 7 million texts behind its pixels", lambda: _behind_pixels(_chunk(b"tEXt", b"") * 7_000_000)),
        ("PNG with 7 million empty IDAT", lambda: _in_png(_chunk(b"IDAT", b"") * 7_000_000)),
        (
            "WebP with 10 million chunks",
            lambda: _saved(Image.new("RGB", (9, 9)), "WEBP") + b"JUNK\0\0\0\0" * 10_000_000,
        ),
        ("WebP, as large as is read", lambda: _saved(Image.new("RGBA", (3_990, 3_990)), "WEBP", lossless=True)),
        ("WebP photo", lambda: _saved(_noise((3_950, 3_950)), "WEBP", quality=10, method=0)),
        ("RGB JPEG", lambda: _jpeg(many, "RGB")),
        ("RGB JPEG, restarted", lambda: _jpeg(many, "RGB", restart_marker_blocks=1)),
        ("progressive RGB JPEG", lambda: _jpeg(many, "RGB", progressive=True)),
        ("progressive RGB JPEG, full colour", lambda: _jpeg((5_050, 5_050), "RGB", progressive=True, subsampling=0)),
        ("RGB PNG, turned", lambda: _png(many, 8, 2, whole=True, before=_chunk(b"eXIf", _turned()))),
        ("GIF of 50 megapixels", lambda: _saved(Image.new("P", many), "GIF")),
        ("GIF of 50 megapixels, beside its place", lambda: _gif((7_000, 7_000), (5_000, 5_000))),
        *((f"BMP of {bits} bits, cut", lambda bits=bits: _bmp(many, bits, 0, b"")) for bits in (1, 4, 8, 16, 24, 32)),
        ("BMP of 24 bits", lambda: _bmp(large, 24, 0, bytes(21_216 * 7_071))[:99_999_999]),
        *(
            (f"TIFF of mode {mode}", lambda mode=mode: _tiff(mode))
            for mode in ("1", "L", "P", "LA", "RGB", "RGBA", "LAB", "YCbCr", "I;16", "F")
        ),
        ("TIFF of mode RGB, turned", lambda: _tiff("RGB", exif=_turned())),
        *(
            (f"AVIF of mode {mode}, as large as is read", lambda mode=mode: _avif((5_000, 5_000), mode))
            for mode in ("RGB", "RGBA")
        ),
    ]
    return cases


def _tiff(mode: str, **options: object) -> bytes:
    return _saved(Image.new(mode, (8_000, 6_000)), "TIFF", compression="tiff_adobe_deflate", **options)


def _avif(size: tuple[int, int], mode: str) -> bytes:
    return _saved(Image.new(mode, size), "AVIF", quality=30, speed=10)


def _between_scans(segments: bytes) -> bytes:
    data = _jpeg((64, 64), "RGB", progressive=True)
    found = [match.start() for match in re.finditer(rb"\xff\xda", data)]
    return data[: found[1]] + segments + data[found[1] :]


def _noise(size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(
        np.random.default_rng(0).integers(0, 256, (size[1] // 16, size[0] // 16, 3), np.uint8)
    ).resize(size)
