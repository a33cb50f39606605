// @ts-check
// Points of a plane, one an image. It triggers `opened` (id), `lasso` (ids) and `cleared`.
import { fetched, flags } from "./data.js";
import { drawMap } from "./drawing.js";
import { listenTo } from "./input.js";
import { contains } from "./lasso.js";
import { described, makeLegend } from "./legend.js";
import { MapState, RING_PX } from "./state.js";
import { showTip } from "./tip.js";
import { halfOf, nearestIn, pannedBy, placesIn, WHOLE_MAP, zoomedBy } from "./view.js";

/**
 * @typedef {import("./data.js").MapData} MapData
 * @typedef {import("./view.js").Place} Place
 */

const NEAR_PX = 12;
const MANY_RINGS = 500;

/** @param {{parentElement: HTMLElement, data: MapData, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const root = /** @type {HTMLElement & {scatter: Scatter}} */ (parentElement.querySelector(".map"));
  root.scatter ??= new Scatter(root);
  root.scatter.send = setTriggerValue;
  root.scatter.show(data);
  return () => root.scatter.observer.disconnect();
}

export class Scatter extends MapState {
  /** @param {HTMLElement} root */
  constructor(root) {
    super(root);
    this.observer = new ResizeObserver(() => this.redraw());

    listenTo(this);
  }

  /** @param {MapData} data */
  async show(data) {
    this.observer.observe(this.canvas);
    const before = this.data;
    this.data = data;
    if (data.sheet.image !== before?.sheet.image) this.loadSheet(data.sheet.image);
    if (data.points !== before?.points) {
      const points = await (await fetched(data.points)).json();
      if (data.points !== this.data.points) return;
      this.points = points;
      points.x = Float32Array.from(points.x);
      points.y = Float32Array.from(points.y);
      this.half = halfOf(points);
      this.off.clear();
      makeLegend(this);
      this.reset();
    }
    if (this.points) this.mark();
  }

  /** @param {string} address */
  async loadSheet(address) {
    const bitmap = await createImageBitmap(await (await fetched(address)).blob());
    if (address === this.data.sheet.image) this.sheet = bitmap;
    this.redraw();
  }

  // Note which points the page's filter leaves, and say how many.
  mark() {
    const { points } = this;
    const count = points.ids.length;
    this.left = flags(this.data.shown, count, 1);
    this.ringed = flags(this.data.ringed, count, 0);
    this.ring = this.ringed.filter(Boolean).length > MANY_RINGS ? RING_PX.many : RING_PX.few;
    const [said, label] = described(points, this.left.filter(Boolean).length);
    this.say(said);
    this.canvas.ariaLabel = label;
    this.redraw();
  }

  /** @param {string} text */
  say(text) {
    this.said.textContent = text;
  }

  get size() {
    return { width: this.canvas.clientWidth, height: this.canvas.clientHeight };
  }

  places() {
    return placesIn(this.view, this.size, this.half, this.points);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  panBy(x, y) {
    this.view = pannedBy(this.view, this.size, this.half, x, y);
    this.redraw();
  }

  /**
   * @param {number} factor
   * @param {Place} [at]
   */
  zoomBy(factor, at) {
    this.view = zoomedBy(this.view, this.size, this.half, factor, at);
    this.hover(null);
    this.redraw();
  }

  reset() {
    this.view = WHOLE_MAP;
    this.hover(null);
    this.redraw();
  }

  /** @param {boolean} lassoing */
  setLassoing(lassoing) {
    this.lassoing = lassoing;
    this.lassoButton.ariaPressed = String(lassoing);
    this.canvas.classList.toggle("drawing", lassoing);
  }

  // Send the points inside a path, of the classes that are switched on.
  /** @param {Place[]} path */
  choose(path) {
    const place = this.places();
    const inside = this.points.ids.filter((_, index) => this.on(index) && contains(path, place(index)));
    this.setLassoing(false);
    this.redraw();
    if (inside.length) this.send("lasso", inside);
    else this.say("No points inside the lasso. Draw around some points.");
  }

  clear() {
    this.setLassoing(false);
    this.hover(null);
    this.send("cleared", true);
  }

  /** @param {number} index */
  on(index) {
    return !this.off.has(this.points.labels[index]);
  }

  // The point in colour that is next to a place of the canvas; null when none is near.
  /** @param {Place} place */
  nearest(place) {
    const most = Math.max(NEAR_PX, (this.pictureSide ?? 0) / 2);
    const counts = (/** @type {number} */ index) => Boolean(this.left[index]) && this.on(index);
    return nearestIn(this.places(), this.points.ids.length, counts, place, most);
  }

  // Show the image of a point beside it; none for null.
  /**
   * @param {number | null} index
   * @param {string} pointerType
   */
  hover(index, pointerType = "mouse") {
    this.canvas.classList.toggle("over", index !== null && !this.lassoing);
    if (index === this.hovered) return;
    this.hovered = index;
    this.redraw();
    this.tip.hidden = index === null;
    if (index !== null) showTip(this, index, pointerType);
  }

  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.points && this.left) drawMap(this);
    });
  }
}
