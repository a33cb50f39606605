// @ts-check
// A filter that walks over an image: what it sees, the products, their sum, and the image of all sums. All is computed
// here, so that it follows a drag. Sends `changed`: {kernel, at: [column, row] of the output or null, dragging, turn},
// when a drag has ended, and while a weight is dragged where the server answers to that (`live`).
import {
  cellText,
  lightColours,
  pictureOf,
  PixelGrid,
  planeOf,
  rangeOfValues,
  signedColours,
} from "../common/pixel_grid.js";
import { Sender } from "../common/sender.js";
import { convolved, outputSize, paddingBefore, valueAt, windowAt } from "../common/sliding.js";
import { Walk } from "../common/walk.js";
import { KernelTable } from "./kernel_table.js";

/** @typedef {import("../common/sliding.js").Plane} Plane */
/** @typedef {import("../common/pixel_grid.js").Packed} Packed */
/**
 * @typedef {object} Convolution
 * @property {string} of what is shown; another one is shown from the beginning
 * @property {Packed} plane what the filter walks over
 * @property {string} name what that is
 * @property {string} tint of which colour it is: red, green, blue, or none
 * @property {(number | null)[]} kernel row by row
 * @property {import("../common/sliding.js").Window} window
 * @property {[number, number] | null} at which value of the output is looked at; null: the middle one
 * @property {boolean} light whether that is an image, shown from dark to light
 * @property {{output: Packed, kernel: (number | null)[], bias: number, activation: string} | null} layer of a network,
 *   whose other channels add to the sum: its output before the activation, made with that kernel
 * @property {boolean} live
 * @property {number} turn
 */

const settled = 300;

/**
 * What the filter makes of the whole image; a layer's output changes by what the changed weights add.
 * @param {Plane} plane
 * @param {(number | null)[]} kernel
 * @param {Convolution} data
 * @param {Plane | null} before
 */
export function outputOf(plane, kernel, data, before) {
  if (!before) return convolved(plane, kernel.map((each) => each ?? NaN), data.window);
  const was = data.layer.kernel;
  const more = kernel.map((each, place) => (each === was[place] ? 0 : (each ?? NaN) - (was[place] ?? 0)));
  if (more.every((each) => each === 0)) return before;
  const added = convolved(plane, more, data.window);
  return { ...added, values: added.values.map((each, place) => each + before.values[place]) };
}

class Lesson {
  constructor(root) {
    const find = (selector) => /** @type {any} */ (root.querySelector(selector));
    this.of = null;
    this.revealed = Infinity;
    this.dragging = false;
    this.root = root;
    this.sender = new Sender(() => ({ kernel: this.kernel, at: this.at, dragging: this.dragging }));
    this.captions = ["input", "output"].map((each) => find(`.${each} figcaption`));
    this.sum = find(".sum");
    const look = (column, row, last) => this.look(column, row, last);
    this.input = new PixelGrid(find(".input canvas"), {
      pointed: (column, row, last) => look(...this.outputPlace(column, row), last),
      hovers: () => !this.walk.walking,
      stepped: (right, down) => this.move(right, down),
    });
    this.output = new PixelGrid(find(".output canvas"), {
      pointed: look,
      hovers: () => !this.walk.walking,
      stepped: (right, down) => this.move(right, down),
    });
    this.near = new PixelGrid(find(".near"));
    this.products = new PixelGrid(find(".products"));
    this.table = new KernelTable(find(".kernel"), find(".weight"), find(".problem"), (kernel, last) => {
      this.kernel = kernel;
      this.dragging = !last;
      this.computed();
      if (last || this.data.live) this.sender.arrange(0); // While the server computes, the sender waits.
    });
    this.walk = new Walk(find(".play"), (place, ended) => this.walked(place, ended));
    this.walk.button.onclick = () => this.play();
    find(".step").onclick = () => this.step();
  }

