// @ts-check
// Charts that grow: what is new is put after what was there, and what was missed is noticed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { heldAfter } from "../../pages/components/chart/news.js";

/**
 * @param {number} serial
 * @param {number[]} after
 * @param {number} start
 * @param {(number | null)[]} values
 * @param {(number | null)[]} lows
 * @returns {any}
 */
function message(serial, after, start, values, lows = []) {
  const x = values.map((_, at) => start + at);
  return {
    serial,
    after,
    charts: [{ title: "Loss", lines: [{ name: "now", start, x, y: values, lows, highs: lows }] }],
  };
}

test("what is new is put after what was there", () => {
  const first = heldAfter(null, message(5, [], 0, [1, 2]));
  const second = heldAfter(first, message(6, [5], 1, [3, null]));
  assert.deepEqual(second.charts[0].lines[0].x, [0, 1, 2]);
  assert.deepEqual(second.charts[0].lines[0].y, [1, 3, null]);
  assert.deepEqual(first.charts[0].lines[0].y, [1, 2], "what was there is not changed");
});

test("one message may be missed, two are noticed", () => {
  const first = heldAfter(null, message(5, [], 0, [1, 2]));
  assert.equal(heldAfter(first, message(7, [5, 6], 2, [3]))?.serial, 7);
  assert.equal(heldAfter(first, message(8, [6, 7], 2, [3])), null);
  assert.equal(heldAfter(null, message(7, [5, 6], 2, [3])), null, "a page that was just opened has nothing");
});

test("the same message again changes nothing", () => {
  const first = heldAfter(null, message(5, [], 0, [1, 2]));
  assert.equal(heldAfter(first, message(5, [], 0, [1, 2])), first);
});

test("bands that come later begin with their lines", () => {
  const first = heldAfter(null, message(5, [], 0, [1, 2]));
  const banded = heldAfter(first, message(6, [5], 0, [1.5], [1]));
  assert.deepEqual(banded.charts[0].lines[0], {
    name: "now",
    start: 0,
    x: [0],
    y: [1.5],
    lows: [1],
    highs: [1],
  });
});
