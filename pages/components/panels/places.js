// @ts-check
// Where a value stands on an axis.
/** @typedef {{title: string, low: number, high: number, ticks: [number, string][], log: boolean}} Axis */

/**
 * The place of a value in pixels, at an end of the axis for what lies beyond it, at its beginning for what is no number.
 * @param {Axis} axis
 * @param {number} value
 * @param {number} begin the place of `low`
 * @param {number} end the place of `high`
 */
export function placeOn({ low, high, log }, value, begin, end) {
  const scaled = (/** @type {number} */ at) => (log ? Math.log10(at) : at);
  const share = (scaled(value) - scaled(low)) / (scaled(high) - scaled(low));
  return begin + (end - begin) * (share >= 0 ? Math.min(share, 1) : 0);
}
