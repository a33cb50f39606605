// Curves of several runs over each other, a canvas each. data: {charts: [Chart of core/comparison/curves.py],
// look: {text, grid}}. Dragging over a part shows only that, in all charts; a double click or Escape shows all again.
const margin = { l: 64, r: 10, t: 34, b: 46 };
const shortest = 6; // Pixels: what is shorter is a click.
const near = 24; // Pixels from the pointer to the line that it points at.

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".overlay");
  if (!root.charts) {
    root.charts = data.charts.map(() => new Chart(root));
    root.observer = new ResizeObserver(() => root.charts.forEach((chart) => chart.draw()));
    root.zoom = null;
  }
  if (root.axis !== data.charts[0].axis) root.zoom = null;
  root.axis = data.charts[0].axis;
  root.charts.forEach((chart, place) => chart.show(data.charts[place], data.look));
  root.observer.observe(root);
  return () => root.observer.disconnect();
}

class Chart {
  constructor(root) {
    this.root = root;
    this.canvas = document.createElement("canvas");
    Object.assign(this.canvas, { role: "img", tabIndex: 0 });
    [this.part, this.tip] = ["part", "tip"].map((name) => {
      const made = document.createElement("div");
      Object.assign(made, { className: name, hidden: true });
      return made;
    });
    const box = document.createElement("div");
    box.className = "chart";
    box.append(this.canvas, this.part, this.tip);
    root.append(box);
    this.from = null;
    const { canvas } = this;
    canvas.onpointerdown = (event) => {
      if (event.button !== 0 || event.pointerType === "touch") return; // A finger scrolls the page.
      this.from = event.offsetX;
      canvas.setPointerCapture(event.pointerId);
    };
    canvas.onpointermove = (event) => this.point(event.offsetX, event.offsetY);
    canvas.onpointerup = (event) => {
      const { from } = this;
      this.from = null;
      this.part.hidden = true;
      if (from === null || Math.abs(event.offsetX - from) < shortest) return;
      this.zoom([from, event.offsetX].sort((a, b) => a - b).map((place) => this.place(place)));
    };
    canvas.onpointerleave = () => (this.tip.hidden = true);
    canvas.ondblclick = () => this.zoom(null);
    canvas.onkeydown = (event) => event.key === "Escape" && this.zoom(null);
  }

  zoom(ends) {
    this.root.zoom = ends;
    this.root.charts.forEach((chart) => chart.draw());
  }

  show(chart, look) {
    Object.assign(this, { chart, look });
    this.canvas.dataset.lines = chart.lines.length;
    this.canvas.dataset.axis = chart.axis;
    this.canvas.ariaLabel = chart.alt;
    this.draw();
  }

  get size() {
    const { clientWidth, clientHeight } = this.canvas;
    return [clientWidth - margin.l - margin.r, clientHeight - margin.t - margin.b];
  }

  get ends() {
    const last = Math.max(1e-9, ...this.chart.lines.map((line) => line.x.at(-1) ?? 0));
    return this.root.zoom ?? [0, 1.01 * last];
  }

  // The value on the axis at `pixel` from the left.
  place(pixel) {
    const [first, last] = this.ends;
    return first + Math.min(Math.max((pixel - margin.l) / this.size[0], 0), 1) * (last - first);
  }

