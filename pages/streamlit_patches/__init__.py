"""Faults of Streamlit, each mended in a file of its own, which says how it shows and in which versions.

Each has `apply()`, which refuses a Streamlit that it was not written for, and a strict xfail test against Streamlit as
it is. To go to a newer Streamlit: install it and run these tests. Where one passes now, the fault is gone, and so is
its file; for the others, read what they replace, then set `VERSION` and the digests anew.
"""

from pages.streamlit_patches import (
    late_downloads,
    late_requests,
    lost_clicks,
    message_queue,
    own_origin,
    pages_directory,
    shared_keys,
    short_runs,
    superseded_runs,
    uploads_on_disk,
)

PATCHES = (
    pages_directory,
    own_origin,
    message_queue,
    late_downloads,
    late_requests,
    lost_clicks,
    shared_keys,
    short_runs,
    superseded_runs,
    uploads_on_disk,
)


def apply_all() -> None:
    """Mend this process's Streamlit; again does nothing.

    Raises:
        UnknownStreamlitError: the installed Streamlit is another than the patches were written for.
    """
    for patch in PATCHES:
        patch.apply()
