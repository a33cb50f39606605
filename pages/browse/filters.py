"""Controls that choose which images of a dataset are shown, in which order; all stand in the address (address.py)."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

import streamlit as st

from core.datasets import decisions, selection
from core.datasets.audit import report
from core.datasets.audit.findings import AuditFinding
from core.datasets.decisions import EXCLUDE, KEEP, KEPT, RELABEL, UNSURE
from core.datasets.features import label_check
from core.datasets.selection import DECIDED, Filters, Order
from core.datasets.store import SPLITS, UNLABELED, Dataset
from pages.common.messages import escape_markdown

_SORT_TITLES = {
    selection.STORED: "Original order",
    selection.CLASS: "Class",
    selection.SIZE: "Size (pixels)",
    selection.BRIGHTNESS: "brightness",
    selection.SHARPNESS: "sharpness",
    selection.NAME: "File name",
    selection.RANDOM: "Random",
}
_DECISION_TITLES = {
    DECIDED: "Any decision",
    EXCLUDE: "excluded",
    RELABEL: "relabeled",
    UNSURE: "unsure",
    KEPT: "kept",
    KEEP: "Not reviewed",
}
_MOST_PILLS = 24
MOST_SEED = 2**31 - 1


def in_split(dataset: Dataset) -> dict[str, int]:
    """Return how many images each split has, where it has any."""
    return dataset.in_splits


def choose_filters(dataset: Dataset) -> Filters:
    """Draw the filters by split and class with their counts; return what is chosen."""
    split = _choose_split(dataset, in_split(dataset))
    return Filters(split=split, classes=tuple(_choose_classes(dataset, split)))


def choose_more_filters(dataset: Dataset, filters: Filters) -> Filters:
    """Draw the filters that are used less often; return them with those given."""
    name = _choose_name(dataset) if dataset.names else ""
    return replace(filters, name=name, decision=_choose_decision(dataset))


def sorts_of(dataset: Dataset) -> list[str]:
    """Return what the images can be sorted by."""
    return [
        sort
        for sort in selection.SORTS
        if (sort != selection.SIZE or not dataset.about.size[0]) and (sort != selection.NAME or dataset.names)
    ]


def choose_order(dataset: Dataset) -> Order:
    """Draw the controls of the order; return what is chosen."""
    sorts = sorts_of(dataset)
    by_key, down_key, seed_key = (key_of(dataset, part) for part in ("sort", "descending", "seed"))
    by = st.selectbox(
        "Sort by", sorts, key=by_key, format_func=_SORT_TITLES.__getitem__, persist_state="session", width="stretch"
    )
    seed = 0
    if by == selection.RANDOM:
        seed = int(
            st.number_input(
                "Seed",
                0,
                MOST_SEED,
                key=seed_key,
                help="A different seed gives a different order; the same seed always gives the same one.",
                persist_state="session",
            )
        )
    descending = by not in (selection.STORED, selection.RANDOM) and st.toggle(
        "Descending" if by != selection.NAME else "Z to A", key=down_key, persist_state="session"
    )
    return Order(by, bool(descending), seed)


def show_only(dataset: Dataset, title: str, ids: Iterable[int] | None) -> None:
    """Let only some images pass from the next rerun on, such as those of a lasso or of an audit's finding.

    Args:
        dataset: whose images they are.
        title: what they are, for a person; another choice of the same title takes its place.
        ids: their indices; `None` takes the choice away.
    """
    chosen = st.session_state.setdefault(key_of(dataset, "only"), {})
    if ids is None:
        chosen.pop(title, None)
    else:
        chosen[title] = tuple(map(int, ids))


def is_chosen(dataset: Dataset, title: str) -> bool:
    """Tell whether a choice made by `show_only` under a title holds."""
    return title in st.session_state.get(key_of(dataset, "only"), {})


def show_finding(dataset: Dataset, key: str | None) -> None:
    """Let only the images of an audit's finding pass from the next rerun on; `None` takes that away."""
    st.session_state[key_of(dataset, "finding")] = key


