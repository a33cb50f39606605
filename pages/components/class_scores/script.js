// @ts-check
// Scores by class. data: {rows: [{name, support, predicted: images, recall, precision, f1: shares or null,
// confused: {predicted: a class's number, name, count} or null}], means: [{name, recall, precision, f1}]}.
// A click on a score, a name or a confusion sends `chosen`: {true, predicted: a class's number or null}.
/**
 * @typedef {object} Scores
 * @property {{name: string, support: number, predicted: number, recall: number | null, precision: number | null,
 *   f1: number | null, confused: {predicted: number, name: string, count: number} | null}[]} rows
 * @property {{name: string, recall: number, precision: number, f1: number}[]} means
 */

const columns = [
  { key: "name", title: "class" },
  { key: "support", title: "images", help: "Support: number of images of this class" },
  { key: "recall", title: "recall", help: "Share of the images of this class that were found" },
  {
    key: "precision",
    title: "precision",
    help: "Share of the predictions of this class that are correct",
  },
  { key: "f1", title: "F1", help: "The harmonic mean of precision and recall" },
  { key: "confused", title: "taken most often for" },
];
const shares = ["recall", "precision", "f1"];
const value = (row, key) => (key === "confused" ? (row.confused?.count ?? 0) : row[key]);

function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function bar(key, share, none) {
  const made = element("span", `share ${key}`);
  const track = element("span", "track");
  const fill = element("i", "");
  fill.style.width = `${100 * (share ?? 0)}%`;
  track.append(fill);
  made.append(track, element("span", "value", share === null ? none : `${(100 * share).toFixed(1)}%`));
  return made;
}

function clickable(content, title, chosen, trueClass, predicted) {
  const made = element("button", "");
  made.type = "button";
  made.title = title;
  made.append(content);
  made.onclick = () => chosen({ true: trueClass, predicted });
  return made;
}

function line(row, chosen) {
  const made = document.createElement("tr");
  const { name, number } = row;
  const pictures = (count) => `${count.toLocaleString("en")} image${count === 1 ? "" : "s"}`;
  const ofIt = `${name}: ${pictures(row.support)}`;
  const asIt = `Taken for ${name}: ${pictures(row.predicted)}`;
  const cells = {
    name: clickable(name, ofIt, chosen, number, null),
    support: document.createTextNode(row.support.toLocaleString("en")),
    recall: clickable(bar("recall", row.recall, "no images"), ofIt, chosen, number, null),
    precision: clickable(bar("precision", row.precision, "never predicted"), asIt, chosen, null, number),
    f1: bar("f1", row.f1, "–"),
    confused: row.confused
      ? clickable(
        `${row.confused.name}, ${
          row.confused.count === 1 ? "once" : `${row.confused.count.toLocaleString("en")} times`
        }`,
        `${name} predicted as ${row.confused.name}: ${pictures(row.confused.count)}`,
        chosen,
        number,
        row.confused.predicted,
      )
      : document.createTextNode("never confused"),
  };
  for (const { key } of columns) {
    const cell = element(key === "name" ? "th" : "td", key);
    if (key === "name") cell.scope = "row";
    cell.append(cells[key]);
    made.append(cell);
  }
  return made;
}

/** @param {{parentElement: any, data: Scores, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const field = parentElement.querySelector(".field");
  field.sorted ??= { key: null, down: true };
  const chosen = (sent) => setTriggerValue("chosen", sent);
  const draw = () => {
    const { key, down } = field.sorted;
    const rows = data.rows.map((row, number) => ({ ...row, number }));
    if (key) {
      const ordered = key === "name" ? (a, b) => a.name.localeCompare(b.name) : (a, b) => value(a, key) - value(b, key);
      rows.sort((a, b) => (down ? -1 : 1) * ordered(a, b));
    }
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const column of columns) {
      const cell = element("th", column.key);
      cell.scope = "col";
      cell.setAttribute("aria-sort", column.key === key ? (down ? "descending" : "ascending") : "none");
      const button = element("button", "", column.title);
      button.type = "button";
      button.title = `${column.help ?? column.title}. Click to sort.`;
      button.onclick = () => {
        const again = key === column.key;
        // Scores: the worst first. Counts: the largest.
        const downFirst = column.key === "support" || column.key === "confused";
        field.sorted = { key: column.key, down: again ? !down : downFirst };
        draw();
        field.querySelector(`thead .${column.key} button`).focus();
      };
      cell.append(button);
      head.append(cell);
    }
    const body = table.createTBody();
    for (const row of rows) body.append(line(row, chosen));
    const foot = table.createTFoot();
    for (const mean of data.means) {
      const made = foot.insertRow();
      const name = element("th", "name", mean.name);
      name.scope = "row";
      name.colSpan = 2;
      made.append(name);
      for (const share of shares) {
        const cell = element("td", share);
        cell.append(bar(share, mean[share], "–"));
        made.append(cell);
      }
      made.append(element("td", "confused"));
    }
    field.replaceChildren(table);
  };
  // Drawn anew at each rerun, a button under the pointer would be gone before it is let go.
  const drawn = JSON.stringify(data);
  if (field.drawn === drawn) return;
  field.drawn = drawn;
  draw();
}
