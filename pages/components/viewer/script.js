// @ts-check
// One image, large. data: {url, alt, width, height: of the image itself, gray, exact: whether url has its very
// pixels, histograms: counts 0–255 by channel, keys: {key: selector of what it gives the focus}}.
/**
 * @typedef {object} Viewed
 * @property {string} url
 * @property {string} alt
 * @property {number} width
 * @property {number} height
 * @property {boolean} gray
 * @property {boolean} exact
 * @property {Record<string, string>} keys
 * @property {number[][]} histograms
 */

const svgSpace = "http://www.w3.org/2000/svg";
const colours = { gray: "gray", red: "vermilion", green: "green", blue: "blue" };
const plot = { width: 256, height: 64, left: 34, top: 14, bottom: 16 };
const loupe = { pixels: 11, scale: 13 };

function drawn(name, attributes, text) {
  const element = document.createElementNS(svgSpace, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function histogram(channel, counts) {
  const most = Math.max(...counts);
  // Else the background of a drawn digit would hide all other values.
  const logarithmic = most > 8 * (counts.reduce((sum, count) => sum + count) / counts.length);
  const scaled = (count) => (logarithmic ? Math.log1p(count) : count);
  const heightOf = (count) => (plot.height * scaled(count)) / scaled(most);
  const bottom = plot.top + plot.height;
  const right = plot.left + plot.width;
  const view = `0 0 ${right + 8} ${bottom + plot.bottom}`;
  const chart = drawn("svg", { viewBox: view, role: "img", "aria-label": `Histogram of ${channel}: pixels by value` });
  const bars = counts.map((count, value) => `M${plot.left + value + 0.5} ${bottom}v${-heightOf(count)}`).join("");
  chart.append(
    drawn("text", { x: plot.left, y: 10 }, `${channel}: pixels${logarithmic ? " (log scale)" : ""} by value`),
    drawn("path", { d: bars, style: `stroke: var(--palette-${colours[channel]})`, "stroke-width": 1 }),
    drawn("path", { d: `M${plot.left} ${plot.top}V${bottom}H${right}`, class: "axis", fill: "none" }),
    drawn("text", { x: plot.left - 4, y: plot.top + 8, "text-anchor": "end" }, most.toLocaleString("en")),
    drawn("text", { x: plot.left - 4, y: bottom, "text-anchor": "end" }, "0"),
    ...[0, 64, 128, 192, 255].map((value) =>
      drawn("text", { x: plot.left + value, y: bottom + 13, "text-anchor": "middle" }, String(value))
    ),
    drawn("line", { class: "now", y1: plot.top, y2: bottom, visibility: "hidden" }),
  );
  return chart;
}

/** @param {{parentElement: any, data: Viewed}} given */
export default function ({ parentElement, data }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [viewer, canvas, glass, pixel, value] = [".viewer", ".image", ".loupe", ".pixel", ".value"].map(find);
  const hint = data.exact
    ? "Hover over the image to read pixel values."
    : "Hover over the image to read pixel values (of this copy, scaled down for the screen).";
  const onKey = (event) => {
    const typing = event.composedPath()[0].closest?.("input, textarea") || event.ctrlKey || event.metaKey;
    const focused = !typing && data.keys[event.key] &&
      /** @type {HTMLElement | null} */ (document.querySelector(data.keys[event.key]));
    if (!focused) return;
    event.preventDefault();
    focused.focus();
  };
  // When its list closes again, by a choice or without one, keys are commands, not text.
  const onFocus = ({ target }) => {
    if (viewer.watched === target || !Object.values(data.keys).some((selector) => target.matches(selector))) return;
    viewer.closed?.disconnect();
    viewer.watched = target;
    viewer.closed = new MutationObserver(() => {
      // Asked of the document: while an arrow key goes through the list, it tells the input that it lost the focus.
      const left = target.getAttribute("aria-expanded") === "false" && document.activeElement === target;
      // The dialog would give the focus back, were it only taken away.
      if (left) target.closest("[role=dialog]")?.focus();
    });
    viewer.closed.observe(target, { attributeFilter: ["aria-expanded"] });
  };
  // This function runs at every rerun, what it returns only when the component goes.
  const gone = () => {
    document.removeEventListener("keydown", viewer.onKey);
    document.removeEventListener("focusin", viewer.onFocus);
  };
  gone();
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusin", onFocus);
  Object.assign(viewer, { onKey, onFocus });
  const ended = () => {
    gone();
    viewer.closed?.disconnect();
    viewer.watched = null;
  };
  if (viewer.shown === data.url) return ended;
  viewer.shown = data.url;
  const channels = data.gray ? ["gray"] : ["red", "green", "blue"];
  const charts = channels.map((channel, index) => histogram(channel, data.histograms[index]));
  find(".histograms").replaceChildren(...charts);
  value.textContent = hint;

  const picture = new Image();
  let pixels = null;
  let scale = 1;
  picture.onload = () => {
    if (viewer.shown !== data.url) return;
    const { naturalWidth: width, naturalHeight: height } = picture;
    Object.assign(canvas, { width, height });
    const ink = canvas.getContext("2d", { willReadFrequently: true });
    ink.drawImage(picture, 0, 0);
    pixels = ink.getImageData(0, 0, width, height).data;
    const room = Math.min(innerHeight * 0.62, 640);
    const factor = Math.min(room / height, 640 / width);
    scale = factor >= 2 ? Math.floor(factor) : factor;
    canvas.style.width = `${width * scale}px`;
    canvas.style.imageRendering = scale >= 2 && Math.max(width, height) <= 96 ? "pixelated" : "auto";
    canvas.ready = true;
  };
  canvas.ready = false;
  canvas.setAttribute("aria-label", data.alt);
  picture.src = data.url;

  const leave = () => {
    glass.hidden = pixel.hidden = true;
    value.textContent = hint;
    for (const chart of charts) chart.querySelector(".now").setAttribute("visibility", "hidden");
  };
  const point = (event) => {
    if (!pixels) return;
    const box = canvas.getBoundingClientRect();
    const side = box.width / canvas.width;
    const within = (place, length) => Math.min(Math.max(Math.floor(place / side), 0), length - 1);
    const x = within(event.clientX - box.left, canvas.width);
    const y = within(event.clientY - box.top, canvas.height);
    const at = 4 * (y * canvas.width + x);
    const levels = [...pixels.subarray(at, at + channels.length)];
    tell(x, y, levels);
    if (side >= 4) frame(x, y, side);
    else magnify(x, y, side);
  };
  const tell = (x, y, levels) => {
    const swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.background = data.gray ? `rgb(${levels[0]} ${levels[0]} ${levels[0]})` : `rgb(${levels.join(" ")})`;
    const named = levels.map((level, index) => `${data.gray ? "gray" : "RGB"[index]} ${level}`).join(" · ");
    const copy = data.exact ? "" : ` (copy of ${canvas.width} × ${canvas.height})`;
    value.replaceChildren(swatch, `x ${x}, y ${y} · ${named}${copy}`);
    charts.forEach((chart, index) => {
      const line = chart.querySelector(".now");
      const at = plot.left + levels[index] + 0.5;
      for (const end of ["x1", "x2"]) line.setAttribute(end, at);
      line.setAttribute("visibility", "visible");
    });
  };
  const frame = (x, y, side) => {
    glass.hidden = true;
    pixel.hidden = false;
    pixel.style.cssText = `left:${x * side}px;top:${y * side}px;width:${side}px;height:${side}px`;
  };
  const magnify = (x, y, side) => {
    pixel.hidden = true;
    glass.hidden = false;
    const ink = glass.getContext("2d");
    const half = (loupe.pixels - 1) / 2;
    ink.imageSmoothingEnabled = false;
    ink.clearRect(0, 0, glass.width, glass.height);
    ink.drawImage(canvas, x - half, y - half, loupe.pixels, loupe.pixels, 0, 0, glass.width, glass.height);
    for (const { colour, out } of [{ colour: "black", out: 1 }, { colour: "white", out: 0 }]) {
      ink.strokeStyle = colour;
      ink.strokeRect(half * loupe.scale - out, half * loupe.scale - out, loupe.scale + 2 * out, loupe.scale + 2 * out);
    }
    // Above the finger, or below where there is no room.
    const top = y * side - glass.height - 24;
    const left = Math.min(Math.max(x * side - glass.width / 2, 0), Math.max(canvas.width * side - glass.width, 0));
    Object.assign(glass.style, { left: `${left}px`, top: `${top < -40 ? y * side + 28 : top}px` });
  };
  canvas.onpointerdown = canvas.onpointermove = point;
  canvas.onpointerleave = (event) => event.pointerType === "mouse" && leave();
  return ended;
}
