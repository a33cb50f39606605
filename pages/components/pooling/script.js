// @ts-check
// An image pooled in three ways, beside each other, and a part of it as numbers; and what changes in each when the image
// is moved by some pixels. All is computed here. Sends `changed`: {at: [column, row] of the part's corner, shift:
// [right, down], difference, turn} when one has been dragged.
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
import { change, convolved, cutOut, framed, pooled, shifted, windowAt } from "../common/sliding.js";
import { Walk } from "../common/walk.js";

/** @typedef {import("../common/sliding.js").Plane} Plane */
/**
 * @typedef {object} Pooling
 * @property {string} of what is shown; another one is shown from the beginning
 * @property {import("../common/pixel_grid.js").Packed} plane
 * @property {string} name what that is
 * @property {string} tint of which colour it is: red, green, blue, or none
 * @property {number[]} kernel of the convolution, row by row
 * @property {import("../common/sliding.js").Window} window
 * @property {[number, number] | null} at the corner of the part; null: in the middle
 * @property {[number, number]} shift
 * @property {boolean} difference
 * @property {number} turn
 */

const part = 4;
const settled = 300;
const ways = ["max", "average", "strided"];

class Lesson {
  constructor(root) {
    const find = (selector) => /** @type {any} */ (root.querySelector(selector));
    this.root = root;
    this.of = null;
    this.sender = new Sender(() => ({ at: this.at, shift: this.shift, difference: this.difference }));
    const middle = Math.floor(part / 2);
    this.image = new PixelGrid(find(".image canvas"), {
      pointed: (column, row, last) => this.look(column - middle, row - middle, last ? 0 : null),
      hovers: () => !this.walk.walking,
      stepped: (right, down) => this.look(this.at[0] + right, this.at[1] + down, settled),
    });
    this.numbers = new PixelGrid(find(".numbers canvas"));
    this.results = Object.fromEntries(ways.map((way) => [way, {
      whole: new PixelGrid(find(`.${way} .whole`)),
      part: new PixelGrid(find(`.${way} .part`)),
      title: find(`.${way} .title`),
      changed: find(`.${way} .changed`),
    }]));
    this.title = find(".image .title");
    this.changed = find(".image .changed");
    this.partTitle = find(".numbers .title");
    this.sliders = [".right", ".down"].map(find);
    this.labels = [".right-said", ".down-said"].map(find);
    this.tick = find(".difference");
    this.walk = new Walk(find(".play"), (place, ended) => this.walked(place, ended));
    this.walk.button.onclick = () => this.play();
    for (const slider of this.sliders) {
      slider.oninput = () => {
        this.shift = this.sliders.map((each) => Number(each.value));
        this.computed();
      };
      slider.onchange = () => this.sender.arrange(0);
    }
    this.tick.onchange = () => {
      this.difference = this.tick.checked;
      this.computed();
      this.sender.arrange(0);
    };
  }

  /** @param {Pooling} data */
  about(data) {
    const [another, first] = [this.of !== data.of, this.of === null];
    this.data = data;
    this.sender.hear(data.turn);
    if (another) this.sender.forget();
    if (another || this.sender.settled) {
      this.of = data.of;
      this.at = data.at;
      this.shift = data.shift;
      this.difference = data.difference;
      this.sliders.forEach((each, place) => each.value = String(data.shift[place]));
      this.tick.checked = data.difference;
    }
    const { width, height } = data.plane;
    this.plane = planeOf(data.plane);
    this.at ??= [Math.floor((width - part) / 2), Math.floor((height - part) / 2)];
    this.before = this.made(this.plane);
    this.computed();
    if (first && !data.at && !Walk.unwanted()) this.play();
  }

  /** @param {Plane} plane */
  made(plane) {
    const { window, kernel } = this.data;
    return {
      max: pooled(plane, window, "max"),
      average: pooled(plane, window, "average"),
      strided: convolved(plane, kernel, window),
    };
  }

