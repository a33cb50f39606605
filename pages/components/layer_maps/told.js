// @ts-check
// How a number came about, in words and a table; and the answer that all of them lead to.
/**
 * @typedef {{channel: number, window: [number, number][][], within: number, terms: [number, number, number][],
 *   count: number, sum: number, bias: number, total: number, value: number, activation: string, pooled: string}} Told
 */

const MOST_ANSWERS = 10;
/** @param {number} value */
export const short = (value) => {
  const size = Math.abs(value);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 || size === 0 ? 2 : 3;
  const text = value.toFixed(digits);
  return text.replace(/^-(?=[0.]*$)/, "").replace("-", "−");
};

function part(tag, className, textContent = "") {
  return Object.assign(document.createElement(tag), { className, textContent });
}

/**
 * @param {HTMLElement} into
 * @param {Told | null} told
 */
export function showTold(into, told) {
  into.replaceChildren();
  if (!told) return;
  if (told.window.length) {
    const table = document.createElement("table");
    for (const row of told.window) {
      const line = table.insertRow();
      for (const [given, weight] of row) {
        const cell = line.insertCell();
        const product = given * weight;
        cell.className = told.pooled ? "" : product > 0 ? "more" : product < 0 ? "less" : "";
        cell.textContent = told.pooled ? short(given) : `${short(given)} × ${short(weight)}`;
      }
    }
    into.append(table);
  }
  if (told.terms.length) {
    const list = part("div", "terms");
    for (const [at, given, weight] of told.terms) {
      const product = given * weight;
      list.append(
        part("span", "", `input ${at}`),
        part("span", "", `${short(given)} × ${short(weight)}`),
        part("b", product > 0 ? "more" : "less", `${product > 0 ? "+" : ""}${short(product)}`),
      );
    }
    into.append(list);
  }
  into.append(part("p", "sum", sentence(told)));
}

/** @param {Told} told */
function sentence(told) {
  if (told.pooled) return `The ${told.pooled === "max" ? "largest" : "mean"} of these: ${short(told.value)}.`;
  const all = `All ${told.count.toLocaleString("en")} products: ${short(told.sum)}`;
  const shown = told.window.length && told.count > told.window.length * told.window[0].length
    ? `Shown: input channel ${told.channel}, which adds ${short(told.within)}. `
    : "";
  const after = told.activation === "linear" ? "" : `, after ${told.activation} ${short(told.value)}`;
  return `${shown}${all}, with the bias ${short(told.bias)} that is ${short(told.total)}${after}.`;
}

/**
 * @param {HTMLElement} into
 * @param {{names: string[], logits: number[], probabilities: number[]}} answer
 */
export function showAnswers(into, { names, logits, probabilities }) {
  const order = names.map((_, at) => at);
  if (order.length > MOST_ANSWERS) {
    order.sort((a, b) => probabilities[b] - probabilities[a]);
    order.length = MOST_ANSWERS;
  }
  while (into.children.length > order.length + 1) into.lastElementChild?.remove();
  while (into.children.length < order.length + 1) {
    const row = part("div", "answer");
    const bar = part("span", "bar");
    bar.append(part("i", ""));
    row.append(part("span", "name"), part("span", "logit"), bar, part("span", "share"));
    into.append(row);
  }
  const write = (row, name, logit, share) => {
    row.children[0].textContent = name;
    row.children[1].textContent = logit;
    row.children[3].textContent = share;
  };
  into.children[0].className = "answer head";
  write(into.children[0], "class", "logit", "softmax");
  order.forEach((label, at) => {
    const row = into.children[at + 1];
    const share = Math.min(Math.max(probabilities[label] || 0, 0), 1);
    write(row, names[label], short(logits[label] || 0), `${(100 * share).toFixed(1)}%`);
    const bar = /** @type {HTMLElement} */ (row.children[2].firstElementChild);
    bar.style.width = `${100 * share}%`;
  });
}
