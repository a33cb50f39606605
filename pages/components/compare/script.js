// @ts-check
// Two images side by side. data: {before, after}, each {url, width, height: of the image itself, label, alt,
// histograms: counts 0–255 by channel, patch: rows of pixels of values or null, corner: [column, row] of the patch,
// missing: said in its place}. Sends `point`: {side, x, y} in shares, at most each `pause` ms while one points.
import { inkOn } from "../common/contrast.js";

/**
 * @typedef {object} Side
 * @property {string} url
 * @property {number} width
 * @property {number} height
 * @property {string} label
 * @property {string} alt
 * @property {number[][]} histograms counts 0–255 by channel
 * @property {number[][][] | null} patch rows of pixels of values
 * @property {[number, number]} corner column and row of the patch
 * @property {string} missing said in its place
 */

const pause = 80;
const svgSpace = "http://www.w3.org/2000/svg";
const colours = ["vermilion", "green", "blue"].map((name) => `var(--palette-${name})`);
const plotHeight = 48;

function scaleFor(stage, { width, height }) {
  const room = stage.clientHeight;
  const factor = Math.min(stage.clientWidth / width, room / height);
  return factor >= 2 ? Math.floor(factor) : factor;
}

function place(figure, side) {
  const [stage, canvas, frame] = [".stage", "canvas", "i"].map((name) => figure.querySelector(name));
  const scale = scaleFor(stage, side);
  canvas.style.width = `${Math.max(1, side.width * scale)}px`;
  canvas.style.height = `${Math.max(1, side.height * scale)}px`;
  canvas.style.imageRendering = scale >= 2 ? "pixelated" : "auto";
  frame.hidden = !side.patch;
  if (!side.patch) return;
  const [column, row] = side.corner;
  const [left, top] = [canvas.offsetLeft + column * scale, canvas.offsetTop + row * scale];
  const [wide, high] = [side.patch[0].length * scale, side.patch.length * scale];
  frame.style.cssText = `left:${left}px;top:${top}px;width:${Math.max(5, wide)}px;height:${Math.max(5, high)}px`;
}

function draw(figure, side) {
  const canvas = figure.querySelector("canvas");
  canvas.setAttribute("aria-label", side.alt);
  if (canvas.wanted === side.url) return place(figure, side);
  canvas.wanted = side.url;
  const picture = new Image();
  picture.onload = () => {
    if (canvas.wanted !== side.url) return; // A newer one is on its way.
    Object.assign(canvas, { width: picture.naturalWidth, height: picture.naturalHeight });
    canvas.getContext("2d").drawImage(picture, 0, 0);
    canvas.dataset.size = `${side.width}×${side.height}`;
    place(figure, side);
  };
  picture.src = side.url;
}

function histogram(figure, { histograms }) {
  const svg = figure.querySelector("svg");
  const most = Math.max(...histograms.map((counts) => Math.max(...counts)));
  const mean = histograms[0].reduce((sum, count) => sum + count) / 256;
  // Else the background of a drawn digit would hide all other values.
  const logarithmic = most > 8 * mean;
  const share = (count) => (logarithmic ? Math.log1p(count) / Math.log1p(most) : count / most);
  const heightOf = (count) => (plotHeight * share(count)).toFixed(1);
  svg.setAttribute("viewBox", `0 0 256 ${plotHeight}`);
  const scale = `pixels by value${logarithmic ? ", log scale" : ""}`;
  svg.setAttribute("aria-label", `Histogram: ${scale}, from 0 to 255`);
  figure.querySelector(".scale").textContent = scale;
  svg.replaceChildren(
    ...histograms.map((counts, channel) => {
      const bars = document.createElementNS(svgSpace, "path");
      const shape = counts.map((count, value) => `M${value} ${plotHeight}v-${heightOf(count)}h1V${plotHeight}`);
      bars.setAttribute("d", shape.join(""));
      bars.style.fill = histograms.length === 1 ? "var(--palette-gray)" : colours[channel];
      bars.setAttribute("opacity", histograms.length === 1 ? "1" : "0.6");
      return bars;
    }),
  );
}

function numbers(table, { patch, missing }) {
  table.classList.toggle("missing", !patch);
  if (!patch) {
    table.textContent = missing;
    return;
  }
  table.style.gridTemplateColumns = `repeat(${patch[0].length}, 1fr)`;
  const cells = patch.flat().map((values) => {
    const cell = document.createElement("span");
    const [red, green, blue] = values.length === 1 ? [values[0], values[0], values[0]] : values;
    cell.style.background = `rgb(${red} ${green} ${blue})`;
    cell.style.color = `var(--palette-${inkOn(red, green, blue)})`;
    cell.replaceChildren(...values.map((value) => Object.assign(document.createElement("b"), { textContent: value })));
    return cell;
  });
  table.replaceChildren(...cells);
}

/** @param {{parentElement: any, data: {before: Side, after: Side}, setStateValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".compare");
  root.data = data;
  for (const figure of root.querySelectorAll("figure")) {
    const side = data[figure.dataset.side];
    figure.querySelector("figcaption").textContent = side.label;
    draw(figure, side);
    if (figure.counted !== side.url) histogram(figure, side);
    figure.counted = side.url;
    numbers(figure.querySelector(".numbers"), side);
    const canvas = figure.querySelector("canvas");
    const point = (event) => {
      const box = canvas.getBoundingClientRect();
      const share = (place, length) => Math.min(Math.max(place / length, 0), 1);
      root.point = {
        side: figure.dataset.side,
        x: share(event.clientX - box.left, box.width),
        y: share(event.clientY - box.top, box.height),
      };
      root.timer ??= setTimeout(() => {
        root.timer = null;
        setStateValue("point", root.point);
      }, pause);
    };
    canvas.onpointermove = canvas.onpointerdown = point;
  }
  root.observer ??= new ResizeObserver(() => {
    for (const figure of root.querySelectorAll("figure")) place(figure, root.data[figure.dataset.side]);
  });
  root.observer.observe(root);
}
