"""Opens an address that is the first on a fresh server without "Page not found" over it.

Fault: beside a folder `pages`, Streamlit makes its own list of the scripts right in it until `st.navigation` is called
for the first time, and looks the address up there.
Shows: "Page not found" covers the first page that is opened by its address, such as /browse, and stays.
Streamlit: 1.36 to 1.67 at least, https://github.com/streamlit/streamlit/issues/8860

It must be applied before the first session begins: `app.py` does as the server starts.
"""

from streamlit.runtime.pages_manager import PagesManager

from pages.streamlit_patches.replacing import expect


def apply() -> None:
    """From now on, leave the pages to `st.navigation`, as Streamlit does after its first call."""
    expect(PagesManager.__init__, digest="baf7a6f847ae8dcb", file=__name__)
    PagesManager.uses_pages_directory = False
