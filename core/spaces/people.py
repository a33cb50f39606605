"""Who is signed in: names with a personal code behind the class's key, or accounts; and the token that says so.

A person is a file, `people/<id>.json` below the served root. A name belongs to whoever signed in with it first: that
person was shown a code, of which only a salted hash is kept.
"""

import base64
import hashlib
import hmac
import os
import re
import secrets
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from filelock import FileLock

from core.errors import PixelwiseError, as_storage_error
from core.spaces import settings
from core.spaces.attempts import EVERYBODY, Attempts
from core.spaces.settings import Serving
from core.storage import checked, data_home
from core.storage.checked import Count, DamagedError, Hexadecimal, Longest, MissingError, Time

LONGEST_NAME = 40
_SIGNED_IN_S = 30 * 24 * 3600.0
_PERSON = re.compile(r"[0-9a-f]{32}")
_TEACHER, _STUDENT = "teacher", "student"
_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_SPACE_BYTES, _SALT_BYTES, _SECRET_BYTES = 12, 16, 32
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}
_NOT_RIGHT = "This is not the right key. Ask your teacher for it."
_attempts = Attempts()


class SignInError(PixelwiseError):
    """Why somebody is not let in, in a sentence that tells nothing of others."""


@dataclass(frozen=True)
class Person:
    """What `people/<id>.json` says.

    Attributes:
        name: as others see it.
        space: the id of their space, random.
        joined: seconds since 1970.
        salt: of the code, in hexadecimal; empty: they sign in by an account.
        code: the code's hash, in hexadecimal.
        signed: counts up to make all tokens so far count no longer.
    """

    name: Annotated[str, Longest(200)]
    space: Annotated[str, Hexadecimal(2 * _SPACE_BYTES)]
    joined: Time
    salt: Annotated[str, Hexadecimal(2 * _SALT_BYTES, or_empty=True)] = ""
    code: Annotated[str, Hexadecimal(128, or_empty=True)] = ""
    signed: Count = 0


@dataclass(frozen=True)
class Visitor:
    """Somebody who is signed in.

    Attributes:
        id: names their file.
        name: as others see it.
        home: their data home.
        teacher: whether they may look at everybody's runs.
    """

    id: str
    name: str
    home: Path
    teacher: bool = False


@dataclass(frozen=True)
class Entered:
    """What comes of signing in: the token, and, of a new name, the code that is shown this once."""

    token: str
    code: str = ""


def home_of(space: str) -> Path:
    """Return the data home that a space is."""
    return data_home.common() / "spaces" / space


def everybody() -> dict[str, Person]:
    """Return all people by id, by name; those whose file is damaged are left out: `damaged` tells of them.

    Raises:
        StorageError: their folder cannot be read.
    """
    return dict(sorted(_looked_at()[0].items(), key=lambda item: item[1].name.casefold()))


def damaged() -> list[str]:
    """Return a sentence for each person's file that cannot be read: whose it is cannot sign in.

    Raises:
        StorageError: their folder cannot be read.
    """
    return _looked_at()[1]


def _looked_at() -> tuple[dict[str, Person], list[str]]:
    found, wrong = {}, []
    for name in data_home.names_in(_folder(), ".json"):
        try:
            found[name.removesuffix(".json")] = _read(name.removesuffix(".json"))
        except DamagedError as error:
            wrong.append(_lost("somebody in the class", error))
    return found, wrong


def _lost(who: str, error: DamagedError) -> str:
    return (
        f"What is kept of {who} is damaged: people/{error}. A teacher can delete that file on the server; the name is "
        "then free, and begins with an empty space."
    )


