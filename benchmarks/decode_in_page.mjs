/** Times one decode after another, painted into an ImageData's bytes; run by decode_in_page.py in Node and a browser. */

import { createDecoder } from "../vae_core/web/decoder.js";

const WARM_UP = 300;
const CALLS = 1000;

/**
 * @param {object} program
 * @param {Float32Array} w
 * @returns {number[]} Milliseconds of each call.
 */
export function measure(program, w) {
  const decoder = createDecoder(program, w);
  const [, height, width] = decoder.shape;
  const rgba = new Uint8ClampedArray(4 * height * width);
  const z = new Float32Array(decoder.latentDim);
  const times = [];
  for (let call = -WARM_UP; call < CALLS; call++) {
    // A closed path through the prior: what a drag asks for, and the same on every machine.
    for (let k = 0; k < z.length; k++) z[k] = 2 * Math.sin(0.01 * call * (k + 1));
    const started = performance.now();
    decoder.decodeInto(z, rgba);
    if (call >= 0) times.push(performance.now() - started);
  }
  return times;
}

if (globalThis.process?.argv[2]) {
  const { readFileSync } = await import("node:fs");
  const folder = process.argv[2];
  const bytes = readFileSync(`${folder}/w.f32`);
  const w = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  console.log(JSON.stringify(measure(JSON.parse(readFileSync(`${folder}/program.json`, "utf8")), w)));
}
