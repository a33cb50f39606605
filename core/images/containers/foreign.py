"""Files that people bring for images and that are not read: what each is, and what to do with it."""

from dataclasses import dataclass
from pathlib import PurePath

# So many first bytes are enough for `said`.
HEAD_BYTES = 264
_AS_NPZ = "Save its images and labels as NPZ: numpy.savez('dataset.npz', images=…, labels=…)."
_UNPACK = "Unpack it and use the folder."
_JOIN = "Join all parts with the program that made them, such as 7-Zip, unpack them and use the folder."


@dataclass(frozen=True)
class _Kind:
    """A kind of files.

    Attributes:
        what: it is, to stand after "This is".
        do: a sentence on what to do.
        begins: how its files begin, from byte `at` on, in small letters.
        at: where.
        endings: how the ending of its files' names begins.
    """

    what: str
    do: str
    begins: tuple[bytes, ...] = ()
    at: int = 0
    endings: tuple[str, ...] = ()

    def is_kind_of(self, head: bytes, ending: str) -> bool:
        return head[self.at :].startswith(self.begins) or ending.startswith(self.endings)


_KINDS = (
    _Kind(
        "a pointer of Git LFS, not the file itself",
        "Run git lfs pull where the others are, or download the file from its page.",
        (b"version https://git-lfs",),
    ),
    _Kind(
        "a web page, not the file itself",
        "Open its address in a browser, sign in if it asks, and download the file there.",
        (b"<!doctype html", b"<html"),
    ),
    _Kind("an array of NumPy's", _AS_NPZ, (b"\x93numpy",)),
    _Kind("an HDF5 file", _AS_NPZ, (b"\x89hdf\r\n\x1a\n",)),
    _Kind("a TFRecord file", _AS_NPZ, endings=(".tfrecord",)),
    _Kind("a PyTorch file", _AS_NPZ, endings=(".pt", ".pth")),
    _Kind(
        "a pickle, which may run any program and is never opened",
        _AS_NPZ,
        tuple(b"\x80" + bytes((protocol,)) for protocol in range(2, 6)),
        endings=(".pkl", ".pickle"),
    ),
    _Kind(
        "an Arrow file",
        "Save it as Parquet: datasets.load_from_disk(…).to_parquet('train.parquet').",
        (b"arrow1",),
        endings=(".arrow",),
    ),
    _Kind("a RAR archive", _UNPACK, (b"rar!\x1a\x07",)),
    _Kind("a 7z archive", _UNPACK, (b"7z\xbc\xaf'\x1c",)),
    _Kind("a Zstandard archive", _UNPACK, (b"\x28\xb5\x2f\xfd",)),
    _Kind("a part of an archive in several files", _JOIN, (b"pk\x07\x08",), endings=(".z01", ".001", ".part1")),
    _Kind("a DICOM file", "Export its images as PNG.", (b"dicm",), at=128, endings=(".dcm",)),
    _Kind("a NIfTI file", "Export its slices as PNG.", endings=(".nii",)),
    _Kind("an SVG drawing", "Export it as PNG.", (b"<svg",), endings=(".svg",)),
    _Kind("a video", "Export its frames as JPEG or PNG.", (b"\x1a\x65\xdf\xa3",), endings=(".mp4", ".mov", ".avi")),
)

# How files of other formats of images begin. Nothing else of theirs is looked at.
_OTHERS = (
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"DDS ", "DDS"),
    (b"8BPS", "PSD"),
    (b"\0\0\1\0", "ICO"),
    # A cursor has one image at least, whose number follows.
    (b"\0\0\2\0\0\0", "TGA"),
    (b"\0\0\x0a\0\0\0", "TGA"),
    (b"\0\0\2\0", "CUR"),
    (b"icns", "ICNS"),
    (b"qoif", "QOI"),
    (b"%!PS", "EPS"),
    (b"%PDF", "PDF"),
    (b"\0\0\0\x0cjP  ", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"),
    (b"\x8aMNG", "MNG"),
    (b"\x76\x2f\x31\x01", "EXR"),
    (b"#?RADIANCE", "HDR"),
    (b"SIMPLE  =", "FITS"),
    *((b"P%d" % number + space, "PPM") for number in range(1, 8) for space in (b"\n", b" ", b"\r")),
)


def image(head: bytes) -> str:
    """Return of what format an image is that is not read, and what to do, in sentences; empty: it is none of these."""
    if head[4:8] == b"ftyp":
        return "HEIC, AVIF and video files are not supported. Export the photo as JPEG or PNG."
    kind = next((kind for beginning, kind in _OTHERS if head.startswith(beginning)), None)
    return f"{kind} images are not read. Save the image as JPEG or PNG." if kind else ""


def said(head: bytes, name: str = "") -> str:
    """Return what a file is that holds no image to read, and what to do, in sentences; empty: it is none of these.

    Args:
        head: its first `HEAD_BYTES`.
        name: its name, where that may tell; else its bytes alone do.
    """
    small = head.lower()
    # Texts may begin with a mark of their encoding, or with space.
    texts = small.removeprefix(b"\xef\xbb\xbf").lstrip()
    ending = PurePath(name.lower()).suffix
    found = next((kind for kind in _KINDS if kind.is_kind_of(small, ending) or kind.is_kind_of(texts, "")), None)
    return f"This is {found.what}. {found.do}" if found else ""
