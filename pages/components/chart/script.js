// @ts-check
// Charts of lines, a canvas each, that may grow. data: a message of core/charts/news.py. A canvas tells the epochs it
// shows, the newest position, and how often it was given new data. Dragging over a part shows only that, in all charts and while they grow;
// a double click, Escape or the button shows all again. It triggers `missed` where a message before this one never came.
import { Drawing } from "./drawing.js";
import { grownBy, Live } from "./live.js";
import { heldAfter } from "./news.js";

/**
 * @typedef {import("./news.js").Message & {live: string | null}} Message `live`: where to ask for points meanwhile.
 * @typedef {HTMLElement & {charts: Charts}} Root
 * @typedef {(name: string, value: unknown) => void} Send
 */

/** @param {{parentElement: HTMLElement, data: Message, setTriggerValue: Send}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const root = /** @type {Root} */ (parentElement.querySelector(".curves"));
  root.charts ??= new Charts(root, data.charts.length);
  root.charts.take(data, setTriggerValue);
  root.charts.observer.observe(root);
  return () => {
    root.charts.observer.disconnect();
    root.charts.live.stop();
  };
}

// All charts of the component: one zoom serves them.
export class Charts {
  /**
   * @param {HTMLElement} root
   * @param {number} count
   */
  constructor(root, count) {
    this.root = root;
    /** @type {import("./news.js").Held | null} */
    this.held = null;
    /** @type {[number, number] | null} */
    this.zoom = null;
    this.live = new Live(() => this.held?.charts ?? null, () => this.showAll());
    this.asked = 0;
    this.axis = "";
    this.drawn = Array.from({ length: count }, () => new Drawing(this));
    this.all = document.createElement("button");
    Object.assign(this.all, { type: "button", className: "all", hidden: true });
    this.all.onclick = () => this.show(null);
    root.append(...this.drawn.map((each) => each.box), this.all);
    this.width = 0;
    // It tells the size at once each time that it is told to observe, which each rerun does.
    this.observer = new ResizeObserver(() => this.width !== root.clientWidth && this.draw());
  }

  /**
   * @param {Message} message
   * @param {Send} send
   */
  take(message, send) {
    const held = heldAfter(this.held, message);
    if (held) {
      this.held = held;
    } else if (this.asked !== message.serial) {
      this.asked = message.serial;
      send("missed", message.serial);
    }
    this.live.follow(message.live);
    if (!this.held) return;
    const { axis } = this.held.charts[0];
    if (this.axis !== axis) this.choose(null);
    this.axis = axis;
    this.width = this.root.clientWidth;
    this.all.textContent = axis === "epoch" ? "↺ All epochs" : "↺ All seconds";
    this.showAll();
  }

  showAll() {
    const charts = grownBy(this.held.charts, this.live.points);
    this.drawn.forEach((each, at) => each.show(charts[at]));
  }

  // Choose what lies between two positions; null: all.
  /** @param {[number, number] | null} zoom */
  choose(zoom) {
    this.zoom = zoom;
    this.all.hidden = !zoom;
    this.root.dataset.zoom = zoom ? zoom.map((position) => position.toFixed(2)).join("–") : "";
  }

  /** @param {[number, number] | null} zoom */
  show(zoom) {
    this.choose(zoom);
    this.draw();
  }

  draw() {
    this.width = this.root.clientWidth;
    this.drawn.forEach((each) => each.chart && each.draw());
  }
}
