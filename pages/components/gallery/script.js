// @ts-check
// Images in pages of a grid. data: {of: which images, number: of the page, pages: how many there are, perPage and
// total: of images, turn: which request this answers, side: pixels, crisp, focus: id or null,
// reveal: whether to scroll to other images when they come out of sight, as those of a click far above on a phone,
// images: {page number: [{id, url, alt, caption, mark, dimmed}]}}.
// A click or Enter sends the id as `opened`. Another page is asked for as `turned`: {to, has, turn}; `has` are the pages
// that are here already. The pages beside the shown one are asked for ahead, so that turning shows them at once.
// Page up and down turn; the arrows left and right too, but within the grid only past its ends.
/**
 * @typedef {object} GalleryPages
 * @property {string} of
 * @property {number} number
 * @property {number} pages
 * @property {number} perPage
 * @property {number} total
 * @property {number} turn
 * @property {number} side
 * @property {boolean} crisp
 * @property {string | number | null} focus
 * @property {boolean} reveal
 * @property {Record<string, {id: string | number, url: string, alt: string, caption: string, mark: string,
 *   dimmed: boolean}[]>} pictures
 */

const steps = { PageUp: -1, PageDown: 1, ArrowLeft: -1, ArrowRight: 1 };
const typing =
  "input:not([type=checkbox]), textarea, select, [contenteditable], [role=slider], [role=radiogroup], [role=dialog]";
const remembered = 4;

function button(item) {
  const made = document.createElement("button");
  made.type = "button";
  made.dataset.id = item.id;
  made.title = item.alt;
  made.classList.toggle("dimmed", item.dimmed);
  const image = document.createElement("img");
  image.src = item.url;
  image.alt = item.alt;
  image.decode().catch(() => {}); // Ahead of being shown; the browser says itself what it cannot decode.
  made.append(image);
  for (const part of ["mark", "caption"]) {
    if (!item[part]) continue;
    const text = document.createElement("span");
    text.className = part;
    text.textContent = item[part];
    made.append(text);
  }
  return made;
}

/** @param {{parentElement: any, data: GalleryPages, setTriggerValue: (name: string, value: unknown) => void}} given */
export default function ({ parentElement, data, setTriggerValue }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [grid, pager, before, after, number] = [".grid", ".pager", ".before", ".after", ".number"].map(find);
  // What outlives this call: {of, number, turn, pages: Map of a page's number to its buttons}.
  const shown = (grid.shown ??= { turn: data.turn });

  const ask = (to) => {
    shown.turn += 1;
    setTriggerValue("turned", { to, has: [...shown.pages.keys()], turn: shown.turn });
  };
  const draw = () => {
    const buttons = shown.pages.get(shown.number);
    grid.classList.toggle("waiting", !buttons);
    number.value = shown.number;
    const first = (shown.number - 1) * data.perPage;
    const [from, to] = [first + 1, Math.min(first + data.perPage, data.total)].map((place) =>
      place.toLocaleString("en")
    );
    find(".range").textContent = `${from}–${to}`;
    before.disabled = shown.number === 1;
    after.disabled = shown.number === data.pages;
    if (!buttons || grid.drawn === buttons) return;
    const focused = grid.contains(parentElement.activeElement);
    grid.replaceChildren(...buttons);
    grid.drawn = buttons;
    const end = shown.backwards ? grid.lastElementChild : grid.firstElementChild;
    if (focused) end?.focus({ preventScroll: opened });
  };
  const turnTo = (page) => {
    const to = Math.min(Math.max(page, 1), data.pages);
    if (to === shown.number) return;
    shown.backwards = to < shown.number;
    shown.number = to;
    draw();
    ask(to);
  };

  const isOther = shown.of !== undefined && shown.of !== data.of;
  // A dialog shows at its top what was clicked in it.
  const dialog = parentElement.getRootNode().host?.closest("[role=dialog]");
  const opened = Boolean(isOther && dialog && grid.opened);
  if (isOther) grid.opened = false;
  if (shown.of !== data.of) Object.assign(shown, { of: data.of, number: data.number, pages: new Map() });
  // An answer to an earlier request must not turn back what was turned since.
  if (shown.turn === data.turn) shown.number = data.number;
  for (const [page, items] of Object.entries(data.pictures)) {
    if (!shown.pages.has(Number(page))) shown.pages.set(Number(page), items.map(button));
  }
  for (const page of shown.pages.keys()) {
    if (Math.abs(page - shown.number) > remembered) shown.pages.delete(page);
  }
  grid.style.setProperty("--side", `${data.side}px`);
  grid.classList.toggle("crisp", data.crisp);
  pager.hidden = data.pages === 1;
  number.max = data.pages;
  find(".pages").textContent = `of ${data.pages.toLocaleString("en")}`;
  draw();
  if (opened) dialog.scrollIntoView({ block: "start" });
  if (isOther && data.reveal) {
    const { top, bottom } = grid.getBoundingClientRect();
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    if (top > 0.7 * innerHeight || bottom < 0) grid.scrollIntoView({ behavior });
  }
  const beside = [shown.number, shown.number + 1, shown.number - 1].filter((page) => page >= 1 && page <= data.pages);
  if (shown.turn === data.turn && beside.some((page) => !shown.pages.has(page))) {
    // Not beneath a dialog: the answer would draw it anew under the user's hands.
    setTimeout(() => shown.turn === data.turn && !document.querySelector("[role=dialog]") && ask(shown.number), 100);
  }
  if (data.focus !== null && grid.focusGiven !== data.focus) {
    // The dialog gives the focus back to what had it before, too, a moment later.
    setTimeout(() => grid.querySelector(`[data-id="${data.focus}"]`)?.focus(), 200);
  }
  grid.focusGiven = data.focus;

  before.onclick = () => turnTo(shown.number - 1);
  after.onclick = () => turnTo(shown.number + 1);
  number.onchange = () => turnTo(Math.round(Number(number.value)) || shown.number);
  grid.onclick = (event) => {
    const clicked = event.target.closest("button");
    // The second click of a double click would open the image again, perhaps after it was closed.
    if (!clicked || event.detail >= 2) return;
    grid.opened = true;
    setTriggerValue("opened", Number(clicked.dataset.id));
  };
  grid.onkeydown = (event) => {
    const buttons = [...grid.children];
    const at = buttons.indexOf(event.target.closest("button"));
    const columns = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowUp: at - columns, ArrowDown: at + columns }[event.key];
    if (to === undefined) return;
    const upOrDown = event.key === "ArrowUp" || event.key === "ArrowDown";
    if (buttons[to]) buttons[to].focus();
    if (buttons[to] || upOrDown) event.stopPropagation();
    if (buttons[to]) event.preventDefault();
  };
  const onKey = (event) => {
    const step = steps[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = event.composedPath()[0];
    if (target.closest?.(typing) || document.querySelector("[role=dialog]")) return;
    event.preventDefault();
    turnTo(shown.number + step);
  };
  // This function runs at every rerun, what it returns only when the component goes.
  document.removeEventListener("keydown", grid.onKey);
  document.addEventListener("keydown", onKey);
  grid.onKey = onKey;
  return () => document.removeEventListener("keydown", grid.onKey);
}
