import time
from pathlib import Path

import pytest

from core.spaces import people, settings
from core.spaces.attempts import Attempts
from core.spaces.people import SignInError, Visitor
from tests.unit.spaces.served import CLASS_KEY, TEACHER_KEY

pytestmark = pytest.mark.usefixtures("served")


def visitor(token: str) -> Visitor:
    found = people.visitor(token)
    assert found is not None
    return found


def test_a_new_name_gets_a_space_and_a_code_and_comes_back_with_it(served: Path) -> None:
    first = people.sign_in("Ada  Lovelace", CLASS_KEY, wait=Attempts())
    again = people.sign_in("ada lovelace", CLASS_KEY, first.code.upper().replace("-", " "), wait=Attempts())
    assert not again.code and visitor(first.token) == visitor(again.token)
    assert visitor(again.token).home.parent == served / "spaces" and not visitor(again.token).teacher
    kept = "".join(path.read_text() for path in (served / "people").glob("*.json"))
    assert first.code not in kept and first.code.replace("-", "") not in kept


@pytest.mark.parametrize("code", ["", "aaaa-bbbb-cccc", "é" * 300])
def test_nobody_takes_over_a_name(code: str) -> None:
    people.sign_in("Ada", CLASS_KEY, wait=Attempts())
    for key in (CLASS_KEY, TEACHER_KEY):
        with pytest.raises(SignInError, match="code" if code else "^The name Ada is taken. Enter your code"):
            people.sign_in("ADA", key, code, wait=Attempts())


@pytest.mark.parametrize("key", ["", "blue-horse", CLASS_KEY + "x", "ключ от класса", "\x00"])
def test_a_wrong_key_lets_nobody_in_and_makes_nothing(served: Path, key: str) -> None:
    with pytest.raises(SignInError, match="not the right key"):
        people.sign_in("Ada", key, wait=Attempts())
    assert not people.everybody()


def test_without_a_teachers_key_no_key_is_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "other.toml"
    path.write_text(f'[pixelwise]\nclass_key = "{CLASS_KEY}"\n')
    monkeypatch.setenv(settings.SERVE, str(path))
    with pytest.raises(SignInError):
        people.sign_in("Ada", "", wait=Attempts())
    assert not visitor(people.sign_in("Ada", CLASS_KEY, wait=Attempts()).token).teacher


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "a" * 41, "a\u202eb", "---", "a\x00b", "\ud800"])
def test_a_name_that_cannot_be_shown_is_refused(name: str) -> None:
    with pytest.raises(SignInError, match="name"):
        people.sign_in(name, CLASS_KEY, wait=Attempts())


@pytest.mark.parametrize(
    "name", ["../ada", "ada/../../x", "Ärzte", "李雷", "<b>x</b>", "a.json", "CON", "![](http://x/y)"]
)
def test_an_odd_name_is_a_name_and_no_path(served: Path, name: str) -> None:
    entered = people.sign_in(name, CLASS_KEY, wait=Attempts())
    assert visitor(entered.token).home.parent == served / "spaces"
    assert {path.parent for path in served.rglob("*.json")} == {served / "people"}
    assert [each.name for each in people.everybody().values()] == [name]


def test_many_wrong_tries_have_to_wait_and_others_need_not() -> None:
    now = 0.0
    wait = Attempts(lambda: now)

    def tries(count: int, names: str) -> None:
        for number in range(count):
            with pytest.raises(SignInError, match="right key"):
                people.sign_in(f"{names}{number if count > 10 else ''}", "wrong-key", where="10.0.0.1", wait=wait)

    tries(10, "Ada")
    with pytest.raises(SignInError, match="Too many"):
        people.sign_in("Ada", CLASS_KEY, where="10.0.0.2", wait=wait)
    assert people.sign_in("Ben", CLASS_KEY, where="10.0.0.1", wait=wait).token
    tries(50, "Somebody")
    with pytest.raises(SignInError, match="Too many"):
        people.sign_in("Cy", CLASS_KEY, where="10.0.0.1", wait=wait)
    assert people.sign_in("Cy", CLASS_KEY, where="10.0.0.2", wait=wait).token
    now = 301.0
    assert people.sign_in("Ada", CLASS_KEY, where="10.0.0.1", wait=wait).token


def test_a_token_that_was_changed_is_none() -> None:
    token = people.sign_in("Ada", CLASS_KEY, wait=Attempts()).token
    other = people.sign_in("Ben", CLASS_KEY, wait=Attempts()).token
    person, signed, since, role, mark = token.split(".")
    for forged in (
        "",
        "....",
        token + "x",
        token.replace("student", "teacher"),
        ".".join([other.split(".")[0], signed, since, role, mark]),
        ".".join([person, "1", since, role, mark]),
        ".".join([person, signed, "99999999999", role, mark]),
        ".".join(["../../secret", signed, since, role, mark]),
        "é" + token,
    ):
        assert people.visitor(forged) is None


def test_a_token_ends_after_a_month(monkeypatch: pytest.MonkeyPatch) -> None:
    entered = people.sign_in("Ada", CLASS_KEY, wait=Attempts())
    later = time.time() + 31 * 24 * 3600
    monkeypatch.setattr(time, "time", lambda: later)
    assert people.visitor(entered.token) is None


def test_a_new_code_ends_what_the_old_one_began() -> None:
    entered = people.sign_in("Ada", CLASS_KEY, wait=Attempts())
    code = people.new_code(visitor(entered.token).id)
    assert people.visitor(entered.token) is None
    with pytest.raises(SignInError):
        people.sign_in("Ada", CLASS_KEY, entered.code, wait=Attempts())
    assert people.visitor(people.sign_in("Ada", CLASS_KEY, code, wait=Attempts()).token)


def test_with_another_class_key_who_knew_the_old_one_is_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    student = people.sign_in("Ada", CLASS_KEY, wait=Attempts()).token
    teacher = people.sign_in("Eve", TEACHER_KEY, wait=Attempts()).token
    assert visitor(teacher).teacher
    path = tmp_path / "other.toml"
    path.write_text(f'[pixelwise]\nclass_key = "another-key"\nteacher_key = "{TEACHER_KEY}"\n')
    monkeypatch.setenv(settings.SERVE, str(path))
    assert people.visitor(student) is None and people.visitor(teacher) is not None


def test_an_account_has_one_space_and_only_a_verified_address_makes_a_teacher(
    served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: object())
    path = tmp_path / "accounts.toml"
    path.write_text(
        '[pixelwise]\nteachers = ["eve@school.example"]\n[auth]\nredirect_uri = "http://x/oauth2callback"\n'
        'cookie_secret = "y"\nclient_id = "z"\nserver_metadata_url = "https://id.example"\n'
    )
    monkeypatch.setenv(settings.SERVE, str(path))
    user = {"is_logged_in": True, "iss": "https://id.example", "sub": "1", "email": "Eve@school.example", "name": "Eve"}
    first, verified = people.account(user), people.account({**user, "email_verified": True})
    assert first and verified and first.home == verified.home
    assert (first.teacher, verified.teacher) == (False, True)
    # Another issuer's account of the same number is another person, and what is not signed in nobody.
    other = people.account({**user, "iss": "https://id.exampl", "sub": "e1"})
    assert other and other.home != first.home
    assert people.account({**user, "is_logged_in": False}) is None
    assert people.account({**user, "sub": ""}) is None
    with pytest.raises(SignInError, match="account"):
        people.sign_in("Ada", CLASS_KEY)
