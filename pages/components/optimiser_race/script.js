// @ts-check
// Optimisers race on a surface. data: {ground: {name, said, middle, reach, start, values, side, trail, stops}, chosen:
// {start: or null, rates: [learning rate, β₁, β₂, ε], racers}, usual: the usual rates}. A click drops the start; a drag
// moves it, arrow keys too. Sends `settled`: {start, rates, racers} as something has been chosen.
import { paletteColour } from "../common/palette.js";
import { drawGround, lossesOf } from "./ground.js";
import { KINDS, race } from "./steps.js";
import { surfaceOf } from "./surfaces.js";

const STEPS = 300;
const STEPS_A_FRAME = 2;
const NEAR = 0.01;
const NUDGE = 0.05;
const RACERS = {
  sgd: ["SGD", "text"],
  momentum: ["Momentum", "orange"],
  nesterov: ["Nesterov", "vermilion"],
  adam: ["Adam", "green"],
  adamw: ["AdamW", "wine"],
  rmsprop: ["RMSprop", "purple"],
};
const exponent = { to: (value) => Math.log10(value), from: (value) => 10 ** value };
const plain = { to: (value) => value, from: (value) => value };
const RATES = [
  { label: "Learning rate", min: -4, max: 0.5, step: 0.05, ...exponent },
  { label: "β₁, momentum", min: 0, max: 0.99, step: 0.01, ...plain },
  { label: "β₂, RMSprop's ρ", min: 0, max: 0.999, step: 0.001, ...plain },
  { label: "ε", min: -10, max: 0, step: 0.5, ...exponent },
];

function part(tag, className, more = {}) {
  return Object.assign(document.createElement(tag), { className, ...more });
}

