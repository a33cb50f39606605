// @ts-check
// Which part of the map is seen: from its coordinates, −1 to 1, to the canvas's pixels and back; panning and zooming.
/**
 * @typedef {{x: number, y: number, zoom: number}} View the place in the middle, and how often it is enlarged
 * @typedef {{width: number, height: number}} Size of the canvas, in CSS pixels
 * @typedef {{x: number, y: number}} Half half the map's width and height, in its coordinates
 * @typedef {{x: ArrayLike<number>, y: ArrayLike<number>}} Coordinates one of each a point
 * @typedef {[number, number]} Place pixels from the left and from the top
 */

const MARGIN_PX = 24;
const ZOOM_LEAST = 0.5;
const ZOOM_MOST = 200;

/** @type {View} */
export const WHOLE_MAP = { x: 0, y: 0, zoom: 1 };

/**
 * Half the map's width and height; a map without extent gets some.
 * @param {{x: Float32Array, y: Float32Array}} points
 * @returns {Half}
 */
export function halfOf({ x, y }) {
  const half = (/** @type {Float32Array} */ values) =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0.1);
  return { x: half(x), y: half(y) };
}

/**
 * How many pixels a unit of the map has.
 * @param {View} view
 * @param {Size} size
 * @param {Half} half
 */
export function unitOf(view, { width, height }, half) {
  return (0.5 * Math.min(width / half.x, height / half.y) - MARGIN_PX) * view.zoom;
}

/**
 * Where points are now: from a point's index to its place.
 * @param {View} view
 * @param {Size} size
 * @param {Half} half
 * @param {Coordinates} points
 * @returns {(index: number) => Place}
 */
export function placesIn(view, size, half, points) {
  const unit = unitOf(view, size, half);
  const left = size.width / 2 - view.x * unit;
  const top = size.height / 2 + view.y * unit;
  return (index) => [left + points.x[index] * unit, top - points.y[index] * unit];
}

/**
 * The view after the map was pulled by some pixels; its middle stays on the map.
 * @param {View} view
 * @param {Size} size
 * @param {Half} half
 * @param {number} x
 * @param {number} y
 * @returns {View}
 */
export function pannedBy(view, size, half, x, y) {
  const unit = unitOf(view, size, half);
  const within = (/** @type {number} */ place) => Math.min(1, Math.max(-1, place));
  return { ...view, x: within(view.x - x / unit), y: within(view.y + y / unit) };
}

/**
 * The view enlarged so that what is at x, y pixels stays there.
 * @param {View} view
 * @param {Size} size
 * @param {Half} half
 * @param {number} factor
 * @param {Place} at
 * @returns {View}
 */
export function zoomedBy(view, size, half, factor, [x, y] = [size.width / 2, size.height / 2]) {
  const zoom = Math.min(ZOOM_MOST, Math.max(ZOOM_LEAST, view.zoom * factor));
  const shift = 1 / unitOf(view, size, half) - 1 / unitOf({ ...view, zoom }, size, half);
  return { x: view.x + (x - size.width / 2) * shift, y: view.y - (y - size.height / 2) * shift, zoom };
}

/**
 * The point that is next to a place and less than `most` pixels from it; null where there is none.
 * @param {(index: number) => Place} placeOf
 * @param {number} count
 * @param {(index: number) => boolean} counts whether a point may be meant
 * @param {Place} place
 * @param {number} most
 * @returns {number | null}
 */
export function nearestIn(placeOf, count, counts, [x, y], most) {
  let found = null;
  let least = most ** 2;
  for (let index = 0; index < count; index++) {
    if (!counts(index)) continue;
    const [pointX, pointY] = placeOf(index);
    const squared = (pointX - x) ** 2 + (pointY - y) ** 2;
    if (squared < least) [found, least] = [index, squared];
  }
  return found;
}
