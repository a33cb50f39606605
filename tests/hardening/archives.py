"""Zips that no program should write: whatever their entries are, good images come in, nothing leaves the data home.

Names are empty, absolute, with NUL, backslashes, drives or half characters, or another's; sizes, offsets, packings and
checksums lie; entries are links, bombs, overlap or are many. An archive may be refused as a whole, in a sentence.
"""

import bz2
import io
import lzma
import random
import struct
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from core.datasets import store
from core.datasets.sources import importing
from core.errors import PixelwiseError

SUITE, BENCH = 60, 1_000
BROWSER = False
_STORED, _DEFLATED, _BZIP2, _LZMA = 0, 8, 12, 14
_UTF8 = 0x800
_NAMES = (
    b"",
    b"\x00",
    b"\x00/cat/1.png",
    b"cat/1.png\x00.exe",
    b"/",
    b"//",
    b"///etc/passwd",
    b"/etc/cron.d/evil.png",
    b"../../../evil.png",
    b"cat/../../../../evil.png",
    b"..",
    b".",
    b"./././cat/9.png",
    b"cat\\9.png",
    b"..\\..\\evil.png",
    b"C:\\Windows\\evil.png",
    b"C:evil.png",
    b"\\\\server\\share\\evil.png",
    b"cat/con.png",
    b"NUL",
    b"cat/aux",
    b"cat/trailing. . ",
    b"cat/two\nlines.png",
    b"cat/two\r\nlines.png",
    b"cat/\xff\xfe\x80.png",
    b"\xed\xa0\x80/1.png",
    b"cat/\xe2\x80\xaegnp.exe",
    b"cat/\xe2\x80\xa8\xc2\x85.png",
    b"cat/" + b"x" * 60_000 + b".png",
    b"x/" * 20_000 + b"1.png",
    b"cat/" + b"a" * 60 + b"-" * 60 + b"1" * 60 + b"x.png",
    b"cat/0.png",
    b"CAT/0.PNG",
    b"cat/0.png/inner.png",
    b"__MACOSX/._0.png",
    b"cat/0.zip",
    "犬/1.png".encode(),
    "n\u0303/1.png".encode(),
    b"<script>/1.png",
    b"%2e%2e%2fevil.png",
    b"~/evil.png",
    b"-rf",
    b"dir\\",
)


@dataclass(frozen=True)
class _Entry:
    """An entry of a zip as it is written, true or not; `None`: the truth."""

    name: bytes
    data: bytes
    method: int = _DEFLATED
    flags: int = _UTF8
    attributes: int = 0
    crc: int | None = None
    size: int | None = None
    packed_size: int | None = None
    packed: bytes | None = None
    name_there: bytes | None = None
    offset: int | None = None
    extra: bytes = b""
    version: int = 20


def failures(count: int, home: Path) -> Iterator[str]:
    """Try that many cases and yield what failed in each, or an empty text."""
    scratch = home.parent / "archives"
    scratch.mkdir(exist_ok=True)
    for number in range(count):
        rng = random.Random(number)  # noqa: S311 no secret
        name, data, whole = _case(number, rng)
        path = scratch / f"{number}.zip"
        path.write_bytes(data)
        yield f"case {number}, {name}: {problem}" if (problem := _problem(path, home, whole)) else ""
        path.unlink()


def _problem(path: Path, home: Path, whole: bool) -> str:
    """Return what is wrong with what an import makes of an archive.

    Args:
        path: the archive.
        home: the data home.
        whole: whether its good images must come in.
    """
    before = {each.name for each in path.parent.parent.iterdir()}
    made = None
    try:
        plan = importing.plan(path)
        plan.preview()
        made = importing.import_images(plan, name="mine", title="Mine")
        said = importing.report(made)
        shown = "".join(each.file for each in said.refused) + "".join(made.names) if said else "\0"
        if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp") for letter in shown):
            return "a file's name has what cannot be shown"
        if len(made.names) != len(made) or len(made) > 40:
            return f"{len(made.names)} names for {len(made)} images"
        good = {name for name in made.names if name in {entry.name.decode() for entry in _good()}}
        if whole and len(good) < len(_good()):
            return f"of {len(_good())} good images {len(good)} came in"
    except PixelwiseError as error:
        if whole:
            return f"refused as a whole: {str(error)[:200]}"
        if len(str(error)) > 1_000:
            return "the sentence is longer than 1,000 characters"
    except Exception as error:  # What must not be.
        return f"{type(error).__name__}: {str(error)[:200]}"
    finally:
        if made is not None:
            store.remove(made.about.name)
    if {each.name for each in path.parent.parent.iterdir()} - before - {home.name}:
        return "something was written beside the data home"
    left = [each for each in home.rglob("*") if each.is_file() and each.suffix != ".lock"]
    return f"left behind: {left[0]}" if left else ""


