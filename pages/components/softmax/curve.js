// @ts-check
// The curve of the loss: −ln p, with the image's point, the whole batch's and the two that the text compares.
import { paletteColour } from "../common/palette.js";
import { cost, evenLoss } from "./maths.js";
/**
 * @typedef {object} Shown
 * @property {number} probability of the label
 * @property {number} loss
 * @property {number} smoothing
 * @property {number} classes
 * @property {number[]} batch probabilities of the labels of other images
 */

const HEIGHT_PX = 270;
const MARGIN = { left: 40, right: 12, top: 14, bottom: 36 };
const HIGHEST = 5;
const STEPS = 200;
/** The probabilities that the text compares. */
export const COMPARED = [0.05, 0.1, 0.2, 0.4];

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Shown} shown
 */
export function drawCurve(canvas, { probability, loss, smoothing, classes, batch }) {
  const width = Math.max(1, Math.round(canvas.clientWidth));
  const scale = devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(HEIGHT_PX * scale);
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ink.setTransform(scale, 0, 0, scale, 0, 0);
  ink.clearRect(0, 0, width, HEIGHT_PX);
  const within = /** @type {HTMLElement} */ (canvas.parentElement);
  const colour = (/** @type {string} */ name) => paletteColour(within, name);
  const [wide, high] = [width - MARGIN.left - MARGIN.right, HEIGHT_PX - MARGIN.top - MARGIN.bottom];
  const across = (/** @type {number} */ value) => MARGIN.left + value * wide;
  const up = (/** @type {number} */ value) => MARGIN.top + high * (1 - Math.min(Math.max(value, 0), HIGHEST) / HIGHEST);
  const write = (/** @type {string} */ said, /** @type {number} */ x, /** @type {number} */ y, align = "center") => {
    ink.textAlign = /** @type {CanvasTextAlign} */ (align);
    ink.fillText(said, x, y);
  };
  const { fontFamily, color } = getComputedStyle(canvas);
  ink.font = `12px ${fontFamily}`;
  for (let value = 0; value <= HIGHEST; value++) {
    ink.fillStyle = colour("chart-grid");
    ink.fillRect(MARGIN.left, Math.round(up(value)), wide, 1);
    ink.fillStyle = colour("chart-text");
    write(String(value), MARGIN.left - 6, up(value) + 4, "right");
  }
  for (const value of [0, 0.2, 0.4, 0.6, 0.8, 1]) write(String(value), across(value), HEIGHT_PX - 20);
  write("probability of the label's class", across(0.5), HEIGHT_PX - 4);
  write("loss", 2, 10, "left");
  const line = (
    /** @type {(at: number) => number} */ value,
    /** @type {string} */ stroke,
    /** @type {number[]} */ dash,
  ) => {
    ink.beginPath();
    for (let step = 0; step <= STEPS; step++) {
      const at = (step / STEPS) ** 2; // Closer where the curve is steep.
      if (step) ink.lineTo(across(at), up(value(at)));
      else ink.moveTo(across(at), up(value(at)));
    }
    Object.assign(ink, { strokeStyle: stroke, lineWidth: 2, lineJoin: "round" });
    ink.setLineDash(dash);
    ink.stroke();
    ink.setLineDash([]);
  };
  const dot = (
    /** @type {number} */ at,
    /** @type {number} */ value,
    /** @type {number} */ radius,
    /** @type {string} */ fill,
  ) => {
    ink.beginPath();
    ink.arc(across(at), up(value), radius, 0, 2 * Math.PI);
    ink.fillStyle = fill;
    ink.fill();
  };
  line(cost, colour("chart-mark"), []);
  if (smoothing) line((at) => evenLoss(at, classes, smoothing), colour("orange"), [6, 4]);
  const others = colour("sky");
  ink.globalAlpha = 0.35;
  for (const each of batch) dot(each, cost(each), 4, others);
  ink.globalAlpha = 1;
  for (const each of COMPARED) {
    dot(each, cost(each), 3, color);
    ink.fillStyle = color;
    write(`${each.toFixed(2)} → ${cost(each).toFixed(2)}`, across(each) + 9, up(cost(each)) - 3, "left");
  }
  const own = colour("vermilion");
  Object.assign(ink, { strokeStyle: own, lineWidth: 1 });
  ink.setLineDash([3, 3]);
  ink.beginPath();
  ink.moveTo(across(0), up(loss));
  ink.lineTo(across(probability), up(loss));
  ink.lineTo(across(probability), up(0));
  ink.stroke();
  ink.setLineDash([]);
  dot(probability, loss, 7, own);
}
