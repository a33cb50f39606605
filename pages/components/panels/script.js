// @ts-check
// Plots and images in a row. data: {of, panels: [{plot} or {picture}]}, as core/charts/panel.py describes them. The
// whole row is drawn anew at each message; an image's element stays, so that the browser need not lay out its place.
// Where they follow sliders, `follows` is {token, values: by the sliders' keys, frames: panels drawn ahead, or null}, and
// the script sends `asked`: {key, have} for such panels.
import { moving } from "../common/moving.js";
import { Ahead, unpacked } from "./ahead.js";
import { placeOn } from "./places.js";

/**
 * @typedef {import("./places.js").Axis} Axis
 * @typedef {{kind: string, colour: string, x: number[], y: number[], label: string, dashed: boolean}} Mark
 * @typedef {{title: string, alt: string, x: Axis, y: Axis, marks: Mark[], width: number, height: number}} Plot
 * @typedef {{title: string, alt: string, note: string, url: string, width: number, crisp: boolean}} Picture
 */

const margin = { left: 28, right: 20, top: 8, bottom: 42 };
const letterWidth = 6.6;
// So much larger than in its own units a plot is drawn at most.
const widest = 1.3;
const calm = 200;
const patience = 2000;
const svgSpace = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, unknown>} attributes
 * @param {string} text
 */
