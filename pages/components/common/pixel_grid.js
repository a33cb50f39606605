// @ts-check
// An image whose pixels are squares: with their numbers where there is room, and windows that pointer and keys move.
import { inkOn } from "./contrast.js";
import { paletteColour } from "./palette.js";

/** Red, green and blue, 0–255. @typedef {number[]} Rgb */
/** A box in pixels of the image. @typedef {{left: number, top: number, width: number, height: number}} Box */
/**
 * What is shown.
 * @typedef {object} Shown
 * @property {number} width of the image in pixels
 * @property {number} height
 * @property {(place: number) => Rgb} colour of a pixel, row by row
 * @property {((place: number) => string) | null} text its number, where there is room for one
 * @property {{left: number, top: number, right: number, bottom: number}} around pixels of padding, zeros
 * @property {Box[]} windows the first is the one that moves
 * @property {Box | null} used what windows reach; the rest is dropped, and shown faintly
 * @property {number} revealed so many pixels are shown, the rest to come
 */

const roomForText = 26;
const noPadding = { left: 0, top: 0, right: 0, bottom: 0 };
/** @type {Shown} */
const nothing = {
  width: 0,
  height: 0,
  colour: () => [0, 0, 0],
  text: null,
  around: noPadding,
  windows: [],
  used: null,
  revealed: Infinity,
};

// The palette is asked for many times a frame, and each look makes the browser compute styles: it is kept for a moment,
// since the page's theme may change.
const keptMs = 500;
const kept = { since: 0, colours: new Map() };

/**
 * A colour of the palette, as a canvas takes it.
 * @param {HTMLElement} within
 * @param {string} name
 * @returns {string}
 */
function colourOf(within, name) {
  if (Date.now() - kept.since > keptMs) {
    kept.since = Date.now();
    kept.colours.clear();
  }
  if (!kept.colours.has(name)) kept.colours.set(name, paletteColour(within, name));
  return kept.colours.get(name);
}

/**
 * Colours of the palette as numbers.
 * @param {HTMLElement} within
 * @param {string} name
 * @returns {Rgb}
 */
export function paletteRgb(within, name) {
  const parts = colourOf(within, name).match(/[\d.]+/g) ?? [];
  return [0, 1, 2].map((place) => Number(parts[place]) || 0);
}

const shades = 256;

/**
 * What colours a number: 0 as the page, negative ones blue, positive ones orange, most strongly at `most`.
 * @param {HTMLElement} within
 * @param {number} most
 * @returns {(value: number) => Rgb}
 */
export function signedColours(within, most) {
  const [zero, negative, positive, odd] = ["background", "blue", "orange", "warning"].map((name) =>
    paletteRgb(within, name)
  );
  // Made once: a large image has more pixels than there are shades.
  const made = (full) =>
    Array.from(
      { length: shades + 1 },
      (_, shade) => zero.map((each, place) => Math.round(each + (shade / shades) * (full[place] - each))),
    );
  const [below, above] = [made(negative), made(positive)];
  const times = most > 0 ? shades / most : 0;
  return (value) => {
    if (!Number.isFinite(value)) return odd;
    return (value < 0 ? below : above)[Math.min(Math.round(Math.abs(value) * times), shades)] ?? zero;
  };
}

/**
 * What colours a number from `low`, black, to `high`, white, or of a colour's channel.
 * @param {number} low
 * @param {number} high
 * @param {string} [tint] red, green or blue
 * @returns {(value: number) => Rgb}
 */
export function lightColours(low, high, tint) {
  const channel = ["red", "green", "blue"].indexOf(tint ?? "");
  const made = Array.from(
    { length: shades },
    (_, light) => [0, 1, 2].map((place) => (channel < 0 || place === channel ? light : 0)),
  );
  const times = (shades - 1) / (high - low || 1);
  return (value) => made[Math.min(Math.max(Math.round((value - low) * times), 0), shades - 1)] ?? made[0];
}

/**
 * A number as there is room for it in a cell.
 * @param {number} value
 */
export function cellText(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size >= 1e5) return value.toExponential(0).replace("-", "−");
  const text = Number.isInteger(value) || size >= 100 ? value.toFixed(0) : value.toFixed(size >= 10 ? 1 : 2);
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
}

