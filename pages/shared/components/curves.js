// Curves that grow, drawn on a canvas each, to look like the Plotly figures of core/curves.py. data: {curves: [Curve],
// look: {text, grid}}. A canvas tells the epochs it shows and how often it was given new data.
// Dragging over some epochs shows only these, in all curves; a double click, Escape or the button shows all again.
export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".curves");
  if (!root.charts) {
    root.zoom = null;
    root.charts = data.curves.map(() => new Chart(root, (zoom) => zoomed(root, zoom)));
    root.all = document.createElement("button");
    Object.assign(root.all, { type: "button", className: "all", textContent: "↺ All epochs", hidden: true });
    root.all.onclick = () => zoomed(root, null);
    root.append(root.all);
    root.observer = new ResizeObserver(() => root.charts.forEach((chart) => chart.draw()));
  }
  root.charts.forEach((chart, index) => chart.show(data.curves[index], data.look));
  root.observer.observe(root);
  return () => root.observer.disconnect();
}

// Show only the epochs from zoom[0] to zoom[1]; null: all.
function zoomed(root, zoom) {
  root.zoom = zoom;
  root.all.hidden = !zoom;
  root.dataset.zoom = zoom ? zoom.map((epoch) => epoch.toFixed(2)).join("–") : "";
  root.charts.forEach((chart) => chart.draw());
}

const shortest = 6; // Pixels: what is shorter is a click.

class Chart {
  constructor(root, zoom) {
    const box = document.createElement("div");
    box.className = "chart";
    this.root = root;
    this.box = box;
    this.canvas = document.createElement("canvas");
    Object.assign(this.canvas, { role: "img", tabIndex: 0 });
    this.canvas.dataset.drawings = 0;
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.tip.hidden = true;
    this.chosen = document.createElement("div");
    this.chosen.className = "chosen";
    this.chosen.hidden = true;
    this.pointer = this.from = null;
    box.append(this.canvas, this.chosen, this.tip);
    root.append(box);
    const { canvas } = this;
    canvas.onpointerdown = (event) => {
      if (event.button !== 0 || event.pointerType === "touch") return; // A finger scrolls the page.
      this.from = event.offsetX;
      canvas.setPointerCapture(event.pointerId);
    };
    canvas.onpointermove = (event) => {
      this.choose(event.offsetX);
      this.point(event.offsetX);
    };
    canvas.onpointerup = (event) => {
      const { from } = this;
      this.from = null;
      this.chosen.hidden = true;
      if (from === null || Math.abs(event.offsetX - from) < shortest) return;
      zoom([from, event.offsetX].sort((a, b) => a - b).map((place) => this.epochAt(place)));
    };
    canvas.onpointerleave = () => this.point(null);
    canvas.ondblclick = () => zoom(null);
    canvas.onkeydown = (event) => event.key === "Escape" && zoom(null);
  }

  show(curve, look) {
    if (curve !== this.curve) this.canvas.dataset.drawings++;
    Object.assign(this, { curve, look });
    this.box.classList.toggle("wide", curve.wide);
    this.canvas.style.height = `${curve.height}px`;
    this.canvas.dataset.epochs = Math.max(...curve.lines.map((line) => (line.by_epoch ? line.epochs.length : 0)));
    this.canvas.ariaLabel = [
      `${curve.title} against epochs`,
      ...curve.lines.filter((line) => line.epochs.length).map((line) => this.say(line, line.epochs.length - 1)),
      ...(curve.best === null ? [] : [`best epoch: ${curve.best}`]),
    ].join("; ");
    this.draw();
    this.point(this.pointer);
  }

  say(line, index) {
    const value = line.values[index];
    return `${line.name}: ${value === null ? "not a number" : this.write(value)} at epoch ${+line.epochs[index].toFixed(2)}`;
  }

  write(value) {
    const { scale } = this.curve;
    if (scale === "share") return `${(100 * value).toFixed(2)}%`;
    return scale === "log" ? value.toFixed(4) : `${+value.toPrecision(3)}`;
  }

  get ends() {
    return this.root.zoom ?? [0, this.curve.end];
  }

  epochAt(place) {
    const { l, r } = this.curve.margin;
    const [first, last] = this.ends;
    const share = (place - l) / (this.canvas.clientWidth - l - r);
    return first + Math.min(Math.max(share, 0), 1) * (last - first);
  }

  // Where the axis of values begins and ends: as given, or by what the chosen epochs show.
  get range() {
    const { curve } = this;
    if (!this.root.zoom || curve.scale === "linear") return curve.range;
    const [first, last] = this.ends;
    const seen = curve.lines.flatMap((line) =>
      [line.values, line.lows, line.highs].flatMap((values) =>
        values.filter((value, index) => value !== null && line.epochs[index] >= first && line.epochs[index] <= last),
      ),
    );
    const placed = curve.scale === "log" ? seen.filter((value) => value > 0).map(Math.log10) : seen;
    if (!placed.length) return curve.range;
    const [low, high] = [Math.min(...placed), Math.max(...placed)];
    const room = Math.max((high - low) / 18, 0.005);
    return [Math.max(low - room, curve.range[0]), Math.min(high + room, curve.range[1])];
  }

