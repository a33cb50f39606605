// @ts-check
// What the browser makes of panels that the server drew ahead, for Python to compare with: reads {sent, values, key, asked}
// as JSON, writes the panels at each value that was asked for.
import fs from "node:fs";
import { Ahead, unpacked } from "../../pages/components/panels/ahead.js";

const { sent, values, key, asked } = JSON.parse(fs.readFileSync(0, "utf8"));
const ahead = new Ahead("", values);
for (const each of sent) ahead.add(each, await unpacked(each));
console.log(JSON.stringify({ lacking: ahead.lacking(key), panels: asked.map((value) => ahead.at(key, value)) }));
