"""The images of a dataset that show what one of them shows, each to be opened."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress

import streamlit as st

from core.datasets.features import imagenet_classes, neighbours
from core.datasets.store import Dataset
from core.settings import SettingError
from pages.common.dataset_features import offer_features
from pages.common.messages import escape_markdown
from pages.components.gallery import Item, gallery, image_url

# One row in the dialog, four on a phone.
_MOST = 8


def show_similar(dataset: Dataset, index: int, open_image: Callable[[int], None]) -> None:
    """Show what a pretrained network takes an image for, and the images most like it, or offer what that needs.

    Args:
        dataset: whose images.
        index: the image.
        open_image: called with the image that was clicked, before the rerun.
    """
    found = neighbours.nearest(dataset, index, _MOST)
    if found is None:
        st.markdown("**More like this**")
        offer_features(dataset, "Finding images that show the same", key="similar", primary=False)
        return
    with suppress(SettingError):
        if shown := imagenet_classes.of_image(dataset, index):
            named = ", ".join(f"{escape_markdown(name)} {share:.0%}" for name, share in shown)
            st.markdown(f"**A pretrained network sees** {named}")
    ids, cosines = found
    if not len(ids):
        return
    names = [dataset.class_of(each) for each in ids.tolist()]
    of_class = ", ".join(
        f"{escape_markdown(name)}: {count} of {len(ids)}" for name, count in Counter(names).most_common()
    )
    st.markdown(f"**More like this** · {of_class}")
    items = [
        Item(
            int(each),
            f"Image {each}: {name}, cosine similarity {cosine:.2f}",
            f"{name} {cosine:.2f}",
            image_url(dataset, int(each)),
        )
        for each, name, cosine in zip(ids, names, cosines, strict=True)
    ]
    gallery(items, dataset, key="similar", open_image=open_image)
    st.caption("Cosine similarity of a pretrained network's features (1: identical). Classes play no part in it.")
