// Curves that grow, drawn on a canvas each, to look like the Plotly figures of core/figures.py. data: {curves: [Curve],
// look: {text, grid, height, margin}}. A canvas tells the epochs it shows and how often it was given new data.
export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".curves");
  if (!root.charts) {
    root.charts = data.curves.map(() => new Chart(root));
    root.observer = new ResizeObserver(() => root.charts.forEach((chart) => chart.draw()));
  }
  root.charts.forEach((chart, index) => chart.show(data.curves[index], data.look));
  root.observer.observe(root);
  return () => root.observer.disconnect();
}

class Chart {
  constructor(parent) {
    const box = document.createElement("div");
    box.className = "chart";
    this.canvas = document.createElement("canvas");
    this.canvas.role = "img";
    this.canvas.dataset.drawings = 0;
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.pointer = null;
    box.append(this.canvas, this.tip);
    parent.append(box);
    this.canvas.onpointermove = (event) => this.point(event.offsetX);
    this.canvas.onpointerleave = () => this.point(null);
  }

  show(curve, look) {
    if (curve !== this.curve) this.canvas.dataset.drawings++;
    Object.assign(this, { curve, look });
    this.canvas.style.height = `${look.height}px`;
    this.canvas.dataset.epochs = Math.max(...curve.lines.map((line) => (line.by_epoch ? line.epochs.length : 0)));
    this.canvas.ariaLabel = [
      `${curve.title} against epochs`,
      ...curve.lines.filter((line) => line.epochs.length).map((line) => this.say(line, line.epochs.length - 1)),
    ].join("; ");
    this.draw();
    this.point(this.pointer);
  }

  say(line, index) {
    const { share } = this.curve;
    const value = line.values[index];
    const shown = value === null ? "not a number" : share ? `${(100 * value).toFixed(2)}%` : value.toFixed(4);
    return `${line.name}: ${shown} at epoch ${+line.epochs[index].toFixed(2)}`;
  }

  draw() {
    const { canvas, curve, look } = this;
    const { l, r, t, b } = look.margin;
    const width = canvas.clientWidth - l - r;
    const height = look.height - t - b;
    const [low, high] = curve.range;
    const x = (epoch) => l + (epoch / curve.end) * width;
    const y = (value) => t + ((high - (curve.share ? value : Math.log10(value))) / (high - low)) * height;
    const ink = this.clear();
    const { fontFamily, fontSize, color } = getComputedStyle(canvas);
    const write = (text, place, size, { align = "center", weight = 400, colour = look.text } = {}) => {
      Object.assign(ink, { font: `${weight} ${size}px ${fontFamily}`, textAlign: align, fillStyle: colour });
      ink.fillText(text, ...place);
    };
    const small = 0.75 * parseFloat(fontSize);
    const large = 0.875 * parseFloat(fontSize);

    write(curve.title, [3.75, 18], 16, { align: "left", weight: 700, colour: color });
    write("epoch", [l + width / 2, look.height - 4.3], large);
    for (const epoch of rounded(0, curve.end, width / 80)) write(`${epoch}`, [x(epoch), t + height + 20.25], small);
    const ticks = curve.share
      ? rounded(low, high, height / 40)
      : curve.ticks.filter((value) => low <= Math.log10(value) && Math.log10(value) <= high);
    const labels = ticks.map((value) => (curve.share ? `${+(100 * value).toFixed(1)}%` : `${value}`));
    ink.fillStyle = look.grid;
    for (const value of ticks) ink.fillRect(l, Math.round(y(value) - 0.5), width, 1);
    ticks.forEach((value, index) => write(labels[index], [l - 9, y(value) + 0.35 * small], small, { align: "right" }));
    const widest = Math.max(0, ...labels.map((label) => ink.measureText(label).width));
    ink.rotate(-Math.PI / 2);
    write(curve.unit, [-t - height / 2, Math.max(10.4, l - 26.8 - widest)], large);
    ink.rotate(Math.PI / 2);

    for (const line of curve.lines) {
      const points = line.epochs.map((epoch, index) => [x(epoch), y(line.values[index] ?? NaN)]);
      Object.assign(ink, { strokeStyle: line.colour, fillStyle: line.colour, lineJoin: "round" });
      Object.assign(ink, line.by_epoch ? { lineWidth: 2.5, globalAlpha: 1 } : { lineWidth: 1, globalAlpha: 0.45 });
      trace(ink, points);
      if (line.by_epoch) dots(ink, points);
    }
    ink.globalAlpha = 1;
  }

  // An empty canvas as large as its place, in the screen's pixels.
  clear() {
    const { canvas, look } = this;
    const scale = devicePixelRatio;
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(look.height * scale);
    const ink = canvas.getContext("2d");
    ink.scale(scale, scale);
    return ink;
  }

  // Show the values next to the pointer, `pointer` pixels from the left; none without one.
  point(pointer) {
    this.pointer = pointer;
    const lines = pointer === null ? [] : this.curve.lines.filter((line) => line.epochs.length);
    this.tip.hidden = !lines.length;
    if (!lines.length) return;
    const { l, r } = this.look.margin;
    const room = this.canvas.clientWidth;
    const epoch = ((pointer - l) / (room - l - r)) * this.curve.end;
    this.tip.replaceChildren(
      ...lines.map((line) => {
        const row = document.createElement("div");
        row.style.setProperty("--colour", line.colour);
        row.textContent = this.say(line, nearest(line.epochs, epoch));
        return row;
      }),
    );
    this.tip.style.left = `${Math.max(0, Math.min(pointer + 12, room - this.tip.offsetWidth))}px`;
  }
}

// Round values from `low` to `high`, about `wanted` of them, as Plotly chooses them.
function rounded(low, high, wanted) {
  const rough = (high - low) / (Math.min(Math.max(wanted, 4), 9) + 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [2, 5, 10].find((factor) => factor * power >= rough);
  const values = [];
  for (let count = Math.ceil(low / step); count * step <= high; count++) values.push(+(count * step).toPrecision(9));
  return values;
}

function trace(ink, points) {
  let drawing = false;
  ink.beginPath();
  for (const [x, y] of points) {
    if (drawing) ink.lineTo(x, y);
    else ink.moveTo(x, y);
    drawing = Number.isFinite(y);
  }
  ink.stroke();
}

function dots(ink, points) {
  ink.beginPath();
  for (const [x, y] of points.filter(([, y]) => Number.isFinite(y))) {
    ink.moveTo(x + 2.5, y);
    ink.arc(x, y, 2.5, 0, 2 * Math.PI);
  }
  ink.fill();
}

// The index of the sorted value that is next to `wanted`.
function nearest(sorted, wanted) {
  const after = sorted.findIndex((value) => value >= wanted);
  if (after < 0) return sorted.length - 1;
  return after > 0 && wanted - sorted[after - 1] < sorted[after] - wanted ? after - 1 : after;
}
