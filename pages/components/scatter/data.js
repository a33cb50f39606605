// @ts-check
// What the map is sent, and how it gets the rest.
/**
 * @typedef {{image: string, columns: number, height: number, width: number, pitch: number}} Sheet the images' sheet, its
 *   address and how they lie on it
 * @typedef {{points: string, sheet: Sheet, crisp: boolean, shown: string | null, ringed: string | null}} MapData `points`:
 *   address of what points_of in scatter.py gives; `crisp`: pixels stay square; `shown`: base64 of a bit a point, or null
 *   for all; `ringed`: the same for points with a ring, or null for none
 * @typedef {object} Points
 * @property {number[]} ids
 * @property {number[]} tiles
 * @property {Float32Array} x
 * @property {Float32Array} y
 * @property {number[]} labels
 * @property {string[]} names
 * @property {number[]} aspects
 * @property {string[]} classes
 * @property {string[]} colours
 * @property {string[]} axes
 */

/**
 * Bits, most significant first, as a list of 0 and 1; `otherwise` for all where there are none.
 * @param {string | null} encoded
 * @param {number} count
 * @param {number} otherwise
 * @returns {number[]}
 */
export function flags(encoded, count, otherwise) {
  if (encoded === null) return new Array(count).fill(otherwise);
  const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
  return Array.from({ length: count }, (_, index) => (bytes[index >> 3] >> (7 - (index & 7))) & 1);
}

/**
 * Get a file of the page's. Streamlit forgets it for a moment while it draws the page anew.
 * @param {string} address
 */
export async function fetched(address) {
  for (let attempt = 0; attempt < 10; attempt++) {
    const answer = await fetch(address);
    if (answer.ok) return answer;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`${address} cannot be had`);
}

/**
 * Where a point's image is on the sheet, and how large it is at its own ratio of sides, `side` the longer one.
 * @param {Sheet} sheet
 * @param {Points} points
 * @param {number} index
 * @param {number} side
 * @returns {[[number, number, number, number], [number, number]]}
 */
export function tileOf({ columns, pitch, width, height }, { aspects, tiles }, index, side) {
  const number = tiles[index];
  const aspect = aspects[index];
  return [
    [(number % columns) * pitch, Math.floor(number / columns) * pitch, width, height],
    aspect >= 1 ? [side, side / aspect] : [side * aspect, side],
  ];
}
