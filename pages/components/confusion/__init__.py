"""A confusion matrix to click on."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from pages.components import script, style, taking

_HTML = "<div class='field'></div>"

_mount = st.components.v2.component(
    "pixelwise_confusion", html=_HTML, css=style("confusion/style.css"), js=script("confusion/script.js")
)


def confusion_matrix(
    counts: np.ndarray,
    class_names: Sequence[str],
    classes: Sequence[int],
    *,
    shares: bool,
    chosen: tuple[int | None, int | None],
    choose: Callable[[int | None, int | None], None],
    key: str,
) -> None:
    """Draw a confusion matrix; a cell, a row's name and a column's name can be clicked, and clicked again to undo it.

    Right answers are shaded blue by their share of the row, wrong ones orange by their count, so that errors show
    beside hundreds of right answers.

    Args:
        counts: int `(classes, classes)`, true classes by row, predictions by column.
        class_names: one text a class.
        classes: those that are drawn.
        shares: whether cells say the share of their row, else the count.
        chosen: the true and the predicted class that are marked; `None`: none.
        choose: called before the rerun with what was clicked, as `chosen` has it.
        key: the component's key.
    """

    def clicked(sent: dict[str, Any]) -> None:
        choose(sent["true"], sent["predicted"])

    true, predicted = chosen
    drawn = list(classes)
    _mount(
        key=key,
        data={
            "classes": drawn,
            "names": [class_names[each] for each in drawn],
            "counts": counts[np.ix_(drawn, drawn)].tolist(),
            "support": counts.sum(axis=1)[drawn].tolist(),
            "predicted": counts.sum(axis=0)[drawn].tolist(),
            "shares": shares,
            "chosen": {"true": true, "predicted": predicted},
        },
        on_chosen_change=taking(key, "chosen", clicked),
    )
