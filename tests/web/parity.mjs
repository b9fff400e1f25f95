/** Compares the page's decoder and encoder with what PyTorch makes; run in Node and in a browser. */

import { createDecoder } from "../../vae_core/web/decoder.js";
import { createEncoder } from "../../vae_core/web/encoder.js";

/**
 * @param {object} program
 * @param {Float32Array} w
 * @param {Float32Array} z  [N, d]
 * @param {Float32Array} expected  [N, C, H, W]
 * @returns {{count: number, worst: number, worstByte: number, spread: number}} The largest difference of a pixel, of a
 *   painted byte, and how far apart the expected pixels are, so that a test can see that they are not all the same.
 */
export function compare(program, w, z, expected) {
  const decoder = createDecoder(program, w);
  const [channels, height, width] = decoder.shape;
  const pixels = height * width;
  const count = z.length / decoder.latentDim;
  const rgba = new Uint8ClampedArray(4 * pixels);
  let worst = 0, worstByte = 0, low = Infinity, high = -Infinity;
  for (let n = 0; n < count; n++) {
    const one = z.subarray(n * decoder.latentDim, (n + 1) * decoder.latentDim);
    const truth = expected.subarray(n * channels * pixels, (n + 1) * channels * pixels);
    const image = decoder.decode(one);
    for (let k = 0; k < truth.length; k++) {
      const difference = Math.abs(image[k] - truth[k]);
      if (!(difference <= worst)) worst = difference; // written so that NaN is kept
      low = Math.min(low, truth[k]);
      high = Math.max(high, truth[k]);
    }
    if (n >= 20) continue;
    decoder.decodeInto(one, rgba);
    for (let p = 0; p < pixels; p++) {
      for (let c = 0; c < 3; c++) {
        const byte = 255 * truth[channels === 3 ? c * pixels + p : p];
        worstByte = Math.max(worstByte, Math.abs(rgba[4 * p + c] - byte));
      }
      if (rgba[4 * p + 3] !== 255) worstByte = 255;
    }
  }
  return { count, worst, worstByte, spread: high - low };
}

/**
 * @param {object} program
 * @param {Float32Array} w
 * @param {Float32Array} images  [N, C, H, W]
 * @param {Float32Array} expected  [N, d] or [N, 2 d], mu and logvar.
 * @returns {{count: number, worst: number, spread: number}} The largest difference, and how far apart the numbers are.
 */
export function compareCodes(program, w, images, expected) {
  const encoder = createEncoder(program, w), size = encoder.shape.reduce((a, b) => a * b), count = images.length / size;
  const length = expected.length / count;
  let worst = 0;
  for (let n = 0; n < count; n++) {
    const { mu, logvar } = encoder.encode(images.subarray(n * size, (n + 1) * size));
    const found = [...mu, ...(logvar ?? [])];
    if (found.length !== length) return { count: 0, worst: NaN, spread: 0 };
    found.forEach((value, k) => {
      const difference = Math.abs(value - expected[n * length + k]);
      if (!(difference <= worst)) worst = difference; // written so that NaN is kept
    });
  }
  const sorted = expected.toSorted();
  return { count, worst, spread: sorted.at(-1) - sorted[0] };
}
