// @ts-check
// The steps in the browser are those of core/lessons/optimiser_steps.py; a slice is gone over smoothly.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { race } from "../../pages/components/optimiser_race/steps.js";
import { surfaceOf } from "../../pages/components/optimiser_race/surfaces.js";

const cases = JSON.parse(readFileSync(new URL("../data/lesson_optimisers.json", import.meta.url), "utf8"));
const STARTS = {
  bowl: [-1.6, 1.2],
  ravine: [-1.8, 1],
  saddle: [-1.6, 0.01],
  rosenbrock: [-1.5, 2.2],
  minima: [1.7, 1.3],
};
/** @type {(name: string) => any} */
const ground = (name) => ({ name, middle: name === "rosenbrock" ? [0, 1] : [0, 0], reach: 2, values: [], side: 0 });
const near = (given, wanted, within) => assert.ok(Math.abs(given - wanted) <= within, `${given} is not ${wanted}`);

test("paths are Python's", () => {
  for (const { kind, surface, rates: [learning_rate, beta_1, beta_2, epsilon], steps, diverged, last } of cases) {
    const at = ground(surface);
    const rates = { learning_rate, beta_1, beta_2, epsilon };
    const found = race(kind, rates, surfaceOf(at), at, STARTS[surface], steps);
    assert.equal(found.diverged, diverged);
    found.points[found.points.length - 1].forEach((each, axis) =>
      near(each, last[axis], 1e-9 * (1 + Math.abs(last[axis])))
    );
  }
});

test("a race that diverges ends at numbers", () => {
  const at = ground("rosenbrock");
  const rates = { learning_rate: 1e200, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };
  const found = race("momentum", rates, surfaceOf(at), at, [-1.5, 2.2], 300);
  assert.equal(found.diverged, 1);
  assert.ok(found.points.flat().every(Number.isFinite));
});

test("a slice goes through its values, slopes with them, and ends at its edge", () => {
  const side = 9;
  const values = Array.from({ length: side * side }, (_, at) => {
    const [x, y] = [(at % side) / 4 - 1, Math.floor(at / side) / 4 - 1];
    return x * x + 2 * y * y + x * y;
  });
  const at = { name: "slice", middle: /** @type {[number, number]} */ ([0, 0]), reach: 1, values, side };
  const surface = surfaceOf(at);
  near(surface.value(0.25, -0.5), 0.25 ** 2 + 2 * 0.5 ** 2 - 0.125, 1e-9);
  for (const [x, y] of [[0.3, 0.1], [-0.4, 0.44], [0, 0.6]]) {
    near(surface.value(x, y), x * x + 2 * y * y + x * y, 1e-9);
    near(surface.gradient(x, y)[0], 2 * x + y, 1e-9);
    near(surface.gradient(x, y)[1], 4 * y + x, 1e-9);
  }
  const rates = { learning_rate: 5, beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };
  assert.equal(race("sgd", rates, surface, at, [0.8, 0.8], 300).diverged, 1);
});
