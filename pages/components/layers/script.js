// @ts-check
// The layers of a network. data: {rows: [{id, title, details, output, parameters, memory, share, colour, problem, fixed}],
// chosen: id}. Sends `acted`: {id} when one is chosen, {id, to} when it is moved to another place, {id, remove: true}.
// A row is dragged by the mouse; with the keyboard, the arrows go from row to row and, with Alt, move one.
/**
 * @typedef {object} Layers
 * @property {{id: number, title: string, details: string, output: string, parameters: string, memory: string,
 *   share: number, colour: string, problem: string, fixed: boolean}[]} rows
 * @property {number} chosen
 */

const template = document.createElement("template");
template.innerHTML = `<div class='row' role='option' tabindex='-1'>
<span class='place'></span><i class='kind'></i>
<span class='what'><b></b> <span class='details'></span><span class='problem'></span></span>
<span class='output'></span><span class='parameters'></span>
<span class='memory'><i></i><span></span></span>
<span class='ways'>
<button type='button' data-by='-1' title='Move up (Alt ↑)'>↑</button><button type='button' data-by='1' title='Move down (Alt ↓)'>↓</button>
<button type='button' class='remove' title='Remove (Delete)'>×</button>
</span></div>`;
const head = `<div class='row head' aria-hidden='true'><span class='place'></span><i></i><span class='what'>Layer</span>
<span class='output'>Output</span><span class='parameters'>Parameters</span><span class='memory'>Memory</span><span class='ways'></span></div>`;

/** @param {{parentElement: any, data: Layers, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".layers");
  const { rows } = data;
  const focused = root.contains(root.getRootNode().activeElement);
  const act = (id, more) => setTriggerValue("acted", { id, ...more });
  const last = rows.length - 1; // Stays where it is.
  const move = (id, to) => to >= 0 && to < last && act(id, { to });

  root.role = "listbox";
  root.ariaLabel = "Layers";
  root.innerHTML = head;
  rows.forEach((row, index) => {
    const made = /** @type {HTMLElement} */ (template.content.firstElementChild.cloneNode(true));
    const find = (selector) => made.querySelector(selector);
    const chosen = row.id === data.chosen;
    made.ariaSelected = String(chosen);
    made.tabIndex = chosen ? 0 : -1;
    made.dataset.id = String(row.id);
    made.classList.toggle("impossible", row.problem !== "");
    find(".place").textContent = index + 1;
    find(".kind").style.background = row.colour;
    find("b").textContent = row.title;
    for (const part of ["details", "output", "parameters", "problem"]) find(`.${part}`).textContent = row[part];
    find(".memory span").textContent = row.memory;
    find(".memory i").style.width = `${100 * row.share}%`;
    find(".ways").hidden = row.fixed;
    made.onclick = () => act(row.id);
    made.querySelectorAll("button").forEach((button) => {
      const by = Number(button.dataset.by);
      button.ariaLabel = by ? `Move ${row.title} ${by < 0 ? "up" : "down"}` : `Remove ${row.title}`;
      button.disabled = by && (index + by < 0 || index + by >= last);
      button.onclick = (event) => {
        event.stopPropagation();
        if (by) move(row.id, index + by);
        else act(row.id, { remove: true });
      };
    });
    made.onkeydown = (event) => {
      const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (event.target !== made || (!by && !["Delete", "Enter"].includes(event.key))) return;
      event.preventDefault();
      if (event.key === "Enter") act(row.id);
      else if (!by) !row.fixed && act(row.id, { remove: true });
      else if (event.altKey) !row.fixed && move(row.id, index + by);
      else if (rows[index + by]) act(rows[index + by].id);
    };
    made.draggable = !row.fixed;
    made.ondragstart = (event) => {
      root.dragged = row.id;
      event.dataTransfer.effectAllowed = "move";
    };
    made.ondragover = (event) => {
      if (root.dragged === undefined || row.fixed) return;
      event.preventDefault();
      made.classList.add("target");
    };
    made.ondragleave = () => made.classList.remove("target");
    made.ondragend = () => delete root.dragged;
    made.ondrop = (event) => {
      event.preventDefault();
      made.classList.remove("target");
      if (root.dragged !== undefined && root.dragged !== row.id) move(root.dragged, index);
    };
    root.append(made);
    if (chosen && focused) made.focus({ preventScroll: true });
  });
}
