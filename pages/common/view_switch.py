"""Several ways to look at the subject of a page."""

from collections.abc import Iterable

from pages.common.single_choice import single_choice


def choose_view(views: Iterable[str], *, key: str) -> str:
    """Let the user choose how a page's subject is looked at.

    Args:
        views: their titles; `address.view` declares how they stand in the address.
        key: the widget's key. Another title set in the session's state under it shows that view.
    """
    return single_choice("View", list(views), key=key, label_visibility="collapsed", persist_state="session")