def _good() -> list[_Entry]:
    return [_Entry(f"{name}/{number}.png".encode(), _image(10 * label + number))
            for label, name in enumerate(("cat", "dog")) for number in range(3)]  # fmt: skip


def _image(seed: int, side: int = 9) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, "PNG")
    return data.getvalue()


def _case(number: int, rng: random.Random) -> tuple[str, bytes, bool]:
    """Return what is tried, the archive, and whether its good images must come in."""
    kinds = (_odd_names, _lies, _bombs, _many_classes, _odd_ends, _flipped, _links_and_more)
    if number < len(_NAMES):
        entry = _Entry(_NAMES[number], _image(99))
        return f"the name {_NAMES[number][:40]!r}", _zip([*_good(), entry]), _readable([entry])
    return kinds[number % len(kinds)](rng)


def _odd_names(rng: random.Random) -> tuple[str, bytes, bool]:
    names = rng.sample(_NAMES, 5)
    entries = [
        _Entry(
            name if rng.random() < 0.5 else name[: rng.randrange(len(name) + 1)] + rng.randbytes(rng.randrange(6)),
            _image(100 + place),
            flags=rng.choice([0, _UTF8]),
            name_there=rng.choice([None, None, b"other"]),
        )
        for place, name in enumerate(names)
    ]
    return f"names such as {entries[0].name[:40]!r}", _zip(_mixed([*_good(), *entries], rng)), _readable(entries)


def _readable(entries: list[_Entry]) -> bool:
    """Tell whether Python's own reader lists the entries: a name said to be UTF-8 and no such ends the directory."""
    for entry in entries:
        if entry.flags & _UTF8:
            try:
                entry.name.decode()
            except UnicodeDecodeError:
                return False
    return True


def _lies(rng: random.Random) -> tuple[str, bytes, bool]:
    lies = {
        "crc": rng.getrandbits(32),
        "size": rng.choice([0, 1, 2**31, 2**32 - 2, 2**32 - 1]),
        "packed_size": rng.choice([0, 1, 10**6, 2**32 - 2]),
        "method": rng.choice([1, 6, 9, 13, 97, 98, 99, 0xFFFF]),
        "flags": rng.choice([1, 1 | 8, 8, 0x20, 0x40, 0x2000, 0xFFFF]),
        "offset": rng.choice([0, 1, 40, 10**6, 2**32 - 2]),
        "extra": rng.choice([b"\x01\x00\x04\x00abcd", b"\x01\x00\xff\xff", b"x", rng.randbytes(20)]),
        "version": rng.choice([0, 99, 255]),
        "packed": rng.randbytes(50),
    }
    chosen = rng.sample(sorted(lies), rng.choice([1, 1, 2, 4]))
    entry = replace(_Entry(b"cat/lies.png", _image(99)), **{name: lies[name] for name in chosen})  # type: ignore[arg-type]
    harmless = {"crc", "method", "packed"}
    return f"lies about {', '.join(chosen)}", _zip([*_good(), entry]), set(chosen) <= harmless


def _bombs(rng: random.Random) -> tuple[str, bytes, bool]:
    zeros = bytes(8_000_000)
    method = rng.choice([_DEFLATED, _BZIP2, _LZMA])
    announced = rng.choice([None, 1000, 10**6])
    entries = [_Entry(b"cat/bomb.png", zeros, method=method, size=announced)]
    if rng.random() < 0.3:
        entries += [replace(entries[0], name=b"cat/bomb%d.png" % each, offset=0) for each in range(5)]
        return "a bomb that several entries share", _zip([*_good(), *entries]), False
    return f"a bomb, packed with {method}, that says {announced}", _zip([*_good(), *entries]), True


