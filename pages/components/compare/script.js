// @ts-check
// Two images, beside each other or with a divider. data: {divided, before, after}, of the images each {url, width, height: of the image itself, label, alt,
// histograms: counts 0–255 by channel, patch: rows of pixels of values or null, corner: [column, row] of the patch,
// missing: said in its place}. Sends `point`: {side, x, y} in shares, at most each `pause` ms while one points, and
// `divided` as the user changes it.
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
const thumb = 28; // As wide as in the style.
const svgSpace = "http://www.w3.org/2000/svg";
const colours = ["vermilion", "green", "blue"].map((name) => `var(--palette-${name})`);
const plotHeight = 48;

/**
 * How many CSS pixels a pixel of each image gets: as many in both, so that they can be compared. Where one has at
 * least twice the pixels along its longer side, both sides are as long instead.
 * @param {{width: number, height: number}} stage in CSS pixels
 * @param {{width: number, height: number}[]} images
 */
function scalesFor(stage, images) {
  const fits = images.map(({ width, height }) => Math.min(stage.width / width, stage.height / height));
  const sides = images.map(({ width, height }) => Math.max(width, height));
  const whole = (factor) => (factor >= 2 ? Math.floor(factor) : factor);
  const [few, many] = [Math.min(...sides), Math.max(...sides)];
  if (many < 2 * few) return images.map(() => whole(Math.min(...fits)));
  const long = Math.min(...images.map((_, at) => fits[at] * sides[at]));
  return sides.map((side) => long / side);
}

function placeOne(figure, side, scale) {
  const [canvas, frame] = ["canvas", "i"].map((name) => figure.querySelector(name));
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

function place(root) {
  const figures = [...root.querySelectorAll("figure")];
  const sides = figures.map((figure) => root.data[figure.dataset.side]);
  const stages = figures.map((figure) => figure.querySelector(".stage"));
  const room = {
    width: Math.min(...stages.map((stage) => stage.clientWidth)),
    height: Math.min(...stages.map((stage) => stage.clientHeight)),
  };
  const scales = scalesFor(room, sides);
  figures.forEach((figure, at) => placeOne(figure, sides[at], scales[at]));
  const wide = Math.max(...sides.map((side, at) => side.width * scales[at]));
  const left = (room.width - wide) / 2;
  const slider = root.querySelector("input");
  // Its thumb stands in the middle of the divider.
  slider.style.cssText = `left:${left - thumb / 2}px;width:${wide + thumb}px`;
  root.style.setProperty("--divider", `${left + (wide * slider.value) / slider.max}px`);
}

function draw(root, figure, side) {
  const canvas = figure.querySelector("canvas");
  canvas.setAttribute("aria-label", side.alt);
  if (canvas.wanted === side.url) return;
  canvas.wanted = side.url;
  const picture = new Image();
  picture.onload = () => {
    if (canvas.wanted !== side.url) return; // A newer one is on its way.
    Object.assign(canvas, { width: picture.naturalWidth, height: picture.naturalHeight });
    canvas.getContext("2d").drawImage(picture, 0, 0);
    canvas.dataset.size = `${side.width}×${side.height}`;
    place(root);
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

/** @param {{parentElement: any, data: {divided: boolean, before: Side, after: Side}, setStateValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".compare");
  root.data = data;
  root.classList.toggle("divided", data.divided);
  for (const button of root.querySelectorAll("button")) {
    const chosen = (button.name === "divided") === data.divided;
    button.ariaPressed = String(chosen);
    button.onclick = () => !chosen && setStateValue("divided", !data.divided);
  }
  root.querySelector("input").oninput = () => place(root);
  for (const figure of root.querySelectorAll("figure")) {
    const side = data[figure.dataset.side];
    figure.querySelector("figcaption").textContent = side.label;
    draw(root, figure, side);
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
  place(root);
  root.observer ??= new ResizeObserver(() => place(root));
  root.observer.observe(root);
}
