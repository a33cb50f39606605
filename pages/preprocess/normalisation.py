"""An image's values normalized, with the mean and deviation of its dataset."""

import json
import time

import numpy as np
import streamlit as st
from PIL import Image

from core.datasets.store import Dataset
from core.preprocessing import Normalisation, Pipeline, whole_dataset
from core.preprocessing.normalisation import NONE, SIGNED, STANDARD, UNIT
from core.settings import spelled
from core.storage.progress import progress_text
from pages.common.image_source import SourceImage
from pages.common.messages import escape_markdown, show_errors
from pages.preprocess.pipeline_editor import Result, normalisation, set_normalisation

_TELL_S, _MOST_KNOWN = 0.3, 8


def show_numbers(photo: SourceImage, result: Result, pipeline: Pipeline) -> None:
    """Let the user choose a normalisation, and show what it does to the numbers."""
    image = result.image
    now = normalisation()
    how = st.segmented_control(
        "Normalization", (NONE, UNIT, SIGNED, STANDARD), default=now.how, required=True, format_func=spelled
    )
    channels = 1 if image.mode == "L" else 3
    if how != now.how or (how == STANDARD and len(now.means) not in (1, channels)):
        with show_errors():
            now = worked_out(photo.dataset, pipeline) if how == STANDARD else Normalisation(str(how))
            set_normalisation(now)
    if how == STANDARD:
        title = escape_markdown(photo.dataset.about.title)
        told = st.empty()
        if st.button(f"Compute from {title} with these steps", key="work_out"):
            with show_errors():
                now = worked_out(photo.dataset, pipeline)
                set_normalisation(now)
        told.caption(_measured_on(photo.dataset, pipeline, now))
    if how != now.how or len(now.means) > channels:
        return
    _table(image, now)


def worked_out(dataset: Dataset, pipeline: Pipeline) -> Normalisation:
    """Return the standardisation of a dataset after the steps: measured with progress, then remembered a while."""
    known = _known_standardisations()
    key = _measured_key(dataset, pipeline)
    if key not in known:
        with st.empty():
            shown = time.monotonic()

            def tell(doing: str, done: int, total: int, unit: str) -> None:
                nonlocal shown
                if time.monotonic() - shown > _TELL_S:
                    shown = time.monotonic()
                    st.progress(done / total, progress_text(doing, done, total, unit))

            known[key] = whole_dataset.standardisation(dataset, pipeline, tell)
            st.empty()
        for old in list(known)[:-_MOST_KNOWN]:
            del known[old]
    return known[key]


def _known_standardisations() -> dict[tuple[str, str], Normalisation]:
    """Return what this session measured, by `_measured_key`, the latest last."""
    known: dict[tuple[str, str], Normalisation] = st.session_state.setdefault("standardisations", {})
    return known


def _measured_key(dataset: Dataset, pipeline: Pipeline) -> tuple[str, str]:
    return dataset.about.content_hash, json.dumps(pipeline.applied.to_json())


def _measured_on(dataset: Dataset, pipeline: Pipeline, chosen: Normalisation) -> str:
    """Say which images the means and deviations are of, as far as that is known."""
    known = _known_standardisations()
    if known.get(_measured_key(dataset, pipeline)) == chosen:
        count = len(whole_dataset.measured_by(dataset))
        which = "training images" if len(dataset.select("train")) else "images"
        return (
            f"Mean and deviation of all {count:,} {which} of {escape_markdown(dataset.about.title)} after these steps."
        )
    if chosen in known.values():
        return "Mean and deviation from before: the steps or the dataset were others. Work them out anew."
    return "Mean and deviation as a preset or a link brought them, not measured here."


def _table(image: Image.Image, chosen: Normalisation) -> None:
    """Show the formula, and what becomes of some values."""
    if chosen.how == NONE:
        st.markdown("Values are unchanged. Networks learn faster when values are small and centered on 0.")
    else:
        st.markdown(
            f"Each value v becomes **{escape_markdown(chosen.formula)}**. The images are unchanged; "
            "the network's first layer does this."
        )
    pixels = np.asarray(image).reshape(-1, 1 if image.mode == "L" else 3)
    after = chosen.apply(pixels)
    names = ["gray"] if pixels.shape[1] == 1 else ["red", "green", "blue"]
    rows = []
    for channel, name in enumerate(names):
        old, new = pixels[:, channel], after[:, channel]
        rows.append(
            {
                "channel": name,
                "values before": f"{old.min()} to {old.max()}",
                "mean before": round(float(old.mean()), 2),
                "std before": round(float(old.std()), 2),
                "values after": f"{new.min():.3f} to {new.max():.3f}",
                "mean after": round(float(new.mean()), 3),
                "std after": round(float(new.std()), 3),
                "black becomes": round(float(chosen.apply(np.zeros((1, len(names)), np.uint8))[0, channel]), 3),
                "white becomes": round(float(chosen.apply(np.full((1, len(names)), 255, np.uint8))[0, channel]), 3),
            }
        )
    st.dataframe(rows, hide_index=True, width="stretch")
    if chosen.how != NONE:
        numbers = [each[0] if len(each) == 1 else list(each) for each in (chosen.scale, chosen.offset)]
        st.caption("In Keras, as a network's first layer:")
        st.code(f"keras.layers.Rescaling(scale={numbers[0]}, offset={numbers[1]})", "python")
