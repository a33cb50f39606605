// @ts-check
// A window that walks by itself: it comes to each place once, and draws nothing in between.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { Walk } from "../../pages/components/common/walk.js";

const FRAME_MS = 16;

/** @returns {[number, boolean][]} what is told of a walk from its start to its end */
function walked(from, total) {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  globalThis.requestAnimationFrame = (step) => Number(setTimeout(step, FRAME_MS));
  const told = [];
  const button = /** @type {HTMLElement} */ ({});
  const walk = new Walk(button, (...told_now) => told.push(told_now));
  walk.start(from, total);
  assert.equal(button.textContent, "❚❚ Pause");
  for (let passed = 0; passed < 10_000; passed += FRAME_MS) mock.timers.tick(FRAME_MS);
  assert.equal(button.textContent, "▶ Walk");
  mock.timers.reset();
  return told;
}

test("each of a few places is told once, and the last one as the end", () => {
  assert.deepEqual(walked(0, 5), [[0, false], [1, false], [2, false], [3, false], [4, true]]);
  assert.deepEqual(walked(3, 5), [[3, false], [4, true]]);
});

test("many places are told as fast as frames are drawn, the last one as the end", () => {
  const told = walked(0, 40_000);
  assert.ok(told.length > 100);
  assert.ok(told.every(([place], at) => at === 0 || place > told[at - 1][0]));
  assert.deepEqual(told.at(-1), [39_999, true]);
});
