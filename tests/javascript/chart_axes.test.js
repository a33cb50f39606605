// @ts-check
// Axes: what is marked on them is round, and no more than there is room for; a point is told as it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  nearest,
  nearestPoint,
  placed,
  pointText,
  positionText,
  rangeOf,
  rounded,
  thinned,
  ticksOf,
  tickText,
} from "../../pages/components/chart/axes.js";

/** @typedef {import("../../pages/components/chart/axes.js").Chart} Chart */

/**
 * @param {Partial<import("../../pages/components/chart/axes.js").Line>} more
 */
function line(more = {}) {
  return {
    name: "training",
    colour: "red",
    x: [1, 2, 3],
    y: [0.5, 0.25, 0.75],
    width: 1,
    opacity: 1,
    dash: [],
    markers: false,
    lows: [],
    highs: [],
    ...more,
  };
}

/**
 * @param {Partial<Chart>} more
 * @returns {Chart}
 */
function chart(more = {}) {
  return {
    title: "Loss",
    axis: "epoch",
    end: 3,
    unit: "",
    scale: "linear",
    lines: [line()],
    alt: "",
    ticks: [],
    range: null,
    each: true,
    whole: false,
    height: 300,
    wide: false,
    best: null,
    strip: false,
    margin: { l: 0, r: 0, t: 0, b: 0 },
    ...more,
  };
}

const LOSSES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];

test("round values are as many as there is room for", () => {
  assert.deepEqual(rounded(0, 1, 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(rounded(0, 30.6, 8), [0, 5, 10, 15, 20, 25, 30]);
  assert.deepEqual(rounded(0.3, 0.31, 4), [0.3, 0.302, 0.304, 0.306, 0.308, 0.31]);
});

test("epochs are marked as whole numbers", () => {
  assert.deepEqual(rounded(0, 3.03, 9, 1), [0, 1, 2, 3]);
  assert.deepEqual(rounded(0, 0.5, 9, 1), [0]);
});

test("where there is no round value, none is marked", () => {
  for (const [low, high] of [[NaN, 1], [0, NaN], [0.5, 0.5], [1e300, 1e300], [1e17, 1e17 + 16]]) {
    assert.ok(rounded(low, high, 5).length < 10, `${low} to ${high}`);
  }
  assert.deepEqual(rounded(-Infinity, Infinity, 5), []);
});

test("a low axis has fewer ticks, and two where there are two", () => {
  assert.deepEqual(thinned([1, 2, 3, 4, 5, 6, 7, 8], 1000), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert.deepEqual(thinned([1, 2, 3, 4, 5, 6, 7, 8], 96), [1, 3, 5, 7]);
  assert.equal(thinned([1, 2], 0).length, 2);
});

test("ticks of a low chart are few, and within the axis", () => {
  const low = chart({ scale: "log", ticks: LOSSES });
  const ticks = ticksOf(low, [Math.log10(0.04), Math.log10(60)], 106);
  assert.deepEqual(ticks, [0.05, 0.5, 5, 50]);
  assert.deepEqual(ticksOf(chart({ ticks: [0, 0.001] }), [-0.00006, 0.00112], 56), [0, 0.001]);
});

test("an axis so short that no given tick is on it gets others", () => {
  const close = chart({ scale: "log", ticks: LOSSES });
  const ticks = ticksOf(close, [Math.log10(0.61), Math.log10(0.68)], 200);
  assert.ok(ticks.length > 1 && ticks.every((value) => 0.61 <= value && value <= 0.68));
});

test("an axis lies just around what is seen, bands among it", () => {
  const shares = chart({ scale: "share" });
  const [low, high] = rangeOf(shares, [0, 3], false);
  assert.ok(0.2 < low && low < 0.25 && 0.75 < high && high < 0.8);
  assert.ok(rangeOf(shares, [1.5, 2.5], true)[1] < 0.3, "only the second point is seen");
  const banded = chart({ lines: [line({ lows: [0.4, 0.2, 0.7], highs: [0.6, 0.3, 0.9] })] });
  assert.ok(rangeOf(banded, [0, 3], false)[1] > 0.9);
});

test("a given axis stays until a part is chosen, and then does not become longer", () => {
  const given = chart({ scale: "share", range: [0.24, 1] });
  assert.deepEqual(rangeOf(given, [0, 3], false), [0.24, 1]);
  const [low, high] = rangeOf(given, [1.5, 3], true);
  assert.ok(low === 0.24 && high < 0.8);
  assert.deepEqual(rangeOf(given, [5, 6], true), [0.24, 1], "where nothing is seen");
});

test("what is missing, or has no logarithm, is left out of an axis", () => {
  const gaps = chart({ scale: "log", lines: [line({ y: [null, 0, 0.1] })] });
  const [low, high] = rangeOf(gaps, [0, 3], false);
  assert.ok(low <= -1 && -1 <= high && high - low < 0.1);
  assert.deepEqual(rangeOf(chart({ lines: [] }), [0, 3], false), [0, 1]);
  assert.equal(placed(gaps, 0.1), -1);
});

test("a point is told with its name, its value and its place", () => {
  assert.equal(pointText(chart({ scale: "share" }), line(), 1), "training: 25.00% at epoch 2");
  assert.equal(pointText(chart({ scale: "log" }), line(), 2), "training: 0.7500 at epoch 3");
  assert.equal(pointText(chart({ axis: "seconds of training" }), line({ x: [1.26] }), 0), "training: 0.5 at 1.3 s");
  assert.equal(pointText(chart(), line({ y: [null] }), 0), "training: not a number at epoch 1");
});

test("marked values are written short", () => {
  assert.equal(tickText(chart({ scale: "share" }), 0.30000000000000004), "30%");
  assert.equal(tickText(chart(), 0.0005), "0.0005");
  assert.equal(positionText(12000), "12,000");
});

test("the nearest position is found between two", () => {
  assert.deepEqual([0, 1.4, 1.6, 9].map((wanted) => nearest([1, 2, 3], wanted)), [0, 0, 1, 2]);
  assert.equal(nearest([], 1), -1);
});

test("only a line near the pointer is meant", () => {
  /** @type {[number, number][][]} */
  const lines = [[[0, 0], [10, NaN]], [[10, 10], [20, 20]]];
  assert.deepEqual(nearestPoint(lines, [12, 11], 24), { line: 1, at: 0 });
  assert.equal(nearestPoint(lines, [200, 11], 24), null);
});
