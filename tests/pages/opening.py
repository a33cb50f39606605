"""Opening pages as a browser does, and reading what they say."""

from streamlit.testing.v1 import AppTest


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
