// @ts-check
// All filters of a layer as small images, one of them chosen by click or by arrow keys. data: {size, count, values:
// packed float32, filter by filter, row by row, chosen}. Sends `chosen`: the filter's number.
import { PixelGrid, rangeOfValues, signedColours, unpacked } from "../common/pixel_grid.js";

/** @typedef {{size: number, count: number, values: string, chosen: number}} Sheet */

const settled = 250;
const gap = 1; // Between filters, in pixels of theirs.

/**
 * How many filters stand beside each other, at a size that a finger meets where there is room for that.
 * @param {number} wide in CSS pixels
 * @param {number} count
 */
export function columnsOf(wide, count) {
  const side = count <= 64 ? 38 : 22;
  return Math.max(1, Math.min(count, Math.floor(wide / side) || 1));
}

class Filters {
  constructor(root) {
    this.root = root;
    this.send = (/** @type {number} */ _chosen) => {};
    this.timer = null;
    this.grid = new PixelGrid(root.querySelector("canvas"), {
      pointed: (column, row, last) => last && this.point(column, row),
      stepped: (right, down) => this.choose(this.chosen + right + down * this.columns, settled),
    });
  }

  /** @param {Sheet} data */
  about({ size, count, values, chosen }) {
    const numbers = unpacked(values, "f32");
    this.size = size;
    this.count = numbers.length === size * size * count ? count : 0;
    if (this.timer === null) this.chosen = chosen;
    this.columns = columnsOf(this.root.clientWidth, this.count);
    const rows = Math.ceil(this.count / this.columns);
    const pitch = size + gap;
    const [width, height] = [this.columns * pitch, rows * pitch];
    const { low, high } = rangeOfValues(numbers);
    const colour = signedColours(this.root, Math.max(-low, high));
    const page = signedColours(this.root, 1)(0);
    this.grid.canvas.style.setProperty("--across", String(this.columns));
    this.grid.canvas.classList.toggle("many", this.count > 64);
    this.grid.show({
      width,
      height,
      colour: (place) => {
        const [column, row] = [place % width, Math.floor(place / width)];
        const number = Math.floor(row / pitch) * this.columns + Math.floor(column / pitch);
        const [within, down] = [column % pitch, row % pitch];
        if (within >= size || down >= size || number >= this.count) return page;
        return colour(numbers[(number * size + down) * size + within]);
      },
    });
    this.mark();
  }

  mark() {
    const pitch = this.size + gap;
    const [left, top] = [this.chosen % this.columns, Math.floor(this.chosen / this.columns)].map((each) =>
      each * pitch
    );
    this.grid.show({ windows: this.count ? [{ left, top, width: this.size, height: this.size }] : [] });
    const { canvas } = this.grid;
    canvas.setAttribute("aria-valuemax", String(Math.max(this.count, 1)));
    canvas.setAttribute("aria-valuenow", String(this.chosen + 1));
    canvas.setAttribute("aria-valuetext", `Filter ${this.chosen + 1} of ${this.count}`);
  }

  point(column, row) {
    const pitch = this.size + gap;
    const across = Math.min(Math.max(Math.floor(column / pitch), 0), this.columns - 1);
    this.choose(Math.max(Math.floor(row / pitch), 0) * this.columns + across, 0);
  }

  choose(number, after) {
    if (number < 0 || number >= this.count) return;
    this.chosen = number;
    this.mark();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.send(this.chosen);
    }, after);
  }
}

/** @param {{parentElement: any, data: Sheet, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".sheet");
  const filters = root.filters ??= new Filters(root);
  filters.send = (chosen) => setTriggerValue("chosen", chosen);
  filters.about(data);
}
