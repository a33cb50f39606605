// @ts-check
// Ten thousand dots are written into the pixels of one image, far faster than drawn one by one: a stamp is a dot as the
// pixels it changes.
/**
 * @typedef {ImageData & {words: Uint32Array}} Pixels
 * @typedef {{solid: [number, number][], soft: [number, number, number, Uint8ClampedArray][]}} Stamp
 */

/**
 * Draw a class's mark: its colour, and with every round of the colours another shape.
 * @param {CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D} ink
 * @param {string[]} colours
 * @param {number} label
 * @param {number} middle
 * @param {number} radius
 */
export function drawMark(ink, colours, label, middle, radius) {
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

/**
 * The stamps of all classes, of those that the filter leaves out, and of a ring around a point.
 * @param {{classes: number, colours: string[], out: string, text: string}} of
 * @param {number} radius of a dot, in the screen's pixels
 * @param {number} ring its radius
 * @param {number} width of the image that they are for
 */
export function stampsFor({ classes, colours, out, text }, radius, ring, width) {
  const side = 2 * Math.ceil(ring + 1);
  const canvas = new OffscreenCanvas(side, side);
  const ink = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d", { willReadFrequently: true }));
  const stamp = (/** @type {() => void} */ draw) => {
    ink.clearRect(0, 0, side, side);
    draw();
    return stampFrom(ink.getImageData(0, 0, side, side), width);
  };
  const disc = (/** @type {string} */ colour, /** @type {number} */ size) =>
    stamp(() => {
      ink.fillStyle = colour;
      ink.beginPath();
      ink.arc(side / 2, side / 2, size, 0, 2 * Math.PI);
      ink.fill();
    });
  return {
    classes: Array.from(
      { length: classes },
      (_, label) => stamp(() => drawMark(ink, colours, label, side / 2, radius)),
    ),
    out: disc(out, 0.75 * radius),
    ring: disc(text, ring),
  };
}

/**
 * A small image as the pixels that it changes in one of some width: those it covers, and those of its smooth edge.
 * @param {ImageData} picture
 * @param {number} width
 * @returns {Stamp}
 */
export function stampFrom(picture, width) {
  const words = new Uint32Array(picture.data.buffer);
  const most = Math.max(...picture.data.filter((_, byte) => byte % 4 === 3));
  /** @type {Stamp} */
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

/**
 * Put a stamp's pixels into an image, its middle at an index of it.
 * @param {{words: Uint32Array, data: Uint8ClampedArray}} image
 * @param {Stamp} stamp
 * @param {number} at
 */
export function press({ words, data }, { solid, soft }, at) {
  for (const [offset, word] of solid) words[at + offset] = word;
  for (const [offset, word, share, colour] of soft) {
    const byte = 4 * (at + offset);
    if (!words[at + offset]) {
      words[at + offset] = word;
      continue;
    }
    for (let channel = 0; channel < 3; channel++) {
      data[byte + channel] += share * (colour[channel] - data[byte + channel]);
    }
  }
}
