"""The cluster that a user of this computer chose in the app: its address, in a file of the data home."""

from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from core.errors import as_storage_error
from core.storage import checked, data_home
from core.storage.checked import DamagedError, Longest

LONGEST = 300


@dataclass(frozen=True)
class _Chosen:
    """What the file says."""

    address: Annotated[str, Longest(LONGEST, fewest=1)]


def address() -> str:
    """Return the chosen cluster's address; empty where none was chosen, or where that cannot be read."""
    return _read()[0]


def damage() -> str:
    """Return what is wrong with the file, in a sentence; nothing where all is well."""
    return _read()[1]


def choose(address: str) -> None:
    """Keep an address, in place of what was there.

    Raises:
        StorageError: the disk is full or may not be written.
    """
    with as_storage_error("the cluster's address"):
        data_home.common().mkdir(parents=True, exist_ok=True)
        checked.write(data_home.cluster_file(), asdict(_Chosen(address)))


def forget() -> None:
    """Go back to this computer; what was chosen, or the damaged file, is deleted.

    Raises:
        StorageError: it may not be deleted.
    """
    with as_storage_error("the removal of the cluster's address"):
        data_home.remove(data_home.cluster_file())


def _read() -> tuple[str, str]:
    path = data_home.cluster_file()
    return _kept(path, data_home.version(path))


@lru_cache(maxsize=4)
def _kept(path: Path, _version: tuple[int, int]) -> tuple[str, str]:
    try:
        return checked.read_object(path, _Chosen).address.strip(), ""
    except checked.MissingError:
        return "", ""
    except DamagedError as error:
        return "", f"The cluster's address is damaged: {error}. Work stays on this computer."
