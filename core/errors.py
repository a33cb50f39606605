"""Errors whose message is a sentence for a person: what was wrong, with which thing, and what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# An installed copy has this folder inside the package of the command; else one calls it from the project's folder.
COMMAND = "pixelwise" if (Path(__file__).parents[1] / "__main__.py").exists() else "python -m core"


class PixelwiseError(Exception):
    """The base of every error that a page or the command line shows as it stands."""


class StorageError(PixelwiseError):
    """The data home could not be written or read: the disk is full, read-only or not allowed."""


_STORAGE_SENTENCES = {
    errno.ENOSPC: f"the disk is full. Free some space ({COMMAND} runs remove RUN removes a run) and try again.",
    errno.EDQUOT: "your disk quota is used up. Free some space and try again.",
    errno.EROFS: "the disk is read-only. Point PIXELWISE_HOME to a folder that can be written.",
    errno.EACCES: "permission denied. Set PIXELWISE_HOME to a folder you can write to.",
    errno.EPERM: "permission denied. Set PIXELWISE_HOME to a folder you can write to.",
}


def storage_sentence(what: str, error: OSError) -> str:
    """Say for a person why `what` (such as "the run") could not be stored."""
    reason = _STORAGE_SENTENCES.get(error.errno or 0)
    if reason is None:
        reason = f"the operating system reported: {error.strerror or error}."
    return f"Could not save {what}: {reason}"


@contextmanager
def as_storage_error(what: str) -> Iterator[None]:
    """Turn an `OSError` of the block into a `StorageError` that names `what`."""
    try:
        yield
    except OSError as error:
        raise StorageError(storage_sentence(what, error)) from error


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Turn an `OSError` of the block into a `StorageError` that names the folder; one that is missing stays so."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StorageError(
            f"{folder} cannot be read: {error.strerror or error}. Give yourself the right to read it, or point "
            "PIXELWISE_HOME to another folder."
        ) from error