/**
 * The smallest and the largest number, of those that are any; 0 and 0 where there are none.
 * @param {ArrayLike<number>} values
 */
export function rangeOfValues(values) {
  let [low, high] = [Infinity, -Infinity];
  for (let place = 0; place < values.length; place++) {
    const value = values[place];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high && Number.isFinite(low) && Number.isFinite(high) ? { low, high } : { low: 0, high: 0 };
}

/**
 * Numbers that were sent as base64.
 * @param {string} text
 * @param {"u8" | "f32"} kind
 */
export function unpacked(text, kind) {
  const bytes = Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  return kind === "u8" ? bytes : new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
}

/** An image of one channel, as it is sent.
 * @typedef {{width: number, height: number, kind: "u8" | "f32", values: string}} Packed
 */

/**
 * An image of one channel that was sent; one that does not hold what it says is empty.
 * @param {Packed} packed
 * @returns {import("./sliding.js").Plane}
 */
export function planeOf({ width, height, kind, values }) {
  const numbers = unpacked(values, kind);
  return numbers.length === width * height ? { width, height, values: numbers } : { width: 0, height: 0, values: [] };
}

/**
 * An image of one channel as a grid shows it, each number in its cell.
 * @param {import("./sliding.js").Plane} plane
 * @param {(value: number) => Rgb} colour
 */
export function pictureOf({ width, height, values }, colour) {
  return {
    width,
    height,
    colour: (/** @type {number} */ place) => colour(values[place]),
    text: (/** @type {number} */ place) => cellText(values[place]),
  };
}

export class PixelGrid {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {object} heard
   * @param {(column: number, row: number, last: boolean) => void} [heard.pointed] where the pointer is, last: is lifted
   * @param {() => boolean} [heard.hovers] whether a mouse needs no button for that
   * @param {(right: number, down: number) => void} [heard.stepped] where an arrow key goes, ten pixels with Shift
   */
  constructor(canvas, heard = {}) {
    this.canvas = canvas;
    this.shown = nothing;
    this.pixels = document.createElement("canvas");
    /** @type {ImageData} */
    this.painted = null;
    new ResizeObserver(() => this.draw()).observe(canvas);
    if (heard.pointed) this.followPointer(heard.pointed, heard.hovers ?? (() => false));
    if (heard.stepped) this.followKeys(heard.stepped);
  }

  followPointer(pointed, hovers) {
    const { canvas } = this;
    let down = false;
    const place = (event, last) => {
      const box = canvas.getBoundingClientRect();
      const { left, top } = this.shown.around;
      const [columns, rows] = this.cells();
      const column = Math.floor(((event.clientX - box.left) * columns) / box.width) - left;
      const row = Math.floor(((event.clientY - box.top) * rows) / box.height) - top;
      if (Number.isFinite(column) && Number.isFinite(row)) pointed(column, row, last);
    };
    canvas.onpointerdown = (event) => {
      down = true;
      canvas.setPointerCapture(event.pointerId);
      place(event, false);
    };
    canvas.onpointermove = (event) => {
      if (down || (event.pointerType === "mouse" && hovers())) place(event, false);
    };
    canvas.onpointerup = canvas.onpointercancel = (event) => {
      if (down) place(event, true);
      down = false;
    };
  }

  followKeys(stepped) {
    this.canvas.onkeydown = (event) => {
      const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (!step) return;
      event.preventDefault();
      const far = event.shiftKey ? 10 : 1;
      stepped(far * step[0], far * step[1]);
    };
  }

  /** Columns and rows, padding among them. */
  cells() {
    const { width, height, around } = this.shown;
    return [width + around.left + around.right, height + around.top + around.bottom];
  }

  /** @param {Partial<Shown>} shown what is left out stays as it is */
  show(shown) {
    const before = this.shown;
    this.shown = { ...before, ...shown };
    const same = ["width", "height", "colour"].every((name) => this.shown[name] === before[name]);
    // While pixels are revealed one after the other, only the new ones are painted.
    if (!same || this.shown.revealed < before.revealed) this.paint(0);
    else if (this.shown.revealed > before.revealed) this.paint(before.revealed);
    const [columns, rows] = this.cells();
    this.canvas.style.setProperty("--wide", String(columns / rows || 1));
    this.draw();
  }

  /** @param {number} from the first pixel that is not painted yet */
  paint(from) {
    const { width, height, colour, revealed } = this.shown;
    if (!(width > 0 && height > 0)) return;
    if (from === 0) {
      Object.assign(this.pixels, { width, height });
      this.painted = new ImageData(width, height);
    }
    const { data } = this.painted;
    const count = Math.min(width * height, revealed);
    for (let place = from; place < count; place++) {
      const rgb = colour(place);
      const at = 4 * place;
      data[at] = rgb[0];
      data[at + 1] = rgb[1];
      data[at + 2] = rgb[2];
      data[at + 3] = 255;
    }
    this.pixels.getContext("2d").putImageData(this.painted, 0, 0);
  }

  draw() {
    const { canvas, shown } = this;
    const ratio = devicePixelRatio || 1;
    const [columns, rows] = this.cells();
    const [wide, high] = [canvas.clientWidth, canvas.clientHeight].map((side) => Math.round(ratio * side));
    if (!(wide > 0 && high > 0 && shown.width > 0 && shown.height > 0)) return;
    Object.assign(canvas, { width: wide, height: high });
    const ink = canvas.getContext("2d");
    const [across, along] = [wide / columns, high / rows];
    const { left, top } = shown.around;
    ink.clearRect(0, 0, wide, high);
    ink.fillStyle = colourOf(canvas, "rule");
    if (columns > shown.width || rows > shown.height) ink.fillRect(0, 0, wide, high);
    ink.clearRect(left * across, top * along, shown.width * across, shown.height * along);
    ink.imageSmoothingEnabled = across < 1;
    ink.drawImage(this.pixels, left * across, top * along, shown.width * across, shown.height * along);
    const cell = { across, along, ratio };
    this.veil(ink, cell);
    if (shown.text && across >= roomForText * ratio) this.write(ink, cell);
    shown.windows.forEach((box, place) => this.frame(ink, cell, box, place === 0));
  }

  /** Shows faintly what no window reaches. */
  veil(ink, { across, along }) {
    const { used, width, height, around } = this.shown;
    if (!used) return;
    const [right, bottom] = [used.left + used.width, used.top + used.height];
    const [beside, below] = [width - right, height - bottom];
    ink.fillStyle = colourOf(this.canvas, "veil");
    if (beside > 0) {
      ink.fillRect((around.left + right) * across, around.top * along, beside * across, height * along);
    }
    if (below > 0) ink.fillRect(around.left * across, (around.top + bottom) * along, right * across, below * along);
  }

  write(ink, { across, along, ratio }) {
    const { width, height, colour, text, around, revealed } = this.shown;
    const [black, white] = ["black", "white"].map((name) => colourOf(this.canvas, name));
    const font = getComputedStyle(this.canvas).fontFamily;
    Object.assign(ink, { textAlign: "center", textBaseline: "middle" });
    for (let place = 0; place < Math.min(width * height, revealed); place++) {
      const said = text(place);
      const [red, green, blue] = colour(place);
      ink.fillStyle = inkOn(red, green, blue) === "black" ? black : white;
      ink.font = `${Math.min(14 * ratio, (1.55 * across) / Math.max(said.length, 3))}px ${font}`;
      const [column, row] = [place % width, Math.floor(place / width)];
      ink.fillText(said, (around.left + column + 0.5) * across, (around.top + row + 0.5) * along);
    }
  }

  /** A frame that is seen on light and on dark pixels: within a large box, around a small one. */
  frame(ink, { across, along, ratio }, box, moves) {
    const { left, top } = this.shown.around;
    const line = 2 * ratio;
    const [x, y] = [(left + box.left) * across, (top + box.top) * along];
    const [width, height] = [Math.max(box.width * across, 3 * line), Math.max(box.height * along, 3 * line)];
    const out = Math.min(width, height) > 12 * line ? -line : line;
    const stroke = (thick, name) => {
      ink.lineWidth = thick;
      ink.strokeStyle = colourOf(this.canvas, name);
      ink.strokeRect(x - out / 2, y - out / 2, width + out, height + out);
    };
    stroke(2 * line, "white");
    stroke(line, moves ? "vermilion" : "gray");
  }
}
