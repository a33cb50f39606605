"""How a server for a class is set up: the part of Streamlit's file of secrets that is Pixelwise's own."""

import importlib.util
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.errors import PixelwiseError
from core.settings import SettingError, Specification, setting, unknown_name
from core.storage import data_home

# Names the file of secrets where the app is served; without it there is one user, on this machine.
SERVE = "PIXELWISE_SERVE"
# Beside the app, where Streamlit looks for it.
USUAL = Path(".streamlit") / "secrets.toml"
_SHORTEST_KEY, _LONGEST_KEY = 8, 200
_MOST_BYTES = 100_000
_OF_AUTH = ("redirect_uri", "cookie_secret")
_EXAMPLE = 'See docs/serving.md; the least is:  [pixelwise]  class_key = "eight letters or more"'


class ServingError(PixelwiseError):
    """The server cannot be started as its file of secrets says."""


@dataclass(frozen=True)
class Limits(Specification):
    """What each user of a server may have, and how many train at once."""

    title = "Limits"

    megabytes: int = setting(2000, minimum=10, maximum=10_000_000, unit="MB", help="What a space may hold.")
    images: int = setting(50_000, minimum=1, maximum=100_000_000, help="Images of own datasets in a space.")
    runs: int = setting(3, minimum=1, maximum=1000, help="Runs of a user that train or wait at the same time.")
    trainings: int = setting(2, minimum=1, maximum=1000, help="Trainings at the same time, of all users together.")


@dataclass(frozen=True)
class Serving:
    """What the file of secrets says.

    Attributes:
        class_key: what everybody in the class signs in with; empty: by an account only.
        teacher_key: what teachers sign in with; empty: there are none that do.
        teachers: addresses of e-mail of accounts that are teachers', in lower case.
        accounts: whether one may sign in by an account, Streamlit's `[auth]`.
        limits: of each user.
    """

    class_key: str = field(default="", repr=False)
    teacher_key: str = field(default="", repr=False)
    teachers: tuple[str, ...] = ()
    accounts: bool = False
    limits: Limits = Limits()


def served() -> bool:
    """Tell whether this process is served to a class, even where its file of secrets cannot be used."""
    return bool(os.environ.get(SERVE))


def now() -> Serving | None:
    """Return how this process is served; `None`: it is not.

    Raises:
        ServingError: its file of secrets is not there any more, or damaged.
    """
    path = os.environ.get(SERVE)
    return _kept(path, data_home.version(path)) if path else None


@lru_cache(maxsize=4)
def _kept(path: str, _version: tuple[int, int]) -> Serving:
    return read(Path(path))


def read(path: Path) -> Serving:
    """Return what a file of secrets says.

    Raises:
        ServingError: there is none, it is no TOML, or what it says will not do; a sentence says which.
    """
    try:
        with path.open("rb") as file:
            data = tomllib.loads(file.read(_MOST_BYTES).decode())
    except FileNotFoundError:
        raise ServingError(f"There is no file {path}, which says how the class signs in. {_EXAMPLE}") from None
    except OSError as error:
        raise ServingError(f"{path} cannot be read: {error.strerror or error}.") from error
    except ValueError as error:
        raise ServingError(f"{path} is no TOML: {error}. {_EXAMPLE}") from error
    try:
        return _serving(data)
    except (ServingError, SettingError) as error:
        raise ServingError(f"{path}: {error}") from error


def _serving(data: Mapping[str, Any]) -> Serving:
    own, auth = (_table(data, name) for name in ("pixelwise", "auth"))
    known = ["class_key", "teacher_key", "teachers", "limits"]
    for name in own:
        if name not in known:
            raise ServingError(unknown_name("name in [pixelwise]:", name, known))
    class_key, teacher_key = (_key(own, name) for name in ("class_key", "teacher_key"))
    teachers = own.get("teachers", [])
    if not isinstance(teachers, list) or not all(isinstance(each, str) and "@" in each for each in teachers):
        raise ServingError('teachers must be a list of e-mail addresses, such as ["ada@school.example"].')
    if not class_key and not auth:
        raise ServingError(f"it names no way to sign in. {_EXAMPLE}")
    if class_key and class_key == teacher_key:
        raise ServingError("class_key and teacher_key are the same: all would be teachers. Choose two.")
    if auth:
        _check_accounts(auth)
    limits = Limits.from_json(_table(own, "limits"))
    return Serving(class_key, teacher_key, tuple(each.casefold() for each in teachers), bool(auth), limits)


def _table(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = data.get(name, {})
    if not isinstance(found, Mapping):
        raise ServingError(f"{name} must be a table, [{name}].")
    return found


def _key(own: Mapping[str, Any], name: str) -> str:
    key = own.get(name, "")
    if not isinstance(key, str) or (key and not _SHORTEST_KEY <= len(key) <= _LONGEST_KEY) or key != key.strip():
        raise ServingError(f"{name} must be text of {_SHORTEST_KEY} to {_LONGEST_KEY} letters, no space at its ends.")
    return key


def _check_accounts(auth: Mapping[str, Any]) -> None:
    missing = [name for name in _OF_AUTH if not isinstance(auth.get(name), str) or not auth[name]]
    if missing:
        raise ServingError(f"[auth] lacks {' and '.join(missing)}, which Streamlit's sign-in needs.")
    if not auth["redirect_uri"].endswith("/oauth2callback"):
        raise ServingError(
            "redirect_uri in [auth] must end with /oauth2callback, as https://its.address/oauth2callback."
        )
    if not auth.get("client_id") or not auth.get("server_metadata_url"):
        raise ServingError(
            "[auth] lacks client_id or server_metadata_url: Pixelwise takes one provider, without a name."
        )
    if importlib.util.find_spec("authlib") is None:
        raise ServingError("[auth] needs the package Authlib: pip install -r requirements-serve.txt, or make serve.")
