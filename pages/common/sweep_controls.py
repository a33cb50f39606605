"""How a sweep stands, and the buttons that stop, resume and extend it."""

from collections.abc import Callable

import streamlit as st

from core.sweeps import result
from core.sweeps.plan import MOST_TRIALS
from core.sweeps.status import ALIVE, FAILED, INTERRUPTED, STOPPED, STOPPING
from core.sweeps.sweep import Sweep
from core.sweeps.trials import OPEN
from pages.common.messages import escape_markdown

_MORE = 10


def show_progress(sweep: Sweep) -> None:
    """Show how far a sweep is, why it ended, and what came of it so far."""
    plan, trials, status = sweep.plan, sweep.trials(), sweep.status()
    if status.state in (FAILED, INTERRUPTED):
        st.error(escape_markdown(status.cause), icon=":material/error:")
    if status.remark:
        st.info(escape_markdown(status.remark), icon=":material/info:")
    if status.state in ALIVE:
        ended = sum(trial.state != OPEN for trial in trials)
        st.progress(ended / plan.trials, escape_markdown(f"{status.state} · {status.doing or 'starting'}"))
    for sentence in result.sentences(plan, trials):
        st.markdown(escape_markdown(sentence))


def stop_resume_extend(sweep: Sweep, attempt: Callable[[Callable[[], object]], None]) -> None:
    """Draw the buttons.

    Args:
        sweep: one that is not damaged.
        attempt: does what a click asks for, or keeps why that is refused.
    """
    status = sweep.status()
    if status.state in ALIVE:
        st.button(
            "Stop",
            key="sweep_stop",
            icon=":material/pause:",
            disabled=status.state == STOPPING,
            help="Pauses the trials that train. They go on from their last whole epoch when you resume the sweep.",
            on_click=attempt,
            args=(sweep.stop,),
        )
    if status.state in (STOPPED, INTERRUPTED, FAILED):
        st.button("Resume", key="sweep_resume", icon=":material/resume:", on_click=attempt, args=(sweep.resume,))
    if sweep.variations and sweep.plan.trials + _MORE <= MOST_TRIALS:
        st.button(
            f"{_MORE} more trials",
            key="sweep_extend",
            icon=":material/add:",
            on_click=attempt,
            args=(lambda: sweep.extend(_MORE),),
        )
