// @ts-check
// What there is of a map between two calls.
import { WHOLE_MAP } from "./view.js";
/**
 * @typedef {import("./data.js").MapData} MapData
 * @typedef {import("./data.js").Points} Points
 * @typedef {import("./stamps.js").Pixels} Pixels
 * @typedef {import("./stamps.js").Stamp} Stamp
 * @typedef {import("./view.js").Place} Place
 * @typedef {(name: string, value: unknown) => void} Send
 */

// Many rings are thinner: they must not hide the colours.
export const RING_PX = { few: 2, many: 1 };

export class MapState {
  /** @param {HTMLElement} root */
  constructor(root) {
    const find = (/** @type {string} */ name) => /** @type {HTMLButtonElement} */ (root.querySelector(name));
    this.root = root;
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector(".points"));
    this.tip = find(".tip");
    this.said = find(".said");
    this.legend = find(".legend");
    this.lassoButton = find(".lasso");
    this.view = WHOLE_MAP;
    /** @type {Set<number>} */
    this.off = new Set(); // classes that are switched off
    /** @type {Map<number, Place>} */
    this.pointers = new Map();
    /** @type {Place} */
    this.pressedAt = [0, 0];
    this.dragged = this.lassoing = false;
    /** @type {number | null} */
    this.hovered = null;
    /** @type {Place[] | null} */
    this.path = null;
    /** @type {Points | null} */
    this.points = null;
    /** @type {ImageBitmap | null} */
    this.sheet = null;
    /** @type {number[] | null} */
    this.left = null;
    /** @type {number[]} */
    this.ringed = [];
    this.ring = RING_PX.few;
    /** @type {number | null} */
    this.pictureSide = null;
    /** @type {Pixels | null} */
    this.image = null;
    /**
     * @type {{outer: number, radius: number, width: number, points: Points, classes: Stamp[], out: Stamp, ring: Stamp}
     *   | null}
     */
    this.stamps = null;
    /** @type {number | null} */
    this.frame = null;
    /** @type {Send} */
    this.send = () => {};
    /** @type {MapData | null} */
    this.data = null;
    this.half = { x: 1, y: 1 };
  }
}
