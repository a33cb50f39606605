// @ts-check
// Charts that grow: a message of core/charts/news.py holds only what is new since the two messages before it.
/**
 * @typedef {import("./axes.js").Chart} Chart
 * @typedef {import("./axes.js").Line} Line
 * @typedef {{serial: number, charts: Chart[]}} Held
 * @typedef {Line & {start: number}} NewLine
 * @typedef {{serial: number, after: number[], charts: (Omit<Chart, "lines"> & {lines: NewLine[]})[]}} Message
 */

const ARRAYS = /** @type {const} */ (["x", "y", "lows", "highs"]);

/**
 * What there is to draw after a message; null where it goes on from messages that never came.
 * @param {Held | null} held what there was before
 * @param {Message} message
 * @returns {Held | null}
 */
export function heldAfter(held, { serial, after, charts }) {
  if (held?.serial === serial) return held;
  if (after.length && !(held && after.includes(held.serial))) return null;
  const whole = (/** @type {NewLine} */ line, /** @type {Line | undefined} */ before) => {
    const arrays = ARRAYS.map((name) => [name, [...(before?.[name].slice(0, line.start) ?? []), ...line[name]]]);
    return { ...line, ...Object.fromEntries(arrays) };
  };
  const grown = charts.map((chart, at) => ({
    ...chart,
    lines: chart.lines.map((line, place) => whole(line, held?.charts[at]?.lines[place])),
  }));
  return { serial, charts: grown };
}
