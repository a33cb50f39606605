// @ts-check
// What the server sends, taken apart, and what a place of a map looks at.
/**
 * @typedef {object} Layer
 * @property {number} stage
 * @property {string} kind
 * @property {string} said
 * @property {number[]} shape height, width, channels; or how many numbers
 * @property {[number, number, number]} maps how many, their height and width
 * @property {number[]} lows the value of each map's 0
 * @property {number[]} highs that of its 255
 * @property {number} shrink places a side of a map's pixel
 * @property {[number, number, number][] | null} fields jump, low and high of rows and columns; null: all of the image
 * @property {number[]} filters how many, their height, width and channels
 * @property {Uint8Array} pixels of the maps
 * @property {Uint8Array} kernels of the filters
 */

/**
 * The header and the bytes behind it.
 * @param {Uint8Array} data
 */
export function unpacked(data) {
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  const about = JSON.parse(new TextDecoder().decode(data.subarray(4, 4 + length)));
  let at = 4 + length;
  const next = (/** @type {number[]} */ shape) => {
    const size = shape.reduce((product, side) => product * side, 1);
    at += size;
    return data.subarray(at - size, at);
  };
  const pixels = next(about.image);
  for (const layer of about.layers) {
    layer.pixels = next(layer.maps);
    layer.kernels = next(layer.filters);
  }
  return { ...about, pixels };
}

/**
 * The pixels of the image that a place looks at, and how many of them lie outside: [[top, bottom], [left, right]], the
 * last ones included; null: all of them.
 * @param {Layer} layer
 * @param {number} row
 * @param {number} column
 * @returns {[number, number][] | null}
 */
export function looksAt(layer, row, column) {
  if (!layer.fields) return null;
  return layer.fields.map(([jump, low, high], axis) => {
    const place = axis ? column : row;
    return [low + place * jump, high + place * jump];
  });
}

/**
 * The value of a pixel of a map.
 * @param {Layer} layer
 * @param {number} map
 * @param {number} row of the map, as it is shrunk
 * @param {number} column
 */
export function valueOf(layer, map, row, column) {
  const [, height, width] = layer.maps;
  const share = layer.pixels[(map * height + row) * width + column] / 255;
  return layer.lows[map] + share * (layer.highs[map] - layer.lows[map]);
}