function shape(tag, attributes, text = "") {
  const made = document.createElementNS(svgSpace, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  if (text) made.textContent = text;
  return made;
}

/** @param {string} tag @param {string} name @param {string} text */
function element(tag, name, text) {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

const ink = (/** @type {string} */ colour) => `var(--palette-${colour})`;

/** @param {Plot} plot */
function axes(plot, field) {
  const drawn = [];
  for (const [value, text] of plot.x.ticks) {
    const at = field.x(value);
    drawn.push(shape("line", { class: "grid", x1: at, x2: at, y1: field.top, y2: field.bottom }));
    drawn.push(shape("text", { x: at, y: field.bottom + 16, "text-anchor": "middle" }, text));
  }
  for (const [value, text] of plot.y.ticks) {
    const at = field.y(value);
    drawn.push(shape("line", { class: "grid", x1: field.left, x2: field.right, y1: at, y2: at }));
    drawn.push(shape("text", { x: field.left - 6, y: at + 4, "text-anchor": "end" }, text));
  }
  const middle = (field.left + field.right) / 2;
  const half = (field.top + field.bottom) / 2;
  drawn.push(shape("text", { x: middle, y: plot.height - 6, "text-anchor": "middle" }, plot.x.title));
  const turned = `translate(12 ${half}) rotate(-90)`;
  drawn.push(shape("text", { transform: turned, "text-anchor": "middle" }, plot.y.title));
  return drawn;
}

/** @param {Mark} mark */
function drawnMark(mark, field) {
  const colour = ink(mark.colour);
  const dash = mark.dashed ? { "stroke-dasharray": "6 5" } : {};
  const line = { stroke: colour, "stroke-width": 2, fill: "none", ...dash };
  if (mark.kind === "down") {
    return mark.x.map((value) =>
      shape("line", { ...line, x1: field.x(value), x2: field.x(value), y1: field.top, y2: field.bottom })
    );
  }
  if (mark.kind === "across") {
    return mark.y.map((value) =>
      shape("line", { ...line, x1: field.left, x2: field.right, y1: field.y(value), y2: field.y(value) })
    );
  }
  const points = mark.x.map((value, at) => [field.x(value), field.y(mark.y[at])]);
  if (mark.kind === "line") return [shape("polyline", { ...line, points: points.join(" ") })];
  if (mark.kind === "dots") {
    return points.map(([x, y]) => shape("circle", { cx: x, cy: y, r: 3.5, fill: colour, "fill-opacity": 0.6 }));
  }
  const wide = points.length > 1 ? Math.abs(points[1][0] - points[0][0]) : 8;
  const look = mark.kind === "bars" ? { fill: colour, "fill-opacity": 0.65 } : { stroke: colour, fill: "none" };
  return points.map(([x, y]) =>
    shape("rect", { ...look, x: x - wide / 2, width: Math.max(wide - 1, 1), y, height: Math.max(field.bottom - y, 0) })
  );
}

/** @param {Plot} plot */
function drawnPlot(plot) {
  const figure = element("figure", "panel plot", "");
  figure.style.maxWidth = `${plot.width * widest}px`;
  figure.append(element("figcaption", "title", plot.title));
  const legend = element("div", "legend", "");
  for (const mark of plot.marks.filter((each) => each.label)) {
    const item = element("span", "item", mark.label);
    item.style.setProperty("--ink", ink(mark.colour));
    if (mark.dashed) item.classList.add("dashed");
    legend.append(item);
  }
  const longest = Math.max(0, ...plot.y.ticks.map(([, text]) => text.length));
  const left = Math.min(margin.left + letterWidth * longest, plot.width / 2);
  const { top } = margin;
  const [right, bottom] = [plot.width - margin.right, plot.height - margin.bottom];
  const field = {
    left,
    right,
    top,
    bottom,
    x: (/** @type {number} */ value) => placeOn(plot.x, value, left, right),
    y: (/** @type {number} */ value) => placeOn(plot.y, value, bottom, top),
  };
  const drawing = shape("svg", { viewBox: `0 0 ${plot.width} ${plot.height}`, role: "img", "aria-label": plot.alt });
  drawing.append(...axes(plot, field), ...plot.marks.flatMap((mark) => drawnMark(mark, field)));
  figure.append(legend, drawing);
  return figure;
}

/** @param {Picture} picture */
function drawnPicture(picture, before) {
  const figure = before ?? element("figure", "panel picture", "");
  if (!before) {
    figure.append(element("figcaption", "title", ""), document.createElement("img"), element("div", "note", ""));
  }
  const [title, image, note] = figure.children;
  figure.style.maxWidth = image.style.width = `${picture.width}px`;
  title.textContent = picture.title;
  note.textContent = picture.note;
  image.alt = picture.alt;
  image.classList.toggle("crisp", picture.crisp);
  if (image.src !== picture.url) image.src = picture.url;
  return figure;
}

/** @param {HTMLElement} root @param {{plot?: Plot, picture?: Picture}[]} panels */
function draw(root, panels) {
  const before = [...root.children];
  const shown = panels.map(({ plot, picture }, place) => {
    const there = before[place];
    if (plot) return drawnPlot(plot);
    return drawnPicture(picture, there?.classList.contains("picture") ? there : null);
  });
  shown.forEach((each, place) => {
    if (root.children[place] !== each) {
      if (place < root.children.length && !shown.includes(root.children[place])) root.children[place].remove();
      root.insertBefore(each, root.children[place] ?? null);
    }
  });
  for (const gone of [...root.children].filter((each) => !shown.includes(each))) gone.remove();
}

/** Panels that follow sliders by what was drawn ahead, and ask the server for that. */
class Following {
  constructor(root) {
    this.root = root;
    this.ahead = null;
    this.wanted = null;
    this.asked = 0;
    this.local = null; // The values of what was drawn here and not by the server yet.
    this.send = (/** @type {object} */ _asked) => {};
    // Not by a clean-up: of a call that another overtakes while the script loads, Streamlit cleans up after that one.
    const moved = (/** @type {any} */ event) => {
      if (root.isConnected) this.follow(event.detail);
      else document.removeEventListener(moving, moved);
    };
    document.addEventListener(moving, moved);
  }

  /** @param {{token: string, values: Record<string, number>, frames: import("./ahead.js").Frames | null}} follows */
  take({ token, values, frames }, panels) {
    if (this.ahead?.token !== token) {
      this.ahead = new Ahead(token, values);
      this.wanted ??= Object.keys(values)[0];
      this.asked = 0;
      this.local = null;
    }
    // An answer to earlier values must not draw what was dragged on since.
    const late = this.local && Date.now() - this.drawn < patience && said(this.local) !== said(values);
    if (!late) {
      this.local = null;
      this.ahead.values = values;
      draw(this.root, panels);
      this.root.dataset.of = said(values);
    }
    if (frames) {
      const { ahead } = this;
      unpacked(frames).then((found) => {
        ahead.add(frames, found);
        this.asked = 0;
        this.ask();
      });
    } else this.ask();
  }

  /** @param {import("../common/moving.js").Moving} detail */
  follow(detail) {
    const { key, value, near } = detail;
    if (!this.ahead || !(key in this.ahead.values)) return;
    this.wanted = key;
    const panels = near ? null : this.ahead.at(key, value);
    if (panels) {
      detail.drawn = true;
      this.drawn = Date.now();
      this.local = this.ahead.values = { ...this.ahead.values, [key]: value };
      draw(this.root, panels);
      this.root.dataset.of = said(this.local);
    } else {
      if (!near) this.local = null; // The server is ahead of what was drawn here.
      this.ask();
    }
  }

  /** Asks for what is not known yet of the slider that is most likely dragged next: once at a time. */
  ask() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const asked = this.wanted in this.ahead.values ? this.ahead.lacking(this.wanted) : null;
      if (!asked || !this.root.isConnected || Date.now() - this.asked < patience) return;
      this.asked = Date.now();
      this.send(asked);
    }, calm);
  }
}

const said = (/** @type {Record<string, number>} */ values) => Object.values(values).join(" ");

/**
 * @param {{parentElement: any, setTriggerValue: (name: string, value: unknown) => void, data: {of: string,
 *   panels: {plot?: Plot, picture?: Picture}[], follows?: Parameters<Following["take"]>[0]}}} given
 */
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".panels");
  if (data.follows) {
    const following = root.following ??= new Following(root);
    following.send = (asked) => setTriggerValue("asked", asked);
    following.take(data.follows, data.panels);
    return;
  }
  draw(root, data.panels);
  root.dataset.of = data.of;
}
