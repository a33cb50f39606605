// @ts-check
// A confusion matrix. data: {classes: numbers of those drawn, names, counts: rows of true classes, support: images by
// true class, predicted: by predicted class, shares: whether cells say shares of their row,
// chosen: {true, predicted: a class's number or null}}.
// A click sends `chosen`: {true, predicted}; one on what is chosen already sends two nulls. Arrows move between cells.
// From so many classes on the cells are too small for numbers, and up to so few, or such short names, names lie flat.
/**
 * @typedef {object} Matrix
 * @property {number[]} classes
 * @property {string[]} names
 * @property {number[][]} counts
 * @property {number[]} support
 * @property {number[]} predicted
 * @property {boolean} shares
 * @property {{true: number | null, predicted: number | null}} chosen
 */

const many = 17;
const few = 4;

function said(count, whole, shares) {
  if (!count) return "";
  if (!shares) return count.toLocaleString("en");
  const percent = Math.round((100 * count) / whole);
  return percent ? `${percent}%` : "<1%";
}

function part(tag, className, text, title) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  if (title) made.title = title;
  return made;
}

function draw({ names, counts, support, predicted, shares }) {
  const table = document.createElement("table");
  table.setAttribute("aria-label", "Confusion matrix: true classes by row, predicted classes by column");
  const button = (text, title, row, column) => {
    const made = part("button", "", text, title);
    made.type = "button";
    made.tabIndex = -1;
    if (row !== null) made.dataset.row = row;
    if (column !== null) made.dataset.column = column;
    return made;
  };
  const pictures = (count) => `${count.toLocaleString("en")} image${count === 1 ? "" : "s"}`;
  const head = table.createTHead().insertRow();
  head.append(part("th", "corner", "true ↓ predicted →"));
  names.forEach((name, column) => {
    const cell = part("th", "column", "");
    cell.scope = "col";
    cell.append(button(name, `Predicted as ${name}: ${pictures(predicted[column])}`, null, column));
    head.append(cell);
  });
  const worst = Math.max(1, ...counts.flatMap((row, true_) => row.filter((_, column) => column !== true_)));
  const body = table.createTBody();
  counts.forEach((row, true_) => {
    const line = body.insertRow();
    const name = part("th", "row", "");
    name.scope = "row";
    name.append(button(names[true_], `${names[true_]}: ${pictures(support[true_])}`, true_, null));
    line.append(name);
    row.forEach((count, column) => {
      const right = true_ === column;
      const seen = right ? "classified correctly" : `predicted as ${names[column]}`;
      const title = `${names[true_]} ${seen}: ${count.toLocaleString("en")} of ${support[true_].toLocaleString("en")}`;
      const made = button(said(count, support[true_], shares), title, true_, column);
      made.setAttribute("aria-label", title);
      const weight = right ? count / Math.max(support[true_], 1) : Math.sqrt(count / worst);
      made.className = count ? (right ? "right" : "wrong") : "none";
      // No more than 88%, so that black can be read on it on a light page and white on a dark one.
      made.style.setProperty("--weight", `${Math.round(8 + 80 * weight)}%`);
      line.insertCell().append(made);
    });
  });
  /** @type {HTMLElement} */ (table.querySelector("tbody td button")).tabIndex = 0;
  return table;
}

/** @param {{parentElement: any, data: Matrix, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const field = parentElement.querySelector(".field");
  const { chosen, ...drawn } = data;
  const key = JSON.stringify(drawn);
  if (field.drawn !== key) {
    const focused = parentElement.activeElement?.dataset ?? {};
    field.drawn = key;
    field.style.setProperty("--classes", data.classes.length);
    field.classList.toggle("many", data.classes.length >= many);
    field.classList.toggle("flat", data.classes.length <= few || data.names.every((name) => name.length <= few));
    field.replaceChildren(draw(drawn));
    // What had the focus keeps it, though it is drawn anew.
    if (focused.row && focused.column) {
      field.querySelector(`[data-row="${focused.row}"][data-column="${focused.column}"]`)?.focus();
    }
  }
  const numbered = ({ row, column }) => ({
    true: row === undefined ? null : data.classes[row],
    predicted: column === undefined ? null : data.classes[column],
  });
  const mark = (marked) => {
    const any = marked.true !== null || marked.predicted !== null;
    for (const button of field.querySelectorAll("button")) {
      const own = numbered(button.dataset);
      const isMarked = any && own.true === marked.true && own.predicted === marked.predicted;
      const isOf = ["true", "predicted"].every((axis) => marked[axis] === null || own[axis] === marked[axis]);
      button.classList.toggle("chosen", isMarked);
      button.classList.toggle("beside", !isOf);
      button.setAttribute("aria-pressed", isMarked);
    }
  };
  mark(chosen);
  field.onclick = (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const again = button.getAttribute("aria-pressed") === "true";
    const sent = again ? { true: null, predicted: null } : numbered(button.dataset);
    mark(sent); // At once; the images follow.
    setTriggerValue("chosen", sent);
  };
  field.onkeydown = (event) => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const at = event.target.closest("td, th");
    if (!step || !at) return;
    const to = field.querySelector("table").rows[at.parentElement.rowIndex + step[0]]?.cells[at.cellIndex + step[1]];
    event.preventDefault();
    event.stopPropagation();
    const button = to?.querySelector("button");
    if (!button) return;
    for (const other of field.querySelectorAll("[tabindex='0']")) other.tabIndex = -1;
    button.tabIndex = 0;
    button.focus();
  };
}