  /** @param {Convolution} data */
  about(data) {
    const another = this.of !== data.of;
    const first = this.of === null;
    this.data = data;
    this.sender.hear(data.turn);
    if (another) this.sender.forget();
    if (another || (this.sender.settled && !this.dragging)) {
      this.kernel = data.kernel;
      this.of = data.of;
      this.at = data.at;
      this.table.show(data.kernel, data.window.size, data.layer ? 4 : 2);
    }
    this.plane = planeOf(data.plane);
    this.before = data.layer ? planeOf(data.layer.output) : null;
    this.root.classList.toggle("layered", data.layer !== null); // There the network's answers stand beneath.
    this.computed();
    if (first && !data.at && !Walk.unwanted()) this.play();
  }

  /** The kernel, the image or how the filter moves is another one. */
  computed() {
    const { plane, data } = this;
    const { window } = data;
    this.made = outputOf(plane, this.kernel, data, this.before);
    const [wide, high] = [this.made.width, this.made.height];
    this.home ??= [0, 0];
    this.at ??= [Math.floor(wide / 2), Math.floor(high / 2)];
    const same = window.padding === "same";
    const reachOf = (count) => (count - 1) * window.stride + window.size;
    const beyond = (side, count) => (same ? Math.max(0, reachOf(count) - paddingBefore(side, window) - side) : 0);
    const lights = data.plane.kind === "u8" ? { low: 0, high: 255 } : rangeOfValues(plane.values);
    this.inputColour = data.light ? lightColours(lights.low, lights.high, data.tint) : this.coloursOf(plane);
    this.outputColour = this.keepsLight() ? lightColours(0, 255, data.tint) : this.coloursOf(this.made);
    this.input.show({
      ...pictureOf(plane, this.inputColour),
      around: {
        left: paddingBefore(plane.width, window),
        top: paddingBefore(plane.height, window),
        right: beyond(plane.width, wide),
        bottom: beyond(plane.height, high),
      },
      used: same ? null : { left: 0, top: 0, width: reachOf(wide), height: reachOf(high) },
    });
    this.output.show({ ...pictureOf(this.made, this.outputColour), revealed: this.revealed });
    this.captions[0].textContent = `${data.name}, ${plane.width}×${plane.height}`;
    this.captions[1].textContent = this.outputText();
    this.looked();
  }

  /** Whether the filter keeps how light the image is: then what it makes is an image again. */
  keepsLight() {
    const sum = this.kernel.reduce((before, each) => before + (each ?? NaN), 0);
    return this.data.plane.kind === "u8" && !this.data.layer && Math.abs(sum - 1) < 0.005;
  }

  coloursOf({ values }) {
    const { low, high } = rangeOfValues(values);
    return low < 0 ? signedColours(this.root, Math.max(-low, high)) : lightColours(0, high, "");
  }

  outputText() {
    const { width, height, values } = this.made;
    if (!width || !height) return "No output: the filter is larger than the image";
    const { low, high } = rangeOfValues(values);
    const colours = this.keepsLight() ? "shown from 0 to 255" : low < 0 ? "blue below 0, orange above" : "white: most";
    return `Output, ${width}×${height}: ${cellText(low)} to ${cellText(high)}, ${colours}`;
  }

  /** Another place is looked at. */
  looked() {
    const { plane, made, data, kernel } = this;
    const { size } = data.window;
    const within = (place, side) => Math.min(Math.max(place, 0), Math.max(side - 1, 0));
    const [column, row] = this.at = [within(this.at[0], made.width), within(this.at[1], made.height)];
    const { left, top } = windowAt(plane, data.window, column, row);
    const any = made.width > 0 && made.height > 0;
    const seen = kernel.map((_, place) => valueAt(plane, left + place % size, top + Math.floor(place / size)));
    const products = seen.map((each, place) => each * (kernel[place] ?? NaN));
    this.input.show({ windows: any ? [{ left, top, width: size, height: size }] : [] });
    this.near.show(pictureOf({ width: size, height: size, values: seen }, this.inputColour));
    const most = rangeOfValues(products);
    const productColour = signedColours(this.root, Math.max(-most.low, most.high));
    this.products.show(pictureOf({ width: size, height: size, values: products }, productColour));
    this.output.show({
      windows: any ? [{ left: column, top: row, width: 1, height: 1 }] : [],
      revealed: this.revealed,
    });
    this.say(products, column, row);
  }

