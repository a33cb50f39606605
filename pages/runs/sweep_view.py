"""A sweep that is open on the Runs page: what came of it, what it tried, what mattered, what can be done with it."""

from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core import runs
from core.charts import sweep_figures
from core.runs import Run
from core.runs.comparison import sweep_row
from core.storage.progress import counted
from core.sweeps import folders as sweeps
from core.sweeps import importance
from core.sweeps.plan import ACCURACY
from core.sweeps.status import ALIVE
from core.sweeps.sweep import Sweep, best_of
from core.sweeps.trials import Trial
from core.sweeps.variation import said
from pages.common.hand_over import HandOver, to_train
from pages.common.messages import attempt, escape_markdown, show_errors
from pages.common.run_curves import show_curves
from pages.common.sweep_controls import show_progress, stop_resume_extend
from pages.components.theme import dark
from pages.runs.removed import offer_undo

SWEEP, CHOSEN = "runs_sweep", "runs_chosen"
# As many curves as there are colours.
_MOST_CURVES = 10
_attempt = partial(attempt, key="runs")


def show_sweep(sweep: Sweep, left: DeltaGenerator, right: DeltaGenerator) -> None:
    """Show a sweep; one that is damaged can be deleted.

    Args:
        sweep: which.
        left: the place below the table, for how it goes and what can be done with it.
        right: the place beside the table, for its curves.
    """
    with left:
        damage = _show_course(sweep)
    if damage:
        return
    with right, show_errors():
        _show_curves(sweep.trials(), sweep.plan.objective)
    with show_errors():
        _show_tried(sweep, sweep.trials())


def _show_course(sweep: Sweep) -> str:
    """Show what can be done with a sweep and how far it is; return what is damaged of it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="sweep_actions"):
        st.markdown(f"**{escape_markdown(sweep_row(sweep).title)}**", width="content")
        if damage := sweep.damage:
            _delete_button(sweep, disabled=False)
        else:
            _act(sweep)
    if damage:
        st.error(escape_markdown(damage), icon=":material/error:")
        return damage
    show_progress(sweep)
    nothing = f"nothing but the {'fold' if sweep.plan.folds else 'seed'}"
    varied = "; ".join(f"{each.name}: {said(each)}" for each in sweep.variations) or nothing
    st.caption(escape_markdown(f"{sweep.name}. Varied: {varied}."))
    return ""


def _act(sweep: Sweep) -> None:
    """Draw the buttons of what can be done with a sweep."""
    best = sweep.best()
    stop_resume_extend(sweep, _attempt)
    if best is not None and st.button(
        "Train the best longer",
        key="sweep_best",
        icon=":material/model_training:",
        help="Opens Train with the best trial's recipe and twice its epochs.",
    ):
        train_longer(best)
    _delete_button(sweep, disabled=sweep.status().state in ALIVE)


def _delete_button(sweep: Sweep, *, disabled: bool) -> None:
    title = sweep_row(sweep).title

    def bring_back() -> None:
        sweeps.restore(sweep.name)
        st.session_state[SWEEP], st.session_state[CHOSEN] = sweep.name, []

    def delete() -> None:
        sweep.remove()
        st.session_state[SWEEP] = ""
        offer_undo(f"“{title}”", bring_back)

    st.button(
        "Delete sweep",
        key="sweep_delete",
        icon=":material/delete:",
        disabled=disabled,
        help="Moves what the sweep keeps of its trials to the trash for a week. Their runs stay. Stop a sweep first.",
        on_click=_attempt,
        args=(delete,),
    )


def train_longer(best: Trial) -> None:
    """Go to Train with a trial's recipe and twice its epochs."""
    with show_errors():
        run = runs.find(best.repeats[0].run)
        longer = min(2 * run.recipe.fit.epochs, int(type(run.recipe.fit).setting_of("epochs").maximum or 1000))
        recipe = run.recipe.with_settings({"fit.epochs": longer})
        to_train(HandOver(recipe, pair_of=run.name, decided_as=run.name), run.about.name)


def _show_tried(sweep: Sweep, trials: tuple[Trial, ...]) -> None:
    """Draw what was tried and what it came to, and how much each setting matters."""
    shown = sweep_figures.drawable(trials)
    if not sweep.variations or not shown:
        return
    objective = sweep.plan.objective
    st.header("What was tried", anchor=False)
    best = best_of(trials, objective)
    alt = f"Values of {counted(len(shown), 'trial')} and what they came to"
    if best is not None:
        alt += f"; best: {', '.join(f'{name} {value}' for name, value in best.values.items())}"
    st.plotly_chart(
        sweep_figures.parallel_coordinates(sweep.variations, shown, objective, dark=dark()),
        key="sweep_parallel",
        config={"displayModeBar": False},
        alt=alt,
    )
    better = "higher" if objective == ACCURACY else "lower"
    st.caption(
        f"A line per trial; strong lines did better ({better} is better). Drag along an axis to keep the lines that "
        "pass there, click it to release them, drag a name to move its axis. Trials that were ended early show the "
        "last figure they had."
    )
    st.header("What mattered", anchor=False)
    found = importance.read(sweep.folder)
    if len(sweep.variations) < 2:
        st.info("One setting varies, so all that differs is due to it or to chance.")
    elif found is None:
        finished = len(importance.judged(trials))
        st.info(
            f"How much each setting matters is shown after {importance.FEWEST_TRIALS} finished trials; "
            f"{counted(finished, 'trial has', 'trials have')} finished."
        )
    else:
        st.plotly_chart(
            sweep_figures.importance_bars(found),
            key="sweep_importance",
            config={"displayModeBar": False},
            alt="Importance: " + ", ".join(f"{each.name} {each.share:.0%}" for each in found.settings),
        )
        st.caption(
            f"How much of what differs between {counted(found.trials, 'finished trial')} each setting explains "
            "(fANOVA). Gray: from 5% to 95% of samples of the trials. Where these overlap, the order may be chance."
        )


def _show_curves(trials: tuple[Trial, ...], objective: str) -> None:
    """Draw the curves of the best trials whose runs are there."""
    sign = -1 if objective == ACCURACY else 1
    there = [trial for trial in trials if trial.last is not None]
    ranked = sorted(there, key=lambda trial: sign * (trial.last or 0.0))
    names = [repeat.run for trial in ranked for repeat in trial.repeats.values()]
    chosen = [run for run in (Run(runs.runs_folder() / name) for name in names) if not run.damage][:_MOST_CURVES]
    if chosen:
        if len(names) > len(chosen):
            st.caption(f"The best {counted(len(chosen), 'run')} of {len(names)}.")
        show_curves(chosen)
