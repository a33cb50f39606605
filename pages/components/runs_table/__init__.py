"""All runs as a table to sort, filter and choose from."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from core.runs.comparison import FIELDS, SWEEP_FIELDS, RunRow, SweepRow
from pages.components import script, style, taking

_HTML = """<div class='tools'>
<input type='search' class='filter' placeholder='Search by name, recipe, dataset, status or note'
 aria-label='Filter runs'>
<label class='starred'><input type='checkbox'> Starred only</label>
<span class='count' role='status'></span>
</div>
<div class='frame'><table><thead></thead><tbody></tbody></table></div>"""

_mount = st.components.v2.component(
    "pixelwise_runs_table", html=_HTML, css=style("runs_table/style.css"), js=script("runs_table/script.js")
)


def runs_table(
    rows: Sequence[RunRow],
    chosen: Sequence[str],
    colours: Mapping[str, str],
    *,
    choose: Callable[[list[str]], None],
    star: Callable[[str, bool], None],
    sweeps: Sequence[SweepRow] = (),
    open_sweep: str = "",
    opened: Callable[[str], None] = lambda _name: None,
    key: str,
) -> None:
    """Draw the table.

    Args:
        rows: a run each, as they are ordered before the user orders them.
        chosen: the names of those that are ticked.
        colours: the colour, as CSS writes it, of each chosen run whose curves are drawn.
        choose: called with the names that are ticked, in the order in which they were, before the rerun.
        star: called with the name of a run and whether it is starred now, before the rerun.
        sweeps: a sweep each, whose trials are among the rows and fold away beneath it.
        open_sweep: the name of the one that the page shows.
        opened: called with the name of a sweep that is to be shown, before the rerun.
        key: the component's key.
    """
    turn_key = f"{key}_turn"

    def changed(asked: dict[str, Any]) -> None:
        st.session_state[turn_key] = int(asked["turn"])
        choose([str(name) for name in asked["names"]])

    def starred(asked: dict[str, Any]) -> None:
        star(str(asked["name"]), bool(asked["star"]))

    state = {
        "chosen": list(chosen),
        "colours": dict(colours),
        "turn": st.session_state.get(turn_key, 0),
        "sweep": open_sweep,
    }
    # Streamlit writes what is no bytes twice, which took 12 ms for 1,000 runs.
    lines = ",".join([row.as_json for row in rows])
    groups = ",".join([row.as_json for row in sweeps])
    text = (
        f'{{"fields": {json.dumps(FIELDS)}, "state": {json.dumps(state)}, "rows": [{lines}], '
        f'"sweepFields": {json.dumps(SWEEP_FIELDS)}, "sweeps": [{groups}]}}'
    )
    _mount(
        key=key,
        data=text.encode(),
        on_chosen_change=taking(key, "chosen", changed),
        on_starred_change=taking(key, "starred", starred),
        on_opened_change=taking(key, "opened", lambda asked: opened(str(asked["name"]))),
    )
