"""Signing in to a server for a class, and that nothing of it is seen where the app is not served."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.responses import Response
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from core import runs
from core.classroom import sharing
from core.recipes.recipe import find_recipe
from core.spaces import people
from core.storage import data_home as homes
from pages.common import sign_in, sign_in_routes, visitor
from pages.common.sign_in_routes import Tickets
from tests.asgi import ask
from tests.pages.opening import said, show
from tests.paths import PROJECT
from tests.unit.small_sets import imported
from tests.unit.spaces.served import CLASS_KEY, TEACHER_KEY, joined, serve
from tests.unit.spaces.served import served as served

ALL = ["home", "datasets", "browse", "train", "runs", "errors", "predict", "explain", "teach"]


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No finder of this module's app stays behind, nor wrong tries, nor what was looked at."""
    monkeypatch.setattr("pages.common.page_frame.prepare_server", lambda: None)
    monkeypatch.setattr(visitor, "_entered", {})
    yield
    homes.find_by(None)


def opened() -> AppTest:
    return AppTest.from_file(str(PROJECT / "app.py"), default_timeout=90).run()


def as_somebody(monkeypatch: pytest.MonkeyPatch, token: str) -> AppTest:
    monkeypatch.setattr(visitor, "_token", lambda _session: token)
    return opened()


@pytest.mark.parametrize("page", ALL)
def test_who_is_not_signed_in_sees_no_page(served: Path, page: str) -> None:
    app = opened()
    app.switch_page(f"pages/{page}/page.py").run()
    assert [each.key for each in app.text_input] == ["sign_in_name", "sign_in_key", "sign_in_code"]
    assert not app.exception and [each.value for each in app.title] == ["Pixelwise"]
    assert not list(served.iterdir()) if served.exists() else True


def test_a_wrong_key_is_said_and_the_right_one_leads_to_a_cookie(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    monkeypatch.setattr(sign_in, "_go", sent.append)  # AppTest has no browser to send.
    app = opened()
    app.text_input(key="sign_in_name").set_value("Ada")
    app.text_input(key="sign_in_key").set_value("blue-cows")
    app.button[0].click().run()
    assert "not the right key" in said(app)
    app.text_input(key="sign_in_key").set_value(CLASS_KEY)
    app.button[0].click().run()
    (code,) = [each.value for each in app.code]
    assert re.fullmatch(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", code)
    app.button(key="sign_in_go_on").click().run()
    (address,) = sent
    path, _, query = address.partition("?")
    answer = ask(sign_in_routes.routes(), path, query=query)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie
    found = people.visitor(cookie.split(";")[0].partition("=")[2])
    assert found and found.name == "Ada" and not found.teacher
    again = ask(sign_in_routes.routes(), path, query=query)
    assert again.status == 403 and "set-cookie" not in again.headers


def test_a_ticket_counts_for_a_minute() -> None:
    now = 0.0
    tickets = Tickets(lambda: now)
    first, second = tickets.give("a"), tickets.give("b")
    now = 59.0
    assert (tickets.take(first), tickets.take(first)) == ("a", "")
    now = 61.0
    assert (tickets.take(second), tickets.take("")) == ("", "")


def test_a_student_works_in_a_space_and_a_teacher_sees_the_class(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (ada_token, ada), (eve_token, eve) = joined("Ada"), joined("Eve", TEACHER_KEY)
    with homes.at(eve.home):
        eve.home.mkdir(parents=True)
        sharing.share(imported("eight-by-eight", eve.home), 0.25)
    app = as_somebody(monkeypatch, ada_token)
    show(app, "datasets")
    assert "eight by eight (shared)" in said(app).replace("\\", "")
    assert not [each for each in app.button if each.label == "Remove"]
    assert "From this computer" not in app.button_group(key="way_in").options
    assert (ada.home / "datasets" / "eight-by-eight" / "shared.txt").exists() and not (served / "datasets").exists()
    with pytest.raises(ValueError, match="classroom"):
        app.switch_page("pages/classroom/page.py").run()
    app = show(as_somebody(monkeypatch, eve_token), "classroom")
    rows = [each.value for each in app.dataframe]
    assert rows[-1]["Name"].tolist() == ["Ada", "Eve"]
    assert "18 images for the class, 6 images held back" in said(app)


def test_a_name_is_no_formula_in_what_a_teacher_downloads(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    joined("=1+1")
    app = show(as_somebody(monkeypatch, joined("Eve", TEACHER_KEY)[0]), "classroom")
    assert app.dataframe[-1].value["Name"].tolist() == ["'=1+1", "Eve"]


def test_a_figure_that_a_run_lacks_is_a_dash_in_the_table_of_all(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with homes.at(joined("Ada")[1].home):
        runs.create(find_recipe("digits-dense"))
    app = show(as_somebody(monkeypatch, joined("Eve", TEACHER_KEY)[0]), "classroom")
    assert app.dataframe[0].value["Test"].isna().all()
    assert [each.proto.placeholder for each in app.dataframe] == ["–", "–"]


def test_a_teacher_gives_a_new_code(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ada_token, ada = joined("Ada")
    app = show(as_somebody(monkeypatch, joined("Eve", TEACHER_KEY)[0]), "classroom")
    app.selectbox(key="lost_code").set_value(ada.id).run()
    app.button(key="new_code").click().run()
    (code,) = [each.value for each in app.code]
    assert people.visitor(ada_token) is None and people.sign_in("Ada", CLASS_KEY, code).token


def test_a_file_of_secrets_that_breaks_while_serving_lets_nobody_in(
    served: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, _ = joined("Ada")
    serve(tmp_path / "secrets.toml", monkeypatch, "x = [")
    app = as_somebody(monkeypatch, token)
    assert "is no TOML" in said(app) and not app.button and not app.exception


def test_where_nothing_is_served_nothing_of_it_is_seen(app: AppTest) -> None:
    assert "never leave this computer" in said(app)
    show(app, "datasets")
    assert "From this computer" in app.button_group(key="way_in").options
    with pytest.raises(ValueError, match="classroom"):
        app.switch_page("pages/classroom/page.py").run()


def test_only_the_sessions_of_people_who_are_signed_in_upload(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(session: str, method: str = "PUT") -> bool:
        path = f"/_stcore/upload_file/{session}/1"
        route = Route(path, lambda _request: Response("taken"), methods=["PUT", "DELETE", "GET"])
        answer = ask([route], path, method=method, middleware=sign_in_routes.middleware())
        return (answer.status, answer.body) == (200, b"taken")

    sessions = type(visitor._signed_in)()
    monkeypatch.setattr(visitor, "_signed_in", sessions)
    as_somebody(monkeypatch, "")
    (session,) = sessions
    assert not taken(session) and not taken(session, "DELETE") and not taken("another")
    as_somebody(monkeypatch, joined("Ada")[0])
    assert taken(session) and not taken("another")
