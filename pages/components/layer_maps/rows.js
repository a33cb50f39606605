// @ts-check
// The row of a layer: what it is, its maps on one canvas, and its filters beneath where they can be seen.
import { paletteColour } from "../common/palette.js";
/** @typedef {import("./data.js").Layer} Layer */

const SIDE_PX = 54;
const GAP_PX = 4;
const STRIP_PX = 26;
const STRIP_WIDEST_PX = 640;
const FILTER_PX = 26;

/**
 * Gray or coloured bytes as an image.
 * @param {Uint8Array} bytes
 * @param {number} width
 * @param {number} height
 * @param {number} channels
 */
export function picture(bytes, width, height, channels) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  for (let at = 0; at < width * height; at++) {
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * at + channel] = bytes[channels * at + (channels === 3 ? channel : 0)];
    }
    image.data[4 * at + 3] = 255;
  }
  canvas.getContext("2d")?.putImageData(image, 0, 0);
  return canvas;
}

export class Row {
  /** @param {(row: Row, place: number[]) => void} pointed */
  constructor(pointed) {
    const part = (tag, className) => Object.assign(document.createElement(tag), { className });
    this.element = part("div", "layer");
    this.title = part("div", "title");
    this.kind = part("b", "");
    this.said = part("span", "");
    this.title.append(this.kind, this.said);
    this.canvas = Object.assign(part("canvas", "maps"), { role: "img", tabIndex: 0 });
    const scrolled = part("div", "scrolled");
    scrolled.append(this.canvas);
    this.element.append(this.title, scrolled);
    /** @type {number[] | null} Map, row and column that are pointed at, of the map as it is shrunk. */
    this.at = null;
    const point = (event) => {
      const found = this.placeAt(event.offsetX, event.offsetY);
      if (found) pointed(this, found);
    };
    this.canvas.onpointermove = point;
    this.canvas.onpointerdown = point;
    this.canvas.onkeydown = (event) => {
      const found = this.moved(event.key);
      if (!found) return;
      event.preventDefault();
      pointed(this, found);
    };
  }

  get flat() {
    return this.layer.shape.length === 1;
  }

  /** The width and height of a map on the page. */
  get size() {
    const [, height, width] = this.layer.maps;
    if (this.flat) {
      return [Math.min(STRIP_WIDEST_PX, Math.max(2, Math.floor(STRIP_WIDEST_PX / width)) * width), STRIP_PX];
    }
    const scale = SIDE_PX / Math.max(height, width);
    return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  }

  placeAt(x, y) {
    if (!this.layer) return null;
    const [count, height, width] = this.layer.maps;
    const [wide, high] = this.size;
    const map = Math.floor(x / (wide + GAP_PX));
    const column = Math.floor(((x - map * (wide + GAP_PX)) / wide) * width);
    const row = Math.floor((y / high) * height);
    const inside = map >= 0 && map < count && row >= 0 && row < height && column >= 0 && column < width;
    return inside ? [map, row, column] : null;
  }

  moved(key) {
    if (!this.layer) return null;
    const [count, height, width] = this.layer.maps;
    const [map, row, column] = this.at ?? [0, 0, 0];
    const to = {
      ArrowLeft: [map, row, column - 1],
      ArrowRight: [map, row, column + 1],
      ArrowUp: [map, row - 1, column],
      ArrowDown: [map, row + 1, column],
      PageUp: [map - 1, row, column],
      PageDown: [map + 1, row, column],
    }[key];
    if (!to) return null;
    const last = [count - 1, height - 1, width - 1];
    return to.map((each, axis) => Math.min(Math.max(each, 0), last[axis]));
  }

  /** @param {Layer} layer */
  about(layer) {
    this.layer = layer;
    if (this.at?.some((each, axis) => each >= layer.maps[axis])) this.at = null;
    const { kind, said, shape, maps: [count, height, width] } = layer;
    this.kind.textContent = kind;
    const more = this.flat ? shape[0] - width : shape[2] - count;
    const hidden = more > 0 ? `, ${more.toLocaleString("en")} more` : "";
    this.said.textContent = `${said ? `${said} · ` : ""}${shape.join("×")}${hidden}`;
    this.canvas.ariaLabel = `${kind}, ${shape.join("×")}: ${
      this.flat ? "its numbers" : `${count} of its maps`
    }. Arrow keys move the place that is explained.`;
    this.pictures = Array.from(
      { length: count },
      (_, map) => picture(layer.pixels.subarray(map * height * width), width, height, 1),
    );
    const [filters, high, wide, channels] = layer.filters;
    this.filters = Array.from(
      { length: filters },
      (_, at) => picture(layer.kernels.subarray(at * high * wide * channels), wide, high, channels),
    );
    this.draw();
  }

  draw() {
    const { canvas } = this;
    const [wide, high] = this.size;
    const [count, rows, columns] = this.layer.maps;
    const [width, height] = [count * (wide + GAP_PX), high + (this.filters.length ? FILTER_PX + 2 * GAP_PX : 1)];
    const scale = devicePixelRatio;
    Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(height * scale) });
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    ink.setTransform(scale, 0, 0, scale, 0, 0);
    ink.imageSmoothingEnabled = false;
    this.pictures.forEach((each, map) => ink.drawImage(each, map * (wide + GAP_PX), 0, wide, high));
    this.filters.forEach((each, map) => {
      ink.drawImage(each, map * (wide + GAP_PX) + (wide - FILTER_PX) / 2, high + GAP_PX, FILTER_PX, FILTER_PX);
    });
    if (!this.at) return;
    const [map, row, column] = this.at;
    const [x, y] = [map * (wide + GAP_PX) + (column / columns) * wide, (row / rows) * high];
    const within = /** @type {HTMLElement} */ (this.element);
    Object.assign(ink, { strokeStyle: paletteColour(within, "vermilion"), lineWidth: 2 });
    ink.strokeRect(x - 1, y - 1, Math.max(4, wide / columns + 2), Math.max(4, high / rows + 2));
  }
}
