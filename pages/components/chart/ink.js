// @ts-check
// What a chart draws on its canvas.
import { positionText, rounded, tickText } from "./axes.js";
import { paletteColour } from "../common/palette.js";
/**
 * @typedef {import("./axes.js").Chart} Chart
 * @typedef {import("./axes.js").Line} Line
 * @typedef {[number, number][]} Points Places in pixels; NaN where there is none.
 */

/**
 * What is around the lines: title, axes, what is marked on them, the best position.
 * @param {CanvasRenderingContext2D} ink
 * @param {Chart} chart
 * @param {HTMLCanvasElement} canvas whose font and colour the texts have
 * @param {{ends: [number, number], width: number, height: number, ticks: number[],
 *   across: (position: number) => number, up: (value: number) => number}} plot
 */
export function drawAxes(ink, chart, canvas, { ends: [first, last], width, height, ticks, across, up }) {
  const { l, t } = chart.margin;
  const within = /** @type {HTMLElement} */ (canvas.parentElement);
  const { fontFamily, fontSize, color } = getComputedStyle(canvas);
  const text = paletteColour(within, "chart-text");
  const [small, large] = [0.75 * parseFloat(fontSize), 0.875 * parseFloat(fontSize)];
  /** @type {(said: string, x: number, y: number, size: number, align?: CanvasTextAlign) => void} */
  const write = (said, x, y, size, align = "center") => {
    Object.assign(ink, { font: `${size}px ${fontFamily}`, textAlign: align, fillStyle: text });
    ink.fillText(said, x, y);
  };
  Object.assign(ink, { font: `700 ${chart.wide ? 14 : 16}px ${fontFamily}`, textAlign: "left", fillStyle: color });
  ink.fillText(chart.title, 3.75, 18);
  if (!chart.strip) {
    write(chart.axis, l + width / 2, chart.height - 4.3, large);
    for (const position of rounded(first, last, width / 80, chart.whole ? 1 : 0)) {
      write(positionText(position), across(position), t + height + 20.25, small);
    }
  }
  ink.fillStyle = paletteColour(within, "chart-grid");
  for (const value of ticks) ink.fillRect(l, Math.round(up(value) - 0.5), width, 1);
  const labels = ticks.map((value) => tickText(chart, value));
  ticks.forEach((value, at) => write(labels[at], l - 9, up(value) + 0.35 * small, small, "right"));
  const widest = Math.max(0, ...labels.map((label) => ink.measureText(label).width));
  ink.rotate(-Math.PI / 2);
  write(chart.unit, -t - height / 2, Math.max(10.4, l - 26.8 - widest), large);
  ink.rotate(Math.PI / 2);
  if (chart.best !== null && first <= chart.best && chart.best <= last) {
    write(`best ${+chart.best.toPrecision(3)}`, across(chart.best), t - 5, 11);
    ink.setLineDash([2, 3]);
    ink.strokeStyle = paletteColour(within, "chart-mark");
    trace(ink, [[across(chart.best), t], [across(chart.best), t + height]]);
    ink.setLineDash([]);
  }
}

/**
 * Draw a line; return its points in pixels.
 * @param {CanvasRenderingContext2D} ink
 * @param {Line} line
 * @param {(position: number) => number} across
 * @param {(value: number) => number} up
 */
export function drawLine(ink, line, across, up) {
  const points = (/** @type {(number | null)[]} */ values) =>
    line.x.map((position, at) => /** @type {[number, number]} */ ([across(position), up(values[at] ?? NaN)]));
  const middle = points(line.y);
  Object.assign(ink, { strokeStyle: line.colour, fillStyle: line.colour, lineJoin: "round" });
  if (line.lows.length) band(ink, points(line.lows), points(line.highs));
  Object.assign(ink, { lineWidth: line.width, globalAlpha: line.opacity });
  ink.setLineDash(line.dash);
  trace(ink, middle);
  ink.setLineDash([]);
  if (line.markers || middle.length === 1) dots(ink, middle); // One point is no line yet.
  ink.globalAlpha = 1;
  return middle;
}

/**
 * A line through points, broken where a value is missing.
 * @param {CanvasRenderingContext2D} ink
 * @param {Points} points
 */
function trace(ink, points) {
  let drawing = false;
  ink.beginPath();
  for (const [x, y] of points) {
    if (drawing) ink.lineTo(x, y);
    else ink.moveTo(x, y);
    drawing = Number.isFinite(y);
  }
  ink.stroke();
}

/**
 * @param {CanvasRenderingContext2D} ink
 * @param {Points} points
 */
function dots(ink, points) {
  ink.beginPath();
  for (const [x, y] of points) {
    if (!Number.isFinite(y)) continue;
    ink.moveTo(x + 2.5, y);
    ink.arc(x, y, 2.5, 0, 2 * Math.PI);
  }
  ink.fill();
}

/**
 * Fill what lies between two lines, which end where a value is missing.
 * @param {CanvasRenderingContext2D} ink
 * @param {Points} lows
 * @param {Points} highs
 */
function band(ink, lows, highs) {
  ink.globalAlpha = 0.2;
  ink.beginPath();
  const known = lows.map((_, index) => index).filter((index) => Number.isFinite(lows[index][1]));
  known.forEach((index, count) => (count ? ink.lineTo(...highs[index]) : ink.moveTo(...highs[index])));
  known.reverse().forEach((index) => ink.lineTo(...lows[index]));
  ink.fill();
  ink.globalAlpha = 1;
}

/**
 * An empty canvas as large as its place, in the screen's pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} height in CSS pixels
 */
export function cleared(canvas, height) {
  const scale = devicePixelRatio;
  canvas.width = Math.round(canvas.clientWidth * scale);
  canvas.height = Math.round(height * scale);
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ink.scale(scale, scale);
  return ink;
}