class Optimisers {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    this.root = root;
    this.ground = find(".ground");
    this.canvas = find(".paths");
    this.hard = find(".hard");
    this.frame = STEPS;
    this.turn = 0;
    this.of = "";
    this.racers = KINDS.map((kind) => this.racer(kind));
    find(".racers").replaceChildren(...this.racers.map(({ element }) => element));
    this.sliders = RATES.map((rate, at) => this.slider(rate, at));
    find(".rates").replaceChildren(...this.sliders.map(({ element }) => element));
    find(".again").onclick = () => this.run();
    find(".usual").onclick = () => {
      this.chosen.rates = [...this.data.usual];
      this.settle();
    };
    const { canvas } = this;
    canvas.onpointerdown = (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.held = true;
      this.drop(event);
    };
    canvas.onpointermove = (event) => this.held && this.drop(event);
    canvas.onpointerup = () => this.release();
    canvas.onpointercancel = () => this.release();
    canvas.onkeydown = (event) => {
      const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
      if (!move || !this.data) return;
      event.preventDefault();
      const { reach } = this.data.ground;
      this.put(this.start.map((at, axis) => at + move[axis] * NUDGE * reach));
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.settle(), 300);
    };
    new ResizeObserver(() => this.data && this.draw()).observe(canvas);
  }

  racer(kind) {
    const element = part("button", "racer", { type: "button" });
    const [swatch, name, said] = [
      part("i", "swatch"),
      part("b", "", { textContent: RACERS[kind][0] }),
      part("span", ""),
    ];
    swatch.style.background = `var(--palette-${RACERS[kind][1]})`;
    element.append(swatch, name, said);
    element.onclick = () => {
      const { racers } = this.chosen;
      this.chosen.racers = KINDS.filter((each) => racers.includes(each) !== (each === kind));
      this.settle();
    };
    return { element, said };
  }

  slider({ label, min, max, step, from }, at) {
    const element = part("label", "rate");
    const input = part("input", "", { type: "range", min, max, step });
    const output = part("output", "");
    element.append(part("span", "", { textContent: label }), output, input);
    input.oninput = () => {
      this.chosen.rates[at] = from(Number(input.value));
      this.rerun();
    };
    input.onchange = () => this.settle();
    return { element, input, output };
  }

  get start() {
    return this.chosen.start ?? this.data.ground.start;
  }

  about(data, send) {
    this.data = data;
    this.send = send;
    this.chosen = { start: data.chosen.start, rates: [...data.chosen.rates], racers: [...data.chosen.racers] };
    const of = JSON.stringify([data.ground.name, data.ground.middle, data.ground.reach, data.ground.side]);
    if (of !== this.of) {
      this.of = of;
      this.surface = surfaceOf(data.ground);
      this.losses = lossesOf(this.surface, data.ground);
      this.theme = "";
      this.hard.textContent = data.ground.said;
      return this.run();
    }
    if (!this.held) this.rerun();
  }

  drop(event) {
    const { middle, reach } = this.data.ground;
    const { width, height } = this.canvas.getBoundingClientRect();
    this.put([
      middle[0] + (2 * event.offsetX / width - 1) * reach,
      middle[1] - (2 * event.offsetY / height - 1) * reach,
    ]);
  }

  put(start) {
    const { middle, reach } = this.data.ground;
    if (!start.every(Number.isFinite)) return;
    this.chosen.start = start.map((at, axis) => Math.min(Math.max(at, middle[axis] - reach), middle[axis] + reach));
    this.rerun();
  }

  release() {
    if (!this.held) return;
    this.held = false;
    this.settle();
    this.run();
  }

  settle() {
    const { start, rates, racers } = this.chosen;
    const rounded = (value) => +value.toPrecision(4);
    this.send({ start: start?.map(rounded) ?? null, rates: rates.map(rounded), racers });
    this.rerun();
  }

  // Compute the paths, and show all of them at once.
  rerun() {
    const [learning_rate, beta_1, beta_2, epsilon] = this.chosen.rates;
    const rates = { learning_rate, beta_1, beta_2, epsilon };
    this.paths = KINDS.map((kind) => race(kind, rates, this.surface, this.data.ground, this.start, STEPS));
    this.turn += 1;
    this.frame = STEPS;
    this.draw();
  }

  // Let them run from the start.
  run() {
    this.rerun();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const { turn } = this;
    this.frame = 0;
    const step = () => {
      if (turn !== this.turn) return;
      this.frame += STEPS_A_FRAME;
      this.draw();
      if (this.frame < STEPS) requestAnimationFrame(step);
    };
    step();
  }

  draw() {
    this.tell();
    const { canvas, ground, data } = this;
    const { backgroundColor } = getComputedStyle(this.root);
    if (this.theme !== backgroundColor) {
      this.theme = backgroundColor;
      drawGround(ground, this.losses);
    }
    const width = Math.max(1, Math.round(canvas.clientWidth));
    const scale = devicePixelRatio;
    Object.assign(canvas, { width: Math.round(width * scale), height: Math.round(width * scale) });
    const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    ink.setTransform(scale, 0, 0, scale, 0, 0);
    const { middle, reach } = data.ground;
    const x = (at) => ((at - middle[0]) / reach + 1) / 2 * width;
    const y = (at) => (1 - (at - middle[1]) / reach) / 2 * width;
    const colour = (name) => paletteColour(this.root, name);
    Object.assign(ink, { lineJoin: "round", lineCap: "round" });
    this.drawTrail(ink, x, y, colour);
    KINDS.forEach((kind, at) => {
      if (!this.chosen.racers.includes(kind)) return;
      const points = this.paths[at].points.slice(0, this.frame + 1);
      for (const [stroke, lineWidth] of [[colour("background"), 4], [colour(RACERS[kind][1]), 2]]) {
        ink.beginPath();
        points.forEach((point, step) =>
          step ? ink.lineTo(x(point[0]), y(point[1])) : ink.moveTo(x(point[0]), y(point[1]))
        );
        Object.assign(ink, { strokeStyle: stroke, lineWidth });
        ink.stroke();
      }
      const last = points[points.length - 1];
      this.dot(ink, x(last[0]), y(last[1]), 6, colour(RACERS[kind][1]));
    });
    this.dot(ink, x(this.start[0]), y(this.start[1]), 5, colour("text"));
  }

  // Where the training itself went.
  drawTrail(ink, x, y, colour) {
    const { trail, stops } = this.data.ground;
    if (!trail.length) return;
    ink.setLineDash([3, 5]);
    ink.beginPath();
    trail.forEach((point, at) => at ? ink.lineTo(x(point[0]), y(point[1])) : ink.moveTo(x(point[0]), y(point[1])));
    Object.assign(ink, { strokeStyle: colour("text"), lineWidth: 1.5 });
    ink.stroke();
    ink.setLineDash([]);
    const { fontFamily } = getComputedStyle(this.canvas);
    Object.assign(ink, { font: `12px ${fontFamily}`, textAlign: "left" });
    trail.forEach((point, at) => {
      this.dot(ink, x(point[0]), y(point[1]), 4, colour("text"));
      ink.fillText(stops[at] ?? "", x(point[0]) + 7, y(point[1]) - 5);
    });
  }

  dot(ink, x, y, radius, fill) {
    ink.beginPath();
    ink.arc(x, y, radius, 0, 2 * Math.PI);
    ink.fillStyle = fill;
    ink.fill();
    Object.assign(ink, { strokeStyle: paletteColour(this.root, "background"), lineWidth: 1.5 });
    ink.stroke();
  }

  tell() {
    const { chosen } = this;
    const said = KINDS.map((kind, at) => {
      const text = this.outcome(this.paths[at]);
      this.racers[at].said.textContent = text;
      this.racers[at].element.ariaPressed = String(chosen.racers.includes(kind));
      return chosen.racers.includes(kind) ? `${RACERS[kind][0]} ${text}` : "";
    });
    this.canvas.ariaLabel = `Paths of optimizers over the surface, from a start that arrow keys move. ${
      said.filter(Boolean).join("; ")
    }.`;
    RATES.forEach(({ to }, at) => {
      const { input, output } = this.sliders[at];
      const shown = String(+chosen.rates[at].toPrecision(3));
      input.value = String(to(chosen.rates[at]));
      input.ariaValueText = shown;
      output.textContent = shown;
    });
  }

  /** What became of a race, in words. */
  outcome({ points, diverged }) {
    const [x, y] = points[points.length - 1];
    const value = (point) => this.surface.value(point[0], point[1]);
    if (diverged) {
      return this.surface.bounds > 1 ? `diverged at step ${diverged}` : `left the slice at step ${diverged}`;
    }
    const { lowest } = this.losses;
    const goal = lowest + NEAR * (value(points[0]) - lowest);
    const reached = points.findIndex((point) => value(point) <= goal);
    const last = this.surface.value(x, y);
    const loss = Math.abs(last) < 1e-9 ? "loss below 1e−9" : `loss ${+last.toPrecision(3)}`.replaceAll("-", "−");
    return reached < 0 ? `${loss} after ${STEPS} steps` : `${loss}; 99% of the way in ${reached} steps`;
  }
}

/** @param {{parentElement: any, data: any, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".race");
  const optimisers = (root.optimisers ??= new Optimisers(root));
  optimisers.about(data, (/** @type {unknown} */ sent) => setTriggerValue("settled", sent));
}
