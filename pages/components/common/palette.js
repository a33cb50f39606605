// @ts-check
// The palette of core/charts/palette.py, which a component has as CSS variables, for what no style reaches.

/**
 * A colour by its name, such as `chart-text`, as a canvas takes it: it takes no variables.
 * @param {HTMLElement} within
 * @param {string} name
 */
export function paletteColour(within, name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--palette-${name})`;
  within.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
