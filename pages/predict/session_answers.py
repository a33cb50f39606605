"""Answers to the session's photos: each is worked out once, and kept over reruns and page changes."""

import time
from collections.abc import Iterable

import streamlit as st

from core.prediction import photo_predictions
from core.prediction.photo_predictions import Prediction, Refusal
from core.runs import Run
from core.runs.model_files import model_version
from pages.common.session_photos import SessionPhoto

_KEPT, _WARMED = "answers_kept", "answers_warmed"
_MOST_KEPT = 1_000
_SHOWN_EVERY_S = 0.1
_LONG_S = 1.0

_Key = tuple[str, tuple[int, int], float | None, str]


def answered(run: Run, photos: list[SessionPhoto], box: float | None) -> dict[int, Prediction | Refusal]:
    """Return the answer to each photo by its id, with progress while there are some to work out.

    Args:
        run: a run that has a model.
        photos: what is asked.
        box: as `answers.predict_photos` takes it.

    Raises:
        RunError: the run's model cannot be read.
    """
    kept: dict[_Key, Prediction | Refusal] = st.session_state.setdefault(_KEPT, {})
    version = model_version(run.folder)
    keys = {photo.id: (run.name, version, box, photo.sha256) for photo in photos}
    missing = {keys[photo.id]: photo.data for photo in photos if keys[photo.id] not in kept}
    if missing:
        _forget(kept, keep=keys.values())
        bar = _Bar()
        given = photo_predictions.predict_photos(run, missing.values(), total=len(missing), box=box, progress=bar)
        # What is worked out stays when the page is drawn anew before the end.
        for key, answer in zip(missing, given, strict=True):
            kept[key] = answer
        bar.end()
    return {photo: kept[key] for photo, key in keys.items()}


def warm(run: Run) -> None:
    """Let the worker load a run's network while the user chooses photos, once a session."""
    warmed: set[str] = st.session_state.setdefault(_WARMED, set())
    if run.name not in warmed:
        warmed.add(run.name)
        photo_predictions.warm(run)


def _forget(kept: dict[_Key, Prediction | Refusal], keep: Iterable[_Key]) -> None:
    """Make room, those that were worked out first going first."""
    needed = set(keep)
    for key in [key for key in kept if key not in needed][: max(0, len(kept) - _MOST_KEPT)]:
        del kept[key]


class _Bar:
    """Progress as a bar with a sentence, ten times a second at most, with the time that is left."""

    def __init__(self) -> None:
        self._bar = st.progress(0.0, "Classifying")
        self._began, self._told = time.monotonic(), 0.0

    def __call__(self, doing: str, done: int, total: int, unit: str) -> None:
        now = time.monotonic()
        if now - self._told < _SHOWN_EVERY_S:
            return
        self._told = now
        left = (now - self._began) / done * (total - done) if done else 0.0
        text = f"{doing.capitalize()} · {done:,} of {total:,} {unit}"
        if left > _LONG_S:
            text += f" · about {left:.0f} s left"
        elif now - self._began > _LONG_S and done == total:
            text += " · the first prediction takes a few seconds"
        self._bar.progress(done / total, text)

    def end(self) -> None:
        """Take the bar away."""
        self._bar.empty()
