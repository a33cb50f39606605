"""Controls that choose which pictures of a data set are shown, in which order; all stand in the address."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

import streamlit as st

from core.datasets import audit, decisions, selection
from core.datasets.decisions import EXCLUDE, KEEP, RELABEL, UNSURE
from core.datasets.findings import Finding
from core.datasets.selection import DECIDED, Filters, Order
from core.datasets.store import SPLITS, Dataset
from pages.shared import address
from pages.shared.frame import plain

_Option = TypeVar("_Option")

_SORT_TITLES = {
    selection.STORED: "as stored",
    selection.CLASS: "class",
    selection.SIZE: "size (pixels)",
    selection.BRIGHTNESS: "brightness",
    selection.SHARPNESS: "sharpness",
    selection.NAME: "file name",
    selection.RANDOM: "random",
}
_DECISION_TITLES = {
    DECIDED: "any decision",
    EXCLUDE: "excluded",
    RELABEL: "relabelled",
    UNSURE: "unsure",
    KEEP: "no decision",
}
_MOST_PILLS = 24
_MOST_SEED = 2**31 - 1


def choose_filters(dataset: Dataset) -> Filters:
    """Draw the filters by split and class with their counts; return what is chosen."""
    in_split = {split: int(count) for split, count in zip(SPLITS, dataset.counts.sum(axis=0), strict=True) if count}
    split = _choose_split(dataset, in_split)
    return Filters(split=split, classes=tuple(_choose_classes(dataset, split)))


def choose_more_filters(dataset: Dataset, filters: Filters) -> Filters:
    """Draw the filters that are used less often; return them with those given."""
    name = _choose_name(dataset) if dataset.names else ""
    return replace(filters, name=name, decision=_choose_decision(dataset))


def choose_order(dataset: Dataset) -> Order:
    """Draw the controls of the order; return what is chosen."""
    sorts = [
        sort
        for sort in selection.SORTS
        if (sort != selection.SIZE or not dataset.about.size[0]) and (sort != selection.NAME or dataset.names)
    ]
    by_key, down_key, seed_key = (_key(dataset, part) for part in ("sort", "descending", "seed"))
    address.adopt(by_key, "sort", lambda texts: _one_of(sorts, [text.removeprefix("-") for text in texts]) or sorts[0])
    address.adopt(down_key, "sort", lambda texts: bool(texts) and texts[0].startswith("-"))
    address.adopt(seed_key, "seed", lambda texts: min(_number(texts), _MOST_SEED))
    by = st.selectbox(
        "Sort by", sorts, key=by_key, format_func=_SORT_TITLES.__getitem__, persist_state="session", width="stretch"
    )
    seed = 0
    if by == selection.RANDOM:
        seed = int(
            st.number_input(
                "Seed",
                0,
                _MOST_SEED,
                key=seed_key,
                help="Another number is another order; the same number always the same one.",
                persist_state="session",
            )
        )
    descending = by not in (selection.STORED, selection.RANDOM) and st.toggle(
        "Largest first" if by != selection.NAME else "Last first", key=down_key, persist_state="session"
    )
    address.note("sort", [] if by == selection.STORED else [f"-{by}" if descending else by])
    address.note("seed", [str(seed)] if seed else [])
    return Order(by, bool(descending), seed)


def show_only(dataset: Dataset, title: str, ids: Iterable[int] | None) -> None:
    """Let only some pictures pass from the next rerun on, such as those of a lasso or of an audit's finding.

    Args:
        dataset: whose pictures they are.
        title: what they are, for a person; another choice of the same title takes its place.
        ids: their indices; `None` takes the choice away.
    """
    chosen = st.session_state.setdefault(_key(dataset, "only"), {})
    if ids is None:
        chosen.pop(title, None)
    else:
        chosen[title] = tuple(map(int, ids))


def show_finding(dataset: Dataset, key: str | None) -> None:
    """Let only the pictures of an audit's finding pass from the next rerun on; `None` takes that away."""
    st.session_state[_key(dataset, "finding")] = key


