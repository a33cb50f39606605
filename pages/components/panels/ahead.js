// @ts-check
// Panels that the server drew ahead, for places of one slider; between two of them numbers lie in between.

/**
 * @typedef {object} Frames
 * @property {string} key the slider's
 * @property {number} low its value at place 0
 * @property {number} step how far apart the places are
 * @property {Record<string, number>} others the other sliders' values
 * @property {number} left how many places are not drawn yet
 * @property {string} packed base64 of deflated JSON: {pictures: addresses, frames: {place: panels}}, an image's address
 *   as its number among them
 */

/** @param {Frames} sent @returns {Promise<Record<string, any[]>>} panels by place */
export async function unpacked({ packed }) {
  const bytes = Uint8Array.from(atob(packed), (each) => each.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const { pictures, frames } = await new Response(stream).json();
  for (const { picture } of Object.values(frames).flat()) if (picture) picture.url = pictures[picture.url];
  return frames;
}

/**
 * What lies between two values of one make: numbers as far along as asked, of all else what is nearer.
 * @param {any} before
 * @param {any} after
 * @param {number} share 0–1
 * @returns {any}
 */
export function between(before, after, share) {
  if (typeof before === "number" && typeof after === "number") return before + share * (after - before);
  const nearer = share < 0.5 ? before : after;
  if (!before || !after || typeof before !== "object" || typeof after !== "object") return nearer;
  const names = Object.keys(before);
  if (names.join() !== Object.keys(after).join()) return nearer;
  const found = names.map((name) => [name, between(before[name], after[name], share)]);
  return Array.isArray(before) ? found.map(([, value]) => value) : Object.fromEntries(found);
}

/** What is known ahead of the panels of one token. */
export class Ahead {
  /** @param {string} token @param {Record<string, number>} values */
  constructor(token, values) {
    this.token = token;
    this.values = values;
    this.of = null;
    this.frames = {};
  }

  /** Whether a slider's places are known, the others standing as they do. @param {string} key */
  isOf(key) {
    return this.of?.key === key && Object.entries(this.of.others).every(([name, value]) => this.values[name] === value);
  }

  /** @param {Frames} sent @param {Record<string, any[]>} frames */
  add(sent, frames) {
    const known = this.isOf(sent.key) ? this.frames : {};
    this.of = sent;
    this.frames = { ...known, ...frames };
  }

  /** What to ask for of a slider; `null` where all is known. @param {string} key */
  lacking(key) {
    if (!this.isOf(key)) return { key, have: [] };
    return this.of.left > 0 ? { key, have: Object.keys(this.frames).map(Number) } : null;
  }

  /** The panels at a slider's value; `null` where they are not known. @param {string} key @param {number} value */
  at(key, value) {
    if (!this.isOf(key)) return null;
    const place = Number(((value - this.of.low) / this.of.step).toFixed(6));
    const [before, after] = [this.frames[Math.floor(place)], this.frames[Math.ceil(place)]];
    if (!before || !after) return null;
    return before === after ? before : between(before, after, place - Math.floor(place));
  }
}
