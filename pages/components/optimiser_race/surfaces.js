// @ts-check
// The surfaces of core/lessons/optimiser_steps.py, and a slice of a loss between whose values one goes smoothly.
/**
 * @typedef {object} Surface
 * @property {(x: number, y: number) => number} value
 * @property {(x: number, y: number) => [number, number]} gradient
 * @property {number} bounds how many reaches from the middle a race may go
 */

const FAR = 50;
/** @type {Record<string, Surface>} */
const SURFACES = {
  bowl: { value: (x, y) => x * x + y * y, gradient: (x, y) => [2 * x, 2 * y], bounds: FAR },
  ravine: { value: (x, y) => 0.05 * x * x + 4 * y * y, gradient: (x, y) => [0.1 * x, 8 * y], bounds: FAR },
  saddle: {
    value: (x, y) => x * x - y * y + 0.25 * y ** 4,
    gradient: (x, y) => [2 * x, -2 * y + y ** 3],
    bounds: FAR,
  },
  rosenbrock: {
    value: (x, y) => (1 - x) ** 2 + 10 * (y - x * x) ** 2,
    gradient: (x, y) => [-2 * (1 - x) - 40 * x * (y - x * x), 20 * (y - x * x)],
    bounds: FAR,
  },
  minima: {
    value: (x, y) => (x * x - 1) ** 2 + 0.3 * x + y * y,
    gradient: (x, y) => [4 * x * (x * x - 1) + 0.3, 2 * y],
    bounds: FAR,
  },
};

/**
 * The surface of a ground.
 * @param {{name: string, middle: [number, number], reach: number, values: number[], side: number}} ground
 * @returns {Surface}
 */
export function surfaceOf(ground) {
  if (SURFACES[ground.name]) return SURFACES[ground.name];
  const { values, side, middle, reach } = ground;
  if (!(side > 1) || values.length < side * side) return { value: () => 0, gradient: () => [0, 0], bounds: 1 };
  const scale = (side - 1) / (2 * reach);
  const at = (row, column) =>
    values[Math.min(Math.max(row, 0), side - 1) * side + Math.min(Math.max(column, 0), side - 1)];
  const sum = (x, y, across, down) => {
    const [column, row] = [(x - middle[0] + reach) * scale, (y - middle[1] + reach) * scale];
    const [left, top] = [column, row].map((each) => Math.min(Math.max(Math.floor(each), 0), side - 2));
    const [wide, high] = [across(column - left), down(row - top)];
    let total = 0;
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < 4; j++) total += high[i] * wide[j] * at(top + i - 1, left + j - 1);
    }
    return total;
  };
  return {
    value: (x, y) => sum(x, y, weights, weights),
    gradient: (x, y) => [scale * sum(x, y, slopes, weights), scale * sum(x, y, weights, slopes)],
    bounds: 1,
  };
}

// Catmull and Rom's spline through four values: their weights a share of the way from the second to the third.
const weights = (t) => [
  ((2 - t) * t - 1) * t / 2,
  ((3 * t - 5) * t * t + 2) / 2,
  (((4 - 3 * t) * t + 1) * t) / 2,
  ((t - 1) * t * t) / 2,
];
// And how these change.
const slopes = (t) => [
  ((4 - 3 * t) * t - 1) / 2,
  (9 * t - 10) * t / 2,
  ((8 - 9 * t) * t + 1) / 2,
  (3 * t - 2) * t / 2,
];
