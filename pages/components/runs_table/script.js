// @ts-check
// Runs as a table. data: the bytes of a JSON text {fields: [name], rows: [[value of each field]], sweepFields, sweeps:
// likewise, state: {chosen: [name], colours: {name: CSS colour}, turn: which request this answers, sweep: the name of the
// one that is shown}}; fields as in core/runs/comparison/table.py and sweep_rows.py. Ticking sends `chosen`: {names,
// turn}; a star sends `starred`: {name, star}; a sweep's title sends `opened`: {name}. Sorting, filtering and unfolding
// a sweep's trials stay in the browser.
/**
 * @typedef {object} Table
 * @property {Record<string, any>[]} rows
 * @property {Record<string, any>[]} sweeps
 * @property {string} sweep
 * @property {string[]} chosen
 * @property {Record<string, string>} colours
 * @property {number} turn
 */

const share = (value) => (value === null ? "–" : `${(100 * value).toFixed(2)}%`);
const columns = [
  {
    title: "Run",
    of: (row) => row.title.toLowerCase(),
    draw: (row, rows) => (row.isSweep ? sweepTitle(row) : run(row, rows)),
    className: "run",
  },
  { title: "Dataset", of: (row) => row.data.toLowerCase(), draw: (row) => row.data, className: "data wide" },
  { title: "Epochs", of: (row) => row.epoch, draw: (row) => epochs(row), className: "number wide" },
  { title: "Time", of: (row) => row.seconds, draw: (row) => row.duration ?? "", className: "number wide" },
  {
    title: "Train acc.",
    of: (row) => row.training,
    draw: (row) => (row.isSweep ? "" : share(row.training)),
    most: true,
    className: "number wide",
  },
  {
    title: "Val. acc.",
    of: (row) => row.validation,
    draw: (row) => (row.isSweep ? interval(row, "validation") : share(row.validation)),
    most: true,
    className: "number middle",
  },
  {
    title: "Test acc.",
    of: (row) => row.test,
    draw: (row) => (row.isSweep ? interval(row, "test") : share(row.test)),
    most: true,
    className: "number",
  },
  { title: "Status", of: (row) => row.state, draw: state, className: "state" },
  { title: "Created", of: (row) => row.created, draw: (row) => made(row.created), className: "made wide" },
];

/** Each dataset's highest value in the columns that have one, where several runs have a value: by column and data. */
function highest(rows) {
  const found = new Map();
  for (const column of columns.filter((each) => each.most)) {
    const single = new Set();
    for (const row of rows) {
      const [value, place] = [column.of(row), `${column.title}, ${row.data}`];
      if (value === null) continue;
      if (found.has(place)) single.delete(place);
      else single.add(place);
      found.set(place, Math.max(value, found.get(place) ?? value));
    }
    for (const place of single) found.delete(place);
  }
  return found;
}

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function run(row, rows) {
  const title = element("button", "title", row.title);
  title.type = "button";
  title.title = `Select only ${row.name}`;
  const pair = rows.find((each) => each.name === row.pair_of);
  const said = [row.title === row.recipe ? "" : row.recipe, pair && `one change from ${pair.title}`, row.note];
  const small = element("span", "note", said.filter(Boolean).join(" · "));
  // Where the column of the data has no room.
  const data = rows.some((each) => each.data !== row.data) ? element("span", "note said-data", row.data) : "";
  return [title, small, data];
}

function state(row) {
  const badge = element("span", `badge ${row.state}`, row.state_said || row.state);
  badge.title = row.cause;
  return badge;
}

function epochs(row) {
  if (row.isSweep) return row.trials ? `${row.ended} of ${row.trials} trials` : "–";
  return row.epoch === row.epochs ? `${row.epochs}` : `${row.epoch} of ${row.epochs}`;
}

function made(seconds) {
  /** @type {Intl.DateTimeFormatOptions} */
  const date = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false };
  return seconds ? new Date(1000 * seconds).toLocaleString("en-GB", date) : "–";
}

// Half an interval is small, so that the figures stand beneath each other.
function interval(row, figure) {
  const [value, half] = row[`${figure}_said`].split(" ± ");
  return half ? [value, element("span", "half", `± ${half}`)] : [value || "–"];
}

function sweepTitle(row) {
  const title = element("button", "title", row.title);
  title.type = "button";
  title.title = `Show the sweep ${row.name}`;
  return [title, element("span", "note", row.what)];
}

function text(row) {
  if (row.isSweep) return [row.name, row.title, row.what, row.data, row.state].join("\n").toLowerCase();
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
  const { fields, rows, sweepFields, sweeps, state } = JSON.parse(new TextDecoder().decode(bytes));
  const named = (names, row) => Object.fromEntries(names.map((name, at) => [name, row[at]]));
  return {
    ...state,
    rows: rows.map((row) => named(fields, row)),
    sweeps: sweeps.map((row) => ({ ...named(sweepFields, row), isSweep: true, seconds: null, training: null })),
  };
}

