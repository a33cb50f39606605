// @ts-check
// Panels that were drawn ahead: a drag is drawn by them at once, and no late answer of the server draws over it.
import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import vm from "node:vm";
import { deflateSync } from "node:zlib";
import { moving } from "../../pages/components/common/moving.js";
import { Ahead, between } from "../../pages/components/panels/ahead.js";

const sentOf = (/** @type {object} */ frames, more = {}) => ({
  key: "rate",
  low: 0,
  step: 0.1,
  others: { seed: 1 },
  left: 0,
  packed: deflateSync(JSON.stringify({ pictures: ["data:a"], frames })).toString("base64"),
  ...more,
});

test("numbers between two places lie in between, and all else is the nearer one's", () => {
  assert.deepEqual(between({ x: [0, 10], name: "a" }, { x: [1, 20], name: "b" }, 0.25), { x: [0.25, 12.5], name: "a" });
  assert.deepEqual(between([1, 2], [1, 2, 3], 0.75), [1, 2, 3]);
  assert.equal(between(null, 1, 0.75), 1);
});

test("what is known ahead counts while the other sliders stand where they stood", () => {
  const ahead = new Ahead("token", { rate: 0.5, seed: 1 });
  assert.deepEqual(ahead.lacking("rate"), { key: "rate", have: [] });
  ahead.add(sentOf({}, { left: 9 }), { 2: ["two"], 3: ["three"] });
  assert.deepEqual(ahead.at("rate", 0.30000000000000004), ["three"]);
  assert.equal(ahead.at("rate", 0.9), null);
  assert.equal(ahead.at("seed", 2), null);
  assert.deepEqual(ahead.lacking("rate"), { key: "rate", have: [2, 3] });
  ahead.values = { rate: 0.5, seed: 2 };
  assert.equal(ahead.at("rate", 0.3), null);
});

test("a move is drawn at once, and a late answer does not draw over it", async () => {
  const [own, page] = [globalThis.setTimeout, fs.readFileSync("tests/hardening/browserless/dom.js", "utf8")];
  Reflect.deleteProperty(globalThis, "navigator"); // Node's own cannot be assigned.
  vm.runInThisContext(page);
  const { queued, document, body, Element } = /** @type {any} */ (globalThis);
  const run = async () => {
    globalThis.setTimeout = own;
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (const act of queued.timers.splice(0)) act();
  };
  const component = (await import("../../pages/components/panels/script.js")).default;
  const around = new Element("div");
  around.innerHTML = "<div class='panels'></div>";
  body.append(around);
  const panels = around.querySelector(".panels");
  const asked = [];
  const picture = (/** @type {string} */ title, url = "u") => ({
    picture: { title, alt: "", note: "", url, width: 9 },
  });
  const answer = (/** @type {number} */ rate, /** @type {object | null} */ frames = null) =>
    component({
      parentElement: around,
      setTriggerValue: (_name, value) => asked.push(value),
      data: {
        of: "",
        panels: /** @type {any} */ ([picture(`server ${rate}`)]),
        follows: /** @type {any} */ ({ token: "t", values: { rate, seed: 1 }, frames }),
      },
    });
  const move = (/** @type {number} */ value, near = false) => {
    const detail = { key: "rate", value, near, drawn: false };
    document.dispatchEvent(new CustomEvent(moving, { detail }));
    return detail.drawn;
  };
  assert.equal(answer(0.5), undefined, "a clean-up would come too late, after the next answer");
  assert.equal(panels.dataset.of, "0.5 1");
  assert.equal(move(0.2), false, "nothing is known yet");
  await run();
  assert.deepEqual(asked, [{ key: "rate", have: [] }]);
  answer(0.5, sentOf({ 2: [picture("ahead 0.2", /** @type {any} */ (0))] }));
  for (let waited = 0; !move(0.2); waited++) {
    assert.ok(waited < 500, "it is unpacked within ten seconds");
    await run();
  }
  assert.equal(panels.dataset.of, "0.2 1");
  assert.match(panels.textContent, /ahead 0.2/);
  assert.equal(panels.querySelector("img").src, "data:a");
  answer(0.4);
  assert.match(panels.textContent, /ahead 0.2/, "that was dragged on since");
  answer(0.2);
  assert.match(panels.textContent, /server 0.2/);
  answer(0.4);
  assert.match(panels.textContent, /server 0.4/, "such as by the button Back");
  assert.equal(move(0.2), true);
  assert.equal(move(0.9), false, "it is not known");
  answer(0.9);
  assert.match(panels.textContent, /server 0.9/, "nothing newer was drawn here");
  around.remove();
  assert.equal(move(0.2), false, "it is gone from the page");
});
