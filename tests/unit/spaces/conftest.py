"""A served data home, with a key for the class and one for its teachers."""

from pathlib import Path

import pytest

from core.spaces import settings

CLASS_KEY, TEACHER_KEY = "blue-horses", "green-owls-9"


@pytest.fixture
def served(data_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The served root; its file of secrets is beside it."""
    path = tmp_path / "secrets.toml"
    path.write_text(f'[pixelwise]\nclass_key = "{CLASS_KEY}"\nteacher_key = "{TEACHER_KEY}"\n')
    monkeypatch.setenv(settings.SERVE, str(path))
    return data_home
