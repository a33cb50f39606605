"""What a page shows to a browser that missed its first drawing.

A click during that drawing has Streamlit drop what was not sent yet and draw anew. Controls that were set from the
session are then at their defaults in the browser, which tells them to the server with the next click.
"""

import json
from typing import Any

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.testing.v1 import AppTest

from core.preprocessing import Flip, Grayscale, Pad, Pipeline, Resize, Rotate
from tests.pages.opening import show
from tests.pages.test_pages import finished_run

PIPELINE = Pipeline((Grayscale(), Resize(width=10, height=12), Rotate(), Pad(), Flip(way="top-bottom")))


def controls(app: AppTest, *, only_set: bool) -> dict[str, Any]:
    """Return what a browser that knows nothing yet shows at each control, or at those set now, by the control's id."""
    found: dict[str, Any] = {}

    def visit(node: Any) -> None:
        for child in getattr(node, "children", {}).values():
            visit(child)
        proto: Any = getattr(node, "proto", None)
        names = {field.name for field in proto.DESCRIPTOR.fields} if proto is not None else set()
        if "set_value" in names and (proto.set_value or not only_set):
            value = next(name for name in ("raw_value", "raw_values", "selected_values", "value") if name in names)
            shown = getattr(proto, value) if proto.set_value else _default(node)
            found[proto.id] = shown if isinstance(shown, str | int | float) else list(shown)

    visit(app.main)
    return found


def _default(node: Any) -> Any:
    """Return a control's default; that of one with options is given by numbers."""
    default, options = node.proto.default, getattr(node, "options", None)
    if options is None:
        return default
    if isinstance(default, int) and not node.proto.HasField("default"):
        return ""
    return options[default] if isinstance(default, int) else [options[each] for each in default]


@pytest.mark.parametrize(
    ("page", "address", "view"),
    [
        ("preprocess", {"steps": json.dumps(PIPELINE.to_json())}, ""),
        ("augment", {"rotation_range": "20", "fill_mode": "reflect"}, ""),
        ("browse", {"dataset": "digits"}, ""),
        ("errors", {}, ""),
        ("train", {"recipe": "digits-cnn"}, "Hyperparameters"),
    ],
)
def test_it_shows_the_same(app: AppTest, page: str, address: dict[str, str], view: str) -> None:
    finished_run()
    show(app, page, **address)
    if view:
        app.button_group(key="train_view").set_value(view).run()
    first = controls(app, only_set=True)
    assert first
    app._run(WidgetStates())
    second = controls(app, only_set=False)
    assert {each: second[each] for each in first} == first
