"""Live sliders: what they set follows the pointer and the keys, and nothing jumps back."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import FloatRect, Page, expect

from tests.browser.conftest import PATIENCE_MS
from tests.browser.server import Server, running_server
from tests.browser.settled import settle


@pytest.fixture(scope="module")
def sliders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("home"), script="tests/browser/sliders.py") as started:
        yield started


@pytest.fixture
def shown(page: Page, sliders: Server) -> Page:
    page.goto(sliders.address)
    expect(page.get_by_text("angle 0, zoom (1.0, 1.0)")).to_be_visible()
    settle(page, PATIENCE_MS)
    return page


def track(page: Page, key: str) -> FloatRect:
    box = page.locator(f".st-key-{key}_slider .track").bounding_box()
    assert box
    return box


def at(box: FloatRect, share: float) -> tuple[float, float]:
    """Return where on the page a share of a slider's range is."""
    return box["x"] + 6 + share * (box["width"] - 12), box["y"] + box["height"] / 2


def value(page: Page, key: str) -> str:
    return page.locator(f".st-key-{key}_slider output").inner_text()


def test_the_value_arrives_while_the_mouse_is_down(shown: Page) -> None:
    box = track(shown, "angle")
    shown.mouse.move(*at(box, 0.5))
    shown.mouse.down()
    shown.mouse.move(*at(box, 0.75), steps=20)
    expect(shown.get_by_text("angle 90,")).to_be_visible()
    shown.mouse.move(*at(box, 2))
    assert value(shown, "angle") == "180°", "what is shown does not wait for the server"
    expect(shown.get_by_text("angle 180,")).to_be_visible()
    shown.mouse.up()
    shown.mouse.move(*at(box, 0.5))
    assert value(shown, "angle") == "180°", "let go is let go"


def test_nothing_jumps_back_and_the_last_value_arrives_when_the_server_is_slow(shown: Page) -> None:
    shown.get_by_text("Slow").click()
    shown.wait_for_timeout(500)
    seen = """output => {
        output.seen = [];
        new MutationObserver(() => output.seen.push(parseInt(output.textContent)))
            .observe(output, {childList: true, characterData: true, subtree: true});
    }"""
    output = shown.locator(".st-key-angle_slider output")
    output.evaluate(seen)
    box = track(shown, "angle")
    shown.mouse.move(*at(box, 0.5))
    shown.mouse.down()
    for step in range(1, 41):
        shown.mouse.move(*at(box, 0.5 + step / 100))
        shown.wait_for_timeout(20)
    shown.mouse.up()
    expect(shown.get_by_text("angle 144,")).to_be_visible()
    values = output.evaluate("output => output.seen")
    assert values == sorted(values)
    assert value(shown, "angle") == "144°"


def test_keys_set_it_and_it_says_its_value_with_the_unit(shown: Page) -> None:
    slider = shown.get_by_role("slider", name="Rotation")
    slider.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        shown.keyboard.press(key)
    expect(shown.get_by_text("angle 1,")).to_be_visible()
    assert slider.get_attribute("aria-valuetext") == "1°"
    shown.keyboard.press("Home")
    expect(shown.get_by_text("angle -180,")).to_be_visible()
    shown.get_by_role("button", name="Reset Rotation").click()
    expect(shown.get_by_text("angle 0,")).to_be_visible()
    shown.mouse.dblclick(*at(track(shown, "angle"), 0.9))
    expect(shown.get_by_text("angle 0,")).to_be_visible()
    assert value(shown, "angle") == "0°"


def test_a_range_moves_the_nearer_thumb_and_keeps_its_order(shown: Page) -> None:
    box = track(shown, "zoom")
    shown.mouse.click(*at(box, 0.75))
    expect(shown.get_by_text("zoom (1.0, 1.5)")).to_be_visible()
    shown.mouse.click(*at(box, 0.25))
    expect(shown.get_by_text("zoom (0.5, 1.5)")).to_be_visible()
    shown.mouse.move(*at(box, 0.25))
    shown.mouse.down()
    shown.mouse.move(*at(box, 1), steps=5)
    expect(shown.get_by_text("zoom (1.5, 1.5)")).to_be_visible()
    shown.mouse.up()
    shown.get_by_role("slider", name="Zoom, highest").press("ArrowRight")
    expect(shown.get_by_text("zoom (1.5, 1.55)")).to_be_visible()


def test_the_server_moves_it_and_its_value_outlives_it(shown: Page) -> None:
    shown.get_by_role("slider", name="Rotation").press("ArrowRight")
    expect(shown.get_by_text("angle 1,")).to_be_visible()
    shown.get_by_role("button", name="Preset").click()
    expect(shown.get_by_text("angle 45, zoom (0.5, 1.5)")).to_be_visible()
    expect(shown.locator(".st-key-angle_slider output")).to_have_text("45°")
    shown.get_by_text("Sliders").click()
    expect(shown.locator(".st-key-angle_slider")).to_have_count(0)
    shown.get_by_text("Sliders").click()
    expect(shown.get_by_text("angle 45, zoom (0.5, 1.5)")).to_be_visible()
    shown.get_by_role("slider", name="Rotation").press("ArrowLeft")
    expect(shown.get_by_text("angle 44,")).to_be_visible()


def test_a_finger_drags_it_and_help_is_plain_text(shown: Page) -> None:
    box = track(shown, "angle")
    touch = shown.context.new_cdp_session(shown)
    for kind, share in (("touchStart", 0.5), ("touchMove", 0.6), ("touchMove", 0.7), ("touchMove", 0.75)):
        x, y = at(box, share)
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        shown.wait_for_timeout(60)
    expect(shown.get_by_text("angle 90,")).to_be_visible()
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    shown.locator(".st-key-angle_slider .help").focus()
    expect(shown.get_by_text("Either *way*.")).to_be_visible()
