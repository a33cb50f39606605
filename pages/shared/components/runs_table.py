"""All runs as a table to sort, filter and choose from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.comparison import Row
from core.progress import duration
from pages.shared.components import source, taking

_HTML = """<div class='tools'>
<input type='search' class='filter' placeholder='Filter by name, recipe, data, state or note' aria-label='Filter runs'>
<label class='starred'><input type='checkbox'> Starred only</label>
<span class='count' role='status'></span>
</div>
<div class='frame'><table><thead></thead><tbody></tbody></table></div>"""

_mount = st.components.v2.component(
    "pixelwise_runs_table", html=_HTML, css=source("runs_table.css"), js=source("runs_table.js")
)


def runs_table(
    rows: Sequence[Row],
    chosen: Sequence[str],
    colours: Mapping[str, str],
    *,
    choose: Callable[[list[str]], None],
    star: Callable[[str, bool], None],
    key: str,
) -> None:
    """Draw the table.

    Args:
        rows: a run each, as they are ordered before the user orders them.
        chosen: the names of those that are ticked.
        colours: the colour, as CSS writes it, of each chosen run whose curves are drawn.
        choose: called with the names that are ticked, in the order in which they were, before the rerun.
        star: called with the name of a run and whether it is starred now, before the rerun.
        key: the component's key.
    """
    turn_key = f"{key}_turn"

    def changed(asked: dict[str, Any]) -> None:
        st.session_state[turn_key] = int(asked["turn"])
        choose([str(name) for name in asked["names"]])

    def starred(asked: dict[str, Any]) -> None:
        star(str(asked["name"]), bool(asked["star"]))

    _mount(
        key=key,
        data={
            "rows": [{**row.to_json(), "duration": duration(row.seconds)} for row in rows],
            "chosen": list(chosen),
            "colours": dict(colours),
            "turn": st.session_state.get(turn_key, 0),
        },
        on_chosen_change=taking(key, "chosen", changed),
        on_starred_change=taking(key, "starred", starred),
    )
