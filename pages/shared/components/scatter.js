// Points of a plane, one a picture. data: {points: address of what points_of in scatter.py gives, sheet: {image: address,
// columns, height, width, pitch}, crisp: pixels stay square, shown: base64 of a bit a point, or null for all, ringed: the same
// for points with a ring, or null for none}. It triggers `opened` (id), `lasso` (ids) and `cleared`.
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".map");
  root.scatter ??= new Scatter(root);
  root.scatter.send = setTriggerValue;
  root.scatter.show(data);
  return () => root.scatter.observer.disconnect();
}

const RADIUS_PX = { few: 3, many: 2 };
const MANY = 4000;
const NEAR_PX = 12;
const CLICK_PX = 4;
const MARGIN_PX = 24;
const STEP_PX = 60;
const ZOOM_STEP = 1.4;
const ZOOM_MOST = 200;
// So many points in sight, or fewer, are drawn as their pictures.
const PICTURES_MOST = 250;
const PICTURE_PX = { least: 20, most: 56 };
const TIP_PX = 144;
// Many rings are thinner: they must not hide the colours.
const RING_PX = { few: 2, many: 1 };
const MANY_RINGS = 500;
const LEFT_OUT = "rgb(128 128 128 / 0.28)";

class Scatter {
  constructor(root) {
    const find = (name) => root.querySelector(name);
    Object.assign(this, { canvas: find(".points"), tip: find(".tip"), said: find(".said"), legend: find(".legend") });
    Object.assign(this, { lassoButton: find(".lasso"), clearButton: find(".clear") });
    this.view = { x: 0, y: 0, zoom: 1 };
    this.off = new Set(); // classes that are switched off
    this.pointers = new Map();
    this.hovered = this.path = null;
    this.observer = new ResizeObserver(() => this.redraw());

    this.lassoButton.onclick = () => this.setLassoing(!this.lassoing);
    this.clearButton.onclick = () => this.clear();
    find(".in").onclick = () => this.zoomBy(ZOOM_STEP);
    find(".out").onclick = () => this.zoomBy(1 / ZOOM_STEP);
    find(".reset").onclick = () => this.reset();
    this.tip.onclick = () => this.send("opened", this.points.ids[this.hovered]);
    const on = (name, act) => this.canvas.addEventListener(name, act, { passive: false });
    on("pointerdown", (event) => this.press(event));
    on("pointermove", (event) => this.move(event));
    on("pointerup", (event) => this.release(event));
    on("pointercancel", (event) => this.release(event, true));
    on("pointerleave", (event) => event.pointerType === "mouse" && !this.pointers.size && this.hover(null));
    on("wheel", (event) => {
      event.preventDefault();
      this.zoomBy(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), event.offsetX, event.offsetY);
    });
    root.addEventListener("keydown", (event) => this.key(event));
  }

  async show(data) {
    this.observer.observe(this.canvas);
    const before = this.data;
    this.data = data;
    if (data.sheet.image !== before?.sheet.image) this.loadSheet(data.sheet.image);
    if (data.points !== before?.points) {
      const points = await (await fetched(data.points)).json();
      if (data.points !== this.data.points) return;
      this.points = points;
      // Half the map's width and height; a map without extent gets some.
      points.x = Float32Array.from(points.x);
      points.y = Float32Array.from(points.y);
      const half = (values) => Math.max(0.1, ...values.map(Math.abs));
      this.half = { x: half(points.x), y: half(points.y) };
      this.off.clear();
      this.makeLegend();
      this.reset();
    }
    if (this.points) this.mark();
  }

  async loadSheet(address) {
    const bitmap = await createImageBitmap(await (await fetched(address)).blob());
    if (address === this.data.sheet.image) this.sheet = bitmap;
    this.redraw();
  }

  // Note which points the page's filter leaves, and say how many.
  mark() {
    const count = this.points.ids.length;
    this.left = flags(this.data.shown, count, 1);
    this.ringed = flags(this.data.ringed, count, 0);
    this.ring = this.ringed.filter(Boolean).length > MANY_RINGS ? RING_PX.many : RING_PX.few;
    const left = this.left.filter(Boolean).length;
    this.say(left === count ? `${count.toLocaleString()} pictures` : `${left.toLocaleString()} of ${count.toLocaleString()} pictures in colour`);
    this.canvas.ariaLabel =
      `Map of ${count} pictures, ${left} of them in colour. ` +
      this.classCounts().map((number, label) => `${this.points.classes[label]}: ${number}`).join(", ") +
      ". Arrows move it, plus and minus zoom, 0 shows all of it, Escape clears the lasso.";
    this.redraw();
  }

  say(text) {
    this.said.textContent = text;
  }

  classCounts() {
    const counts = this.points.classes.map(() => 0);
    for (const label of this.points.labels) counts[label]++;
    return counts;
  }

  makeLegend() {
    const { classes } = this.points;
    const counts = this.classCounts();
    this.legend.replaceChildren(
      ...classes.map((name, label) => {
        const button = document.createElement("button");
        button.type = "button";
        button.ariaPressed = "true";
        button.title = "Hide or show this class; double-click for this class alone";
        const dot = document.createElement("canvas");
        dot.width = dot.height = 12;
        this.mould(dot.getContext("2d"), label, 6, 5);
        const text = document.createElement("span");
        text.textContent = `${name} · ${counts[label].toLocaleString()}`;
        button.append(dot, text);
        button.onclick = () => this.switchClasses(this.off.has(label) ? this.off.delete(label) : this.off.add(label));
        button.ondblclick = () => this.switchClasses((this.off = new Set(classes.keys())).delete(label));
        return button;
      }),
    );
  }

  switchClasses() {
    [...this.legend.children].forEach((button, label) => (button.ariaPressed = String(!this.off.has(label))));
    this.hover(null);
    this.redraw();
  }

  // Draw a class's mark: its colour, and with every round of the colours another shape.
  mould(ink, label, middle, radius) {
    const { colours } = this.points;
    const corners = [0, 4, 3, 5][Math.floor(label / colours.length) % 4];
    ink.fillStyle = colours[label % colours.length];
    ink.beginPath();
    if (!corners) ink.arc(middle, middle, radius, 0, 2 * Math.PI);
    for (let corner = 0; corner < corners; corner++) {
      const angle = (2 * Math.PI * corner) / corners - Math.PI / (corners === 4 ? 4 : 2);
      ink.lineTo(middle + 1.25 * radius * Math.cos(angle), middle + 1.25 * radius * Math.sin(angle));
    }
    ink.fill();
  }

  // ---- from the map's coordinates to the canvas's pixels and back

  unit() {
    const { clientWidth, clientHeight } = this.canvas;
    return (0.5 * Math.min(clientWidth / this.half.x, clientHeight / this.half.y) - MARGIN_PX) * this.view.zoom;
  }

  // Where points are now: a point's x and y to pixels.
  places() {
    const { clientWidth, clientHeight } = this.canvas;
    const { points, view } = this;
    const unit = this.unit();
    const left = clientWidth / 2 - view.x * unit;
    const top = clientHeight / 2 + view.y * unit;
    return (index) => [left + points.x[index] * unit, top - points.y[index] * unit];
  }

  panBy(x, y) {
    const unit = this.unit();
    this.view.x = Math.min(1, Math.max(-1, this.view.x - x / unit));
    this.view.y = Math.min(1, Math.max(-1, this.view.y + y / unit));
    this.redraw();
  }

  // Zoom so that the place at x, y pixels stays there.
  zoomBy(factor, x = this.canvas.clientWidth / 2, y = this.canvas.clientHeight / 2) {
    const before = this.unit();
    this.view.zoom = Math.min(ZOOM_MOST, Math.max(0.5, this.view.zoom * factor));
    const shift = 1 / before - 1 / this.unit();
    this.view.x += (x - this.canvas.clientWidth / 2) * shift;
    this.view.y -= (y - this.canvas.clientHeight / 2) * shift;
    this.hover(null);
    this.redraw();
  }

  reset() {
    this.view = { x: 0, y: 0, zoom: 1 };
    this.hover(null);
    this.redraw();
  }

  // ---- mouse, finger and keyboard

  press(event) {
    if (event.button) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
    this.pressedAt = [event.offsetX, event.offsetY];
    this.dragged = this.pointers.size > 1;
    this.path = this.pointers.size === 1 && (this.lassoing || event.shiftKey) ? [this.pressedAt] : null;
  }

  move(event) {
    const now = [event.offsetX, event.offsetY];
    const before = this.pointers.get(event.pointerId);
    if (!before) return void this.hover(this.nearest(...now), event.pointerType);
    if (!this.dragged && distance(now, this.pressedAt) < CLICK_PX) return;
    if (!this.dragged) this.hover(null);
    this.dragged = true;
    const [other] = [...this.pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    this.pointers.set(event.pointerId, now);
    if (this.path) {
      this.path.push(now);
      this.redraw();
    } else if (other) {
      const [middleX, middleY] = [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2];
      this.zoomBy(distance(now, other) / Math.max(distance(before, other), 1), middleX, middleY);
      this.panBy((now[0] - before[0]) / 2, (now[1] - before[1]) / 2);
    } else {
      this.canvas.classList.add("dragged");
      this.panBy(now[0] - before[0], now[1] - before[1]);
    }
  }

  release(event, cancelled = false) {
    if (!this.pointers.delete(event.pointerId)) return;
    this.canvas.classList.remove("dragged");
    const path = this.path;
    this.path = null;
    if (cancelled) return this.redraw();
    if (path && this.dragged) return this.choose(path);
    if (this.dragged) return;
    const index = this.nearest(event.offsetX, event.offsetY);
    // A finger cannot hover: its first tap shows the picture, the second opens it.
    if (event.pointerType === "mouse" || index === this.hovered) {
      if (index !== null) this.send("opened", this.points.ids[index]);
    } else this.hover(index, event.pointerType);
  }

  key(event) {
    const pans = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (event.key === "Escape") this.path ? (this.path = null) || this.redraw() : this.clear();
    else if (event.target !== this.canvas || event.ctrlKey || event.metaKey || event.altKey) return;
    else if (pans[event.key]) this.panBy(...pans[event.key].map((step) => step * STEP_PX));
    else if (event.key === "+" || event.key === "=") this.zoomBy(ZOOM_STEP);
    else if (event.key === "-") this.zoomBy(1 / ZOOM_STEP);
    else if (event.key === "0" || event.key === "Home") this.reset();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  setLassoing(lassoing) {
    this.lassoing = lassoing;
    this.lassoButton.ariaPressed = String(lassoing);
    this.canvas.classList.toggle("drawing", lassoing);
  }

  // Send the points inside a path, of the classes that are switched on.
  choose(path) {
    const place = this.places();
    const inside = this.points.ids.filter((_, index) => this.on(index) && contains(path, place(index)));
    this.setLassoing(false);
    this.redraw();
    if (inside.length) this.send("lasso", inside);
    else this.say("No point is inside. Draw around some points.");
  }

  clear() {
    this.setLassoing(false);
    this.hover(null);
    this.send("cleared", true);
  }

  on(index) {
    return !this.off.has(this.points.labels[index]);
  }

  // The point in colour that is next to a place of the canvas; null when none is near.
  nearest(x, y) {
    let found = null;
    let least = Math.max(NEAR_PX, (this.pictureSide ?? 0) / 2) ** 2;
    if (!this.points) return found;
    const place = this.places();
    for (let index = 0; index < this.points.ids.length; index++) {
      if (!this.left[index] || !this.on(index)) continue;
      const [pointX, pointY] = place(index);
      const squared = (pointX - x) ** 2 + (pointY - y) ** 2;
      if (squared < least) [found, least] = [index, squared];
    }
    return found;
  }

  // Show the picture of a point beside it; none for null.
  hover(index, pointerType = "mouse") {
    this.canvas.classList.toggle("over", index !== null && !this.lassoing);
    if (index === this.hovered) return;
    this.hovered = index;
    this.redraw();
    this.tip.hidden = index === null;
    if (index === null) return;
    const { classes, labels, names } = this.points;
    const [picture, label, name] = this.tip.children;
    this.tip.classList.toggle("held", pointerType !== "mouse");
    label.textContent = classes[labels[index]];
    name.textContent = names[index];
    this.tip.ariaLabel = `Open ${names[index]}`;
    this.drawTile(picture, index);
    const [x, y] = this.places()(index);
    const { clientWidth, clientHeight } = this.canvas;
    const { offsetWidth, offsetHeight } = this.tip;
    const left = x + 14 + offsetWidth < clientWidth ? x + 14 : x - 14 - offsetWidth;
    this.tip.style.left = `${Math.max(0, left)}px`;
    this.tip.style.top = `${Math.max(0, Math.min(y - offsetHeight / 2, clientHeight - offsetHeight))}px`;
  }

  // ---- drawing

  redraw() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      if (this.points && this.left) this.draw();
    });
  }

  // Ten thousand dots are written into the pixels of one picture, far faster than drawn one by one.
  draw() {
    const { canvas, points } = this;
    const { clientWidth: width, clientHeight: height } = canvas;
    const scale = devicePixelRatio;
    // What is around the canvas is drawn too, so that nothing need be cut at its edge.
    const edge = Math.round(PICTURE_PX.most * scale);
    const image = this.blank(Math.round(width * scale), Math.round(height * scale), edge);
    const zoomed = Math.min(2, Math.max(1, this.view.zoom ** 0.3));
    const stamps = this.stampsOf((points.ids.length > MANY ? RADIUS_PX.many : RADIUS_PX.few) * scale * zoomed, image.width);
    const seen = { left: [], out: [] };
    const place = this.places();
    for (let index = 0; index < points.ids.length; index++) {
      const [x, y] = place(index).map((pixels) => Math.round(pixels * scale) + edge);
      const inside = x >= edge / 2 && y >= edge / 2 && x < image.width - edge / 2 && y < image.height - edge / 2;
      if (inside && this.on(index)) seen[this.left[index] ? "left" : "out"].push([index, y * image.width + x]);
    }
    const near = this.sheet && this.view.zoom > 1 && seen.left.length <= PICTURES_MOST;
    this.pictureSide = near ? this.sideFor(seen.left.length) : null;
    for (const [, at] of seen.out) press(image, stamps.out, at);
    // Ringed points are the last, so that no other covers them.
    seen.left = [0, 1].flatMap((ring) => seen.left.filter(([index]) => this.ringed[index] === ring));
    for (const [index, at] of near ? [] : seen.left) {
      if (this.ringed[index]) press(image, stamps.ring, at);
      press(image, stamps.classes[points.labels[index]], at);
    }

    const ink = canvas.getContext("2d");
    ink.setTransform(1, 0, 0, 1, 0, 0);
    ink.putImageData(image, -edge, -edge);
    ink.scale(scale, scale);
    if (near) for (const [index] of seen.left) this.drawPicture(ink, index, ...place(index), this.pictureSide);
    this.drawHovered(ink);
    this.drawAxes(ink, width, height);
    this.drawPath(ink);
  }

  // An empty picture as large as the canvas, with an edge around it.
  blank(width, height, edge) {
    const { canvas } = this;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    if (this.image?.width !== width + 2 * edge || this.image.height !== height + 2 * edge) {
      this.image = new ImageData(width + 2 * edge, height + 2 * edge);
      this.image.words = new Uint32Array(this.image.data.buffer);
    }
    this.image.words.fill(0);
    return this.image;
  }

  // The pixels of a dot of each class, and of those that the filter leaves out.
  stampsOf(radius, width) {
    const { stamps, points } = this;
    const ring = radius + this.ring * devicePixelRatio;
    if (stamps?.outer === ring && stamps.radius === radius && stamps.width === width && stamps.points === points) return stamps;
    const side = 2 * Math.ceil(ring + 1);
    const canvas = new OffscreenCanvas(side, side);
    const ink = canvas.getContext("2d", { willReadFrequently: true });
    const stamp = (draw) => {
      ink.clearRect(0, 0, side, side);
      draw();
      return stampFrom(ink.getImageData(0, 0, side, side), width);
    };
    const classes = points.classes.map((_, label) => stamp(() => this.mould(ink, label, side / 2, radius)));
    const out = stamp(() => {
      ink.fillStyle = LEFT_OUT;
      ink.beginPath();
      ink.arc(side / 2, side / 2, 0.75 * radius, 0, 2 * Math.PI);
      ink.fill();
    });
    const around = stamp(() => {
      ink.fillStyle = getComputedStyle(this.canvas).color;
      ink.beginPath();
      ink.arc(side / 2, side / 2, ring, 0, 2 * Math.PI);
      ink.fill();
    });
    return (this.stamps = { outer: ring, radius, width, points, classes, out, ring: around });
  }

  sideFor(count) {
    const { clientWidth, clientHeight } = this.canvas;
    const room = Math.sqrt((clientWidth * clientHeight) / Math.max(count, 1)) / 2;
    return Math.min(PICTURE_PX.most, Math.max(PICTURE_PX.least, room));
  }

  // Where a point's picture is on the sheet, and how large it is at its own ratio of sides, `side` the longer one.
  tile(index, side) {
    const { columns, pitch, width, height } = this.data.sheet;
    const { aspects, tiles } = this.points;
    const number = tiles[index];
    const size = aspects[index] >= 1 ? [side, side / aspects[index]] : [side * aspects[index], side];
    return [[(number % columns) * pitch, Math.floor(number / columns) * pitch, width, height], size];
  }

  drawPicture(ink, index, x, y, side) {
    const [from, [width, height]] = this.tile(index, side);
    const { colours, labels } = this.points;
    const border = Math.max(1, side / 24);
    const frame = (wide, colour) => {
      ink.fillStyle = colour;
      ink.fillRect(x - width / 2 - wide, y - height / 2 - wide, width + 2 * wide, height + 2 * wide);
    };
    if (this.ringed[index]) frame(border + this.ring, getComputedStyle(this.canvas).color);
    frame(border, colours[labels[index] % colours.length]);
    ink.imageSmoothingEnabled = !this.data.crisp;
    ink.drawImage(this.sheet, ...from, x - width / 2, y - height / 2, width, height);
  }

  drawTile(canvas, index) {
    canvas.hidden = !this.sheet;
    if (!this.sheet) return;
    const { width, height } = this.data.sheet;
    const longest = Math.max(width, height);
    const [from, size] = this.tile(index, this.data.crisp ? longest * Math.max(1, Math.floor(TIP_PX / longest)) : TIP_PX);
    [canvas.width, canvas.height] = size.map(Math.round);
    const ink = canvas.getContext("2d");
    ink.imageSmoothingEnabled = !this.data.crisp;
    ink.drawImage(this.sheet, ...from, 0, 0, canvas.width, canvas.height);
  }

  drawHovered(ink) {
    if (this.hovered === null || this.pictureSide) return;
    const [x, y] = this.places()(this.hovered);
    ink.strokeStyle = getComputedStyle(this.canvas).color;
    ink.lineWidth = 2;
    ink.beginPath();
    ink.arc(x, y, 7, 0, 2 * Math.PI);
    ink.stroke();
  }

  drawAxes(ink, width, height) {
    const { color, backgroundColor, fontFamily } = getComputedStyle(this.canvas);
    Object.assign(ink, { fillStyle: color, strokeStyle: backgroundColor, lineWidth: 4, lineJoin: "round" });
    Object.assign(ink, { font: `12px ${fontFamily}`, textAlign: "center" });
    const write = (text, ...place) => {
      ink.strokeText(text, ...place);
      ink.fillText(text, ...place);
    };
    write(`${this.points.axes[0]} →`, width / 2, height - 8, width - 40);
    ink.rotate(-Math.PI / 2);
    write(`${this.points.axes[1]} →`, -height / 2, 16, height - 40);
    ink.rotate(Math.PI / 2);
  }

  drawPath(ink) {
    if (!this.path || this.path.length < 2) return;
    const { color } = getComputedStyle(this.canvas);
    ink.beginPath();
    for (const place of this.path) ink.lineTo(...place);
    ink.closePath();
    Object.assign(ink, { fillStyle: "rgb(128 128 128 / 0.15)", strokeStyle: color, lineWidth: 1.5 });
    ink.fill();
    ink.setLineDash([6, 4]);
    ink.stroke();
    ink.setLineDash([]);
  }
}

