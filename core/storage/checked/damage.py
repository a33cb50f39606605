"""The one error of everything that is read from the data home."""

from pathlib import Path

from core.errors import PixelwiseError


class DamagedError(PixelwiseError):
    """A file that cannot be read or does not hold what it should. The message names it and says what is wrong."""

    def __init__(self, path: Path, what: str) -> None:
        """Say of a file what is wrong with it: `what` follows its name, such as `is no JSON`."""
        super().__init__(f"{path.name} {what}")
        self.path = path


class MissingError(DamagedError):
    """A file that is not there."""

    def __init__(self, path: Path) -> None:
        """Say so."""
        super().__init__(path, "is missing")


def unreadable(path: Path, error: OSError) -> DamagedError:
    """Return the error of a file that the system does not let be read."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return MissingError(path)
    return DamagedError(path, f"cannot be read: {error.strerror or type(error).__name__}")
