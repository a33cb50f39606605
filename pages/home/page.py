"""Home: bend an image, train a network, ask about a photo, each on the spot; and where to go on."""

import streamlit as st

from pages.common.messages import show_errors
from pages.common.page_frame import page
from pages.common.view_switch import choose_view
from pages.common.visitor import served
from pages.home.address import ASK, BEND, TRAIN, VIEW, VIEWS, parameters
from pages.home.ask import show_asking
from pages.home.bend import show_bending
from pages.home.latest import show_latest, show_links
from pages.home.train import show_training

# Three things side by side need this much; below it one is shown at a time.
_NARROW_PX = 900
# As high as the digits and what takes their place: the button beneath stays where it is.
_CURVE_PX = 470
_WHERE_IMAGES_GO = {
    False: "No account: your images never leave this computer.",
    True: "Your images go to your class’s server only.",
}
_PLACES = {BEND: "home_bend", TRAIN: "home_network", ASK: "home_ask"}
_STYLE = """<style>
[data-testid=stMain] h2 {{ padding: 0 0 .25rem; font-size: 1.2rem; }}
.st-key-home_curve {{ min-height: {curve}px; }}
.st-key-home_curve [data-testid=stMetricValue] {{ font-size: 2rem; line-height: 1.2; }}
@media (min-width: {narrow}px) {{
  .st-key-home_three {{ margin-top: -.75rem; }}
}}
div.st-key-home_choice {{ display: none; }}
@media (max-width: {narrow}px) {{
  div.st-key-home_choice {{ display: flex; }}
  .st-key-home_three [data-testid=stColumn] {{ flex: 1 1 100%; min-width: 100%; }}
  .st-key-home_three [data-testid=stColumn]:not(:has(.st-key-{shown})) {{ display: none; }}
}}
</style>"""

page(
    "Pixelwise",
    f"Explore image classification in your browser. {_WHERE_IMAGES_GO[served()]}",
    parameters(),
)
with st.container(key="home_choice"):
    view = choose_view(VIEWS.values(), key=VIEW)
st.html(_STYLE.format(narrow=_NARROW_PX, curve=_CURVE_PX, shown=_PLACES[view]))
with st.container(key="home_three"):
    places = dict(zip(_PLACES, st.columns(3, gap="medium"), strict=True))
# The digits are read last: on a fresh computer they are unpacked first.
for name, show in ((BEND, show_bending), (ASK, show_asking), (TRAIN, show_training)):
    with places[name], st.container(key=_PLACES[name]), show_errors():
        show()
show_links()
show_latest()
