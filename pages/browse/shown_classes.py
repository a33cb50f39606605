"""The filters by what images show: in the words of ImageNet, or like a photo."""

import streamlit as st

from core.datasets.features import imagenet_classes
from core.datasets.features.imagenet_classes import Shown
from core.datasets.store import Dataset
from core.images import image_io
from core.images.conversion import plain
from core.images.image_io import ImageError
from core.networks import imagenet
from core.prediction.similar import like_photo
from pages.browse.filters import key_of, show_only
from pages.common.address import AddressError, Parameter
from pages.common.dataset_features import offer_features
from pages.common.messages import escape_markdown, show_errors
from pages.streamlit_patches.uploads_on_disk import content

# One page of the gallery.
_MOST_LIKE = 96


def shown_parameter(dataset: Dataset) -> Parameter:
    """Return the parameter of the classes that are chosen."""

    def read(texts: list[str]) -> list[str]:
        names = imagenet.class_names()
        if unknown := [text for text in texts if text not in names]:
            found = [text for text in texts if text in names]
            raise AddressError(f"ImageNet has no class “{unknown[0][:40]}”.", found)
        return list(dict.fromkeys(texts))

    return Parameter("shows", key_of(dataset, "shows"), read, list, [])


def choose_shown(dataset: Dataset) -> tuple[int, ...] | None:
    """Draw the filter, folded until it is used; return the images that show any of the classes chosen.

    Returns:
        Their indices, the surest first; `None` where nothing is chosen.
    """
    key = key_of(dataset, "shows")
    chosen: list[str] = st.session_state.get(key) or []
    was_open = bool(st.session_state.get(f"{key}_open")) or bool(chosen)
    folded = st.expander("What images show", expanded=was_open, key=f"{key}_folded", on_change="rerun")
    # What is taken away within must not fold it.
    st.session_state[f"{key}_open"] = folded.open
    if not folded.open and not chosen:
        return None
    ids: tuple[int, ...] | None = None
    with folded, show_errors():
        with st.spinner("Naming what the images show…"):
            shown = imagenet_classes.of_dataset(dataset)
        if shown is None:
            offer_features(dataset, "This filter", key="shows", primary=False)
        else:
            if wanted := _choose(shown, chosen, key):
                ids = tuple(map(int, shown.showing(wanted)))
            _seek_like_photo(dataset)
    return ids


def _seek_like_photo(dataset: Dataset) -> None:
    """Let the user give a photo; the images most like it are shown, until that is taken away."""
    # Any file may come: read_image tells what is wrong with one.
    file = st.file_uploader("Images like a photo", key=key_of(dataset, "like"))
    taken = key_of(dataset, "like_taken")
    if file is None or st.session_state.get(taken) == file.file_id:
        return
    try:
        photo = image_io.read_image(plain(content(file)))
    except ImageError as error:
        st.error(f"{escape_markdown(file.name)}: {escape_markdown(str(error))}", icon=":material/error:")
        return
    with st.spinner("Looking for images like it…"):
        found = like_photo(dataset, photo, _MOST_LIKE)
    if found is not None:
        st.session_state[taken] = file.file_id
        show_only(dataset, "Like your photo", found)


def _choose(shown: Shown, chosen: list[str], key: str) -> list[str]:
    counts = shown.counts
    return st.multiselect(
        "ImageNet classes",
        [*counts, *(name for name in chosen if name not in counts)],
        key=key,
        format_func=lambda name: f"{name} · {counts.get(name, 0):,}",
        placeholder="Type, such as tabby",
        help="What a pretrained network takes the images for: any of its 1,000 classes. The surest come first.",
        persist_state="session",
    )


def both(first: tuple[int, ...] | None, second: tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Return the images that two filters let pass, in the order of the first; `None` lets all pass."""
    if first is None or second is None:
        return first if second is None else second
    passing = set(second)
    return tuple(index for index in first if index in passing)
