// @ts-check
// Where an axis begins and ends, what is marked on it, and how its values are written.
/**
 * @typedef {object} Line
 * @property {string} name
 * @property {string} colour
 * @property {number[]} x
 * @property {(number | null)[]} y
 * @property {number} width
 * @property {number} opacity
 * @property {number[]} dash
 * @property {boolean} markers
 * @property {(number | null)[]} lows
 * @property {(number | null)[]} highs
 *
 * @typedef {object} Chart A chart as core/charts/chart.py describes it.
 * @property {string} title
 * @property {string} axis
 * @property {number} end
 * @property {string} unit
 * @property {"share" | "log" | "linear"} scale
 * @property {Line[]} lines
 * @property {string} alt
 * @property {number[]} ticks
 * @property {[number, number] | null} range
 * @property {boolean} each
 * @property {boolean} whole
 * @property {number} height
 * @property {boolean} wide
 * @property {number | null} best
 * @property {boolean} strip
 * @property {{l: number, r: number, t: number, b: number}} margin
 */

const counting = new Intl.NumberFormat("en", { maximumFractionDigits: 9 });
const LEAST_ROOM = 0.005;

/**
 * Round values from `low` to `high`, about `wanted` of them, at least `smallest` apart; none where there are none, as
 * between ends that are no numbers, or that no double lies between.
 * @param {number} low
 * @param {number} high
 * @param {number} wanted
 * @param {number} smallest
 * @returns {number[]}
 */
export function rounded(low, high, wanted, smallest = 0) {
  const rough = Math.max((high - low) / (Math.min(Math.max(wanted, 4), 9) + 1), smallest);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? NaN);
  const [first, last] = [Math.ceil(low / step), Math.floor(high / step)];
  if (!(Math.abs(first) < Number.MAX_SAFE_INTEGER && last - first < 1000)) return [];
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, count) => +((first + count) * step).toPrecision(9));
}

/**
 * Every so manieth of some ticks, so that an axis of `height` pixels has room for them; at least two, if there are two.
 * @param {number[]} ticks
 * @param {number} height
 * @param {number} every the least that is left out of, beyond none: on a logarithmic axis of 1, 2 and 5, the tenth
 *   follows after three
 */
export function thinned(ticks, height, every = 2) {
  const wanted = ticks.length / Math.max(height / 24, 2);
  if (wanted <= 1) return ticks;
  const step = Math.min(every * 2 ** Math.ceil(Math.log2(Math.max(wanted / every, 1))), ticks.length - 1);
  return ticks.filter((_, index) => index % step === 0);
}

/**
 * Where a value is on the axis of values, in the units of `range`.
 * @param {Chart} chart
 * @param {number} value
 */
export function placed(chart, value) {
  return chart.scale === "log" ? Math.log10(value) : value;
}

/**
 * Where the axis of values begins and ends: as given, or just around what lies between two positions.
 * @param {Chart} chart
 * @param {[number, number]} ends
 * @param {boolean} zoomed whether not all positions are shown
 * @returns {[number, number]}
 */
export function rangeOf(chart, [first, last], zoomed) {
  const { range, scale } = chart;
  if (range && (!zoomed || scale === "linear")) return range;
  let [low, high] = [Infinity, -Infinity];
  for (const { x, y, lows, highs } of chart.lines) {
    for (const values of [y, lows, highs]) {
      for (let at = 0; at < values.length; at++) {
        const value = values[at];
        if (value === null || (scale === "log" && !(value > 0)) || !(first <= x[at] && x[at] <= last)) continue;
        const place = placed(chart, value);
        if (place < low) low = place;
        if (place > high) high = place;
      }
    }
  }
  if (!(low <= high)) return range ?? [0, 1];
  const room = Math.max((high - low) / 18, LEAST_ROOM);
  const around = /** @type {[number, number]} */ ([low - room, high + room]);
  return range ? [Math.max(around[0], range[0]), Math.min(around[1], range[1])] : around;
}

/**
 * The values that are marked on the axis of values.
 * @param {Chart} chart
 * @param {[number, number]} range
 * @param {number} height of the axis, in pixels
 */
export function ticksOf(chart, [low, high], height) {
  const wanted = height / 40;
  const log = chart.scale === "log";
  let ticks = chart.ticks.filter((value) => low <= placed(chart, value) && placed(chart, value) <= high);
  if (!chart.ticks.length) ticks = rounded(low, high, wanted);
  else if (ticks.length < 2 && log) ticks = rounded(10 ** low, 10 ** high, wanted);
  return thinned(ticks, height, log && chart.ticks.length ? 3 : 2);
}

/**
 * A marked value, as short as may be.
 * @param {Chart} chart
 * @param {number} value
 */
export function tickText(chart, value) {
  return chart.scale === "share" ? `${+(100 * value).toFixed(2)}%` : `${+value.toPrecision(3)}`;
}

/** @param {number} position */
export function positionText(position) {
  return counting.format(position);
}

/**
 * One point of a line in words.
 * @param {Chart} chart
 * @param {Line} line
 * @param {number} index
 */
export function pointText(chart, line, index) {
  const { scale, axis } = chart;
  const value = line.y[index];
  let said = "not a number";
  if (typeof value === "number") {
    if (scale === "share") said = `${(100 * value).toFixed(2)}%`;
    else said = scale === "log" ? value.toFixed(4) : `${+value.toPrecision(3)}`;
  }
  const at = axis === "epoch" ? `epoch ${+line.x[index].toFixed(2)}` : `${+line.x[index].toFixed(1)} s`;
  return `${line.name}: ${said} at ${at}`;
}

/**
 * The index of the ascending value that is next to `wanted`; −1 where there is none.
 * @param {number[]} ascending
 * @param {number} wanted
 */
export function nearest(ascending, wanted) {
  const after = ascending.findIndex((value) => value >= wanted);
  if (after < 0) return ascending.length - 1;
  return after > 0 && wanted - ascending[after - 1] < ascending[after] - wanted ? after - 1 : after;
}

/**
 * The point that is nearest to a place and at most `most` pixels from it.
 * @param {[number, number][][]} lines their points in pixels, NaN where there is none
 * @param {[number, number]} place
 * @param {number} most
 * @returns {{line: number, at: number} | null}
 */
export function nearestPoint(lines, [left, top], most) {
  let found = null;
  let least = most;
  lines.forEach((points, line) =>
    points.forEach(([x, y], at) => {
      const distance = Math.hypot(x - left, y - top);
      if (distance < least) [found, least] = [{ line, at }, distance];
    })
  );
  return found;
}
