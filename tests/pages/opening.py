"""Opening pages as a browser does, and reading what they say."""

from functools import cache

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from tests.paths import PROJECT

# Each AppTest else looks through all installed packages for components, which takes most of the time of most tests.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def new_session() -> AppTest:
    """Open the app in a new session."""
    return AppTest.from_file(str(PROJECT / "app.py"), default_timeout=90).run()


def show(app: AppTest, name: str, /, **address: str) -> AppTest:
    """Open a page, which must show no exception."""
    app.switch_page(f"pages/{name}/page.py")
    for parameter, value in address.items():
        app.query_params[parameter] = value
    app.run()
    assert not app.exception, [each.value for each in app.exception]
    return app


def said(app: AppTest) -> str:
    kinds = (app.title, app.info, app.error, app.success, app.markdown, app.caption, app.header, app.text)
    return "\n".join(str(element.value) for elements in kinds for element in elements)