def sign_in(name: str, key: str, code: str = "", *, where: str = "", wait: Attempts = _attempts) -> Entered:
    """Let somebody in by the class's or the teachers' key.

    Args:
        name: what they are to be called; one that is there already takes its code.
        key: the class's, or the teachers'.
        code: the personal one, as it was shown when the name was new.
        where: their address, as far as it is known; wrong tries are counted by it and by the name.
        wait: counts them.

    Raises:
        SignInError: the name is none, the key or code is wrong, or there were too many such tries.
        StorageError: the disk is full or may not be written.
    """
    serving = settings.now()
    if serving is None or not serving.class_key:
        raise SignInError("Sign in by your account: this server has no key.")
    name = checked_name(name)
    person_id = _id("name", name.casefold())
    told = (f"name:{person_id}", f"where:{where}", EVERYBODY)
    if (seconds := wait.left(told)) > 0:
        raise SignInError(f"Too many wrong tries. Wait {max(1, round(seconds / 60))} min, then try again.")
    given = key.strip().encode()
    is_class = hmac.compare_digest(given, serving.class_key.encode())
    is_teacher = hmac.compare_digest(given, (serving.teacher_key or secrets.token_hex()).encode())
    if not (is_class or is_teacher):
        wait.failed(told)
        raise SignInError(_NOT_RIGHT)
    with as_storage_error("who you are"):
        _folder().mkdir(parents=True, exist_ok=True)
        with FileLock(_folder() / ".joining.lock"):
            try:
                person, shown = _read(person_id), ""
            except MissingError:
                person, shown = _joined(person_id, name)
            except DamagedError as error:
                raise SignInError(_lost(name, error)) from error
    if not shown and not _is_code(person, code):
        if not code.strip():
            raise SignInError(f"The name {person.name} is taken. Enter your code, or choose another name.")
        wait.failed(told)
        raise SignInError("This is not the code of that name. Your teacher can give you a new one.")
    return Entered(_token(person_id, person, _TEACHER if is_teacher else _STUDENT, serving), shown)


def checked_name(name: str) -> str:
    """Return a name with odd spaces and forms of letters evened out.

    Raises:
        SignInError: it is empty, too long, or has letters that cannot be shown.
    """
    name = " ".join(unicodedata.normalize("NFKC", name[:1000]).split())
    if not name or not name.isprintable() or not any(letter.isalnum() for letter in name):
        raise SignInError("Enter a name of letters or digits that can be shown.")
    if len(name) > LONGEST_NAME:
        raise SignInError(f"The name is too long ({len(name)} characters; maximum {LONGEST_NAME}).")
    return name


def new_code(person_id: str) -> str:
    """Give somebody who has lost their code another one, and end their sessions; return it.

    Raises:
        SignInError: there is no such person, or they sign in by an account.
        StorageError: the disk is full or may not be written.
    """
    with as_storage_error("the new code"), FileLock(_folder() / ".joining.lock"):
        try:
            person = _read(person_id)
        except DamagedError as error:
            raise SignInError("There is nobody of that name.") from error
        if not person.code:
            raise SignInError(f"{person.name} signs in by an account, and has no code.")
        code, salt, hashed = _made_code()
        _write(person_id, replace(person, salt=salt, code=hashed, signed=person.signed + 1))
    return code


def visitor(token: str) -> Visitor | None:
    """Return who a token is of; `None`: it is none that `sign_in` gave, too old, or no longer counts.

    Raises:
        SignInError: what the server signs tokens by is damaged.
        StorageError: the disk is full or may not be written.
    """
    serving = settings.now()
    parts = token.split(".")
    if serving is None or len(parts) != 5 or not token.isascii():
        return None
    person_id, signed, since, role, _ = parts
    secret = _secret_file()
    if not _PERSON.fullmatch(person_id) or not _is_of(token, serving, secret, data_home.version(secret)):
        return None
    try:
        person = _known(_folder() / f"{person_id}.json", data_home.version(_folder() / f"{person_id}.json"))
    except DamagedError:
        return None
    if str(person.signed) != signed or time.time() - int(since) > _SIGNED_IN_S:
        return None
    return Visitor(person_id, person.name, home_of(person.space), role == _TEACHER)


# A page asks whose home is meant a hundred times.
@lru_cache(maxsize=1000)
def _is_of(token: str, serving: Serving, _secret_file: Path, _version: tuple[int, int]) -> bool:
    *parts, mark = token.split(".")
    return parts[3] in (_TEACHER, _STUDENT) and hmac.compare_digest(mark, _mark(parts, parts[3], serving))


@lru_cache(maxsize=1000)
def _known(path: Path, _version: tuple[int, int]) -> Person:
    return checked.read_object(path, Person)


