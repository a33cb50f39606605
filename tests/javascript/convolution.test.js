// @ts-check
// The filter that is typed and dragged, and what a layer's output becomes by it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cellText, lightColours, rangeOfValues, unpacked } from "../../pages/components/common/pixel_grid.js";
import { numberOf, reach, shortText, weightText } from "../../pages/components/convolution/kernel_table.js";
import { outputOf } from "../../pages/components/convolution/script.js";
import { columnsOf } from "../../pages/components/filter_sheet/script.js";

const WINDOW = { size: 2, stride: 1, padding: /** @type {"valid"} */ ("valid") };
const PLANE = { width: 3, height: 2, values: [1, 2, 3, 4, 5, 6] };

/** @param {(number | null)[]} kernel of the layer, as trained */
function data(kernel) {
  const output = { width: 2, height: 1, kind: /** @type {"f32"} */ ("f32"), values: "" };
  const layer = { output, kernel, bias: 0, activation: "" };
  const at = /** @type {[number, number]} */ ([0, 0]);
  return {
    of: "",
    plane: output,
    name: "",
    tint: "",
    kernel,
    window: WINDOW,
    at,
    light: true,
    layer,
    live: true,
    turn: 0,
  };
}

test("only what is a number becomes a weight", () => {
  assert.deepEqual(["1", " -2,5 ", "−3", "1e2"].map(numberOf), [1, -2.5, -3, 100]);
  assert.deepEqual(["", " ", "x", "1 2", "1e5", "Infinity", "NaN", "--1"].map(numberOf), Array(8).fill(null));
});

test("what stands in a cell can be typed again", () => {
  for (const value of [0, -3, 0.12345678, -0.004, 9999]) {
    assert.ok(Math.abs(numberOf(weightText(value)) - value) <= 1e-3 * Math.abs(value));
  }
  assert.equal(weightText(null), "NaN");
  assert.deepEqual([0.0397, -3, 2500.4].map(shortText), ["0.04", "-3", "2500"]);
});

test("a slider reaches beyond the largest weight, and somewhere where all are 0", () => {
  assert.equal(reach([1, -2, null], 2), 4);
  assert.equal(reach([0, 0], 2), 2);
});

test("a layer's output changes by what the changed weights add, all other channels staying", () => {
  const before = { width: 2, height: 1, values: [10, 20] };
  assert.equal(outputOf(PLANE, [1, 0, 0, 1], data([1, 0, 0, 1]), before), before);
  const after = outputOf(PLANE, [1, 0, 0, 3], data([1, 0, 0, 1]), before);
  assert.deepEqual(Array.from(after.values), [10 + 2 * 5, 20 + 2 * 6]);
});

test("numbers are short in their cells, and none is lost", () => {
  assert.deepEqual([0, 255, -0.126, 12.345, 1234.6, -0.001].map(cellText), [
    "0",
    "255",
    "−0.13",
    "12.3",
    "1235",
    "0.00",
  ]);
  assert.deepEqual([NaN, Infinity, 2e7].map(cellText), ["NaN", "∞", "2e+7"]);
});

test("what is no number has no part in the range, nor a colour of its own", () => {
  assert.deepEqual(rangeOfValues([NaN, 3, -1, NaN]), { low: -1, high: 3 });
  assert.deepEqual(rangeOfValues([NaN]), { low: 0, high: 0 });
  const colour = lightColours(0, 255, "green");
  assert.deepEqual([0, 255, 999, NaN].map(colour), [[0, 0, 0], [0, 255, 0], [0, 255, 0], [0, 0, 0]]);
});

test("packed numbers come out as they went in", () => {
  assert.deepEqual([...unpacked(btoa("\x00\xff"), "u8")], [0, 255]);
  assert.deepEqual([...unpacked(btoa("\x00\x00\x80\x3f"), "f32")], [1]);
});

test("filters stand beside each other as many as there is room for", () => {
  assert.equal(columnsOf(1290, 32), 32);
  assert.equal(columnsOf(380, 32), 10);
  assert.equal(columnsOf(0, 5), 1);
});
