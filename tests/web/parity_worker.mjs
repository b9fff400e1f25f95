/** Reads one folder a line, answers with one line of JSON: a Node that stays open while many models are compared. */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { compare, compareCodes } from "./parity.mjs";

const floats = (path) => {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
};

for await (const folder of createInterface({ input: process.stdin })) {
  const program = JSON.parse(readFileSync(`${folder}/program.json`, "utf8"));
  const [w, given, expected] = ["w", "given", "expected"].map((name) => floats(`${folder}/${name}.f32`));
  const chosen = "has_spread" in program ? compareCodes : compare;
  console.log(JSON.stringify(chosen(program, w, given, expected)));
}
