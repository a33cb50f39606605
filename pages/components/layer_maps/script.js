// @ts-check
// A network's layers at an image. data: bytes: the length of what comes first as 4 bytes, little endian, then JSON
// {image: [height, width, channels], layers, names, logits, probabilities, epochs: their names, epoch: which is shown,
// place: [stage, channel, row, column] or null, told, turn: of the epoch that is answered}, then the image's pixels, and
// each layer's maps and filters. Sends `pointed`: a place, when the pointer rests there; `dragged`: {epoch, turn}.
import { looksAt, unpacked, valueOf } from "./data.js";
import { picture, Row } from "./rows.js";
import { short, showAnswers, showTold } from "./told.js";

const IMAGE_PX = 140;
const REST_MS = 70;
const PATIENCE_MS = 1500;
const PLAY_MS = 600;
const WALK_MS = 90;
const WALK_STEPS = 60;

class Walk {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    this.list = find(".layers");
    this.canvas = find(".image");
    this.text = find(".place");
    this.products = find(".products");
    this.answers = find(".answers");
    this.bar = find(".epochs");
    this.slider = find(".epochs input");
    this.output = find(".epochs output");
    this.play = find(".play");
    /** @type {Row[]} */
    this.rows = [];
    /** @type {[number, number, number, number] | null} Which row, and map, row and column in it. */
    this.at = null;
    this.turn = 0;
    this.sentAt = 0;
    this.steps = 0;
    this.slider.oninput = () => {
      this.playing = false;
      this.go(Number(this.slider.value));
    };
    this.play.onclick = () => {
      this.playing = !this.playing;
      if (this.playing) this.next(Number(this.slider.value) >= Number(this.slider.max));
      this.said();
    };
  }

  about(data, send) {
    this.data = data;
    this.send = send;
    this.image = picture(data.pixels, data.image[1], data.image[0], data.image[2]);
    while (this.rows.length > data.layers.length) this.rows.pop()?.element.remove();
    while (this.rows.length < data.layers.length) {
      const made = new Row((row, place) => {
        this.steps = WALK_STEPS;
        this.point(this.rows.indexOf(row), place);
      });
      this.rows.push(made);
      this.list.append(made.element);
    }
    this.rows.forEach((row, at) => row.about(data.layers[at]));
    if (this.at && !this.is(this.at)) this.at = null; // Of another network.
    showAnswers(this.answers, data);
    this.epochs();
    if (!this.at && data.place) this.come(data.place);
    if (!this.at) this.begin();
    else this.show();
  }

  is([row, ...place]) {
    const maps = this.data.layers[row]?.maps;
    return Boolean(maps) && place.every((each, axis) => each >= 0 && each < maps[axis]);
  }

  // The place that a link names.
  come([stage, channel, row, column]) {
    const found = this.data.layers.findIndex((each) => each.stage === stage);
    if (found < 0) return;
    const { shape, shrink } = this.data.layers[found];
    const place = shape.length === 1
      ? [0, 0, channel]
      : [channel, Math.floor(row / shrink), Math.floor(column / shrink)];
    if (this.is([found, ...place])) this.put(found, place);
    this.steps = WALK_STEPS;
  }

  // Walk over the first map that looks at more than a pixel, until something is pointed at.
  begin() {
    const first = this.data.layers.findIndex((each) => each.fields?.[0][2] > each.fields?.[0][1]);
    if (first < 0 || matchMedia("(prefers-reduced-motion: reduce)").matches) return this.draw();
    const step = () => {
      if (this.steps >= WALK_STEPS || !this.rows[first]) return;
      const [count, height, width] = this.data.layers[first]?.maps ?? [0, 0, 0];
      const every = Math.max(1, Math.floor((height * width) / WALK_STEPS));
      const place = this.steps * every;
      this.steps += 1;
      if (count) this.put(first, [0, Math.floor(place / width) % Math.max(1, height), place % width]);
      this.show();
      setTimeout(step, WALK_MS);
    };
    step();
  }

  put(row, place) {
    for (const each of this.rows) {
      if (!each.at) continue;
      each.at = null;
      each.draw();
    }
    this.at = [row, place[0], place[1], place[2]];
    this.rows[row].at = place;
    this.rows[row].draw();
  }

  point(row, place) {
    if (this.at && [row, ...place].every((each, axis) => each === this.at?.[axis])) return;
    this.put(row, place);
    this.show();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.at && this.send("pointed", this.place), REST_MS);
  }

  /** The place that is pointed at, as the server knows it. */
  get place() {
    if (!this.at) return null;
    const [row, map, down, across] = this.at;
    const { stage, shape, shrink } = this.data.layers[row];
    return shape.length === 1 ? [stage, across, 0, 0] : [stage, map, down * shrink, across * shrink];
  }

  show() {
    this.draw();
    const { place } = this;
    const told = place && this.data.place && place.every((each, axis) => each === this.data.place[axis]);
    showTold(this.products, told ? this.data.told : null);
  }

  draw() {
    const { canvas, data } = this;
    const [height, width] = data.image;
    const scale = IMAGE_PX / Math.max(height, width);
    const [wide, high] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
    const dense = devicePixelRatio;
    Object.assign(canvas, { width: Math.round(wide * dense), height: Math.round(high * dense) });
    Object.assign(canvas.style, { width: `${wide}px`, height: `${high}px` });
    const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    ink.setTransform(dense, 0, 0, dense, 0, 0);
    ink.imageSmoothingEnabled = scale < 2;
    ink.drawImage(this.image, 0, 0, wide, high);
    const layer = this.at && data.layers[this.at[0]];
    if (!layer) {
      this.text.textContent = "Point at a map: what its pixel looks at and how it came about is shown here.";
      return;
    }
    const [stage, channel, row, column] = this.place;
    const seen = stage === layer.stage ? looksAt(layer, row, column) : null;
    const [, map, down, across] = this.at;
    const value = valueOf(layer, map, down, across);
    const number = layer.shape.length === 1 ? `number ${channel}` : `channel ${channel}, row ${row}, column ${column}`;
    const where = seen ? this.box(ink, seen[0], seen[1], scale) : "It looks at the whole image.";
    this.text.textContent = `${layer.kind}, ${number}: ${short(value)}. ${where}`;
    canvas.ariaLabel = `What the network sees. ${this.text.textContent}`;
  }

  // Draw what is looked at, the rest veiled; return it in words.
  box(ink, [top, bottom], [left, right], scale) {
    const [height, width] = this.data.image;
    const [wide, high] = [width * scale, height * scale];
    const within = (value, most) => Math.min(Math.max(value, 0), most);
    const [y0, y1] = [top, bottom + 1].map((value) => Math.round(within(value, height) * scale));
    const [x0, x1] = [left, right + 1].map((value) => Math.round(within(value, width) * scale));
    const { veil, edge } = this.colours;
    ink.fillStyle = veil;
    ink.fillRect(0, 0, wide, y0);
    ink.fillRect(0, y1, wide, high - y1);
    ink.fillRect(0, y0, x0, y1 - y0);
    ink.fillRect(x1, y0, wide - x1, y1 - y0);
    Object.assign(ink, { strokeStyle: edge, lineWidth: 2 });
    ink.strokeRect(x0 + 1, y0 + 1, Math.max(1, x1 - x0 - 2), Math.max(1, y1 - y0 - 2));
    const outside = top < 0 || left < 0 || bottom >= height || right >= width;
    const size = `${right - left + 1}×${bottom - top + 1} pixels of the image`;
    return `It looks at ${size}${outside ? ", some of them padding beyond its edge" : ""}.`;
  }

  get colours() {
    const { color, borderTopColor } = getComputedStyle(this.canvas);
    return { veil: borderTopColor, edge: color };
  }

  epochs() {
    const { epochs, epoch, turn } = this.data;
    this.bar.hidden = epochs.length < 2;
    this.answered = turn;
    this.slider.max = String(epochs.length - 1);
    if (turn === this.turn && this.wanted === undefined) this.slider.value = String(epoch);
    this.said();
    if (this.wanted !== undefined && turn === this.turn) {
      const wanted = this.wanted;
      this.wanted = undefined;
      this.go(wanted);
    }
    if (this.playing && turn === this.turn) this.timing = setTimeout(() => this.playing && this.next(false), PLAY_MS);
  }

  said() {
    const said = this.data.epochs[Number(this.slider.value)] ?? "";
    this.output.textContent = said;
    this.slider.ariaValueText = said;
    this.slider.ariaLabel = "Weights after";
    this.play.textContent = this.playing ? "Stop" : "Play";
  }

  next(again) {
    const to = again ? 0 : Number(this.slider.value) + 1;
    if (to > Number(this.slider.max)) {
      this.playing = false;
      return this.said();
    }
    this.slider.value = String(to);
    this.go(to);
  }

  // Ask for an epoch; while an answer is awaited, only the newest wish is kept.
  go(epoch) {
    this.said();
    if (this.turn !== this.answered && Date.now() - this.sentAt < PATIENCE_MS) {
      this.wanted = epoch;
      return;
    }
    this.turn += 1;
    this.sentAt = Date.now();
    this.send("dragged", { epoch, turn: this.turn });
  }
}

/** @param {{parentElement: any, data: Uint8Array, setStateValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".walk");
  const walk = (root.walk ??= new Walk(root));
  const about = unpacked(data);
  if (walk.turn < about.turn) walk.turn = about.turn; // It was mounted anew.
  walk.about(about, setStateValue);
}
