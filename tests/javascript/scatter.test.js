// @ts-check
// The map: a lasso holds what it surrounds, zooming keeps the place beneath the pointer, dots are stamped whole.
import assert from "node:assert/strict";
import { test } from "node:test";
import { flags, tileOf } from "../../pages/components/scatter/data.js";
import { contains, distance } from "../../pages/components/scatter/lasso.js";
import { classCounts, described } from "../../pages/components/scatter/legend.js";
import { press, stampFrom } from "../../pages/components/scatter/stamps.js";
import { besides } from "../../pages/components/scatter/tip.js";
import {
  halfOf,
  nearestIn,
  pannedBy,
  placesIn,
  unitOf,
  WHOLE_MAP,
  zoomedBy,
} from "../../pages/components/scatter/view.js";

const SIZE = { width: 800, height: 400 };
const HALF = { x: 1, y: 0.5 };
/** @param {[number, number]} place */
const point = ([x, y]) => ({ x: [x], y: [y] });
/** @type {[number, number][]} */
const HORSESHOE = [[0, 0], [90, 0], [90, 90], [60, 90], [60, 30], [30, 30], [30, 90], [0, 90]];

test("a lasso holds what it surrounds, however it bends", () => {
  assert.ok(contains(HORSESHOE, [15, 80]));
  assert.ok(contains(HORSESHOE, [75, 80]));
  assert.ok(!contains(HORSESHOE, [45, 80]), "between its arms");
  assert.ok(!contains(HORSESHOE, [100, 10]));
  assert.ok(!contains([], [0, 0]) && !contains([[0, 0]], [0, 0]));
});

test("a lasso drawn the other way round holds the same", () => {
  const other = [...HORSESHOE].reverse();
  for (let x = -5; x < 100; x += 7) {
    for (let y = -5; y < 100; y += 7) assert.equal(contains(HORSESHOE, [x, y]), contains(other, [x, y]));
  }
  assert.equal(distance([0, 0], [3, 4]), 5);
});

test("the whole map lies within the canvas, its middle in the middle", () => {
  const places = [[0, 0], [1, 0.5], [-1, -0.5]].map(([x, y]) => placesIn(WHOLE_MAP, SIZE, HALF, point([x, y]))(0));
  assert.deepEqual(places[0], [400, 200]);
  for (const [x, y] of places) assert.ok(0 < x && x < SIZE.width && 0 < y && y < SIZE.height);
  assert.ok(places[1][1] < places[2][1], "up is up");
});

test("zooming keeps what is beneath the pointer where it is", () => {
  let view = { x: 0.2, y: -0.1, zoom: 1.5 };
  for (const [factor, x, y] of [[1.4, 100, 50], [1 / 1.4, 700, 390], [3, 400, 200]]) {
    const unit = unitOf(view, SIZE, HALF);
    /** @type {[number, number]} */
    const beneath = [view.x + (x - 400) / unit, view.y - (y - 200) / unit];
    view = zoomedBy(view, SIZE, HALF, factor, [x, y]);
    const [left, top] = placesIn(view, SIZE, HALF, point(beneath))(0);
    assert.ok(Math.abs(left - x) < 1e-9 && Math.abs(top - y) < 1e-9);
  }
});

test("zooming ends where a point fills the canvas, or the map is half as large", () => {
  assert.equal(zoomedBy(WHOLE_MAP, SIZE, HALF, 1e9).zoom, 200);
  assert.equal(zoomedBy(WHOLE_MAP, SIZE, HALF, 1e-9).zoom, 0.5);
  assert.deepEqual(WHOLE_MAP, { x: 0, y: 0, zoom: 1 });
});

