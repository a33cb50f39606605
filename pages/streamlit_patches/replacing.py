"""How a file of this folder puts its code in place of Streamlit's: only where that is the code it was written for."""

import hashlib
import inspect
from collections.abc import Callable
from typing import Any

import streamlit as st

from core.errors import PixelwiseError

VERSION = "1.67.0"  # The same as in requirements.txt; a test compares them.


class UnknownStreamlitError(PixelwiseError):
    """The installed Streamlit is not the one that the patches were written for and tested with."""


def replace(owner: Any, name: str, original: Callable[..., Any], by: Callable[..., Any], *, digest: str) -> None:
    """Put `by` in place of Streamlit's `owner.name`; once is enough, again does nothing.

    Args:
        owner: a class or module of Streamlit.
        name: what is replaced there.
        original: what Streamlit has there, taken when the patch was imported.
        by: what stands in for it, a function of the patch's file.
        digest: the beginning of the SHA-256 of `original`'s source.

    Raises:
        UnknownStreamlitError: as `expect` does; or another patch has put its code there.
    """
    if getattr(owner, name) is by:
        return
    expect(original, digest=digest, file=by.__module__)
    if getattr(owner, name) is not original:
        raise UnknownStreamlitError(
            f"{original.__qualname__} is replaced already, but {by.__module__} replaces it too."
        )
    setattr(owner, name, by)


def expect(original: Callable[..., Any], *, digest: str, file: str) -> None:
    """Make sure that a patch meets the code it was written for.

    Args:
        original: the code of Streamlit that it replaces or relies on.
        digest: the beginning of the SHA-256 of its source.
        file: the patch's module.

    Raises:
        UnknownStreamlitError: Streamlit has another version, or the code another source; it says what to do.
    """
    path = file.replace(".", "/") + ".py"
    if st.__version__ != VERSION:
        raise UnknownStreamlitError(
            f"Streamlit {st.__version__} is installed, but Pixelwise mends faults of Streamlit {VERSION} ({path}), and "
            "may break with another. Install the one it needs: python -m pip install -r requirements.txt"
        )
    if not digest_of(original).startswith(digest):
        raise UnknownStreamlitError(
            f"{original.__qualname__} of the installed Streamlit {VERSION} is not the code that {path} was written "
            f"for. Install Streamlit anew: python -m pip install --force-reinstall streamlit=={VERSION}"
        )


def digest_of(original: Callable[..., Any]) -> str:
    """Return the SHA-256 of a function's source, in hexadecimal digits."""
    return hashlib.sha256(inspect.getsource(original).encode()).hexdigest()
