"""The audit of a dataset on a page: the button, its progress, and what was found, each to be opened in the gallery."""

import html
from collections.abc import Callable
from datetime import datetime
from functools import partial

import streamlit as st

from core.charts.palette import IMAGE_EDGE
from core.datasets import decisions
from core.datasets.audit import leaks, report, thinning
from core.datasets.audit.checks import EXACT, LEAK, NEAR
from core.datasets.audit.findings import GONE, INFO, PASSED, PROBLEM, WARNING, AuditFinding
from core.datasets.audit.report import Audit
from core.datasets.decisions import EXCLUDE, KEEP
from core.datasets.features import label_check
from core.datasets.store import Dataset
from core.storage import jobs
from core.storage.progress import counted
from pages.browse.label_check import show_label_check
from pages.common.job_progress import show_job
from pages.common.messages import attempt, escape_markdown, show_errors, show_refusal
from pages.components.gallery import image_url

_ICONS = {
    PROBLEM: (":red[:material/error:]", "problem"),
    WARNING: (":orange[:material/warning:]", "warning"),
    INFO: (":blue[:material/visibility:]", "worth a look"),
    GONE: (":green[:material/check_circle:]", "gone"),
    PASSED: (":green[:material/check_circle:]", "passed"),
}
_EXAMPLES = 4
_REGROUP = "core.datasets.sources.regrouping:keep_copies_together"
_EXAMPLE_PX = 72
_FRAME = f"border-radius:4px;outline:1px solid {IMAGE_EDGE}"


def show_audit(dataset: Dataset, open_finding: Callable[[str], None]) -> None:
    """Show what the kept audit found, and the button that makes one.

    Args:
        dataset: what is audited.
        open_finding: called with a finding's key before the next rerun, to show its images in the gallery.
    """
    name = dataset.about.name
    job, made = jobs.find(f"audit-{name}"), report.load(dataset)
    going = job is not None and show_job(job, f"Audit of {dataset.about.title}").state == jobs.RUNNING
    if made:
        _show_findings(dataset, made, open_finding)
    elif not going:
        st.markdown(
            "The audit checks for corrupt files, duplicates, leakage between training and test, "
            "blank, dark, bright, blurred or oddly shaped images, class imbalance, and shortcuts "
            "such as brightness that give the label away. It changes nothing."
        )
    if not going and st.button(
        "Run again" if made else "Run audit",
        key="audit",
        type="secondary" if made else "primary",
        icon=":material/fact_check:",
    ):
        with show_errors():
            jobs.start(f"audit-{name}", "core.datasets.audit.report:run", {"name": name})
            st.rerun()
    st.divider()
    show_label_check(dataset, lambda finding: _show_finding(dataset, finding, open_finding))


def _show_findings(dataset: Dataset, made: Audit, open_finding: Callable[[str], None]) -> None:
    show_refusal(key="audit")
    found = [finding for finding in made.findings if finding.severity != PASSED]
    passed = [finding for finding in made.findings if finding.severity == PASSED]
    if not found:
        st.success("No problems found.", icon=":material/check_circle:")
    for finding in found:
        with st.container(border=True):
            _show_finding(dataset, finding, open_finding)
    if passed:
        with st.expander(f"{len(passed)} checks passed", icon=":material/check:"):
            st.markdown(
                "\n".join(f"- **{escape_markdown(each.title)}**: {escape_markdown(each.sentence)}" for each in passed)
            )
    st.caption(f"Run on {datetime.fromtimestamp(made.created):%-d %B %Y at %H:%M}.")


