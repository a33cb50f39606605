// @ts-check
// Logits to drag. data: {names, own: the image's logits, chosen: {logits: or null, label, smoothing}, rest, batch:
// {probabilities, images, mean, median, worst} or null}. Sends `settled`: {logits or null, label, smoothing} as a drag
// ends. The numbers begin alike and move to the image's own as it is shown first.
import { COMPARED, drawCurve } from "./curve.js";
import { cost, loss, softmax, targets } from "./maths.js";
/**
 * @typedef {object} Lesson
 * @property {string[]} names
 * @property {number[]} own
 * @property {{logits: number[] | null, label: number, smoothing: number}} chosen
 * @property {import("./maths.js").Rest} rest
 * @property {{probabilities: number[], images: number, mean: number, median: number, worst: number} | null} batch
 */

const LIMIT = 20; // As in `__init__.py`.
const STEP = 0.1;
const FRAMES = 40;
const number = (/** @type {number} */ value, digits = 2) =>
  value.toFixed(digits).replace(/^-(?=[0.]*$)/, "").replace("-", "−");
const percent = (/** @type {number} */ share) => share > 0 && share < 0.001 ? "<0.1%" : `${(100 * share).toFixed(1)}%`;

function part(tag, className, more = {}) {
  return Object.assign(document.createElement(tag), { className, ...more });
}

class Row {
  constructor(all, at) {
    this.element = part("div", "row");
    const name = part("label", "name");
    this.radio = part("input", "", { type: "radio", name: "label", onchange: () => all.label(at) });
    this.name = part("span", "");
    name.append(this.radio, this.name);
    this.logit = part("input", "logit", {
      type: "range",
      min: -LIMIT,
      max: LIMIT,
      step: STEP,
      oninput: () => all.moved(at, Number(this.logit.value)),
      onchange: () => all.settle(),
    });
    this.value = part("span", "value");
    this.bar = part("span", "bar");
    this.filled = part("i", "filled");
    this.wanted = part("i", "wanted");
    this.bar.append(this.filled, this.wanted);
    this.share = part("span", "share");
    this.push = part("span", "push");
    this.element.append(name, this.logit, this.value, this.bar, this.share, this.push);
  }

  about(name) {
    this.name.textContent = name;
    this.name.title = name;
    this.radio.ariaLabel = `Label: ${name}`;
    this.logit.ariaLabel = `Logit of ${name}`;
  }

  show(logit, probability, wanted, isLabel) {
    this.logit.value = String(logit);
    this.logit.ariaValueText = `${number(logit, 1)}, probability ${percent(probability)}`;
    this.value.textContent = number(logit, 1);
    this.filled.style.width = `${100 * probability}%`;
    this.wanted.style.left = `${100 * wanted}%`;
    this.share.textContent = percent(probability);
    this.push.textContent = number(probability - wanted);
    this.radio.checked = isLabel;
    this.element.classList.toggle("true", isLabel);
  }
}

class Softmax {
  constructor(root) {
    const find = (selector) => root.querySelector(selector);
    this.rows = [];
    this.list = find(".rows");
    this.canvas = find(".curve");
    this.texts = { cost: find(".cost"), why: find(".why"), smoothing: find("p.smoothing") };
    this.smooth = find(".smooth input");
    this.smoothOutput = find(".smooth output");
    this.smooth.oninput = () => {
      this.chosen.smoothing = Number(this.smooth.value);
      this.draw();
    };
    this.smooth.onchange = () => this.settle();
    find(".own").onclick = () => this.go(null);
    find(".alike").onclick = () => this.go(this.data.own.map(() => 0));
    this.of = "";
    this.frame = FRAMES;
    this.drawn = [];
    new ResizeObserver(() => this.data && this.draw()).observe(this.canvas);
  }

  get logits() {
    return this.chosen.logits ?? this.data.own;
  }

  about(data, send) {
    this.send = send;
    this.data = data;
    this.chosen = { ...data.chosen };
    const of = JSON.stringify([data.names, data.own]);
    if (of === this.of) return this.draw();
    this.of = of;
    this.rows = data.names.map((_, at) => new Row(this, at));
    this.list.replaceChildren(this.head(), ...this.rows.map((row) => row.element));
    this.rows.forEach((row, at) => row.about(data.names[at]));
    this.travel(data.own.map(() => 0));
  }