  draw() {
    const { canvas, curve, look } = this;
    const { l, r, t, b } = curve.margin;
    const width = canvas.clientWidth - l - r;
    const height = curve.height - t - b;
    const [low, high] = this.range;
    const [first, last] = this.ends;
    const log = curve.scale === "log";
    const x = (epoch) => l + ((epoch - first) / (last - first)) * width;
    const y = (value) => t + ((high - (log ? Math.log10(value) : value)) / (high - low)) * height;
    const ink = this.clear();
    const { fontFamily, fontSize, color } = getComputedStyle(canvas);
    const write = (text, place, size, { align = "center", weight = 400, colour = look.text } = {}) => {
      Object.assign(ink, { font: `${weight} ${size}px ${fontFamily}`, textAlign: align, fillStyle: colour });
      ink.fillText(text, ...place);
    };
    const small = 0.75 * parseFloat(fontSize);
    const large = 0.875 * parseFloat(fontSize);

    write(curve.title, [3.75, 18], curve.wide ? 14 : 16, { align: "left", weight: 700, colour: color });
    if (!curve.strip) {
      write("epoch", [l + width / 2, curve.height - 4.3], large);
      for (const epoch of rounded(first, last, width / 80)) write(`${epoch}`, [x(epoch), t + height + 20.25], small);
    }
    const placed = (value) => (log ? Math.log10(value) : value);
    let ticks = curve.ticks.filter((value) => low <= placed(value) && placed(value) <= high);
    if (!curve.ticks.length) ticks = rounded(low, high, height / 40);
    else if (ticks.length < 2 && log) ticks = rounded(10 ** low, 10 ** high, height / 40);
    while (ticks.length > height / 24 && ticks.length > 2) ticks = ticks.filter((_, index) => index % 2 === 0);
    const labels = ticks.map((value) => (curve.scale === "share" ? `${+(100 * value).toFixed(1)}%` : `${+value.toPrecision(3)}`));
    ink.fillStyle = look.grid;
    for (const value of ticks) ink.fillRect(l, Math.round(y(value) - 0.5), width, 1);
    ticks.forEach((value, index) => write(labels[index], [l - 9, y(value) + 0.35 * small], small, { align: "right" }));
    const widest = Math.max(0, ...labels.map((label) => ink.measureText(label).width));
    ink.rotate(-Math.PI / 2);
    write(curve.unit, [-t - height / 2, Math.max(10.4, l - 26.8 - widest)], large);
    ink.rotate(Math.PI / 2);

    if (curve.best !== null && first <= curve.best && curve.best <= last) {
      write(`best ${+curve.best.toPrecision(3)}`, [x(curve.best), t - 5], 11);
      ink.setLineDash([2, 3]);
      ink.strokeStyle = look.text;
      trace(ink, [[x(curve.best), t], [x(curve.best), t + height]]);
      ink.setLineDash([]);
    }
    ink.save();
    ink.beginPath();
    ink.rect(l, t - 4, width + 4, height + 8); // Markers at the edges stay whole.
    ink.clip();
    for (const line of curve.lines) {
      const place = (values) => line.epochs.map((epoch, index) => [x(epoch), y(values[index] ?? NaN)]);
      const points = place(line.values);
      Object.assign(ink, { strokeStyle: line.colour, fillStyle: line.colour, lineJoin: "round" });
      if (line.lows.length) band(ink, place(line.lows), place(line.highs));
      const faint = !line.by_epoch && !curve.wide;
      Object.assign(ink, { lineWidth: line.by_epoch ? 2.5 : curve.wide ? 1.5 : 1, globalAlpha: faint ? 0.45 : 1 });
      trace(ink, points);
      if (line.by_epoch) dots(ink, points);
    }
    ink.restore();
  }

  // An empty canvas as large as its place, in the screen's pixels.
  clear() {
    const { canvas, curve } = this;
    const scale = devicePixelRatio;
    canvas.width = Math.round(canvas.clientWidth * scale);
    canvas.height = Math.round(curve.height * scale);
    const ink = canvas.getContext("2d");
    ink.scale(scale, scale);
    return ink;
  }

  // Mark the epochs from where the button was pressed to `place`, pixels from the left.
  choose(place) {
    if (this.from === null) return;
    this.chosen.hidden = Math.abs(place - this.from) < shortest;
    this.chosen.style.left = `${Math.min(place, this.from)}px`;
    this.chosen.style.width = `${Math.abs(place - this.from)}px`;
  }

  // Show the values next to the pointer, `pointer` pixels from the left; none without one.
  point(pointer) {
    this.pointer = pointer;
    const lines = pointer === null ? [] : this.curve.lines.filter((line) => line.epochs.length);
    this.tip.hidden = !lines.length;
    if (!lines.length) return;
    const epoch = this.epochAt(pointer);
    this.tip.replaceChildren(
      ...lines.map((line) => {
        const row = document.createElement("div");
        row.style.setProperty("--colour", line.colour);
        row.textContent = this.say(line, nearest(line.epochs, epoch));
        return row;
      }),
    );
    this.tip.style.left = `${Math.max(0, Math.min(pointer + 12, this.canvas.clientWidth - this.tip.offsetWidth))}px`;
  }
}

// Fill what lies between two lines, which end where a value is missing.
function band(ink, lows, highs) {
  ink.globalAlpha = 0.2;
  ink.beginPath();
  const known = lows.map((_, index) => index).filter((index) => Number.isFinite(lows[index][1]));
  known.forEach((index, count) => ink[count ? "lineTo" : "moveTo"](...highs[index]));
  known.reverse().forEach((index) => ink.lineTo(...lows[index]));
  ink.fill();
}

// The index of the sorted value that is next to `wanted`.
function nearest(sorted, wanted) {
  const after = sorted.findIndex((value) => value >= wanted);
  if (after < 0) return sorted.length - 1;
  return after > 0 && wanted - sorted[after - 1] < sorted[after] - wanted ? after - 1 : after;
}
