// @ts-check
// The colours of a surface, drawn once: the lower the loss, the stronger.
import { paletteColour } from "../common/palette.js";

const BANDS = 16;
const DOTS = 150;

/**
 * The losses all over a ground: `DOTS` a row, the first row that of the largest y, and the lowest of them.
 * @param {import("./surfaces.js").Surface} surface
 * @param {{middle: [number, number], reach: number}} ground
 */
export function lossesOf(surface, { middle, reach }) {
  const values = new Float64Array(DOTS * DOTS);
  let [lowest, highest] = [Infinity, -Infinity];
  for (let row = 0; row < DOTS; row++) {
    for (let column = 0; column < DOTS; column++) {
      const place = (at) => ((at + 0.5) / DOTS * 2 - 1) * reach;
      const value = surface.value(middle[0] + place(column), middle[1] - place(row));
      values[row * DOTS + column] = value;
      if (!Number.isFinite(value)) continue;
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
    }
  }
  return { values, lowest, highest };
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {ReturnType<typeof lossesOf>} losses
 */
export function drawGround(canvas, { values, lowest, highest }) {
  Object.assign(canvas, { width: DOTS, height: DOTS });
  const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const within = /** @type {HTMLElement} */ (canvas.parentElement);
  const colour = (/** @type {string} */ name) =>
    (paletteColour(within, name).match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  const [low, high] = [colour("sky"), colour("background")];
  const image = new ImageData(DOTS, DOTS);
  const spread = highest > lowest ? highest - lowest : 1;
  for (let at = 0; at < values.length; at++) {
    const share = Math.min(Math.max((values[at] - lowest) / spread, 0), 1) || 0;
    // Bands by a root: most of a surface is near its bottom, and the edges of bands are its contour lines.
    const band = Math.round(share ** 0.35 * BANDS) / BANDS;
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * at + channel] = low[channel] + band * (high[channel] - low[channel]);
    }
    image.data[4 * at + 3] = 255;
  }
  ink.putImageData(image, 0, 0);
}
