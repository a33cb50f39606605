// @ts-check
// The steps of core/lessons/optimiser_steps.py.
/**
 * @typedef {{learning_rate: number, beta_1: number, beta_2: number, epsilon: number}} Rates
 * @typedef {{points: [number, number][], diverged: number | null}} Race
 */

export const KINDS = ["sgd", "momentum", "nesterov", "adam", "adamw", "rmsprop"];
const WEIGHT_DECAY = 0.004;

/**
 * Take steps until they are done, or lead beyond all bounds.
 * @param {string} kind
 * @param {Rates} rates
 * @param {import("./surfaces.js").Surface} surface
 * @param {{middle: [number, number], reach: number}} ground
 * @param {[number, number]} start
 * @param {number} steps
 * @returns {Race}
 */
export function race(kind, rates, surface, { middle, reach }, start, steps) {
  /** @type {[number, number][]} */
  const points = [start];
  const state = { mean: [0, 0], square: [0, 0] };
  for (let step = 1; step <= steps; step++) {
    const [x, y] = points[step - 1];
    const gradient = surface.gradient(x, y);
    /** @type {[number, number]} */
    const next = [0, 0];
    for (const axis of [0, 1]) {
      next[axis] = stepped(kind, rates, step, points[step - 1][axis], gradient[axis], state, axis);
    }
    const away = Math.max(Math.abs(next[0] - middle[0]), Math.abs(next[1] - middle[1]));
    if (!(away <= surface.bounds * reach)) return { points, diverged: step };
    points.push(next);
  }
  return { points, diverged: null };
}

function stepped(kind, { learning_rate: rate, beta_1, beta_2, epsilon }, step, point, gradient, state, axis) {
  if (kind === "sgd") return point - rate * gradient;
  if (kind === "momentum" || kind === "nesterov") {
    const mean = state.mean[axis] = beta_1 * state.mean[axis] - rate * gradient;
    return point + (kind === "nesterov" ? beta_1 * mean - rate * gradient : mean);
  }
  const square = state.square[axis] += (1 - beta_2) * (gradient ** 2 - state.square[axis]);
  if (kind === "rmsprop") return point - rate * gradient / Math.sqrt(square + epsilon);
  const begin = kind === "adamw" ? point - WEIGHT_DECAY * rate * point : point;
  const mean = state.mean[axis] += (1 - beta_1) * (gradient - state.mean[axis]);
  const unbiased = rate * Math.sqrt(1 - beta_2 ** step) / (1 - beta_1 ** step);
  return begin - unbiased * mean / (Math.sqrt(square) + epsilon);
}
