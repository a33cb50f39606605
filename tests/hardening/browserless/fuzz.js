// Tries components' scripts without a browser: node fuzz.js FROM TO < {name: {html, js}}. A line of JSON a case: what
// failed, or an empty text. A case is a component that is drawn some times with data and at sizes drawn by its number, and
// touched in between. Data as the server may send them must be drawn without an exception, and whatever data must be
// done with within LIMIT_MS of processor time; what is not done long after that has no end.
const fs = require("fs");
const path = require("path");
const vm = require("vm");

const LIMIT_MS = 3000;
const ENDLESS_MS = 10 * LIMIT_MS;
const SLOW = "ERR_SCRIPT_EXECUTION_TIMEOUT";
const components = JSON.parse(fs.readFileSync(0, "utf8"));
const asScript = (module) =>
  `(() => {"use strict"; ${module.replace("export default function", "globalThis.component = function")}\n})();`;
const names = Object.keys(components).sort();
const scripts = Object.fromEntries(
  names.map((name) => [name, new vm.Script(asScript(components[name].js), { filename: name })]),
);
const [page, made] = ["dom.js", "data.js"].map((name) =>
  new vm.Script(fs.readFileSync(path.join(__dirname, name), "utf8"), { filename: name })
);

let rejected = null;
process.on("unhandledRejection", (error) => (rejected = error));

async function tried(number) {
  const name = names[number % names.length];
  const context = vm.createContext({ TextDecoder, TextEncoder, Blob, Response, DecompressionStream, atob, console }, {
    microtaskMode: "afterEvaluate",
  });
  page.runInContext(context);
  made.runInContext(context);
  scripts[name].runInContext(context);
  context.html = components[name].html;
  context.tried = { name, number };
  rejected = null;
  let failed = null;
  for (let step = vm.runInContext("begin(tried, html)", context); step > 0 && !failed; step--) {
    try {
      vm.runInContext("prepare()", context);
      const before = process.cpuUsage();
      vm.runInContext("next()", context, { timeout: ENDLESS_MS });
      await new Promise((resolve) => setImmediate(resolve));
      const used = process.cpuUsage(before);
      failed = rejected ?? (used.user + used.system > 1000 * LIMIT_MS ? { code: SLOW } : null);
    } catch (error) {
      failed = error;
    }
  }
  if (!failed) return "";
  const endless = failed.code === SLOW;
  if (!endless && context.spoilt) return "";
  const place = String(failed.stack ?? "").match(new RegExp(`${name}:\\d+`))?.[0] ?? "";
  const where = `${failed.message} at ${place}`;
  return `${name}, case ${number}: ${endless ? `not done within ${LIMIT_MS} ms` : where} (${context.told})`;
}

(async () => {
  const [from, to] = process.argv.slice(2).map(Number);
  for (let number = from; number < to; number++) console.log(JSON.stringify(await tried(number)));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