test("panning moves points with the pointer, and its middle stays on the map", () => {
  const before = placesIn(WHOLE_MAP, SIZE, HALF, point([0, 0]))(0);
  const view = pannedBy(WHOLE_MAP, SIZE, HALF, 30, -20);
  const after = placesIn(view, SIZE, HALF, point([0, 0]))(0);
  assert.deepEqual(after.map((place, at) => Math.round(place - before[at])), [30, -20]);
  assert.deepEqual(pannedBy(WHOLE_MAP, SIZE, HALF, -1e6, -1e6), { x: 1, y: -1, zoom: 1 });
});

test("the nearest point is one that counts and is near", () => {
  /** @type {[number, number][]} */
  const places = [[0, 0], [10, 0], [11, 0]];
  const at = (/** @type {number} */ index) => places[index];
  assert.equal(nearestIn(at, 3, () => true, [12, 0], 12), 2);
  assert.equal(nearestIn(at, 3, (index) => index !== 2, [12, 0], 12), 1);
  assert.equal(nearestIn(at, 3, () => true, [100, 0], 12), null);
});

test("bits are read from the most significant on; without them all are alike", () => {
  assert.deepEqual(flags("oIA=", 9, 0), [1, 0, 1, 0, 0, 0, 0, 0, 1]);
  assert.deepEqual(flags(null, 2, 1), [1, 1]);
});

test("an image on the sheet keeps its ratio of sides", () => {
  const sheet = { image: "", columns: 10, height: 28, width: 28, pitch: 30 };
  const points = /** @type {any} */ ({ tiles: [23, 4], aspects: [2, 0.5] });
  assert.deepEqual(tileOf(sheet, points, 0, 40), [[90, 60, 28, 28], [40, 20]]);
  assert.deepEqual(tileOf(sheet, points, 1, 40), [[120, 0, 28, 28], [20, 40]]);
});

test("classes are counted by their points", () => {
  assert.deepEqual(classCounts({ classes: ["cat", "dog", "none"], labels: [1, 0, 1] }), [1, 2, 0]);
});

test("the map says how many points the filter leaves", () => {
  const points = { classes: ["cat", "dog"], labels: [1, 0, 1] };
  assert.equal(described(points, 3)[0], "3 images");
  assert.equal(described(points, 2)[0], "2 of 3 images in colour");
  assert.match(described(points, 2)[1], /^Map of 3 images, 2 of them in colour\. cat: 1, dog: 2\. /);
});

test("a map without extent has some room around it", () => {
  assert.deepEqual(halfOf({ x: new Float32Array([0, 0]), y: new Float32Array([-1, 0.5]) }), {
    x: halfOf({ x: new Float32Array(1), y: new Float32Array(1) }).x,
    y: 1,
  });
});

test("an image beside a point stays on the canvas", () => {
  const box = { width: 160, height: 180 };
  assert.deepEqual(besides([100, 200], SIZE, box), [114, 110]);
  assert.deepEqual(besides([790, 0], SIZE, box), [616, 0], "left of it, at the top");
  assert.deepEqual(besides([400, 399], SIZE, box), [414, 220]);
  assert.deepEqual(besides([5, 5], { width: 100, height: 100 }, box), [0, 0]);
});

test("a stamp covers what is beneath its middle and mixes with it at its smooth edge", () => {
  const data = new Uint8ClampedArray(2 * 2 * 4);
  data.set([200, 0, 0, 255], 0); // A whole pixel,
  data.set([200, 0, 0, 51], 4); // a fifth of one, and nothing.
  const stamp = stampFrom(/** @type {any} */ ({ width: 2, height: 2, data }), 10);
  assert.deepEqual(stamp.solid.map(([offset]) => offset), [-11]);
  assert.deepEqual(stamp.soft.map(([offset, , share]) => [offset, share]), [[-10, 0.2]]);
  const image = new Uint8ClampedArray(100 * 4).fill(100);
  press({ data: image, words: new Uint32Array(image.buffer) }, stamp, 55);
  assert.deepEqual([...image.subarray(4 * 44, 4 * 44 + 3)], [200, 0, 0]);
  assert.deepEqual([...image.subarray(4 * 45, 4 * 45 + 3)], [120, 80, 80]);
});
