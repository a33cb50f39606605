"""Precision, recall and F1 of each class, as a table with bars to click on."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from core.evaluation.predictions import ClassScores, ConfusedPair
from pages.components import script, style, taking

_mount = st.components.v2.component(
    "pixelwise_class_scores",
    html="<div class='field'></div>",
    css=style("class_scores/style.css"),
    js=script("class_scores/script.js"),
)


def class_scores(
    scores: ClassScores,
    confused: Sequence[ConfusedPair | None],
    class_names: Sequence[str],
    *,
    choose: Callable[[int | None, int | None], None],
    key: str,
) -> None:
    """Draw the scores, a row a class; a click on a title sorts, one elsewhere chooses images.

    Args:
        scores: of all classes.
        confused: for each class, what it is taken for most often; `None`: never for another.
        class_names: one text a class.
        choose: called before the rerun with the true and the predicted class that were clicked; `None`: any.
        key: the component's key.
    """

    def clicked(sent: dict[str, Any]) -> None:
        choose(sent["true"], sent["predicted"])

    rows = [
        {
            "name": name,
            "support": int(scores.support[index]),
            "predicted": int(scores.predicted[index]),
            # What has no denominator is not 0 to a reader, but unknown.
            "recall": _known(scores.recall[index], scores.support[index]),
            "precision": _known(scores.precision[index], scores.predicted[index]),
            "f1": _known(scores.f1[index], scores.support[index] + scores.predicted[index]),
            "confused": None
            if pair is None
            else {"predicted": pair.predicted, "name": class_names[pair.predicted], "count": pair.count},
        }
        for index, (name, pair) in enumerate(zip(class_names, confused, strict=True))
    ]
    means = [
        {"name": title, "precision": precision, "recall": recall, "f1": f1}
        for title, (precision, recall, f1) in (
            ("Macro average", scores.mean()),
            ("mean, by images", scores.mean(weighted=True)),
        )
    ]
    _mount(key=key, data={"rows": rows, "means": means}, on_chosen_change=taking(key, "chosen", clicked))


def _known(score: np.floating, whole: np.integer) -> float | None:
    return float(score) if whole else None
