// @ts-check
// Text on a colour is the one of black and white that can be read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inkOn } from "../../pages/components/common/contrast.js";

test("text is black from a middle gray on", () => {
  assert.equal(inkOn(0, 0, 0), "white");
  assert.equal(inkOn(117, 117, 117), "white");
  assert.equal(inkOn(118, 118, 118), "black");
  assert.equal(inkOn(255, 255, 255), "black");
});

test("green is brighter than blue", () => {
  assert.equal(inkOn(0, 255, 0), "black");
  assert.equal(inkOn(0, 0, 255), "white");
  assert.equal(inkOn(255, 0, 0), "black");
});
