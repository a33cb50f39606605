"""Explain: the ideas of image classification at work on one's own network and image, a view each."""

import streamlit as st

from core import runs
from pages.common import address
from pages.common.messages import show_errors
from pages.common.page_frame import page
from pages.common.pickers import train_first
from pages.common.terms import with_terms
from pages.common.view_switch import choose_view
from pages.explain.address import VIEW, VIEWS, parameters
from pages.explain.subject import choose_subject
from pages.explain.view import View
from pages.explain.views import BY_TITLE

# A view fits a screen of 900 pixels, hence the narrow gaps and tables. Twelve ideas are wider than a phone: there they
# stand in one row that scrolls sideways. And there what a view shows comes before its settings.
_STYLE = """<style>
[data-testid=stMainBlockContainer] > [data-testid=stVerticalBlock] { gap: .75rem; }
.st-key-explain_ideas { margin-top: -.5rem; }
[data-testid=stMain] { --least-chart: 18rem; }
[data-testid=stMain] :is(th, td) { padding: .25rem .75rem; font-size: .875rem; }
@media (max-width: 900px) {
  .st-key-explain_ideas [data-testid=stButtonGroup] > div { flex-wrap: nowrap; overflow-x: auto; }
  .st-key-explain_ideas button { flex: none; }
  [data-testid=stLayoutWrapper]:has(> .st-key-explain_settings) { order: 1; }
}
</style>"""


def explain(view: View) -> None:
    """Let the user choose what a view is shown on, and show it."""
    if not view.asks_image:
        st.caption(with_terms(view.looked_for))
        view.show(None)
    elif not runs.with_model():
        train_first("No trained network yet. The digits dataset trains in under a minute.")
    else:
        subject = choose_subject()
        address.write()  # What follows may wait for the worker.
        st.caption(with_terms(view.looked_for))
        if subject is None:
            st.info("No image yet. Choose one above.")
        else:
            view.show(subject)


page("Explain", "Every idea of image classification, at work on your own network and image.", parameters())
st.html(_STYLE)
with st.container(key="explain_ideas"):
    chosen = choose_view(VIEWS.values(), key=VIEW)
with show_errors():
    explain(BY_TITLE[chosen])