// Bits, most significant first, as a list of 0 and 1; `otherwise` for all where there are none.
function flags(encoded, count, otherwise) {
  if (encoded === null) return new Array(count).fill(otherwise);
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  return Array.from({ length: count }, (_, index) => (bytes[index >> 3] >> (7 - (index & 7))) & 1);
}

// Get a file of the page's. Streamlit forgets it for a moment while it draws the page anew.
async function fetched(address) {
  for (let attempt = 0; attempt < 10; attempt++) {
    const answer = await fetch(address);
    if (answer.ok) return answer;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`${address} cannot be had`);
}

// A small picture as the pixels that it changes in one of some width: those it covers, and those of its smooth edge.
function stampFrom(picture, width) {
  const words = new Uint32Array(picture.data.buffer);
  const most = Math.max(...picture.data.filter((_, byte) => byte % 4 === 3));
  const stamp = { solid: [], soft: [] };
  words.forEach((word, index) => {
    const alpha = picture.data[4 * index + 3];
    const x = (index % picture.width) - picture.width / 2;
    const y = Math.floor(index / picture.width) - picture.height / 2;
    const offset = y * width + x;
    if (alpha >= 0.9 * most) stamp.solid.push([offset, word]);
    else if (alpha) stamp.soft.push([offset, word, alpha / 255, picture.data.slice(4 * index, 4 * index + 3)]);
  });
  return stamp;
}

// Put a stamp's pixels into a picture, its middle at an index of it.
function press({ words, data }, { solid, soft }, at) {
  for (const [offset, word] of solid) words[at + offset] = word;
  for (const [offset, word, share, colour] of soft) {
    const byte = 4 * (at + offset);
    if (!words[at + offset]) words[at + offset] = word;
    else for (let channel = 0; channel < 3; channel++) data[byte + channel] += share * (colour[channel] - data[byte + channel]);
  }
}

function distance([x, y], [otherX, otherY]) {
  return Math.hypot(x - otherX, y - otherY);
}

// Whether a place is inside a closed path: a ray from it crosses the path an odd number of times.
function contains(path, [x, y]) {
  let inside = false;
  path.forEach(([x1, y1], index) => {
    const [x2, y2] = path[(index || path.length) - 1];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  });
  return inside;
}
