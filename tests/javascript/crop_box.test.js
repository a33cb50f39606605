// @ts-check
// The crop box: it stays within its image however it is dragged.
import assert from "node:assert/strict";
import { test } from "node:test";
import { changed } from "../../pages/components/crop_box/script.js";

const PICTURE = { width: 100, height: 80 };

test("a box that is moved keeps its size and stays on the image", () => {
  assert.deepEqual(changed([10, 10, 30, 20], [0, 0], 5, -3, PICTURE), [15, 7, 30, 20]);
  assert.deepEqual(changed([10, 10, 30, 20], [0, 0], 500, -500, PICTURE), [70, 0, 30, 20]);
});

test("a corner that is dragged leaves the opposite one where it is", () => {
  assert.deepEqual(changed([10, 10, 30, 20], [1, 1], 5, 5, PICTURE), [10, 10, 35, 25]);
  assert.deepEqual(changed([10, 10, 30, 20], [-1, -1], 5, 5, PICTURE), [15, 15, 25, 15]);
});

test("a box has at least one pixel and never leaves the image", () => {
  assert.deepEqual(changed([10, 10, 30, 20], [1, 1], -500, 500, PICTURE), [10, 10, 1, 70]);
  assert.deepEqual(changed([10, 10, 30, 20], [-1, -1], -500, 500, PICTURE), [0, 29, 40, 1]);
});
