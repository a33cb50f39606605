"""The numbers that decide what happens to an image: the row of the first operations, and a stream for each later one.

Every image takes one row of as many numbers as ever from the generator, whatever is switched on and whatever
operations there are. The operations of the first version read their numbers from it. A later operation's number is a
hash of its name and of the row: it is the same however images are divided into calls and batches, it needs nothing
but the row, and it leaves all other numbers as they were.
"""

import hashlib
from collections.abc import Mapping
from functools import lru_cache

import numpy as np

# The row, fixed for ever: another length or order would change every recipe's draws, resumed run and shared link.
CHANCES = (
    "theta",
    "tx",
    "ty",
    "shear",
    "zx",
    "zy",
    "flip_horizontal",
    "flip_vertical",
    "channel_shift_intensity",
    "brightness",
    "contrast",
    "erased",
    "erased_area",
    "erased_ratio",
    "erased_left",
    "erased_top",
)
_PLACES = {name: place for place, name in enumerate(CHANCES)}


class Chances:
    """Numbers from 0 (a field's lowest value) to 1 (its highest), float64 `(n,)` by the name of what they decide."""

    def __init__(self, rows: np.ndarray, given: Mapping[str, np.ndarray] | None = None, default: float | None = None):
        """Take the rows, float64 `(n, 16)`.

        Args:
            rows: as a generator's `random((n, len(CHANCES)))` makes them.
            given: numbers that stand in place of those, by name.
            default: what all other numbers are; `None`: what the rows say.
        """
        self.rows, self._given, self._default = rows, given or {}, default

    @classmethod
    def chosen(cls, n: int, given: Mapping[str, np.ndarray]) -> "Chances":
        """Return given numbers, each `(n,)`, and the middle for all others."""
        return cls(np.full((n, len(CHANCES)), 0.5), given, 0.5)

    def __len__(self) -> int:
        """Return for how many images."""
        return len(self.rows)

    def __getitem__(self, name: str) -> np.ndarray:
        """Return the numbers of one name, float64 `(n,)`."""
        if name in self._given:
            return self._given[name]
        if self._default is not None:
            return np.full(len(self.rows), self._default)
        if name in _PLACES:
            return self.rows[:, _PLACES[name]]
        return stream(self.rows, stream_key(name))


@lru_cache
def stream_key(name: str) -> int:
    """Return a stream's own number, 64 bits: it depends on nothing but the name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


def stream(rows: np.ndarray, key: int) -> np.ndarray:
    """Return a number from 0 to below 1 for each row, float64 `(n,)`, by SplitMix64 of its first two numbers' bits.

    Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    first, second = np.ascontiguousarray(rows[:, :2].T, np.float64).view(np.uint64)
    return (_mixed(_mixed(first + np.uint64(key)) ^ second) >> np.uint64(11)) * 2.0**-53


def _mixed(bits: np.ndarray) -> np.ndarray:
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


STREAM_CODE = '''\
def stream(chances, key):
    """Return a number from 0 to 1 an image, a stream of its own: SplitMix64 of the key and the image's numbers."""

    def mixed(bits):
        bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return bits ^ (bits >> np.uint64(31))

    first, second = np.ascontiguousarray(chances[:, :2].T).view(np.uint64)
    return (mixed(mixed(first + np.uint64(key)) ^ second) >> np.uint64(11)) * 2.0**-53'''
