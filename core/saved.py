"""What a user keeps under a name of their own, such as a pipeline of steps: one JSON file each in the data home."""

import hashlib
import json
import re
from pathlib import Path
from typing import Any

from core import home
from core.errors import PixelwiseError, storing

KINDS = ("pipeline", "augmentation", "booking", "recipe", "draft")
LONGEST_NAME = 80


class SavedError(PixelwiseError):
    """A name that cannot be used, or something saved that is not there or cannot be read."""


def save(kind: str, name: str, content: Any) -> None:
    """Keep `content` under a name, in place of what was there.

    Args:
        kind: one of `KINDS`.
        name: any text of 1 to `LONGEST_NAME` characters; spaces around it are taken away.
        content: what JSON can hold.

    Raises:
        SavedError: the name is empty, too long or has characters that cannot be shown.
        StorageError: the disk is full or may not be written.
    """
    name = _checked(name)
    path = _path(kind, name)
    with storing(f"the {kind} {name}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        home.replace_text(path, json.dumps({"name": name, "content": content}, indent=1))


def load(kind: str, name: str) -> Any:
    """Return what was saved under a name.

    Raises:
        SavedError: nothing was, or its file is damaged.
    """
    path = _path(kind, name)
    if not path.exists():
        raise SavedError(f"There is no saved {kind} called {name!r}.")
    found = _read(path)
    if found is None:
        raise SavedError(
            f"The saved {kind} {name!r} is damaged ({path} cannot be read). Save it anew, or remove it from the list."
        )
    return found["content"]


def names(kind: str) -> list[str]:
    """Return the names of what was saved, sorted without regard to case; a file that cannot be read has none."""
    found = filter(None, map(_read, _folder(kind).glob("[!.]*.json")))
    return sorted((each["name"] for each in found), key=lambda name: (name.casefold(), name))


def remove(kind: str, name: str) -> None:
    """Delete what was saved under a name; nothing happens when there is nothing.

    Raises:
        StorageError: it may not be deleted.
    """
    with storing(f"the removal of the {kind} {name}"):
        _path(kind, name).unlink(missing_ok=True)


def _folder(kind: str) -> Path:
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    return home.data_home() / "saved" / kind


def _path(kind: str, name: str) -> Path:
    """Return a name's file. The hash keeps apart what the readable part makes alike, such as `A b` and `a-b`."""
    readable = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40]
    unique = hashlib.sha256(name.strip().encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return _folder(kind) / f"{readable or 'saved'}-{unique}.json"


def _checked(name: str) -> str:
    name = name.strip()
    if not name:
        raise SavedError("A name is needed to save it under.")
    if len(name) > LONGEST_NAME:
        raise SavedError(f"The name has {len(name):,} characters; at most {LONGEST_NAME} are taken.")
    if not name.isprintable():
        raise SavedError("The name has characters that cannot be shown, such as a line break. Leave them out.")
    return name


def _read(path: Path) -> dict[str, Any] | None:
    """Return a file's object, or `None` when it is damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return found if isinstance(found["name"], str) and "content" in found else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
