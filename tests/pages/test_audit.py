"""The audit on a page: the button, what was found, and the control that opens it."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

from core import jobs
from core.datasets import audit, store
from core.datasets.store import About
from tests.pages.opening import said
from tests.unit.test_audit import clean
from tests.unit.test_jobs import wait


def shown() -> None:
    import streamlit as st

    from core.datasets import catalogue
    from pages.shared.audit import show_audit

    show_audit(catalogue.open_dataset("made-up"), lambda key: st.session_state.update(opened=key))


def make(*, name: str = "cat") -> store.Dataset:
    arrays = clean()
    arrays["pictures"][4] = 128
    return store.write(About("made-up", "Made up", "", "", (name, "dog"), (40, 40, 3)), arrays)


def open_it() -> AppTest:
    app = AppTest.from_function(shown, default_timeout=90).run()
    assert not app.exception
    return app


def test_the_button_makes_an_audit_and_its_findings_open(data_home: Path) -> None:
    make()
    app = open_it()
    assert "It changes nothing." in said(app)
    app.button(key="audit").click().run()
    job = jobs.find("audit-made-up")
    assert job
    assert wait(job, lambda status: status.state != jobs.RUNNING).state == jobs.FINISHED
    app = open_it()
    assert "Almost empty" in said(app)
    app.button(key="finding_almost-empty").click().run()
    assert app.session_state["opened"] == "almost-empty"


def test_a_clean_set_is_praised_and_its_checks_listed(data_home: Path) -> None:
    made = store.write(About("made-up", "Made up", "", "", ("cat", "dog"), (40, 40, 3)), clean())
    audit.audit(made)
    app = open_it()
    assert "Nothing was found" in said(app)
    assert "13 checks passed" in app.expander[0].label


def test_names_are_never_markup(data_home: Path) -> None:
    audit.audit(make(name="![](https://x/y)<img src=x onerror=alert(1)>"))
    app = open_it()
    unescaped = said(app).replace(r"\!", "").replace(r"\<", "")
    assert "img src=x" in unescaped
    assert "![](https" not in unescaped
    assert "<img src=x" not in unescaped
    bodies = [str(each.proto.body) for each in app.get("html")]
    assert bodies
    assert all("<img src=x" not in body for body in bodies)
