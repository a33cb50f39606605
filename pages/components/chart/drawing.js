// @ts-check
// One chart: its canvas, what the pointer does to it, and the values beside the pointer.
import { nearest, nearestPoint, placed, pointText, rangeOf, ticksOf } from "./axes.js";
import { cleared, drawAxes, drawLine } from "./ink.js";
/**
 * @typedef {import("./script.js").Charts} Charts
 * @typedef {import("./axes.js").Chart} Chart
 * @typedef {import("./axes.js").Line} Line
 */

const SHORTEST_PX = 6; // What is shorter is a click.
const NEAR_PX = 24; // From the pointer to the line that it points at.
const TIP_PX = 12;

export class Drawing {
  /** @param {Charts} all */
  constructor(all) {
    this.all = all;
    this.canvas = document.createElement("canvas");
    Object.assign(this.canvas, { role: "img", tabIndex: 0 });
    this.canvas.dataset.drawings = "0";
    const [box, part, tip] = ["chart", "part", "tip"].map((className) =>
      Object.assign(document.createElement("div"), { className, hidden: className !== "chart" })
    );
    box.append(this.canvas, part, tip);
    this.box = box;
    this.part = part;
    this.tip = tip;
    /** @type {Chart | null} */
    this.chart = null;
    /** @type {[number, number][][]} */
    this.points = [];
    /** @type {[number, number] | null} */
    this.pointer = null;
    /** @type {number | null} */
    this.from = null;
    this.listen();
  }

  listen() {
    const { canvas } = this;
    canvas.onpointerdown = (event) => {
      if (!this.chart || event.button !== 0 || event.pointerType === "touch") return; // A finger scrolls the page.
      this.from = event.offsetX;
      canvas.setPointerCapture(event.pointerId);
    };
    canvas.onpointermove = (event) => {
      if (!this.chart) return; // Its first message was missed.
      this.mark(event.offsetX);
      this.point([event.offsetX, event.offsetY]);
    };
    canvas.onpointerup = (event) => {
      const { from } = this;
      this.from = null;
      this.part.hidden = true;
      if (from === null || Math.abs(event.offsetX - from) < SHORTEST_PX) return;
      const [first, last] = [from, event.offsetX].sort((a, b) => a - b).map((place) => this.positionAt(place));
      this.all.show([first, last]);
    };
    canvas.onpointerleave = () => this.point(null);
    canvas.ondblclick = () => this.all.show(null);
    canvas.onkeydown = (event) => event.key === "Escape" && this.all.show(null);
  }

  /** @param {Chart} chart */
  show(chart) {
    const { canvas } = this;
    if (chart !== this.chart) canvas.dataset.drawings = `${Number(canvas.dataset.drawings) + 1}`;
    this.chart = chart;
    this.box.classList.toggle("wide", chart.wide);
    canvas.style.height = `${chart.height}px`;
    canvas.dataset.lines = `${chart.lines.length}`;
    canvas.dataset.axis = chart.axis;
    canvas.dataset.epochs = `${Math.max(0, ...chart.lines.map((line) => (line.markers ? line.x.length : 0)))}`;
    canvas.dataset.newest = `${Math.max(0, ...chart.lines.map((line) => line.x.at(-1) ?? 0))}`;
    const last = chart.each ? chart.lines.filter((line) => line.x.length) : [];
    canvas.ariaLabel = [
      chart.alt,
      ...last.map((line) => pointText(chart, line, line.x.length - 1)),
      ...(chart.best === null ? [] : [`best epoch: ${chart.best}`]),
    ].join("; ");
    this.draw();
    this.point(this.pointer);
  }

  /** @returns {[number, number]} */
  get ends() {
    return this.all.zoom ?? [0, Math.max(this.chart.end, 1e-9)];
  }

  // The position on the horizontal axis at `place`, pixels from the left.
  /** @param {number} place */
  positionAt(place) {
    const { l, r } = this.chart.margin;
    const [first, last] = this.ends;
    const share = (place - l) / (this.canvas.clientWidth - l - r);
    return first + Math.min(Math.max(share, 0), 1) * (last - first);
  }

  draw() {
    const { canvas, chart } = this;
    const { l, r, t, b } = chart.margin;
    const width = canvas.clientWidth - l - r;
    const height = chart.height - t - b;
    const [first, last] = this.ends;
    const range = rangeOf(chart, this.ends, Boolean(this.all.zoom));
    const across = (/** @type {number} */ position) => l + ((position - first) / (last - first)) * width;
    const up = (/** @type {number} */ value) =>
      t + ((range[1] - placed(chart, value)) / (range[1] - range[0])) * height;
    const ink = cleared(canvas, chart.height);
    const plot = { ends: this.ends, width, height, across, up, ticks: ticksOf(chart, range, height) };
    drawAxes(ink, chart, canvas, plot);
    ink.save();
    ink.beginPath();
    ink.rect(l, t - 4, width + 4, height + 8); // Markers at the edges stay whole.
    ink.clip();
    this.points = chart.lines.map((line) => drawLine(ink, line, across, up));
    ink.restore();
  }

  // Mark the part from where the button was pressed to `place`, pixels from the left.
  /** @param {number} place */
  mark(place) {
    if (this.from === null) return;
    this.part.hidden = Math.abs(place - this.from) < SHORTEST_PX;
    this.part.style.left = `${Math.min(place, this.from)}px`;
    this.part.style.width = `${Math.abs(place - this.from)}px`;
  }

  // Show the values next to the pointer; none without one.
  /** @param {[number, number] | null} pointer */
  point(pointer) {
    this.pointer = pointer;
    const { chart } = this;
    /** @type {[Line, number][]} */
    let said = [];
    if (pointer && chart?.each) {
      const position = this.positionAt(pointer[0]);
      said = chart.lines.filter((line) => line.x.length).map((line) => [line, nearest(line.x, position)]);
    } else if (pointer && chart) {
      const found = nearestPoint(this.points, pointer, NEAR_PX);
      if (found) said = [[chart.lines[found.line], found.at]];
    }
    this.tip.hidden = !said.length;
    if (!said.length) return;
    this.tip.replaceChildren(
      ...said.map(([line, at]) => {
        const row = document.createElement("div");
        row.style.setProperty("--colour", line.colour);
        row.textContent = pointText(chart, line, at);
        return row;
      }),
    );
    const left = Math.min(pointer[0] + TIP_PX, this.canvas.clientWidth - this.tip.offsetWidth);
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = chart.each ? "0" : `${pointer[1] - TIP_PX - this.tip.offsetHeight}px`;
  }
}