def only_among(dataset: Dataset) -> tuple[int, ...] | None:
    """Show each choice made by `show_only` or `show_finding`, with a click that takes it away.

    Returns:
        The pictures that all of them let pass, in the order of the first; `None` where nothing is chosen.
    """
    key = _key(dataset, "finding")
    address.adopt(key, "finding", lambda texts: texts[0] if texts else None)
    found = _finding(dataset, st.session_state.get(key))
    address.note("finding", [found.key] if found else [])
    chosen: dict[str, tuple[int, ...]] = st.session_state.get(_key(dataset, "only"), {})
    chips = [(found.title, found.ids, lambda: show_finding(dataset, None))] if found else []
    chips += [(title, ids, partial(show_only, dataset, title, None)) for title, ids in chosen.items()]
    if not chips:
        return None
    with st.container(horizontal=True, gap="small"):
        for title, ids, clear in chips:
            st.button(
                f"{plain(title)} · {len(ids):,}",
                key=f"only_{title}",
                icon=":material/close:",
                help="Click to show the others too.",
                on_click=clear,
            )
    among_all = set.intersection(*(set(ids) for _, ids, _ in chips))
    return tuple(index for index in chips[0][1] if index in among_all)


def _finding(dataset: Dataset, key: str | None) -> Finding | None:
    made = audit.load(dataset) if key else None
    return made.finding(key) if made and key else None


def _choose_split(dataset: Dataset, in_split: dict[str, int]) -> str | None:
    key = _key(dataset, "split")
    address.adopt(key, "split", lambda texts: _one_of(list(in_split), texts))
    split = st.segmented_control(
        "Split",
        list(in_split),
        key=key,
        format_func=lambda name: f"{name} · {in_split[name]:,}",
        help="Each with its number of pictures. None chosen: all.",
        persist_state="session",
    )
    address.note("split", [split] if split else [])
    return split


def _choose_classes(dataset: Dataset, split: str | None) -> list[int]:
    names, key = dataset.about.class_names, _key(dataset, "classes")
    counts = dataset.counts.sum(axis=1) if split is None else dataset.counts[:, SPLITS.index(split)]
    address.adopt(key, "class", lambda texts: [index for index, name in enumerate(names) if name in texts])
    many = len(names) > _MOST_PILLS
    help_text = "Each with its number of pictures in the split. None chosen: all."

    def title(index: int) -> str:
        text = f"{names[index]} · {counts[index]:,}"
        return text if many else plain(text)  # Pills are Markdown.

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
    address.note("class", [names[index] for index in sorted(chosen)])
    return sorted(chosen)


def _choose_name(dataset: Dataset) -> str:
    key = _key(dataset, "name")
    address.adopt(key, "name", lambda texts: texts[0] if texts else "")
    name = st.text_input("File name contains", key=key, persist_state="session")
    address.note("name", [name] if name else [])
    return name


def _choose_decision(dataset: Dataset) -> str | None:
    key = _key(dataset, "decision")
    made = [each.decision for each in decisions.current(dataset).values()]
    counts = {kind: made.count(kind) for kind in (EXCLUDE, RELABEL, UNSURE)}
    counts |= {DECIDED: len(made), KEEP: len(dataset) - len(made)}
    address.adopt(key, "decision", lambda texts: _one_of(selection.DECISIONS, texts))
    decision = st.selectbox(
        "Decision",
        selection.DECISIONS,
        index=None,
        key=key,
        placeholder="all",
        format_func=lambda kind: f"{_DECISION_TITLES[kind]} · {counts[kind]:,}",
        help="What was decided on a picture: open it to decide.",
        persist_state="session",
    )
    address.note("decision", [decision] if decision else [])
    return decision


def _key(dataset: Dataset, part: str) -> str:
    return f"{part}_{dataset.about.name}"


def _one_of(options: Sequence[_Option], texts: Sequence[str]) -> _Option | None:
    return next((option for option in options if option in texts), None)


def _number(texts: Sequence[str]) -> int:
    return int(texts[0]) if texts and texts[0].isascii() and texts[0].isdigit() else 0
