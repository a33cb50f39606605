"""Caches bounded by what they hold, not by how many: a photo of 50 megapixels takes as much as 20,000 thumbnails."""

from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar, cast

from cachetools import LRUCache, cached

_Function = TypeVar("_Function", bound=Callable[..., Any])


def bounded(most_bytes: int, size: Callable[[Any], int]) -> Callable[[_Function], _Function]:
    """Return a decorator that keeps what a function returns, for its arguments; what was not used longest goes first.

    Args:
        most_bytes: how much is kept at most. What is larger by itself is returned and not kept.
        size: tells how many bytes a result takes.
    """
    kept: LRUCache[Any, Any] = LRUCache(most_bytes, getsizeof=size)

    def decorated(function: _Function) -> _Function:
        return cast(_Function, cached(kept, lock=Lock())(function))

    return decorated


def image_bytes(image: Any) -> int:
    """Return what an image of Pillow takes in memory, 4 bytes a pixel where it has several channels."""
    return int(image.width * image.height * (1 if len(image.getbands()) == 1 else 4))
