// @ts-check
// Sliders of one or two thumbs that send their values while one is dragged. data: {groups: [{heading, sliders: [{key,
// label, limits: [lowest, highest], step, values, default: one or two numbers each, unit, help, format: "number" or
// "percent"}]}], turn: of the sent values that the server answers}. Sends `moved`: {values: {key: one or two numbers},
// dragging, turn}, at most each `pause` ms and not before the last was answered, unless that takes `patience` ms; the
// last values are always sent.
// Each move is told to the document's components first (`common/moving.js`), and that a slider is come to.
// Native range inputs take the keys and speak to screen readers; the pointer is followed here, so that two thumbs can
// share a track.
import { moving } from "../common/moving.js";

/**
 * @typedef {object} Setting
 * @property {string} key
 * @property {string} label
 * @property {[number, number]} limits
 * @property {number} step
 * @property {number[]} values
 * @property {number[]} default
 * @property {string} unit
 * @property {string} help
 * @property {"number" | "percent"} format
 */

const pause = 50;
const unhurried = 200; // Where what follows is drawn here already, only words and the address wait for the server.
const patience = 500;
const thumb = 12; // As wide as in the style.
const template = document.createElement("template");
template.innerHTML = `<div class='slider'>
<div class='head'><span class='label'></span><span class='help' tabindex='0'>?<span class='tip'></span></span>
<button type='button' class='reset'>↺</button><output></output></div>
<div class='track'><i class='filled'></i></div></div>`;

function madeHeading(text) {
  const made = document.createElement("h2");
  made.textContent = made.dataset.heading = text;
  return made;
}

class Slider {
  constructor(changed) {
    this.element = /** @type {HTMLElement} */ (template.content.firstElementChild.cloneNode(true));
    const find = (
      /** @type {string} */ selector,
    ) => /** @type {HTMLButtonElement} */ (this.element.querySelector(selector));
    this.track = find(".track");
    this.filled = find(".filled");
    this.reset = find(".reset");
    this.output = find("output");
    this.label = find(".label");
    this.help = find(".help");
    this.tip = find(".tip");
    this.thumbs = [];
    this.dragged = null;
    this.changed = changed;
    const { track } = this;
    track.onpointerenter = () => this.tell(true);
    track.onpointerdown = (event) => this.grip(event);
    track.onpointermove = (event) => this.dragged && this.follow(event);
    track.onpointerup = () => this.dragged && this.release();
    // The finger scrolls the page.
    track.onpointercancel = () => this.dragged && this.release(this.before);
    track.ondblclick = () => this.restore();
    this.reset.onclick = () => {
      this.restore();
      this.thumbs[0].focus();
    };
  }

  about(data) {
    this.data = data;
    const { label, help, limits, step, values } = data;
    this.decimals = Math.min(6, (String(step).split(".")[1] ?? "").length);
    while (this.thumbs.length > values.length) this.thumbs.pop().remove();
    while (this.thumbs.length < values.length) this.thumbs.push(this.madeThumb(this.thumbs.length));
    this.thumbs.forEach((each, index) => {
      Object.assign(each, { min: limits[0], max: limits[1], step });
      each.ariaLabel = values.length > 1 ? `${label}, ${["lowest", "highest"][index]}` : label;
      each.ariaDescription = help;
    });
    this.label.textContent = label;
    this.help.hidden = !help;
    this.help.ariaLabel = `Help: ${help}`;
    this.tip.textContent = help;
    this.reset.title = `Back to ${this.said(data.default)}`;
    this.reset.ariaLabel = `Reset ${label}`;
  }

  madeThumb(index) {
    const input = document.createElement("input");
    input.type = "range";
    input.onfocus = () => this.tell(true);
    input.oninput = () => {
      const [low, high] = [this.thumbs[index - 1], this.thumbs[index + 1]];
      if (low && Number(input.value) < Number(low.value)) input.value = low.value;
      if (high && Number(input.value) > Number(high.value)) input.value = high.value;
      this.draw();
      this.changed(this);
    };
    this.track.append(input);
    return input;
  }

  /** Tells components that follow; returns whether one has drawn already what follows. */
  tell(near = false) {
    if (this.thumbs.length !== 1) return false;
    const detail = { key: this.data.key, value: this.values[0], near, drawn: false };
    document.dispatchEvent(new CustomEvent(moving, { detail }));
    return detail.drawn;
  }

  get values() {
    return this.thumbs.map((each) => Number(each.value));
  }