def _show_finding(dataset: Dataset, finding: AuditFinding, open_finding: Callable[[str], None]) -> None:
    now = report.as_decided(dataset, finding)
    icon, meaning = _ICONS[now.severity]
    words, evidence = st.columns([3, 2], vertical_alignment="center") if finding.ids else (st.container(), None)
    words.markdown(f"{icon} **{escape_markdown(finding.title)}** · {meaning}\n\n{escape_markdown(now.sentence)}")
    if evidence is None:
        return
    with words.container(horizontal=True):
        if finding.key == LEAK and finding.groups:
            _mend_leak(dataset, finding)
            _keep_together(dataset)
        elif finding.key in (EXACT, NEAR, label_check.AGAIN) and finding.groups:
            _thin_out(dataset, finding)
        st.button(
            f"Show {counted(len(finding.ids), 'image')}",
            key=f"finding_{finding.key}",
            icon=":material/photo_library:",
            on_click=open_finding,
            args=(finding.key,),
        )
    evidence.html(_examples(dataset, finding))


def _mend_leak(dataset: Dataset, finding: AuditFinding) -> None:
    """Offer to exclude the copies that make the leak, or, where that is done, to take them back."""
    rest = leaks.left(dataset, finding.groups)
    if rest:
        out, decision, icon = leaks.to_exclude(rest, dataset.splits), EXCLUDE, "playlist_remove"
    else:
        out, decision, icon = leaks.excluded(dataset, finding.groups), KEEP, "undo"
    st.button(
        f"{'Exclude' if rest else 'Take back'} the {leaks.copies(out, dataset.splits)}",
        key="mend_leak",
        type="primary" if rest else "secondary",
        icon=f":material/{icon}:",
        on_click=attempt,
        args=(lambda: decisions.decide(dataset, out, decision),),
        kwargs={"key": "audit"},
    )


def _thin_out(dataset: Dataset, finding: AuditFinding) -> None:
    """Offer to exclude all but one of each group, or, where that is done, to take them back."""
    rest = thinning.to_exclude(dataset, finding.groups)
    out = rest or leaks.excluded(dataset, finding.groups)
    if not out:
        return  # Of copies among test images alone all stay.
    decision, icon = (EXCLUDE, "playlist_remove") if rest else (KEEP, "undo")
    st.button(
        f"{'Exclude' if rest else 'Take back'} the {thinning.words(out, dataset.splits)}",
        key=f"thin_{finding.key}",
        icon=f":material/{icon}:",
        help="One of each group stays; test images stay as published." if rest else None,
        on_click=attempt,
        args=(lambda: decisions.decide(dataset, out, decision),),
        kwargs={"key": "audit"},
    )


def _keep_together(dataset: Dataset) -> None:
    """Offer a dataset of the same images in which copies are kept together, and show how its making goes."""
    name = dataset.about.name
    job = jobs.find(f"regroup-{name}")
    status = show_job(job, "Splits drawn anew") if job else None
    if job and status and status.state == jobs.FINISHED:
        address = {"dataset": str(status.result.get("name", ""))}
        st.page_link(
            "pages/browse/page.py", label="Browse the new dataset", icon=":material/check:", query_params=address
        )
    elif not (status and status.state == jobs.RUNNING):
        st.button(
            "Draw the splits anew, copies kept together",
            key="keep_together",
            icon=":material/call_split:",
            help="Makes a new dataset of the same images; this one stays as it is.",
            on_click=attempt,
            args=(partial(jobs.start, f"regroup-{name}", _REGROUP, {"name": name}),),
            kwargs={"key": "audit"},
        )


def _examples(dataset: Dataset, finding: AuditFinding) -> str:
    """Return the first images of a finding, as HTML."""
    height, width, _ = dataset.about.size
    crisp = "image-rendering:pixelated;" if 0 < max(height, width) <= _EXAMPLE_PX else ""
    style = f"height:{_EXAMPLE_PX}px;max-width:{2 * _EXAMPLE_PX}px;object-fit:cover;{_FRAME};{crisp}"
    shown = "".join(
        f"<img src='{image_url(dataset, index)}' style='{style}' "
        f"alt='{html.escape(dataset.class_of(index), quote=True)}, image {index}'>"
        for index in finding.ids[:_EXAMPLES]
    )
    return f"<div style='display:flex;gap:6px;flex-wrap:wrap'>{shown}</div>"
