// @ts-check
// A filter as a table to type in, and a slider for the weight that was touched last.
import { inkOn } from "../common/contrast.js";
import { cellText, signedColours } from "../common/pixel_grid.js";

const farthest = 1e4;

/**
 * The number that a text says, with a point or a comma; `null` where it says none that can be used.
 * @param {string} text
 */
export function numberOf(text) {
  const cleaned = text.trim().replace("−", "-").replace(",", ".");
  const value = cleaned === "" ? NaN : Number(cleaned);
  return Number.isFinite(value) && Math.abs(value) <= farthest ? value : null;
}

/**
 * A weight as it is typed: short, and without loss beyond what a float32 has.
 * @param {number | null} value
 */
export function weightText(value) {
  return value === null ? "NaN" : String(Number(value.toPrecision(4)));
}

/**
 * A weight as there is room for it in its cell.
 * @param {number | null} value
 */
export function shortText(value) {
  return value === null || Math.abs(value) >= 1000 || Number.isInteger(value) ? weightText(value) : cellText(value);
}

/**
 * How far the slider goes to both sides: well beyond the largest weight.
 * @param {(number | null)[]} kernel
 * @param {number} times
 */
export function reach(kernel, times) {
  const most = Math.max(0, ...kernel.map((each) => Math.abs(each ?? 0)));
  return Number((times * (most || 1)).toPrecision(2));
}

export class KernelTable {
  /**
   * @param {HTMLElement} table
   * @param {HTMLElement} beneath holds the slider
   * @param {HTMLElement} problem says what cannot be used
   * @param {(kernel: (number | null)[], last: boolean) => void} changed called with what was typed or dragged
   */
  constructor(table, beneath, problem, changed) {
    this.table = table;
    this.problem = problem;
    this.changed = changed;
    this.focused = null;
    this.label = /** @type {HTMLElement} */ (beneath.querySelector("span"));
    this.slider = /** @type {HTMLInputElement} */ (beneath.querySelector("input"));
    this.cells = [];
    this.kernel = [];
    this.chosen = 0;
    this.slider.oninput = () => this.put(this.chosen, Number(this.slider.value), false);
    this.slider.onchange = () => this.put(this.chosen, Number(this.slider.value), true);
  }

  /**
   * @param {(number | null)[]} kernel row by row; `null` for what is no number
   * @param {number} size
   * @param {number} times how far beyond the largest weight the slider goes
   */
  show(kernel, size, times) {
    this.size = size;
    const another = this.cells.length !== kernel.length;
    if (another) {
      this.cells = kernel.map((_, place) => this.madeCell(place));
      this.table.replaceChildren(...this.cells);
      this.table.style.setProperty("--size", String(size));
      this.chosen = Math.floor(kernel.length / 2);
    }
    this.kernel = [...kernel];
    this.limit = reach(kernel, times);
    this.cells.forEach((each) => each.ariaInvalid = "false");
    this.problem.textContent = "";
    this.draw();
  }

  madeCell(place) {
    const cell = document.createElement("input");
    Object.assign(cell, { type: "text", inputMode: "decimal", autocomplete: "off", spellcheck: false });
    cell.ariaLabel = this.placeText(place);
    cell.onfocus = () => {
      this.focused = this.chosen = place;
      this.draw();
    };
    cell.oninput = () => this.typed(place, false);
    cell.onchange = () => this.typed(place, true);
    cell.onblur = () => {
      this.focused = null;
      cell.ariaInvalid = "false";
      this.problem.textContent = "";
      this.draw();
    };
    cell.onkeydown = (event) => {
      const up = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!up) return;
      event.preventDefault();
      const step = this.limit >= 4 && !event.shiftKey ? 1 : this.limit / 40;
      this.put(place, Number(((this.kernel[place] ?? 0) + up * step).toPrecision(6)), true);
    };
    return cell;
  }

  placeText(place) {
    return `Weight in row ${Math.floor(place / this.size) + 1}, column ${place % this.size + 1}`;
  }

  typed(place, last) {
    const cell = this.cells[place];
    const value = numberOf(cell.value);
    cell.ariaInvalid = String(value === null);
    const said = `“${cell.value.slice(0, 12)}” is not a number from −10,000 to 10,000: the weight stays `;
    this.problem.textContent = value === null ? `${said}${weightText(this.kernel[place])}.` : "";
    if (value !== null) this.put(place, value, last);
  }

  put(place, value, last) {
    this.kernel[place] = Math.min(Math.max(value, -farthest), farthest);
    if (last) this.limit = Math.max(this.limit, Math.abs(value));
    this.draw();
    this.changed([...this.kernel], last);
  }

  draw() {
    const colours = signedColours(this.table, Math.max(...this.kernel.map((each) => Math.abs(each ?? 0)), 0));
    const names = { black: "var(--palette-black)", white: "var(--palette-white)" };
    this.cells.forEach((cell, place) => {
      const value = this.kernel[place] ?? NaN;
      const [red, green, blue] = colours(value).map(Math.round);
      cell.style.background = `rgb(${red}, ${green}, ${blue})`;
      cell.style.color = names[inkOn(red, green, blue)];
      // What is being typed stays as long as it says this number, or none yet.
      const typed = place === this.focused ? numberOf(cell.value) : undefined;
      if (typed === undefined) cell.value = shortText(this.kernel[place]);
      else if (typed !== null && typed !== value) cell.value = weightText(this.kernel[place]);
      cell.classList.toggle("chosen", place === this.chosen);
    });
    const value = this.kernel[this.chosen] ?? 0;
    this.slider.min = String(-this.limit);
    this.slider.max = String(this.limit);
    this.slider.step = String(this.limit / 400);
    this.slider.value = String(value);
    this.slider.ariaLabel = this.placeText(this.chosen);
    this.label.textContent = `${this.placeText(this.chosen)}: ${cellText(value)}`;
  }
}