  draw() {
    const { canvas, chart, look } = this;
    const [width, height] = this.size;
    const [first, last] = this.ends;
    const set = (value) => (chart.log ? Math.log10(value) : value);
    const seen = chart.lines.flatMap((line) =>
      line.y.filter((value, at) => value !== null && (!chart.log || value > 0) && first <= line.x[at] && line.x[at] <= last),
    );
    const values = seen.map(set);
    let [low, high] = [values.reduce((a, b) => Math.min(a, b), Infinity), values.reduce((a, b) => Math.max(a, b), -Infinity)];
    if (!values.length) [low, high] = [0, 1];
    const room = Math.max((high - low) / 20, 0.005);
    [low, high] = [low - room, high + room];
    const x = (value) => margin.l + ((value - first) / (last - first)) * width;
    const y = (value) => margin.t + ((high - set(value)) / (high - low)) * height;
    this.points = chart.lines.map((line) =>
      line.y.map((value, at) => [x(line.x[at]), value === null || (chart.log && value <= 0) ? NaN : y(value)]),
    );

    const scale = devicePixelRatio;
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(canvas.clientHeight * scale);
    const ink = canvas.getContext("2d");
    ink.scale(scale, scale);
    const { fontFamily, color } = getComputedStyle(canvas);
    const write = (text, place, align, size = 12, weight = 400, colour = look.text) => {
      Object.assign(ink, { font: `${weight} ${size}px ${fontFamily}`, textAlign: align, fillStyle: colour });
      ink.fillText(text, ...place);
    };
    write(chart.title, [4, 18], "left", 16, 700, color);
    write(chart.axis, [margin.l + width / 2, margin.t + height + 41], "center", 13);
    const whole = chart.axis === "epoch" ? 1 : 0;
    for (const value of rounded(first, last, width / 80, whole)) {
      write(value.toLocaleString("en"), [x(value), margin.t + height + 19], "center");
    }
    let ticks = chart.log ? chart.ticks.filter((value) => low <= set(value) && set(value) <= high) : rounded(low, high, height / 40);
    if (chart.log && ticks.length < 2) ticks = rounded(10 ** low, 10 ** high, height / 40);
    while (ticks.length > height / 24) ticks = ticks.filter((_, at) => at % 2 === 0);
    for (const value of ticks) {
      ink.fillStyle = look.grid;
      ink.fillRect(margin.l, Math.round(y(value) - 0.5), width, 1);
      write(chart.log ? `${+value.toPrecision(3)}` : `${+(100 * value).toFixed(2)}%`, [margin.l - 8, y(value) + 4], "right");
    }
    ink.rotate(-Math.PI / 2);
    write(chart.unit, [-margin.t - height / 2, 12], "center", 13);
    ink.rotate(Math.PI / 2);

    ink.save();
    ink.beginPath();
    ink.rect(margin.l, margin.t - 4, width + 4, height + 8);
    ink.clip();
    chart.lines.forEach((line, at) => {
      Object.assign(ink, { strokeStyle: line.colour, fillStyle: line.colour, lineWidth: line.width, lineJoin: "round" });
      ink.setLineDash(line.dash);
      trace(ink, this.points[at]);
      if (this.points[at].length === 1) dots(ink, this.points[at]); // One epoch is no line yet.
    });
    ink.restore();
  }

  // Say what is next to the pointer, and mark the part that is being dragged over.
  point(left, top) {
    if (this.from !== null) {
      this.part.hidden = Math.abs(left - this.from) < shortest;
      Object.assign(this.part.style, { left: `${Math.min(left, this.from)}px`, width: `${Math.abs(left - this.from)}px` });
    }
    let [found, closest] = [null, near];
    this.points.forEach((points, line) =>
      points.forEach(([x, y], at) => {
        const distance = Math.hypot(x - left, y - top);
        if (distance < closest) [found, closest] = [{ line, at, x, y }, distance];
      }),
    );
    this.tip.hidden = !found;
    if (!found) return;
    const { chart } = this;
    const line = chart.lines[found.line];
    const value = chart.log ? line.y[found.at].toFixed(4) : `${(100 * line.y[found.at]).toFixed(2)}%`;
    this.tip.textContent = `${line.name}: ${value} at ${chart.axis === "epoch" ? "epoch " : ""}${+line.x[found.at].toFixed(1)}${chart.axis === "epoch" ? "" : " s"}`;
    this.tip.style.setProperty("--colour", line.colour);
    this.tip.style.left = `${Math.max(0, Math.min(found.x + 10, this.canvas.clientWidth - this.tip.offsetWidth))}px`;
    this.tip.style.top = `${found.y - 34}px`;
  }
}
