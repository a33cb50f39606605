"""Browse: the pictures of a data set, by class and split, with counts."""

from pathlib import Path
from tempfile import TemporaryDirectory

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.datasets import catalogue
from core.datasets.store import SPLITS, Dataset
from pages.shared.components.gallery import Item, gallery, picture_url
from pages.shared.controls import choose_dataset
from pages.shared.enlarge import enlarge
from pages.shared.frame import page, plain, said_in_words

_PER_PAGE = 96


def get(entry: catalogue.Entry) -> None:
    """Offer the ways to a data set that is not on this machine: download it, or add its file."""
    published = entry.published
    if published is None:
        return
    st.subheader(f"{entry.about.title} is not on this machine yet", anchor=False)
    st.write(entry.good_for)
    st.caption(f"Source: {plain(entry.about.source)}. Licence: {plain(entry.about.licence)}.")
    with said_in_words():
        if st.button(f"Download ({published.bytes / 1e6:.0f} MB)", type="primary", icon=":material/download:"):
            bar = st.progress(0.0, f"Downloading {published.file_name}")

            def progress(done: int, total: int) -> None:
                bar.progress(done / total, f"{done / 1e6:.1f} of {total / 1e6:.1f} MB")

            try:
                catalogue.add(entry.name, progress=progress)
            finally:
                bar.empty()
            st.rerun()
    with said_in_words():
        upload = st.file_uploader(f"Or bring {published.file_name}, if you have it already", type=["npz"])
        if upload is not None:
            with TemporaryDirectory() as folder:
                path = Path(folder) / published.file_name
                path.write_bytes(upload.getbuffer())
                catalogue.add(entry.name, path)
            st.rerun()


def browse(dataset: Dataset, filters: DeltaGenerator, shown: DeltaGenerator) -> None:
    """Show the filters with their counts, and a page of the gallery, each in the place given."""
    names = dataset.about.class_names
    in_split = {split: count for split, count in zip(SPLITS, dataset.counts.sum(axis=0), strict=True) if count}
    with filters:
        split = st.segmented_control(
            "Split",
            list(in_split),
            key="split",
            bind="query-params",
            format_func=lambda name: f"{name} · {in_split[name]:,}",
            help="Each with its number of pictures. None chosen: all.",
        )
        counts = dataset.counts.sum(axis=1) if split is None else dataset.counts[:, SPLITS.index(split)]
        label = st.pills(
            "Class",
            names,
            key=f"class_{dataset.about.name}",
            format_func=lambda name: f"{name} · {counts[names.index(name)]:,}",
            help="Each with its number of pictures in the split. None chosen: all.",
            wrap=True,
        )
        st.caption(f"Source: {plain(dataset.about.source)}. Licence: {plain(dataset.about.licence)}.")
    chosen = dataset.select(split, None if label is None else names.index(label))
    with shown:
        what = "all classes" if label is None else f"class {plain(label)}"
        head, turn = st.columns([1, 1], vertical_alignment="center")
        head.markdown(f"**{len(chosen):,} pictures** · {what} · {split or 'train and test'}")
        if not len(chosen):
            st.info("No picture is in this class and split. Choose another class or split.")
            return
        pages = -(-len(chosen) // _PER_PAGE)
        with turn:
            key = f"page_{dataset.about.name}_{split}_{label}"
            number = st.pagination(pages, key=key) if pages > 1 else 1
        indices = chosen[(number - 1) * _PER_PAGE : number * _PER_PAGE]
        opened = gallery([item(dataset, int(index)) for index in indices], dataset, key="gallery")
        if opened is not None:
            enlarge(dataset, opened)


def item(dataset: Dataset, index: int) -> Item:
    """Return a picture for the gallery."""
    label = dataset.about.class_names[dataset.labels[index]]
    return Item(index, f"{label}, {SPLITS[dataset.splits[index]]} picture {index}", label, picture_url(dataset, index))


page("Browse", "The pictures of a data set, pixel by pixel. Click one to enlarge it.")
filters, shown = st.columns([1, 4], gap="medium")
with filters:
    name = choose_dataset(list(dict.fromkeys([*catalogue.available(), *catalogue.CATALOGUE])))
with said_in_words():
    if name in catalogue.available():
        browse(catalogue.open_dataset(name), filters, shown)
    else:
        with shown:
            get(catalogue.CATALOGUE[name])
