// @ts-check
// What the server sends about layers is taken apart as it was put together.
import assert from "node:assert/strict";
import { test } from "node:test";
import { looksAt, unpacked, valueOf } from "../../pages/components/layer_maps/data.js";
import { short } from "../../pages/components/layer_maps/told.js";

function sent() {
  const layer = {
    maps: [2, 1, 3],
    filters: [1, 2, 2, 1],
    lows: [-1, 0],
    highs: [1, 0],
    fields: [[2, -1, 3], [4, 0, 5]],
  };
  const header = new TextEncoder().encode(JSON.stringify({ image: [1, 2, 3], layers: [layer] }));
  const bytes = [10, 11, 12, 13, 14, 15, 0, 255, 51, 1, 2, 3, 128, 255, 0, 7];
  const data = new Uint8Array(9 + header.length + bytes.length).subarray(5); // As inside of a longer message.
  new DataView(data.buffer, data.byteOffset).setUint32(0, header.length, true);
  data.set(header, 4);
  data.set(bytes, 4 + header.length);
  return data;
}

test("each layer gets its own bytes", () => {
  const { pixels, layers: [layer] } = unpacked(sent());
  assert.deepEqual([...pixels], [10, 11, 12, 13, 14, 15]);
  assert.deepEqual([...layer.pixels], [0, 255, 51, 1, 2, 3]);
  assert.deepEqual([...layer.kernels], [128, 255, 0, 7]);
});

test("a pixel has a value and a place that it looks at", () => {
  const [layer] = unpacked(sent()).layers;
  assert.equal(valueOf(layer, 0, 0, 1), 1);
  assert.ok(Math.abs(valueOf(layer, 0, 0, 2) + 0.6) < 1e-9);
  assert.equal(valueOf(layer, 1, 0, 2), 0);
  assert.deepEqual(looksAt(layer, 3, 1), [[5, 9], [4, 9]]);
  assert.equal(looksAt({ ...layer, fields: null }, 0, 0), null);
});

test("numbers are short and never minus nothing", () => {
  assert.deepEqual([-0.0001, 0, 0.0123, -1.239, 12.34, 1234.5].map(short), [
    "0.000",
    "0.00",
    "0.012",
    "−1.24",
    "12.3",
    "1235",
  ]);
});
