// @ts-check
// What is on the map's canvas: dots, or images where few points are in sight.
import { paletteColour } from "../common/palette.js";
import { tileOf } from "./data.js";
import { drawLasso } from "./lasso.js";
import { press, stampsFor } from "./stamps.js";
/**
 * @typedef {import("./script.js").Scatter} Scatter
 * @typedef {import("./stamps.js").Pixels} Pixels
 */

const RADIUS_PX = { few: 3, many: 2 };
const MANY = 4000;
// So many points in sight, or fewer, are drawn as their images.
const PICTURES_MOST = 250;
const PICTURE_PX = { least: 20, most: 56 };

/** @param {Scatter} map */
export function drawMap(map) {
  const { canvas, points, size } = map;
  if (!size.width || !size.height) return;
  const scale = devicePixelRatio;
  // What is around the canvas is drawn too, so that nothing need be cut at its edge.
  const edge = Math.round(PICTURE_PX.most * scale);
  const image = blank(map, Math.round(size.width * scale), Math.round(size.height * scale), edge);
  const zoomed = Math.min(2, Math.max(1, map.view.zoom ** 0.3));
  const radius = (points.ids.length > MANY ? RADIUS_PX.many : RADIUS_PX.few) * scale * zoomed;
  const stamps = stampsOf(map, radius, image.width);
  /** @type {{left: [number, number][], out: [number, number][]}} */
  const seen = { left: [], out: [] };
  const place = map.places();
  for (let index = 0; index < points.ids.length; index++) {
    const [x, y] = place(index).map((pixels) => Math.round(pixels * scale) + edge);
    const inside = x >= edge / 2 && y >= edge / 2 && x < image.width - edge / 2 && y < image.height - edge / 2;
    if (inside && map.on(index)) seen[map.left[index] ? "left" : "out"].push([index, y * image.width + x]);
  }
  const near = Boolean(map.sheet) && map.view.zoom > 1 && seen.left.length <= PICTURES_MOST;
  map.pictureSide = near ? sideFor(seen.left.length, size) : null;
  for (const [, at] of seen.out) press(image, stamps.out, at);
  // Ringed points are the last, so that no other covers them.
  seen.left = [0, 1].flatMap((ring) => seen.left.filter(([index]) => map.ringed[index] === ring));
  for (const [index, at] of near ? [] : seen.left) {
    if (map.ringed[index]) press(image, stamps.ring, at);
    press(image, stamps.classes[points.labels[index]], at);
  }

  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  ink.setTransform(1, 0, 0, 1, 0, 0);
  ink.putImageData(image, -edge, -edge);
  ink.scale(scale, scale);
  if (near) { for (const [index] of seen.left) drawPicture(map, ink, index, place(index), map.pictureSide); }
  drawHovered(map, ink);
  drawAxes(map, ink);
  const { color } = getComputedStyle(canvas);
  drawLasso(ink, map.path, { fill: paletteColour(map.root, "lasso"), stroke: color });
}

/**
 * An empty image as large as the canvas, with an edge around it.
 * @param {Scatter} map
 * @param {number} width
 * @param {number} height
 * @param {number} edge
 * @returns {Pixels}
 */
function blank(map, width, height, edge) {
  const { canvas } = map;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  if (map.image?.width !== width + 2 * edge || map.image.height !== height + 2 * edge) {
    const image = new ImageData(width + 2 * edge, height + 2 * edge);
    map.image = Object.assign(image, { words: new Uint32Array(image.data.buffer) });
  }
  map.image.words.fill(0);
  return map.image;
}

/**
 * The pixels of a dot of each class, and of those that the filter leaves out.
 * @param {Scatter} map
 * @param {number} radius
 * @param {number} width
 */
function stampsOf(map, radius, width) {
  const { points, stamps } = map;
  const ring = radius + map.ring * devicePixelRatio;
  if (stamps?.outer === ring && stamps.radius === radius && stamps.width === width && stamps.points === points) {
    return stamps;
  }
  const colours = {
    classes: points.classes.length,
    colours: points.colours,
    out: paletteColour(map.root, "left-out"),
    text: getComputedStyle(map.canvas).color,
  };
  map.stamps = { outer: ring, radius, width, points, ...stampsFor(colours, radius, ring, width) };
  return map.stamps;
}

/**
 * How large images are drawn, so that there is room for all of them.
 * @param {number} count
 * @param {{width: number, height: number}} size
 */
export function sideFor(count, { width, height }) {
  const room = Math.sqrt((width * height) / Math.max(count, 1)) / 2;
  return Math.min(PICTURE_PX.most, Math.max(PICTURE_PX.least, room));
}

/**
 * @param {Scatter} map
 * @param {CanvasRenderingContext2D} ink
 * @param {number} index
 * @param {[number, number]} place
 * @param {number} side
 */
function drawPicture(map, ink, index, [x, y], side) {
  const { colours, labels } = map.points;
  const [from, [width, height]] = tileOf(map.data.sheet, map.points, index, side);
  const border = Math.max(1, side / 24);
  const frame = (/** @type {number} */ wide, /** @type {string} */ colour) => {
    ink.fillStyle = colour;
    ink.fillRect(x - width / 2 - wide, y - height / 2 - wide, width + 2 * wide, height + 2 * wide);
  };
  if (map.ringed[index]) frame(border + map.ring, getComputedStyle(map.canvas).color);
  frame(border, colours[labels[index] % colours.length]);
  ink.imageSmoothingEnabled = !map.data.crisp;
  ink.drawImage(map.sheet, ...from, x - width / 2, y - height / 2, width, height);
}

/**
 * @param {Scatter} map
 * @param {CanvasRenderingContext2D} ink
 */
function drawHovered(map, ink) {
  if (map.hovered === null || map.pictureSide) return;
  const [x, y] = map.places()(map.hovered);
  ink.strokeStyle = getComputedStyle(map.canvas).color;
  ink.lineWidth = 2;
  ink.beginPath();
  ink.arc(x, y, 7, 0, 2 * Math.PI);
  ink.stroke();
}

/**
 * @param {Scatter} map
 * @param {CanvasRenderingContext2D} ink
 */
function drawAxes({ canvas, points, size: { width, height } }, ink) {
  const { color, backgroundColor, fontFamily } = getComputedStyle(canvas);
  Object.assign(ink, { fillStyle: color, strokeStyle: backgroundColor, lineWidth: 4, lineJoin: "round" });
  Object.assign(ink, { font: `12px ${fontFamily}`, textAlign: "center" });
  /** @type {(text: string, x: number, y: number, most: number) => void} */
  const write = (text, x, y, most) => {
    ink.strokeText(text, x, y, most);
    ink.fillText(text, x, y, most);
  };
  write(`${points.axes[0]} →`, width / 2, height - 8, width - 40);
  ink.rotate(-Math.PI / 2);
  write(`${points.axes[1]} →`, -height / 2, 16, height - 40);
  ink.rotate(Math.PI / 2);
}
