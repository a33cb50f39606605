// @ts-check
// Points that are asked for while a training goes on: they are put after what the page itself has drawn.
import assert from "node:assert/strict";
import { test } from "node:test";
import { beyond, grownBy, Live } from "../../pages/components/chart/live.js";

/** @typedef {import("../../pages/components/chart/live.js").Point} Point */

/** @returns {any[]} */
function charts() {
  const line = (/** @type {number[]} */ x, /** @type {number[]} */ y, lows = []) => ({ x, y, lows, highs: lows });
  return [
    { scale: "log", range: [-1, 1], lines: [line([0.5, 1], [2, 1]), line([1], [1])] },
    { scale: "share", range: [0, 0.5], lines: [line([0.5, 1], [0.2, 0.4], [0.1, 0.3])] },
  ];
}

/** @type {Point[]} */
const NEW = [[0, 0, 1, 9], [0, 0, 1.5, 0.01], [1, 0, 1.5, 0.9], [0, 1, 2, null]];

test("only what is further on than a line is new to it", () => {
  assert.deepEqual(beyond(charts(), NEW), NEW.slice(1));
  assert.deepEqual(beyond(charts(), [[0, 5, 1, 1], [7, 0, 1, 1]]).length, 2, "of no line: drawn nowhere");
});

test("points are put after their lines, and their axis is as long as that takes", () => {
  const before = charts();
  const [loss, accuracy] = grownBy(before, NEW.slice(1));
  assert.deepEqual(loss.lines[0].x, [0.5, 1, 1.5]);
  assert.deepEqual(loss.lines[0].y, [2, 1, 0.01]);
  assert.deepEqual(loss.lines[1].y, [1, null], "what is no number is a gap");
  assert.ok(loss.range[0] < -2 && loss.range[1] === 1);
  assert.ok(accuracy.range[1] > 0.9 && accuracy.range[0] === 0);
  assert.deepEqual(accuracy.lines[0].lows, [0.1, 0.3, 0.9], "its band goes on");
  assert.deepEqual(before, charts(), "what the page has drawn is not changed");
  assert.equal(grownBy(before, [[0, 0, 2, 1]])[1], before[1], "nothing is new there");
});

/** @param {any[]} answers what the server says, one after the other; null: there is no such address */
function asked(answers) {
  /** @type {string[]} */
  const addresses = [];
  Object.assign(globalThis, {
    document: { hidden: false },
    fetch: (/** @type {string} */ address) => {
      addresses.push(address);
      const answer = answers.shift();
      return Promise.resolve({ ok: Boolean(answer), json: () => Promise.resolve(answer) });
    },
  });
  return addresses;
}

test("it asks from where the last answer ended, until there is no such address", async () => {
  const addresses = asked([{ to: 100, points: [] }, { to: 150, points: NEW }, { to: 200, points: NEW }]);
  let drawn = 0;
  const live = new Live(charts, () => drawn++);
  live.follow("/live/a");
  live.follow("/live/a");
  while (live.asking) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(addresses, [-1, 100, 150, 200].map((from) => `/live/a?from=${from}`));
  assert.deepEqual([live.points, drawn], [NEW.slice(1), 2], "what was told twice is there once");
});

test("what the page has drawn meanwhile is taken from the points, and another address begins anew", () => {
  asked([]);
  const shown = charts();
  const live = new Live(() => shown, () => {});
  live.follow("/live/a");
  live.take(150, NEW);
  shown[0].lines[0].x.push(1.5);
  live.follow("/live/a");
  assert.deepEqual(live.points, NEW.slice(2));
  live.take(90, []);
  assert.deepEqual([live.points, live.from], [[], 90], "records were taken back");
  live.follow("/live/b");
  assert.equal(live.from, -1);
});

test("a page out of sight, or one that was left, asks nothing", () => {
  const addresses = asked([]);
  Object.assign(globalThis, { document: { hidden: true } });
  const live = new Live(charts, () => {});
  live.follow("/live/a");
  live.follow(null);
  assert.deepEqual(addresses, []);
});
