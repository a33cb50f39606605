"""Two runs image by image: what the second one fixed and what it broke."""

import streamlit as st

from core.datasets.sources import catalogue
from core.datasets.store import Dataset
from core.evaluation import predictions
from core.evaluation.predictions import PARTS
from core.runs import Run, comparison
from core.runs.comparison import Comparison
from core.sweeps import seeds
from pages.common.image_dialog import enlarge
from pages.common.messages import escape_markdown, show_errors
from pages.common.single_choice import single_choice
from pages.components.gallery import Item, Pages, image_url, paged_gallery

_PER_PAGE = 48
_KINDS = {"fixed": "Fixed", "broken": "Broken", "both_wrong": "Wrong in both"}
_NONE = {"fixed": "No images fixed.", "broken": "No images broken.", "both_wrong": "No images are wrong in both runs."}
_OPEN = "runs_picture_open"
PART = "runs_part"


def show_pair(before: Run, after: Run) -> None:
    """Compare two runs on the same images."""
    st.header("Image by image", anchor=False)
    if before.recipe.generator is not None or after.recipe.generator is not None:
        st.info("A network that makes images predicts nothing, so there is no image by image. Compare their samples.")
        return
    if not (before.has_evaluation and after.has_evaluation):
        st.info("Both runs must be finished before their predictions can be compared.")
        return
    with show_errors():
        part = _choose_part(before, after)
        found = comparison.compare(before, after, part)
        _say(found, before, after)
        over_seeds = seeds.compare(before, after, part)
        st.caption(
            escape_markdown(over_seeds.sentence)
            if over_seeds
            else "This compares these two trained networks only. To tell whether the change itself helps, "
            "repeat both with other seeds or by cross-validation: Train, Sweep, Seeds or Folds per trial."
        )
        with show_errors():
            _show_images(found, catalogue.open_dataset(after.about.name), f"{before.name} {after.name} {part}")


def _choose_part(before: Run, after: Run) -> str:
    """Let the user choose on which images both are compared: trials of a sweep are not measured on test images."""
    parts = PARTS if all("test" in predictions.parts(run) for run in (before, after)) else PARTS[:1]
    return single_choice("Split", parts, key=PART, first=parts[-1], persist_state="session")


def image_is_open() -> bool:
    """Tell whether an image is shown large, which drawing the page anew would close."""
    return bool(st.session_state.get(_OPEN))


def _say(found: Comparison, before: Run, after: Run) -> None:
    """Show the figures, and in words what they say."""
    low, high = found.interval
    with st.container(horizontal=True, gap="medium"):
        st.metric(f"Before: {escape_markdown(before.title)}", f"{found.before.accuracy:.2%}", width="content")
        st.metric(f"After: {escape_markdown(after.title)}", f"{found.after.accuracy:.2%}", width="content")
        st.metric("Change (percentage points)", _signed(found.difference), width="content")
        st.metric("95% CI", f"{_signed(low)} to {_signed(high)}", width="content")
        st.metric("p-value (McNemar)", "<0.001" if found.chance < 0.001 else f"{found.chance:.3f}", width="content")
    kinds = {"better": st.success, "worse": st.error, "unclear": st.info, "same": st.info}
    kinds[found.verdict](escape_markdown(found.sentence))


def _signed(share: float) -> str:
    return f"{100 * share:+.2f}".replace("-", "−")


def _show_images(found: Comparison, dataset: Dataset, place: str) -> None:
    """Show the images of a kind, surest first."""
    counts = {kind: len(getattr(found, kind)) for kind in _KINDS}
    kind = st.segmented_control(
        "Images",
        list(_KINDS),
        format_func=lambda kind: f"{_KINDS[kind]} · {counts[kind]:,}",
        default=next((kind for kind in _KINDS if counts[kind]), "fixed"),
        required=True,
        key=f"runs_kind {place}",
    )
    ids = getattr(found, kind)
    if not len(ids):
        st.info(_NONE[kind])
        return
    number_key = f"runs_page {place} {kind}"

    def items(number: int) -> list[Item]:
        return [_item(found, dataset, int(index)) for index in ids[(number - 1) * _PER_PAGE : number * _PER_PAGE]]

    pages = Pages(
        f"{place} {kind}", len(ids), _PER_PAGE, items, lambda number: st.session_state.update({number_key: number})
    )
    opened = paged_gallery(pages, st.session_state.get(number_key, 1), dataset, key="runs_gallery")
    if opened is not None:
        st.session_state[_OPEN] = True

        def answers(index: int) -> None:
            st.markdown(_note(found, dataset, index))

        enlarge(
            dataset,
            opened,
            among=ids,
            more=answers,
            closed=lambda _index: st.session_state.update({_OPEN: False}),
        )


def _item(found: Comparison, dataset: Dataset, index: int) -> Item:
    """Return an image for the gallery: what it was taken for before → after."""
    names, position = dataset.about.class_names, found.position(index)
    true = names[found.before.labels[position]]
    first, second = (
        (names[each.predicted[position]], each.probabilities[position].max()) for each in (found.before, found.after)
    )
    alt = (
        f"Image {index}: true class {true}, predicted {first[0]} ({first[1]:.1%}) before, {second[0]} "
        f"({second[1]:.1%}) after"
    )
    return Item(index, alt, f"{first[0]} → {second[0]}", image_url(dataset, index))


def _note(found: Comparison, dataset: Dataset, index: int) -> str:
    """Say what both networks make of an image, as Markdown."""
    names, position = dataset.about.class_names, found.position(index)
    lines = []
    for title, each in (("Before", found.before), ("After", found.after)):
        likeliest = (-each.probabilities[position]).argsort(kind="stable")[:3]
        answers = ", ".join(
            f"{escape_markdown(names[place])} {each.probabilities[position][place]:.1%}" for place in likeliest
        )
        lines.append(f"**{title}**: {answers}")
    return "  \n".join(lines)
