"""A weight of a trained network, changed in Explain: its answer follows, in its place."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, WORK_MS
from tests.browser.server import Server
from tests.browser.settled import settle

# Until the answer is another one; a second moves the slider sixty times.
_WITHOUT_REST = """async (slider, said) => {
  const before = said.textContent;
  for (let time = 0; said.textContent === before && time < 3000; time++) {
    slider.value = (time % 60) / 60 * slider.max;
    slider.dispatchEvent(new Event("input"));
    await new Promise((resolve) => setTimeout(resolve, 16));
  }
  return said.textContent !== before;
}"""


def test_a_weight_is_dragged_and_the_answer_follows_in_its_place_and_it_is_put_back(page: Page, server: Server) -> None:
    page.goto(f"{server.address}/explain?run=pets&view=convolution&filter=network&filter-number=6")
    said, bars = (page.locator(f".st-key-filter_answer_now {each}") for each in (".said", ".bars"))
    expect(said).to_have_text("Change a weight: what would it answer?", timeout=WORK_MS)
    settle(page, PATIENCE_MS)
    before = page.locator(".st-key-filter_answer_as .said").inner_text()
    mounted = bars.element_handle()
    slider = page.get_by_role("slider", name="Weight in row 2, column 2")
    drag = "(slider, share) => { slider.value = share * slider.max; slider.dispatchEvent(new Event('input')); }"
    found = ["Change a weight: what would it answer?"]
    for share in (0.9, -0.9, 0.5):
        slider.evaluate(drag, share)
        expect(said).not_to_have_text(found[-1])
        expect(said).to_contain_text("With changed weights")
        found.append(said.inner_text())
        settle(page, PATIENCE_MS)
    assert slider.evaluate(_WITHOUT_REST, said.element_handle()), "it follows a drag that goes on"
    assert mounted.evaluate("bars => bars.isConnected"), "it moves to the new answer, it is not mounted anew"
    slider.evaluate("slider => slider.dispatchEvent(new Event('change'))")
    expect(page).to_have_url(re.compile("filter-weights="))
    page.get_by_role("button", name="Put it back").click()
    expect(said).to_have_text(found[0])
    expect(page).not_to_have_url(re.compile("filter-weights"))
    expect(page.locator(".st-key-filter_answer_as .said")).to_have_text(before)