  set values(next) {
    this.thumbs.forEach((each, index) => (each.value = next[index]));
    this.draw();
  }

  restore() {
    this.values = this.data.default;
    this.changed(this);
  }

  said(values) {
    const { unit, format } = this.data;
    const one = (value) => {
      if (format === "percent") return `${(100 * value).toFixed(Math.max(0, this.decimals - 2))}%`;
      return `${value.toFixed(this.decimals).replace("-", "−")}${/^[a-z]/i.test(unit) ? " " : ""}${unit}`;
    };
    return values.map(one).join(" – ");
  }

  draw() {
    const { values } = this;
    const [lowest, highest] = this.data.limits;
    const place = (value) => {
      const share = (value - lowest) / (highest - lowest || 1);
      return `calc(${thumb / 2}px + ${share} * (100% - ${thumb}px))`;
    };
    this.filled.style.left = values.length > 1 ? place(values[0]) : "0";
    this.filled.style.right = `calc(100% - ${place(values.at(-1))})`;
    this.output.textContent = this.said(values);
    this.thumbs.forEach((each, index) => (each.ariaValueText = this.said([values[index]])));
    this.reset.hidden = values.every((value, index) => value === this.data.default[index]);
  }

  valueAt(event) {
    const [lowest, highest] = this.data.limits;
    const share = (event.clientX - this.box.left - thumb / 2) / (this.box.width - thumb);
    return lowest + Math.min(Math.max(share, 0), 1) * (highest - lowest);
  }

  grip(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.box = this.track.getBoundingClientRect(); // Once a drag: it makes the browser lay out the page.
    this.before = this.values;
    const [low, high] = this.before;
    this.dragged = this.thumbs[this.thumbs.length > 1 && this.valueAt(event) > (low + high) / 2 ? 1 : 0];
    this.track.setPointerCapture(event.pointerId);
    this.dragged.focus({ preventScroll: true });
    this.follow(event);
  }

  follow(event) {
    const before = this.dragged.value;
    this.dragged.value = this.valueAt(event);
    if (this.dragged.value !== before) this.dragged.oninput();
  }

  release(values) {
    this.dragged = null;
    if (values) this.values = values;
    this.changed(this);
  }
}

/** @param {{parentElement: any, data: {groups: {heading: string, sliders: Setting[]}[], turn: number}, setStateValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".sliders");
  // What outlives this call: the sliders by key, turn and time of what was sent, whether there is more to send.
  const live = (root.live ??= { sliders: new Map(), turn: data.turn, sent: 0, unsent: false, timer: null, pause });
  live.send = () => {
    live.timer = null;
    live.unsent = false;
    live.sent = Date.now();
    live.turn += 1;
    const values = Object.fromEntries([...live.sliders].map(([key, slider]) => [key, slider.values]));
    const dragging = [...live.sliders.values()].some((slider) => slider.dragged);
    setStateValue("moved", { values, dragging, turn: live.turn });
  };
  const arrange = () => {
    const wait = live.answered === live.turn ? live.pause : patience;
    live.timer ??= setTimeout(() => live.send(), Math.max(0, live.sent + wait - Date.now()));
  };
  const changed = (/** @type {Slider} */ slider) => {
    live.pause = slider.tell() ? unhurried : pause;
    live.unsent = true;
    arrange();
  };

  // An answer to earlier values must not move a thumb back from where it was dragged since.
  live.answered = data.turn;
  const dragged = [...live.sliders.values()].some((slider) => slider.dragged);
  const newest = live.turn === data.turn && !live.unsent && !dragged;
  const before = live.sliders;
  live.sliders = new Map();
  const shown = [];
  for (const { heading, sliders } of data.groups) {
    if (heading) shown.push(root.querySelector(`[data-heading="${CSS.escape(heading)}"]`) ?? madeHeading(heading));
    for (const each of sliders) {
      const slider = before.get(each.key) ?? new Slider(changed);
      slider.about(each);
      if (newest || !before.has(each.key)) slider.values = each.values;
      else slider.draw();
      live.sliders.set(each.key, slider);
      shown.push(slider.element);
    }
  }
  // What stays where it is is not touched: moving a slider in the document would end a drag.
  for (const gone of [...root.children].filter((each) => !shown.includes(each))) gone.remove();
  shown.forEach((each, index) =>
    root.children[index] === each || root.insertBefore(each, root.children[index] ?? null)
  );
  if (live.unsent && live.timer !== null) {
    clearTimeout(live.timer);
    live.timer = null;
    arrange();
  }
}
