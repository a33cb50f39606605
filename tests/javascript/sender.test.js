// @ts-check
// What is chosen is sent at once, and then no faster than it is answered.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Sender } from "../../pages/components/common/sender.js";

/** @param {import("node:test").TestContext} t */
function dragged(t) {
  t.mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const state = { weight: 0, sent: /** @type {any[]} */ ([]) };
  const sender = new Sender(() => ({ weight: state.weight }));
  sender.send = (sent) => state.sent.push(sent);
  const move = (/** @type {number} */ weight) => {
    state.weight = weight;
    sender.arrange(0);
    t.mock.timers.tick(16);
  };
  return { state, sender, move };
}

test("a drag that never rests is followed: the first move at once, the next when the server has answered", (t) => {
  const { state, sender, move } = dragged(t);
  move(1);
  assert.deepEqual(state.sent, [{ weight: 1, turn: 1 }]);
  for (const weight of [2, 3, 4]) move(weight);
  assert.equal(state.sent.length, 1, "no more than it can answer");
  sender.hear(1);
  t.mock.timers.tick(0);
  assert.deepEqual(state.sent[1], { weight: 4, turn: 2 }, "where the drag is now");
  sender.hear(2);
  t.mock.timers.tick(5000);
  assert.equal(state.sent.length, 2);
  assert.equal(sender.settled, true);
});

test("an answer that never comes is waited for a second", (t) => {
  const { state, move } = dragged(t);
  move(1);
  move(2);
  t.mock.timers.tick(900);
  assert.equal(state.sent.length, 1);
  t.mock.timers.tick(200);
  assert.deepEqual(state.sent[1], { weight: 2, turn: 2 });
});
