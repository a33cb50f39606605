"""The checked reader: every file of the data home is read through it, and none of them is trusted.

A file is what its dataclass declares (`shapes`: types, ranges, lengths, in `Annotated` hints) or what its arrays are
declared to be (`arrays`: dtype, shape, range). Whatever else it holds, or that it cannot be read, is a `DamagedError`:
one class, with the file's name, in a sentence. JSON that Pixelwise writes carries a checksum, which is verified here.
"""

from core.storage.checked.arrays import Array, names_of, read_array, read_arrays
from core.storage.checked.damage import DamagedError, MissingError
from core.storage.checked.json_files import DEEPEST, parse, parsed, read_bytes, read_json, read_object, text, write
from core.storage.checked.shapes import (
    Between,
    Count,
    Hexadecimal,
    Longest,
    OneOf,
    OrNan,
    Seconds,
    Share,
    Time,
    UnfitError,
    parse_as,
)

__all__ = [
    "DEEPEST",
    "Array",
    "Between",
    "Count",
    "DamagedError",
    "Hexadecimal",
    "Longest",
    "MissingError",
    "OneOf",
    "OrNan",
    "Seconds",
    "Share",
    "Time",
    "UnfitError",
    "names_of",
    "parse",
    "parse_as",
    "parsed",
    "read_array",
    "read_arrays",
    "read_bytes",
    "read_json",
    "read_object",
    "text",
    "write",
]
