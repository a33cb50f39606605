// @ts-check
// Softmax and cross-entropy in the browser are those of core/lessons/cross_entropy.py.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { cost, evenLoss, loss, softmax } from "../../pages/components/softmax/maths.js";

const cases = JSON.parse(readFileSync(new URL("../data/lesson_cross_entropy.json", import.meta.url), "utf8"));
const none = { count: 0, log_sum: null, sum: 0 };
const near = (given, wanted) => assert.ok(Math.abs(given - wanted) < 1e-9, `${given} is not ${wanted}`);

test("probabilities and losses are Python's", () => {
  for (const { logits, label, smoothing, probabilities, loss: wanted } of cases) {
    softmax(logits, none).forEach((each, at) => near(each, probabilities[at]));
    near(loss(logits, label, none, smoothing), wanted);
  }
});

test("classes without a logit of their own count as they would with one", () => {
  const all = [2, 1, -0.5, -1.5];
  const rest = { count: 2, log_sum: Math.log(Math.exp(-0.5) + Math.exp(-1.5)), sum: -2 };
  softmax([2, 1], rest).forEach((each, at) => near(each, softmax(all, none)[at]));
  near(loss([2, 1], 0, rest, 0.1), loss(all, 0, none, 0.1));
});

test("a smoothed label is satisfied short of certainty", () => {
  const best = 0.9 + 0.1 / 10;
  assert.ok(evenLoss(best, 10, 0.1) < evenLoss(best - 0.02, 10, 0.1));
  assert.ok(evenLoss(best, 10, 0.1) < evenLoss(best + 0.02, 10, 0.1));
  near(evenLoss(0.4, 10, 0), cost(0.4));
});
