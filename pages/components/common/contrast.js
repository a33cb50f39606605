// @ts-check
// Which text can be read on a colour.

/**
 * The share of light of a colour component, as sRGB defines it.
 * @param {number} value 0–255
 */
function linear(value) {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/**
 * The name of the palette's colour for text on a colour: whichever of the two has more contrast, by WCAG 2's relative
 * luminance; it is 4.58 at least.
 * @param {number} red 0–255, and so the others
 * @param {number} green
 * @param {number} blue
 * @returns {"black" | "white"}
 */
export function inkOn(red, green, blue) {
  const luminance = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  return luminance > 0.179 ? "black" : "white";
}