  say(products, column, row) {
    const { made, data, before } = this;
    const own = products.reduce((sum, each) => sum + each, 0);
    const value = made.values[row * made.width + column];
    const parts = [`Sum of the ${products.length} products: ${cellText(own)}`];
    if (before && data.layer) {
      parts.push(`Other channels: ${cellText(value - own - data.layer.bias)}`, `Bias: ${cellText(data.layer.bias)}`);
      parts.push(`Together: ${cellText(value)}`);
      if (data.layer.activation) parts.push(data.layer.activation);
    }
    this.sum.replaceChildren(...parts.map((text, place) => {
      const line = document.createElement(place === (before ? 3 : 0) ? "strong" : "span");
      line.textContent = text;
      return line;
    }));
    const said = `Column ${column}, row ${row} of the output: ${cellText(value)}`;
    [this.input.canvas, this.output.canvas].forEach((canvas, place) => {
      canvas.setAttribute("aria-label", place ? "The output" : `The window on the image: ${data.name}`);
      canvas.setAttribute("aria-valuemin", "0");
      canvas.setAttribute("aria-valuemax", String(Math.max(made.values.length - 1, 0)));
      canvas.setAttribute("aria-valuenow", String(row * made.width + column));
      canvas.setAttribute("aria-valuetext", said);
    });
    this.near.canvas.setAttribute("aria-label", "What the window shows");
    this.products.canvas.setAttribute("aria-label", `The products: ${products.map(cellText).join(", ").slice(0, 300)}`);
  }

  /** The output's place whose window has a pixel in its middle. */
  outputPlace(column, row) {
    const { window } = this.data;
    const half = Math.floor(window.size / 2);
    const along = (place, side) => Math.round((place - half + paddingBefore(side, window)) / window.stride);
    return [along(column, this.plane.width), along(row, this.plane.height)];
  }

  look(column, row, last) {
    this.walk.stop();
    this.revealed = Infinity;
    this.at = [column, row];
    this.looked();
    if (last) this.sender.arrange(0);
  }

  move(right, down) {
    this.walk.stop();
    this.revealed = Infinity;
    this.at = [this.at[0] + right, this.at[1] + down];
    this.looked();
    this.sender.arrange(settled);
  }

  play() {
    if (this.walk.walking) return this.walk.stop();
    const total = outputSize(this.plane.width, this.data.window) * outputSize(this.plane.height, this.data.window);
    const place = this.revealed < total ? this.revealed : 0;
    if (this.revealed >= total) this.home = this.at;
    this.walk.start(place, total);
  }

  step() {
    this.walk.stop();
    const { width, values } = this.made;
    if (!values.length) return;
    const place = (this.at[1] * width + this.at[0] + 1) % values.length;
    this.at = [place % width, Math.floor(place / width)];
    if (this.revealed < values.length) this.revealed = place + 1;
    this.looked();
    this.sender.arrange(settled);
  }

  walked(place, ended) {
    const width = this.made.width || 1;
    this.revealed = ended ? Infinity : place + 1;
    this.at = ended ? this.home : [place % width, Math.floor(place / width)];
    this.looked();
  }
}

/** @param {{parentElement: any, data: Convolution, setStateValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".lesson");
  const lesson = root.lesson ??= new Lesson(root);
  lesson.sender.send = (sent) => setStateValue("changed", sent);
  lesson.about(data);
}