  head() {
    const made = part("div", "row head");
    const titles = [["name", "label"], ["logit", "logit"], ["value", ""], ["bar", "probability"], ["share", ""]];
    made.append(...[...titles, ["push", "p − y"]].map(([name, textContent]) => part("span", name, { textContent })));
    made.lastElementChild.title = "The gradient: what the loss gains for each unit that the logit grows";
    return made;
  }

  label(at) {
    this.chosen.label = at;
    this.draw();
    this.settle();
  }

  moved(at, value) {
    const logits = [...this.logits];
    logits[at] = value;
    this.chosen.logits = logits;
    this.frame = FRAMES;
    this.draw();
  }

  go(logits) {
    const from = this.logits;
    this.chosen.logits = logits;
    this.travel(from);
    this.settle();
  }

  settle() {
    const { logits, label, smoothing } = this.chosen;
    this.send({ logits: logits?.map((each) => +each.toFixed(2)) ?? null, label, smoothing });
  }

  // Show the way from other logits to those that are chosen.
  travel(from) {
    const begin = (this.turn = (this.turn ?? 0) + 1);
    this.frame = matchMedia("(prefers-reduced-motion: reduce)").matches ? FRAMES : 0;
    const step = () => {
      if (begin !== this.turn) return;
      const done = 1 - (1 - this.frame / FRAMES) ** 3;
      this.draw(this.logits.map((to, at) => from[at] + done * (to - from[at])));
      if (this.frame >= FRAMES) return;
      this.frame += 1;
      requestAnimationFrame(step);
    };
    step();
  }

  draw(logits = this.logits) {
    const { rest, batch } = this.data;
    const { label, smoothing } = this.chosen;
    const shares = softmax(logits, rest);
    const wanted = targets(label, logits.length, rest, smoothing);
    this.rows.forEach((row, at) => row.show(logits[at], shares[at], wanted[at], at === label));
    const lost = loss(logits, label, rest, smoothing);
    const classes = logits.length + rest.count;
    this.smooth.value = String(smoothing);
    this.smoothOutput.textContent = number(smoothing);
    this.write(shares[label], lost, wanted[label], classes);
    drawCurve(this.canvas, {
      probability: shares[label],
      loss: lost,
      smoothing,
      classes,
      batch: batch?.probabilities ?? [],
    });
  }

  write(share, lost, wanted, classes) {
    const { data, chosen, texts } = this;
    const name = data.names[chosen.label];
    const { batch } = data;
    texts.cost.textContent = chosen.smoothing
      ? `“${name}” has p = ${share.toFixed(3)}; with smoothed labels that costs ${number(lost)}, not ${
        number(cost(share))
      }.`
      : `“${name}” has p = ${share.toFixed(3)}, so this image costs −ln ${share.toFixed(3)} = ${number(lost)}.`;
    this.canvas.ariaLabel = `The loss falls as the probability of the label grows. ${texts.cost.textContent}`;
    const halvings = COMPARED.length - 1;
    const compared =
      `Each halving adds ln 2 = 0.69: ${[...COMPARED].reverse().map((each) => each.toFixed(2)).join(" → ")}` +
      ` is ${halvings} × 0.69 = ${number(halvings * Math.LN2)} more than ${number(cost(COMPARED[halvings]))}.`;
    texts.why.textContent = batch
      ? `${compared} Blue: ${batch.images.toLocaleString("en")} images of the run, mean loss ${
        number(batch.mean)
      }, half below ${number(batch.median, 3)}; the worst 5% make ${Math.round(100 * batch.worst)}% of it.`
      : compared;
    texts.smoothing.textContent = chosen.smoothing
      ? `Smoothed, the label asks for ${wanted.toFixed(3)} and ${
        (chosen.smoothing / classes).toFixed(3)
      } for each other class: the loss is lowest at p = ${wanted.toFixed(3)}, and being surer costs more (dashed).`
      : "Unsmoothed, the loss is never satisfied: a logit that grows without end still gains.";
  }
}

/** @param {{parentElement: any, data: Lesson, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".lesson");
  const lesson = (root.lesson ??= new Softmax(root));
  lesson.about(data, (/** @type {unknown} */ sent) => setTriggerValue("settled", sent));
}
