"""Errors whose message is a sentence for a person: what was wrong, with which thing, and what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager


class PixelwiseError(Exception):
    """The base of every error that a page or the command line shows as it stands."""


class StorageError(PixelwiseError):
    """The data home could not be written: the disk is full, read-only or not allowed."""


_STORAGE_SENTENCES = {
    errno.ENOSPC: "the disk is full. Free some space (python -m core runs remove RUN removes a run) and try again.",
    errno.EDQUOT: "your disk quota is used up. Free some space and try again.",
    errno.EROFS: "the disk is read-only. Point PIXELWISE_HOME to a folder that can be written.",
    errno.EACCES: "the folder may not be written. Point PIXELWISE_HOME to a folder that can be written.",
    errno.EPERM: "the folder may not be written. Point PIXELWISE_HOME to a folder that can be written.",
}


def storage_sentence(what: str, error: OSError) -> str:
    """Say for a person why `what` (such as "the run") could not be stored."""
    reason = _STORAGE_SENTENCES.get(error.errno or 0)
    if reason is None:
        reason = f"the system answered: {error.strerror or error}."
    return f"Could not store {what}: {reason}"


@contextmanager
def storing(what: str) -> Iterator[None]:
    """Turn an `OSError` of the block into a `StorageError` that names `what`."""
    try:
        yield
    except OSError as error:
        raise StorageError(storage_sentence(what, error)) from error
