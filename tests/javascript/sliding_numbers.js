// @ts-check
// What the browser computes, for Python to compare with: reads cases as JSON, writes what each gives.
import fs from "node:fs";
import { change, convolved, pooled, shifted, windowAt } from "../../pages/components/common/sliding.js";

const cases = JSON.parse(fs.readFileSync(0, "utf8"));
const listed = ({ width, height, values }) => ({ width, height, values: [...values] });
const made = cases.map(({ plane, window, kernel, right, down }) => {
  const moved = shifted(plane, right, down);
  return {
    convolved: listed(convolved(plane, kernel, window)),
    max: listed(pooled(plane, window, "max")),
    average: listed(pooled(plane, window, "average")),
    shifted: listed(moved),
    change: change(plane, moved),
    at: windowAt(plane, window, 0, 0),
  };
});
console.log(JSON.stringify(made));
