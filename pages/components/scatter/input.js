// @ts-check
// What mouse, fingers and keys do to the map.
import { distance } from "./lasso.js";
/**
 * @typedef {import("./script.js").Scatter} Scatter
 * @typedef {import("./view.js").Place} Place
 */

const CLICK_PX = 4;
const STEP_PX = 60;
const ZOOM_STEP = 1.4;
/** @type {Record<string, [number, number]>} */
const PANS = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** @param {Scatter} map */
export function listenTo(map) {
  const { canvas, root, tip } = map;
  const button = (/** @type {string} */ name) => /** @type {HTMLButtonElement} */ (root.querySelector(name));
  button(".lasso").onclick = () => map.setLassoing(!map.lassoing);
  button(".clear").onclick = () => map.clear();
  button(".in").onclick = () => map.points && map.zoomBy(ZOOM_STEP);
  button(".out").onclick = () => map.points && map.zoomBy(1 / ZOOM_STEP);
  button(".reset").onclick = () => map.reset();
  tip.onclick = () => map.hovered !== null && map.send("opened", map.points.ids[map.hovered]);
  // Before the points have come, there is nothing to move or choose.
  /** @type {(name: string, act: (event: any) => void) => void} */
  const on = (name, act) =>
    canvas.addEventListener(name, (event) => {
      if (map.points) act(event);
    }, { passive: false });
  on("pointerdown", (event) => pressed(map, event));
  on("pointermove", (event) => moved(map, event));
  on("pointerup", (event) => released(map, event, false));
  on("pointercancel", (event) => released(map, event, true));
  on("pointerleave", (event) => {
    if (event.pointerType === "mouse" && !map.pointers.size) map.hover(null);
  });
  on("wheel", (event) => {
    event.preventDefault();
    map.zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), [event.offsetX, event.offsetY]);
  });
  root.addEventListener("keydown", (event) => {
    if (map.points) keyed(map, event);
  });
}

/**
 * @param {Scatter} map
 * @param {PointerEvent} event
 */
function pressed(map, event) {
  if (event.button) return;
  map.canvas.setPointerCapture(event.pointerId);
  map.pressedAt = [event.offsetX, event.offsetY];
  map.pointers.set(event.pointerId, map.pressedAt);
  map.dragged = map.pointers.size > 1;
  map.path = map.pointers.size === 1 && (map.lassoing || event.shiftKey) ? [map.pressedAt] : null;
}

/**
 * @param {Scatter} map
 * @param {PointerEvent} event
 */
function moved(map, event) {
  /** @type {Place} */
  const now = [event.offsetX, event.offsetY];
  const before = map.pointers.get(event.pointerId);
  if (!before) {
    map.hover(map.nearest(now), event.pointerType);
    return;
  }
  if (!map.dragged && distance(now, map.pressedAt) < CLICK_PX) return;
  if (!map.dragged) map.hover(null);
  map.dragged = true;
  const [other] = [...map.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
  map.pointers.set(event.pointerId, now);
  if (map.path) {
    map.path.push(now);
    map.redraw();
  } else if (other) {
    const factor = distance(now, other) / Math.max(distance(before, other), 1);
    map.zoomBy(factor, [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
    map.panBy((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
  } else {
    map.canvas.classList.add("dragged");
    map.panBy(now[0] - before[0], now[1] - before[1]);
  }
}

/**
 * @param {Scatter} map
 * @param {PointerEvent} event
 * @param {boolean} cancelled
 */
function released(map, event, cancelled) {
  if (!map.pointers.delete(event.pointerId)) return;
  map.canvas.classList.remove("dragged");
  const { path } = map;
  map.path = null;
  if (cancelled) {
    map.redraw();
  } else if (path && map.dragged) {
    map.choose(path);
  } else if (!map.dragged) {
    const index = map.nearest([event.offsetX, event.offsetY]);
    // A finger cannot hover: its first tap shows the image, the second opens it.
    if (event.pointerType !== "mouse" && index !== map.hovered) map.hover(index, event.pointerType);
    else if (index !== null) map.send("opened", map.points.ids[index]);
  }
}

/**
 * @param {Scatter} map
 * @param {KeyboardEvent} event
 */
function keyed(map, event) {
  if (event.key === "Escape") {
    if (map.path) {
      map.path = null;
      map.redraw();
    } else map.clear();
  } else if (event.target !== map.canvas || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  } else if (PANS[event.key]) {
    const [x, y] = PANS[event.key];
    map.panBy(x * STEP_PX, y * STEP_PX);
  } else if (event.key === "+" || event.key === "=") map.zoomBy(ZOOM_STEP);
  else if (event.key === "-") map.zoomBy(1 / ZOOM_STEP);
  else if (event.key === "0" || event.key === "Home") map.reset();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
