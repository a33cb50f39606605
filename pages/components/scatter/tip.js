// @ts-check
// The image of the point beneath the pointer, beside it.
import { tileOf } from "./data.js";
/** @typedef {import("./script.js").Scatter} Scatter */

const TIP_PX = 144;
const AWAY_PX = 14;

/**
 * Show a point's image and names beside it.
 * @param {Scatter} map
 * @param {number} index
 * @param {string} pointerType what points at it: a finger can press the image itself
 */
export function showTip(map, index, pointerType) {
  const { tip, points } = map;
  const [picture, label, name] = tip.children;
  tip.classList.toggle("held", pointerType !== "mouse");
  label.textContent = points.classes[points.labels[index]];
  name.textContent = points.names[index];
  tip.ariaLabel = `Open ${points.names[index]}`;
  drawTile(map, /** @type {HTMLCanvasElement} */ (picture), index);
  const [left, top] = besides(map.places()(index), map.size, { width: tip.offsetWidth, height: tip.offsetHeight });
  tip.style.left = `${left}px`;
  tip.style.top = `${top}px`;
}

/**
 * Where a box goes that is shown beside a place: right of it where there is room, and within the canvas.
 * @param {[number, number]} place
 * @param {{width: number, height: number}} size of the canvas
 * @param {{width: number, height: number}} box
 * @returns {[number, number]}
 */
export function besides([x, y], size, box) {
  const left = x + AWAY_PX + box.width < size.width ? x + AWAY_PX : x - AWAY_PX - box.width;
  return [Math.max(0, left), Math.max(0, Math.min(y - box.height / 2, size.height - box.height))];
}

/**
 * @param {Scatter} map
 * @param {HTMLCanvasElement} canvas
 * @param {number} index
 */
function drawTile({ sheet, data, points }, canvas, index) {
  canvas.hidden = !sheet;
  if (!sheet) return;
  const longest = Math.max(data.sheet.width, data.sheet.height);
  const side = data.crisp ? longest * Math.max(1, Math.floor(TIP_PX / longest)) : TIP_PX;
  const [from, size] = tileOf(data.sheet, points, index, side);
  [canvas.width, canvas.height] = size.map(Math.round);
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ink.imageSmoothingEnabled = !data.crisp;
  ink.drawImage(sheet, ...from, 0, 0, canvas.width, canvas.height);
}
