// @ts-check
// The classes below the map, each a switch.
import { drawMark } from "./stamps.js";
/** @typedef {import("./script.js").Scatter} Scatter */

/**
 * How many points each class has.
 * @param {{classes: string[], labels: number[]}} points
 */
export function classCounts({ classes, labels }) {
  const counts = classes.map(() => 0);
  for (const label of labels) counts[label]++;
  return counts;
}

/**
 * How many points a filter leaves: in short, and as all there is to say of the map.
 * @param {{classes: string[], labels: number[]}} points
 * @param {number} left
 */
export function described({ classes, labels }, left) {
  const count = labels.length;
  const [all, some] = [count.toLocaleString(), left.toLocaleString()];
  const counts = classCounts({ classes, labels }).map((number, label) => `${classes[label]}: ${number}`).join(", ");
  return [
    left === count ? `${all} images` : `${some} of ${all} images in colour`,
    `Map of ${count} images, ${left} of them in colour. ${counts}. ` +
    "Arrows move it, plus and minus zoom, 0 shows all of it, Escape clears the lasso.",
  ];
}

/** @param {Scatter} map */
export function makeLegend(map) {
  const { classes, colours } = map.points;
  const counts = classCounts(map.points);
  map.legend.replaceChildren(
    ...classes.map((name, label) => {
      const button = document.createElement("button");
      button.type = "button";
      button.ariaPressed = "true";
      button.title = "Hide or show this class; double-click for this class alone";
      const dot = document.createElement("canvas");
      dot.width = dot.height = 12;
      drawMark(/** @type {CanvasRenderingContext2D} */ (dot.getContext("2d")), colours, label, 6, 5);
      const text = document.createElement("span");
      text.textContent = `${name} · ${counts[label].toLocaleString()}`;
      button.append(dot, text);
      button.onclick = () => {
        if (!map.off.delete(label)) map.off.add(label);
        switched(map);
      };
      button.ondblclick = () => {
        map.off = new Set(classes.keys());
        map.off.delete(label);
        switched(map);
      };
      return button;
    }),
  );
}

/** @param {Scatter} map */
function switched(map) {
  [...map.legend.children].forEach((button, label) => (button.ariaPressed = String(!map.off.has(label))));
  map.hover(null);
  map.redraw();
}