  /** The image is another one, or has been moved. */
  computed() {
    const { plane, data } = this;
    const moves = this.shift.some((each) => each !== 0);
    this.moved = moves ? shifted(plane, this.shift[0], this.shift[1]) : plane;
    const { before } = this;
    const after = moves ? this.made(this.moved) : before;
    this.light = lightColours(0, 255, data.tint);
    this.image.show(pictureOf(this.moved, this.light));
    this.title.textContent = `${data.name}, ${plane.width}×${plane.height}`;
    this.changed.textContent = moves ? this.changeText(plane, this.moved) : "";
    this.colours = {};
    for (const way of ways) {
      const [was, is] = [before[way], after[way]];
      const apart = { ...is, values: is.values.map((each, place) => each - was.values[place]) };
      const differs = this.difference && moves;
      this.colours[way] = this.coloursOf(way, was);
      this.results[way].whole.show(
        differs ? pictureOf(apart, this.coloursOf("difference", apart)) : pictureOf(is, this.colours[way]),
      );
      this.results[way].title.textContent = `${is.width}×${is.height}`;
      this.results[way].changed.textContent = moves ? this.changeText(was, is) : "";
    }
    this.labels.forEach((each, place) => each.textContent = `${this.shift[place]} px`.replace("-", "−"));
    this.looked();
  }

  coloursOf(way, { values }) {
    if (way === "max" || way === "average") return this.light;
    const { low, high } = rangeOfValues(values);
    return low < 0 || way === "difference"
      ? signedColours(this.root, Math.max(-low, high))
      : lightColours(0, high, this.data.tint);
  }

  /** How much of a result changes, and by how much of the range that its values have. */
  changeText(before, after) {
    const { mean, share } = change(before, after);
    const { low, high } = rangeOfValues(before.values);
    const [of, by] = [100 * share, high > low ? (100 * mean) / (high - low) : 0];
    return `${of.toFixed(0)}% of the values change, by ${by.toFixed(1)}% of their range on average`;
  }

  /** Another part is looked at. */
  looked() {
    const { moved, data } = this;
    const frame = framed(moved, this.at, part);
    const { left, top, width, height } = frame;
    this.at = [left, top];
    const cut = cutOut(moved, frame);
    const made = this.made(cut);
    const boxes = this.boxes(cut, made.max);
    this.image.show({ windows: [frame] });
    this.numbers.show({ ...pictureOf(cut, this.light), windows: boxes });
    this.partTitle.textContent = `The ${width}×${height} pixels in the frame`;
    for (const way of ways) {
      const picture = pictureOf(made[way], this.colours[way]);
      this.results[way].part.show({ ...picture, windows: [] });
      const said = Array.from(made[way].values, cellText).join(", ");
      this.results[way].part.canvas.setAttribute("aria-label", `Of the pixels in the frame: ${said || "nothing"}`);
      this.results[way].whole.canvas.setAttribute(
        "aria-label",
        `The image after it: ${data.window.size}×${data.window.size} to one`,
      );
    }
    const { canvas } = this.image;
    canvas.setAttribute("aria-label", `The frame on the image: ${data.name}`);
    canvas.setAttribute("aria-valuemin", "0");
    canvas.setAttribute("aria-valuemax", String(Math.max(moved.values.length - 1, 0)));
    canvas.setAttribute("aria-valuenow", String(top * moved.width + left));
    canvas.setAttribute("aria-valuetext", `Column ${left}, row ${top}`);
    this.numbers.canvas.setAttribute("aria-label", `Pixels: ${Array.from(cut.values, cellText).join(", ")}`);
  }

  /** The squares in the part; only the first where they overlap. */
  boxes(cut, { width, height }) {
    const { size, stride } = this.data.window;
    const count = size > stride ? Math.min(width * height, 1) : width * height;
    return Array.from({ length: count }, (_, place) => {
      const at = windowAt(cut, this.data.window, place % width, Math.floor(place / width));
      return { ...at, width: size, height: size };
    });
  }

  look(column, row, after) {
    this.walk.stop();
    this.at = [column, row];
    this.looked();
    if (after !== null) this.sender.arrange(after);
  }

  play() {
    if (this.walk.walking) this.walk.stop();
    else {
      this.home = this.at;
      this.walk.start(0, this.places().total);
    }
  }

  /** In steps of the part's size over the image, once. */
  places() {
    const { width, height } = this.plane;
    const columns = Math.max(1, Math.floor(width / part));
    return { columns, total: columns * Math.max(1, Math.floor(height / part)) };
  }

  walked(place, ended) {
    const { columns } = this.places();
    this.at = ended ? this.home : [part * (place % columns), part * Math.floor(place / columns)];
    this.looked();
  }
}

/** @param {{parentElement: any, data: Pooling, setStateValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".pooling");
  const lesson = root.lesson ??= new Lesson(root);
  lesson.sender.send = (sent) => setStateValue("changed", sent);
  lesson.about(data);
}
