// @ts-check
// Runs as a table. data: the bytes of a JSON text {fields: [name], rows: [[value of each field]], state: {chosen: [name],
// colours: {name: CSS colour}, turn: which request this answers}}; fields as in
// core/runs/comparison/table.py. Ticking sends `chosen`: {names, turn}; a star sends `starred`: {name, star}.
// Sorting and filtering stay in the browser.
/**
 * @typedef {object} Table
 * @property {Record<string, any>[]} rows
 * @property {string[]} chosen
 * @property {Record<string, string>} colours
 * @property {number} turn
 */

const share = (value) => (value === null ? "–" : `${(100 * value).toFixed(2)}%`);
const columns = [
  { title: "Run", of: (row) => row.title.toLowerCase(), draw: run, className: "run" },
  { title: "Data", of: (row) => row.data.toLowerCase(), draw: (row) => row.data, className: "data wide" },
  { title: "Epochs", of: (row) => row.epoch, draw: (row) => epochs(row), className: "number wide" },
  { title: "Time", of: (row) => row.seconds, draw: (row) => row.duration, className: "number wide" },
  { title: "Training", of: (row) => row.training, draw: (row) => share(row.training), className: "number wide" },
  {
    title: "Validation",
    of: (row) => row.validation,
    draw: (row) => share(row.validation),
    className: "number middle",
  },
  { title: "Test", of: (row) => row.test, draw: (row) => share(row.test), className: "number" },
  { title: "State", of: (row) => row.state, draw: state, className: "state" },
  { title: "Made", of: (row) => row.created, draw: (row) => made(row.created), className: "made wide" },
];

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function run(row, rows) {
  const title = element("button", "title", row.title);
  title.type = "button";
  title.title = `Show ${row.name} alone`;
  const pair = rows.find((each) => each.name === row.pair_of);
  const said = [row.title === row.recipe ? "" : row.recipe, pair && `one change to ${pair.title}`, row.note];
  const small = element("span", "note", said.filter(Boolean).join(" · "));
  return [title, small];
}

function state(row) {
  const badge = element("span", `badge ${row.state}`, row.state_said || row.state);
  badge.title = row.cause;
  return badge;
}

function epochs(row) {
  return row.epoch === row.epochs ? `${row.epochs}` : `${row.epoch} of ${row.epochs}`;
}

function made(seconds) {
  /** @type {Intl.DateTimeFormatOptions} */
  const date = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false };
  return seconds ? new Date(1000 * seconds).toLocaleString("en-GB", date) : "–";
}

function text(row) {
  return [row.name, row.title, row.recipe, row.data, row.state, row.note].join("\n").toLowerCase();
}

function compare(first, second) {
  if (first === second) return 0;
  if (first === null) return -1;
  if (second === null) return 1;
  return first < second ? -1 : 1;
}

/**
 * @param {Uint8Array} bytes
 * @returns {Table}
 */
function read(bytes) {
  const { fields, rows, state } = JSON.parse(new TextDecoder().decode(bytes));
  return { ...state, rows: rows.map((row) => Object.fromEntries(fields.map((field, at) => [field, row[at]]))) };
}

/** @param {{parentElement: any, data: Uint8Array, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data: bytes, setTriggerValue }) {
  const data = read(bytes);
  const find = (selector) => parentElement.querySelector(selector);
  const [head, body, filter, starred] = ["thead", "tbody", ".filter", ".starred input"].map(find);
  // What outlives this call: {chosen, turn, by: the column sorted by, down: whether from the largest}.
  const kept = (body.kept ??= { chosen: data.chosen, turn: data.turn, by: columns.length - 1, down: true });
  // An answer to an earlier request must not take back what was ticked since.
  if (data.turn >= kept.turn) Object.assign(kept, { chosen: data.chosen, turn: data.turn });

  const choose = (names) => {
    kept.chosen = names;
    kept.turn += 1;
    draw();
    setTriggerValue("chosen", { names, turn: kept.turn });
  };
  const shown = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { of } = columns[kept.by];
    const found = data.rows.filter(
      (row) => (!starred.checked || row.star) && words.every((word) => text(row).includes(word)),
    );
    return found.sort((first, second) => (kept.down ? -1 : 1) * compare(of(first), of(second)));
  };

  const heading = (rows) => {
    const row = document.createElement("tr");
    const all = document.createElement("input");
    all.type = "checkbox";
    all.ariaLabel = "Choose all shown";
    all.checked = rows.length > 0 && rows.every((each) => kept.chosen.includes(each.name));
    all.onchange = () => choose(all.checked ? rows.map((each) => each.name) : []);
    const first = element("th", "tick");
    first.append(all);
    row.append(first, element("td", "star"));
    columns.forEach((column, place) => {
      const cell = element("th", column.className);
      const sorted = place === kept.by;
      if (sorted) cell.ariaSort = kept.down ? "descending" : "ascending";
      const button = element("button", "sort", `${column.title}${sorted ? (kept.down ? " ↓" : " ↑") : ""}`);
      button.type = "button";
      button.onclick = () => {
        Object.assign(kept, { by: place, down: sorted ? !kept.down : place > 1 });
        draw();
        head.querySelectorAll(".sort")[place].focus();
      };
      cell.append(button);
      row.append(cell);
    });
    return row;
  };
  const line = (row) => {
    const made = document.createElement("tr");
    made.dataset.run = row.name;
    const ticked = kept.chosen.includes(row.name);
    made.ariaSelected = `${ticked}`;
    if (ticked && data.colours[row.name]) made.style.setProperty("--colour", data.colours[row.name]);
    const tick = document.createElement("input");
    tick.type = "checkbox";
    tick.checked = ticked;
    tick.ariaLabel = `Choose ${row.title}, ${row.name}`;
    tick.onchange = () => {
      choose(tick.checked ? [...kept.chosen, row.name] : kept.chosen.filter((name) => name !== row.name));
      body.querySelector(`[data-run="${CSS.escape(row.name)}"] input`)?.focus();
    };
    const first = element("td", "tick");
    first.append(tick);
    const star = element("button", "star", row.star ? "★" : "☆");
    star.type = "button";
    star.ariaLabel = "Star";
    star.ariaPressed = `${row.star}`;
    star.onclick = () => {
      row.star = !row.star;
      draw();
      setTriggerValue("starred", { name: row.name, star: row.star });
    };
    const second = element("td", "star");
    second.append(star);
    made.append(first, second);
    for (const column of columns) {
      const cell = element("td", column.className);
      cell.append(...[column.draw(row, data.rows)].flat());
      made.append(cell);
    }
    /** @type {HTMLElement} */ (made.querySelector(".title")).onclick = () => choose([row.name]);
    return made;
  };
  const draw = () => {
    const rows = shown();
    head.replaceChildren(heading(rows));
    body.replaceChildren(...rows.map(line));
    const all = data.rows.length;
    find(".count").textContent = rows.length === all ? `${all} run${all === 1 ? "" : "s"}` : `${rows.length} of ${all}`;
  };
  filter.oninput = starred.onchange = draw;
  // The page is drawn anew more often than the runs change.
  const now = JSON.stringify([data.rows, data.colours, kept.chosen]);
  if (kept.drawn !== now) draw();
  kept.drawn = now;
}
