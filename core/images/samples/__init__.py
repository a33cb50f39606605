"""Photos that are there without a network: two of scikit-learn's, and a cat. README.md says whose they are."""

import importlib.util
from functools import lru_cache
from pathlib import Path

# What each is, by file name.
PHOTOS = {"china.jpg": "A temple in China", "flower.jpg": "A flower", "chelsea.jpg": "A cat"}
# Those with a pet in them.
PETS = ("chelsea.jpg",)
_OWN = Path(__file__).parent


@lru_cache(maxsize=len(PHOTOS))
def photo(name: str) -> bytes:
    """Return the JPEG file of a photo, one of `PHOTOS`."""
    own = _OWN / name
    return (own if own.exists() else of_scikit_learn(f"images/{name}")).read_bytes()


def of_scikit_learn(name: str) -> Path:
    """Return the path of a file among scikit-learn's datasets; to import that takes a second or two."""
    spec = importlib.util.find_spec("sklearn")
    assert spec is not None and spec.origin is not None  # noqa: S101 it is required
    return Path(spec.origin).parent / "datasets" / name
