"""The audit of a data set on a page: the button, its progress, and what was found, each to be opened in the gallery."""

import html
from collections.abc import Callable
from datetime import datetime

import streamlit as st

from core import jobs
from core.datasets import audit
from core.datasets.audit import Audit
from core.datasets.findings import INFO, PASSED, PROBLEM, WARNING, Finding
from core.datasets.store import Dataset
from pages.shared.components.gallery import picture_url
from pages.shared.frame import plain, said_in_words
from pages.shared.job import show_job

_ICONS = {
    PROBLEM: (":red[:material/error:]", "problem"),
    WARNING: (":orange[:material/warning:]", "warning"),
    INFO: (":blue[:material/visibility:]", "to look at"),
}
_EXAMPLES = 4
_EXAMPLE_PX = 72
_FRAME = "border-radius:4px;outline:1px solid rgba(128,128,128,.3)"


def show_audit(dataset: Dataset, open_finding: Callable[[str], None]) -> None:
    """Show what the kept audit found, and the button that makes one.

    Args:
        dataset: what is audited.
        open_finding: called with a finding's key before the next rerun, to show its pictures in the gallery.
    """
    name = dataset.about.name
    job, made = jobs.find(f"audit-{name}"), audit.load(dataset)
    going = job is not None and show_job(job, f"Audit of {dataset.about.title}").state == jobs.RUNNING
    if made:
        _show_findings(dataset, made, open_finding)
    elif not going:
        st.markdown(
            "The audit looks for unreadable files, duplicates, the same picture in training and test, pictures that "
            "are empty, dark, bright, blurred or of an odd shape, classes of unlike size, and labels that something "
            "trivial such as brightness tells. It changes nothing."
        )
    if not going and st.button(
        "Audit again" if made else "Audit",
        key="audit",
        type="secondary" if made else "primary",
        icon=":material/fact_check:",
    ):
        with said_in_words():
            jobs.start(f"audit-{name}", "core.datasets.audit:run", {"name": name})
            st.rerun()


def _show_findings(dataset: Dataset, made: Audit, open_finding: Callable[[str], None]) -> None:
    found = [finding for finding in made.findings if finding.severity != PASSED]
    passed = [finding for finding in made.findings if finding.severity == PASSED]
    if not found:
        st.success("Nothing was found that you need to look at.", icon=":material/check_circle:")
    for finding in found:
        with st.container(border=True):
            _show_finding(dataset, finding, open_finding)
    if passed:
        with st.expander(f"{len(passed)} checks passed", icon=":material/check:"):
            st.markdown("\n".join(f"- **{plain(each.title)}**: {plain(each.sentence)}" for each in passed))
    st.caption(f"Made {datetime.fromtimestamp(made.created):%-d %B %Y at %H:%M}.")


def _show_finding(dataset: Dataset, finding: Finding, open_finding: Callable[[str], None]) -> None:
    icon, meaning = _ICONS[finding.severity]
    words, evidence = st.columns([3, 2], vertical_alignment="center") if finding.ids else (st.container(), None)
    words.markdown(f"{icon} **{plain(finding.title)}** · {meaning}\n\n{plain(finding.sentence)}")
    if finding.ids:
        words.button(
            f"Show {len(finding.ids):,} picture{'s' if len(finding.ids) > 1 else ''}",
            key=f"finding_{finding.key}",
            icon=":material/photo_library:",
            on_click=open_finding,
            args=(finding.key,),
        )
    if evidence:
        evidence.html(_examples(dataset, finding))


def _examples(dataset: Dataset, finding: Finding) -> str:
    """Return the first pictures of a finding, as HTML."""
    height, width, _ = dataset.about.size
    crisp = "image-rendering:pixelated;" if 0 < max(height, width) <= _EXAMPLE_PX else ""
    style = f"height:{_EXAMPLE_PX}px;max-width:{2 * _EXAMPLE_PX}px;object-fit:cover;{_FRAME};{crisp}"
    names, labels = dataset.about.class_names, dataset.labels
    shown = "".join(
        f"<img src='{picture_url(dataset, index)}' style='{style}' "
        f"alt='{html.escape(names[labels[index]], quote=True)}, picture {index}'>"
        for index in finding.ids[:_EXAMPLES]
    )
    return f"<div style='display:flex;gap:6px;flex-wrap:wrap'>{shown}</div>"
