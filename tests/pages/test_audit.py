"""The audit on a page: the button, what was found, and the control that opens it."""

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

from core.datasets import decisions, store
from core.datasets.audit import report
from core.datasets.store import SPLITS, About
from core.storage import jobs
from tests.pages.opening import said
from tests.unit.datasets.test_audit import clean, kept, leaking, with_leaks
from tests.unit.made_runs import unsigned
from tests.unit.storage.test_jobs import wait


def shown() -> None:
    import streamlit as st

    from core.datasets.sources import catalogue
    from pages.browse.audit import show_audit

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
    assert "Almost blank" in said(app)
    app.button(key="finding_almost-empty").click().run()
    assert app.session_state["opened"] == "almost-empty"


def test_a_clean_set_is_praised_and_its_checks_listed(data_home: Path) -> None:
    made = store.write(About("made-up", "Made up", "", "", ("cat", "dog"), (40, 40, 3)), clean())
    report.audit(made)
    app = open_it()
    assert "No problems found" in said(app)
    assert "13 checks passed" in app.expander[0].label


def test_names_are_never_markup(data_home: Path) -> None:
    report.audit(make(name="![](https://x/y)<img src=x onerror=alert(1)>"))
    app = open_it()
    unescaped = said(app).replace(r"\!", "").replace(r"\<", "")
    assert "img src=x" in unescaped
    assert "![](https" not in unescaped
    assert "<img src=x" not in unescaped
    bodies = [str(each.proto.body) for each in app.get("html")]
    assert bodies
    assert all("<img src=x" not in body for body in bodies)


def test_one_click_excludes_the_copies_that_leak_and_the_page_shows_that_the_leak_is_gone(data_home: Path) -> None:
    dataset = kept(with_leaks())
    report.audit(dataset)
    app = open_it()
    assert "Exclude the 6 copies in train and validation" in said(app)
    assert leaking(dataset)
    app.button(key="mend_leak").click().run()
    assert leaking(dataset) == []
    assert "· gone" in said(app)
    assert "no image is in two splits any more" in said(app)
    assert app.button(key="mend_leak").label == "Take back the 6 copies in train and validation"
    report.audit(dataset)
    app = open_it()
    assert "no image is in two splits any more" in said(app)
    app.button(key="mend_leak").click().run()
    assert decisions.decided(dataset).excluded == ()
    assert "Exclude the 6 copies" in said(app)


def test_all_but_one_of_copies_are_excluded_in_a_click_and_taken_back(data_home: Path) -> None:
    dataset = kept(with_leaks())
    found = report.audit(dataset).finding("exact-duplicates")
    assert found
    app = open_it()
    app.button(key="thin_exact-duplicates").click().run()
    out = set(decisions.decided(dataset).excluded)
    assert out
    for group in found.groups:
        left = [index for index in group if index not in out]
        assert left
        assert len(left) == 1 or all(dataset.splits[index] == SPLITS.index("test") for index in left)
    button = app.button(key="thin_exact-duplicates")
    assert button.label.startswith(f"Take back the {len(out)} copies in train")
    button.click().run()
    assert decisions.decided(dataset).excluded == ()


def test_an_audit_of_an_earlier_version_names_the_copies_too(data_home: Path) -> None:
    dataset = kept(with_leaks())
    report.audit(dataset)
    path = dataset.folder / "audit.json"
    kept_then = json.loads(unsigned(path))
    for finding in kept_then["findings"]:
        if finding["key"] == "leak":
            finding["sentence"] = "Exclude the copies in one of the splits."
    path.write_text(json.dumps(kept_then), encoding="utf-8")
    app = open_it()
    assert "Exclude the 6 copies in train and validation" in said(app)
    assert "one of the splits" not in said(app)