/** @param {{parentElement: any, data: Uint8Array, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data: bytes, setTriggerValue }) {
  const data = read(bytes);
  const find = (selector) => parentElement.querySelector(selector);
  const [head, body, filter, starred] = ["thead", "tbody", ".filter", ".starred input"].map(find);
  // What outlives this call: {chosen, turn, by: the column sorted by, down: whether from the largest, unfolded: names}.
  const kept = (body.kept ??= {
    chosen: data.chosen,
    turn: data.turn,
    by: columns.length - 1,
    down: true,
    unfolded: new Set(),
  });
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
    const fits = (row) => (!starred.checked || row.star) && words.every((word) => text(row).includes(word));
    const sorted = (found) => found.sort((first, second) => (kept.down ? -1 : 1) * compare(of(first), of(second)));
    const trials = (sweep) => data.rows.filter((row) => row.sweep === sweep.name && fits(row));
    const known = new Set(data.sweeps.map((sweep) => sweep.name));
    // A sweep is there while it fits, or one of its trials does.
    const top = [
      ...data.rows.filter((row) => !known.has(row.sweep) && fits(row)),
      ...data.sweeps.filter((sweep) => fits(sweep) || trials(sweep).length > 0),
    ];
    return sorted(top).flatMap((row) =>
      row.isSweep && kept.unfolded.has(row.name) ? [row, ...sorted(trials(row))] : [row]
    );
  };

  const heading = (rows) => {
    const row = document.createElement("tr");
    const all = document.createElement("input");
    all.type = "checkbox";
    all.ariaLabel = "Select all shown";
    const names = rows.filter((each) => !each.isSweep).map((each) => each.name);
    all.checked = names.length > 0 && names.every((name) => kept.chosen.includes(name));
    all.onchange = () => choose(all.checked ? names : []);
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
  let most = new Map();
  const cells = (row) =>
    columns.map((column) => {
      const cell = element("td", column.className);
      const value = column.of(row);
      if (!row.isSweep && value !== null && value === most.get(`${column.title}, ${row.data}`)) {
        cell.classList.add("most");
        cell.title = `The highest of ${row.data}`;
      }
      cell.append(...[column.draw(row, data.rows)].flat());
      return cell;
    });
  const sweepLine = (row) => {
    const made = element("tr", "sweep");
    made.dataset.sweep = row.name;
    made.ariaSelected = `${row.name === data.sweep}`;
    const open = kept.unfolded.has(row.name);
    const fold = element("button", "fold");
    fold.type = "button";
    fold.ariaExpanded = `${open}`;
    fold.ariaLabel = `Trials of ${row.title}, ${row.name}`;
    fold.onclick = () => {
      if (open) kept.unfolded.delete(row.name);
      else kept.unfolded.add(row.name);
      draw();
      /** @type {HTMLElement} */ (body.querySelector(`[data-sweep="${CSS.escape(row.name)}"] .fold`))?.focus();
    };
    const first = element("td", "tick");
    first.append(fold);
    made.append(first, element("td", "star"), ...cells(row));
    /** @type {HTMLElement} */ (made.querySelector(".title")).onclick = () =>
      setTriggerValue("opened", { name: row.name });
    return made;
  };
  const line = (row) => {
    if (row.isSweep) return sweepLine(row);
    const made = element("tr", row.sweep ? "trial" : "");
    made.dataset.run = row.name;
    const ticked = kept.chosen.includes(row.name);
    made.ariaSelected = `${ticked}`;
    if (ticked && data.colours[row.name]) made.style.setProperty("--colour", data.colours[row.name]);
    const tick = document.createElement("input");
    tick.type = "checkbox";
    tick.checked = ticked;
    tick.ariaLabel = `Select ${row.title}, ${row.name}`;
    tick.onchange = () => {
      choose(tick.checked ? [...kept.chosen, row.name] : kept.chosen.filter((name) => name !== row.name));
      body.querySelector(`[data-run="${CSS.escape(row.name)}"] input`)?.focus();
    };
    const first = element("td", "tick");
    first.append(tick);
    const star = element("button", "star", row.star ? "★" : "☆");
    star.type = "button";
    star.ariaLabel = `Star ${row.title}`;
    star.ariaPressed = `${row.star}`;
    star.onclick = () => {
      row.star = !row.star;
      draw();
      setTriggerValue("starred", { name: row.name, star: row.star });
    };
    const second = element("td", "star");
    second.append(star);
    made.append(first, second, ...cells(row));
    /** @type {HTMLElement} */ (made.querySelector(".title")).onclick = () => choose([row.name]);
    return made;
  };
  const draw = () => {
    const rows = shown();
    most = highest(data.rows);
    head.replaceChildren(heading(rows));
    body.replaceChildren(...rows.map(line));
    const [all, visible] = [data.rows.length, rows.filter((row) => !row.isSweep).length];
    const filtered = starred.checked || filter.value.trim() !== "";
    find(".count").textContent = visible === all || !filtered
      ? `${all} run${all === 1 ? "" : "s"}`
      : `${visible} of ${all}`;
  };
  filter.oninput = starred.onchange = draw;
  // The page is drawn anew more often than the runs change.
  const now = JSON.stringify([data.rows, data.sweeps, data.sweep, data.colours, kept.chosen]);
  if (kept.drawn !== now) draw();
  kept.drawn = now;
}
