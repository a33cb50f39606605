"""A served data home, with a key for the class and one for its teachers."""

from pathlib import Path

import pytest

from core.spaces import people, settings
from core.spaces.attempts import Attempts
from core.spaces.people import Visitor

CLASS_KEY, TEACHER_KEY = "blue-horses", "green-owls-9"


def serve(path: Path, monkeypatch: pytest.MonkeyPatch, more: str = "") -> None:
    """Serve from now on as a file of secrets says, which is written here."""
    path.write_text(f'[pixelwise]\nclass_key = "{CLASS_KEY}"\nteacher_key = "{TEACHER_KEY}"\n{more}')
    monkeypatch.setenv(settings.SERVE, str(path))


@pytest.fixture
def served(data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The served root."""
    serve(tmp_path / "secrets.toml", monkeypatch)
    return data_home


def joined(name: str, key: str = CLASS_KEY) -> tuple[str, Visitor]:
    """Let somebody new in; return their token, and who they are."""
    token = people.sign_in(name, key, wait=Attempts()).token
    who = people.visitor(token)
    assert who is not None
    return token, who