def account(user: Mapping[str, Any]) -> Visitor | None:
    """Return who an account is of, as Streamlit's `st.user` has it, with a space from the first time on.

    Returns:
        `None` where the account lacks what tells it from all others.

    Raises:
        SignInError: what is kept of them is damaged.
        StorageError: the disk is full or may not be written.
    """
    serving = settings.now()
    issuer, subject = (str(user.get(name) or "") for name in ("iss", "sub"))
    if serving is None or not serving.accounts or not user.get("is_logged_in") or not issuer or not subject:
        return None
    person_id, email = _id("account", f"{len(issuer)} {issuer}{subject}"), str(user.get("email") or "").casefold()
    try:
        person = _account(person_id, user, email)
    except DamagedError as error:
        raise SignInError(_lost("your account", error)) from error
    # An address that nobody verified may be anybody's.
    teacher = email in serving.teachers and user.get("email_verified") is True
    return Visitor(person_id, person.name, home_of(person.space), teacher)


def _account(person_id: str, user: Mapping[str, Any], email: str) -> Person:
    try:
        return _read(person_id)
    except MissingError:
        said = "".join(each for each in str(user.get("name") or email) if each.isprintable()).strip()
        with as_storage_error("who you are"):
            _folder().mkdir(parents=True, exist_ok=True)
            with FileLock(_folder() / ".joining.lock"):
                if not (_folder() / f"{person_id}.json").exists():
                    _write(
                        person_id,
                        Person(said[:LONGEST_NAME] or "Somebody", secrets.token_hex(_SPACE_BYTES), time.time()),
                    )
        return _read(person_id)


def _folder() -> Path:
    return data_home.common() / "people"


def _id(kind: str, text: str) -> str:
    return hashlib.sha256(f"{kind}:{text}".encode()).hexdigest()[:32]


def _read(person_id: str) -> Person:
    if not _PERSON.fullmatch(person_id):
        raise MissingError(_folder() / "person.json")
    return checked.read_object(_folder() / f"{person_id}.json", Person)


def _write(person_id: str, person: Person) -> None:
    checked.write(_folder() / f"{person_id}.json", asdict(person))


def _joined(person_id: str, name: str) -> tuple[Person, str]:
    code, salt, hashed = _made_code()
    person = Person(name, secrets.token_hex(_SPACE_BYTES), time.time(), salt, hashed)
    _write(person_id, person)
    return person, code


def _made_code() -> tuple[str, str, str]:
    """Return a code to be shown, of 59 bits, a salt and the code's hash."""
    letters = "".join(secrets.choice(_CODE_LETTERS) for _ in range(12))
    salt = secrets.token_hex(_SALT_BYTES)
    return "-".join((letters[:4], letters[4:8], letters[8:])), salt, _hashed(letters, salt)


def _hashed(code: str, salt: str) -> str:
    return hashlib.scrypt(code.encode(), salt=bytes.fromhex(salt), **_SCRYPT).hex()


def _is_code(person: Person, code: str) -> bool:
    letters = "".join(each for each in code[:200].casefold() if each.isalnum())
    return bool(person.code) and hmac.compare_digest(_hashed(letters, person.salt), person.code)


def _token(person_id: str, person: Person, role: str, serving: Serving) -> str:
    parts = [person_id, str(person.signed), str(int(time.time())), role]
    return ".".join([*parts, _mark(parts, role, serving)])


def _mark(parts: list[str], role: str, serving: Serving) -> str:
    # With another key of the class, or of its teachers, those who signed in with the old one are out.
    key = _secret() + (serving.teacher_key if role == _TEACHER else serving.class_key).encode()
    made = hmac.new(key, ".".join(parts).encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def _secret_file() -> Path:
    return _folder() / ".secret"


def _secret() -> bytes:
    """Return what only this server knows, made once.

    Raises:
        SignInError: it is damaged. With a part of it, or nothing, whoever has the class's key could sign for another.
        StorageError: the disk is full or may not be written.
    """
    path = _secret_file()
    if not os.path.lexists(path):
        with as_storage_error("the server's secret"):
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_name(".secret.lock")):
                if not path.exists():
                    _make_secret(path)
    try:
        found = checked.read_bytes(path, 100)
        if len(found) != _SECRET_BYTES:
            raise DamagedError(path, f"has {len(found)} bytes in place of {_SECRET_BYTES}")
        if not any(found):
            raise DamagedError(path, "has nothing but zeros")
    except DamagedError as error:
        raise SignInError(
            f"Nobody can be signed in, since people/{error}. Delete that file on the server: all sign in again then."
        ) from error
    return found


def _make_secret(path: Path) -> None:
    with data_home.replacing(path, lasting=True) as beside:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(_SECRET_BYTES))