def _many_classes(rng: random.Random) -> tuple[str, bytes, bool]:
    count = rng.choice([1_100, 1_500, 5_000, 33_000])
    entries = [_Entry(b"class %d/1.png" % number, b"x", method=_STORED) for number in range(count)]
    return f"{count:,} classes", _zip(entries), False


def _odd_ends(rng: random.Random) -> tuple[str, bytes, bool]:
    data = _zip(_good())
    end = data.rindex(b"PK\x05\x06")
    match rng.randrange(6):
        case 0:
            return "bytes before it", rng.randbytes(rng.randrange(1, 5000)) + data, True
        case 1:
            return "a comment that is a zip", data[: end + 20] + struct.pack("<H", 22) + data[end : end + 22], False
        case 2:
            return "cut short", data[: rng.randrange(len(data))], False
        case 3:
            return (
                "another number of entries",
                data[: end + 8] + struct.pack("<HH", 65535, 65535) + data[end + 12 :],
                True,
            )
        case 4:
            lie = struct.pack("<II", rng.getrandbits(32), rng.getrandbits(32))
            return "a directory elsewhere", data[: end + 12] + lie + data[end + 20 :], False
        case _:
            locator = b"PK\x06\x07" + struct.pack("<IQI", 0, rng.getrandbits(40), 1)
            return "a zip64 end elsewhere", data[:end] + locator + data[end:], False


def _flipped(rng: random.Random) -> tuple[str, bytes, bool]:
    data = bytearray(_zip(_good()))
    for _ in range(rng.choice([1, 3, 20])):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return "flipped bytes", bytes(data), False


def _links_and_more(rng: random.Random) -> tuple[str, bytes, bool]:
    mode = rng.choice([0o120777, 0o060666, 0o020666, 0o010666, 0o140777, 0o104777, 0o040755, 0])
    entries = [
        _Entry(b"cat/link.png", b"/etc/passwd", attributes=mode << 16),
        _Entry(b"cat/0.png", _image(98)),
        _Entry(b"cat/0.png/", b""),
        _Entry(b"cat/folder/", b"not empty"),
    ]
    return f"a link, a device or another kind of file ({mode:o}), and doubles", _zip([*entries, *_good()]), True


def _mixed(entries: list[_Entry], rng: random.Random) -> list[_Entry]:
    return rng.sample(entries, len(entries))


def _zip(entries: list[_Entry]) -> bytes:
    """Return an archive of these entries, whatever they say."""
    body, directory = bytearray(), bytearray()
    for entry in entries:
        packed = entry.packed if entry.packed is not None else _pack(entry)
        crc = zlib.crc32(entry.data) if entry.crc is None else entry.crc
        sizes = struct.pack(
            "<III",
            crc,
            len(packed) if entry.packed_size is None else entry.packed_size,
            len(entry.data) if entry.size is None else entry.size,
        )
        head = struct.pack("<HHHHH", entry.version, entry.flags, entry.method, 0, 0x5A21)[2:] + sizes
        there = entry.name if entry.name_there is None else entry.name_there
        offset = len(body) if entry.offset is None else entry.offset
        body += b"PK\x03\x04" + struct.pack("<H", entry.version) + head
        body += struct.pack("<HH", len(there[:65535]), len(entry.extra)) + there[:65535] + entry.extra + packed
        directory += b"PK\x01\x02" + struct.pack("<HH", 0x031E, entry.version) + head
        directory += struct.pack("<HHHHHII", len(entry.name), len(entry.extra), 0, 0, 0, entry.attributes, offset)
        directory += entry.name + entry.extra
    count = min(len(entries), 65535)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), len(body), 0)
    return bytes(body) + bytes(directory) + end


@lru_cache(maxsize=64)
def _pack(entry: _Entry) -> bytes:
    match entry.method:
        case 8:
            packer = zlib.compressobj(6, zlib.DEFLATED, -15)
            return packer.compress(entry.data) + packer.flush()
        case 12:
            return bz2.compress(entry.data)
        case 14:
            # The properties of LZMA1 come first, as zipfile writes them.
            properties = lzma._encode_filter_properties({"id": lzma.FILTER_LZMA1})  # type: ignore[attr-defined]
            lzma1 = lzma.LZMACompressor(lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1}])
            head = struct.pack("<BBH", 9, 4, len(properties)) + properties
            return head + lzma1.compress(entry.data) + lzma1.flush()
    return entry.data
