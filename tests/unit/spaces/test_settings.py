from pathlib import Path

import pytest

from core.spaces import settings
from core.spaces.settings import ServingError


def test_without_serving_there_are_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(settings.SERVE, raising=False)
    assert settings.now() is None


def test_what_is_said_counts(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text(
        '[pixelwise]\nclass_key = "blue-horses"\nteachers = ["Ada@School.example"]\n[pixelwise.limits]\nruns = 5\n'
    )
    found = settings.read(path)
    assert (found.class_key, found.teachers, found.accounts) == ("blue-horses", ("ada@school.example",), False)
    assert (found.limits.runs, found.limits.megabytes) == (5, 2000)
    assert "blue-horses" not in repr(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no way to sign in"),
        ("[pixelwise", "is no TOML"),
        ('pixelwise = "x"', "must be a table"),
        ('[pixelwise]\nclass_key = "short"', "8 to 200 letters"),
        ("[pixelwise]\nclass_key = 12345678", "must be text"),
        ('[pixelwise]\nclass_key = "same-same"\nteacher_key = "same-same"', "are the same"),
        ('[pixelwise]\nclas_key = "blue-horses"', "did you mean 'class_key'"),
        ('[pixelwise]\nclass_key = "blue-horses"\nteachers = ["ada"]', "e-mail addresses"),
        ('[pixelwise]\nclass_key = "blue-horses"\n[pixelwise.limits]\nruns = 0', "runs must be a whole number from 1"),
        ('[pixelwise]\nclass_key = "blue-horses"\n[pixelwise.limits]\nrun = 2', "did you mean 'runs'"),
        ('[auth]\nclient_id = "x"', "lacks redirect_uri and cookie_secret"),
        ('[auth]\nredirect_uri = "http://x"\ncookie_secret = "y"', "must end with /oauth2callback"),
        ('[auth]\nredirect_uri = "http://x/oauth2callback"\ncookie_secret = "y"', "client_id"),
    ],
)
def test_what_will_not_do_is_said_with_the_files_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "secrets.toml"
    path.write_text(text)
    with pytest.raises(ServingError, match=r"secrets\.toml.*" + said.replace("[", r"\[")):
        settings.read(path)


def test_a_missing_file_is_said_with_what_is_the_least(tmp_path: Path) -> None:
    with pytest.raises(ServingError, match=r"no file .*secrets\.toml.*class_key"):
        settings.read(tmp_path / "secrets.toml")
