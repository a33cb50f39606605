// @ts-check
// What a lasso surrounds.
/** @typedef {import("./view.js").Place} Place */

/**
 * @param {Place} one
 * @param {Place} other
 */
export function distance([x, y], [otherX, otherY]) {
  return Math.hypot(x - otherX, y - otherY);
}

/**
 * Whether a place is inside a closed path: a ray from it crosses the path an odd number of times.
 * @param {Place[]} path
 * @param {Place} place
 */
export function contains(path, [x, y]) {
  let inside = false;
  path.forEach(([x1, y1], index) => {
    const [x2, y2] = path[(index || path.length) - 1];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  });
  return inside;
}

/**
 * Draw the path of a lasso that is being drawn.
 * @param {CanvasRenderingContext2D} ink
 * @param {Place[] | null} path
 * @param {{fill: string, stroke: string}} colours
 */
export function drawLasso(ink, path, { fill, stroke }) {
  if (!path || path.length < 2) return;
  ink.beginPath();
  for (const place of path) ink.lineTo(...place);
  ink.closePath();
  Object.assign(ink, { fillStyle: fill, strokeStyle: stroke, lineWidth: 1.5 });
  ink.fill();
  ink.setLineDash([6, 4]);
  ink.stroke();
  ink.setLineDash([]);
}