def only_among(dataset: Dataset) -> tuple[int, ...] | None:
    """Show each choice made by `show_only` or `show_finding`, with a click that takes it away.

    Returns:
        The images that all of them let pass, in the order of the first; `None` where nothing is chosen.
    """
    found = finding_of(dataset, shown_finding(dataset))
    chosen: dict[str, tuple[int, ...]] = st.session_state.get(key_of(dataset, "only"), {})
    chips = [(found.title, found.ids, lambda: show_finding(dataset, None))] if found else []
    chips += [(title, ids, partial(show_only, dataset, title, None)) for title, ids in chosen.items()]
    if not chips:
        return None
    with st.container(horizontal=True, gap="small"):
        for title, ids, clear in chips:
            st.button(
                f"{escape_markdown(title)} · {len(ids):,}",
                key=f"only_{title}",
                icon=":material/close:",
                help="Remove this filter",
                on_click=clear,
            )
    among_all = set.intersection(*(set(ids) for _, ids, _ in chips))
    return tuple(index for index in chips[0][1] if index in among_all)


def shown_finding(dataset: Dataset) -> str | None:
    """Return the key of the finding whose images are shown; `None` where there is none."""
    key: str | None = st.session_state.get(key_of(dataset, "finding"))
    return key


def finding_of(dataset: Dataset, key: str | None) -> AuditFinding | None:
    """Return what the kept audit or the check of the labels found, by its key; `None`: there is no such finding."""
    made = report.load(dataset) if key else None
    found = made.finding(key) if made and key else None
    return found or label_check.finding(dataset, key or "")


def _choose_split(dataset: Dataset, counts: dict[str, int]) -> str | None:
    key = key_of(dataset, "split")
    return st.segmented_control(
        "Split",
        list(counts),
        key=key,
        format_func=lambda name: f"{name} · {counts[name]:,}",
        help="Number of images in each split. Select none to show all.",
        persist_state="session",
    )


def _choose_classes(dataset: Dataset, split: str | None) -> list[int]:
    names, key = dataset.about.class_names, key_of(dataset, "classes")
    if split == UNLABELED:
        return []
    counts = dataset.counts.sum(axis=1) if split is None else dataset.counts[:, SPLITS.index(split)]
    many = len(names) > _MOST_PILLS
    help_text = "Number of images per class in this split. Select none to show all."

    def title(index: int) -> str:
        text = f"{names[index]} · {counts[index]:,}"
        return text if many else escape_markdown(text)  # Pills are Markdown.

    if many:
        chosen = st.multiselect(
            "Class", range(len(names)), key=key, format_func=title, help=help_text, persist_state="session"
        )
    else:
        chosen = st.pills(
            "Class",
            range(len(names)),
            selection_mode="multi",
            key=key,
            format_func=title,
            help=help_text,
            wrap=True,
            persist_state="session",
        )
    return sorted(chosen)


def _choose_name(dataset: Dataset) -> str:
    key = key_of(dataset, "name")
    return st.text_input("File name contains", key=key, persist_state="session")


def _choose_decision(dataset: Dataset) -> str | None:
    key = key_of(dataset, "decision")
    made = [each.decision for each in decisions.current(dataset).values()]
    counts = {kind: made.count(kind) for kind in (EXCLUDE, RELABEL, UNSURE, KEPT)}
    counts |= {DECIDED: len(made), KEEP: len(dataset) - len(made)}
    return st.selectbox(
        "Decision",
        selection.DECISIONS,
        index=None,
        key=key,
        placeholder="All",
        format_func=lambda kind: f"{_DECISION_TITLES[kind]} · {counts[kind]:,}",
        help="Filter by your review decisions. Open an image to make one.",
        persist_state="session",
    )


def key_of(dataset: Dataset, part: str) -> str:
    """Return the key of a control: each dataset has choices of its own."""
    return f"{part}_{dataset.about.name}"
