// @ts-check
// How sliders and what follows them find each other: by events of the document, as they are components of their own.

/** The name of the event. */
export const moving = "pixelwise-moving";

/**
 * What it tells of.
 * @typedef {object} Moving
 * @property {string} key the slider's
 * @property {number} value of its one thumb
 * @property {boolean} near whether the pointer or the keyboard has only come to it
 * @property {boolean} drawn set by who follows at once: the server need not hurry
 */
