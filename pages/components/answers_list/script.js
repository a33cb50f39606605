// @ts-check
// Photos with their answers, one of them open. data: {rows: [{id, url, name, answer, confidence, decision, asked, truth}],
// opened: id}. A click or Enter sends `opened`: the id. Arrows up and down go from row to row.
/**
 * @typedef {object} Answers
 * @property {{id: string | number, url: string, name: string, answer: string, confidence: number, decision: string,
 *   asked: boolean, truth: string}[]} rows
 * @property {string | number} opened
 */

function part(className, text) {
  const made = document.createElement("span");
  made.className = className;
  made.textContent = text;
  return made;
}

function line(row) {
  const made = document.createElement("button");
  made.type = "button";
  made.setAttribute("role", "option");
  made.dataset.id = row.id;
  made.title = row.name;
  const image = document.createElement("img");
  image.src = row.url;
  image.alt = "";
  image.loading = "lazy";
  const said = part("said", "");
  const bar = part("bar", "");
  bar.style.setProperty("--share", `${100 * row.confidence}%`);
  said.append(part("name", row.name), part("answer", row.answer), bar);
  const booked = part(row.asked ? "booked asked" : "booked", row.decision);
  const right = part("right", "");
  right.append(booked);
  if (row.truth) right.append(part("truth", row.truth));
  made.append(image, said, right);
  return made;
}

/** @param {{parentElement: any, data: Answers, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const list = parentElement.querySelector(".list");
  const drawn = JSON.stringify(data.rows);
  if (list.drawn !== drawn) {
    const top = list.scrollTop;
    const focused = parentElement.activeElement?.dataset?.id;
    list.replaceChildren(...data.rows.map(line));
    list.drawn = drawn;
    list.scrollTop = top;
    if (focused) list.querySelector(`[data-id="${focused}"]`)?.focus({ preventScroll: true });
  }
  for (const each of list.children) each.setAttribute("aria-selected", Number(each.dataset.id) === data.opened);
  list.onclick = (event) => {
    const row = event.target.closest("button");
    if (!row) return;
    setTriggerValue("opened", Number(row.dataset.id));
    // On a narrow page the open photo is above the list, out of sight.
    const shown = /** @type {HTMLElement | null} */ (document.querySelector(".st-key-opened_photo"));
    const box = shown?.getBoundingClientRect();
    if (!box || box.top >= 0 || box.bottom > list.getBoundingClientRect().top + 1) return;
    shown.style.scrollMarginTop = "72px"; // Beneath the page's header.
    shown.scrollIntoView();
  };
  list.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const rows = [...list.children];
    const to = rows[rows.indexOf(event.target.closest("button")) + step];
    if (!step || !to) return;
    event.preventDefault();
    to.focus();
  };
}
