// @ts-check
// Where values stand on an axis of a panel: also beyond its ends, and what is no number.
import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOn } from "../../pages/components/panels/places.js";

/** @param {number} low @param {number} high */
const axis = (low, high, log = false) => ({ title: "", low, high, ticks: /** @type {[number, string][]} */ ([]), log });

test("a value stands as far along as it is between the ends", () => {
  assert.equal(placeOn(axis(-1, 3), 0, 100, 500), 200);
  assert.equal(placeOn(axis(-1, 3), 0, 500, 100), 400);
  assert.equal(placeOn(axis(1, 10000, true), 100, 0, 80), 40);
});

test("what is beyond an end, or no number, stands at an end", () => {
  assert.equal(placeOn(axis(0, 1), 7, 0, 50), 50);
  assert.equal(placeOn(axis(0, 1), -7, 0, 50), 0);
  assert.equal(placeOn(axis(0, 1), NaN, 0, 50), 0);
  assert.equal(placeOn(axis(1, 10, true), 0, 0, 50), 0);
  assert.equal(placeOn(axis(2, 2), 2, 0, 50), 0);
});
