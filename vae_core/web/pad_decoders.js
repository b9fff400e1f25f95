/**
 * What can stand behind the pad's image: the decoder itself, a sheet of images decoded beforehand, or the host.
 * All of them paint the image at z into an ImageData's bytes, and say whether they can do so for any z at once.
 */

import { createDecoder } from "./decoder.js";
import { ProgramError } from "./layer_program.js";

/**
 * @typedef {object} PadDecoder
 * @property {number} latentDim
 * @property {[number, number, number]} shape  Channels, height, width.
 * @property {boolean} live  Whether any z can be decoded at once, as the decoded grid and the filmstrips need.
 * @property {(z: ArrayLike<number>, rgba: Uint8ClampedArray, offset?: number, rowLength?: number) => void} decodeInto
 *   As of `Decoder`. One that is not live paints the last image that it was shown.
 * @property {(z: ArrayLike<number>) => boolean} isCurrent  Whether decodeInto paints the image of this very z.
 * @property {(z: ArrayLike<number>, pixels: Uint8Array) => boolean} show  Take an image from the host; false if it
 *   does not fit.
 *
 * @typedef {object} Atlas  Images decoded beforehand on a square grid over [-limit, limit]^2.
 * @property {Uint8Array} images  [n * n, C, H, W]; row 0 has the lowest z2, column 0 the lowest z1.
 * @property {number} n
 * @property {number} limit
 * @property {[number, number, number]} shape
 */

/**
 * @param {{program?: object, w?: Float32Array, atlas?: Atlas|null, remote?: {latentDim: number, shape: number[]}|null}}
 *   options  One of the three.
 * @returns {PadDecoder}
 * @throws {ProgramError} If what is given does not fit together.
 */
export function createPadDecoder({ program, w, atlas, remote }) {
  if (atlas) return createAtlasDecoder(atlas);
  if (remote) return createRemoteDecoder(remote);
  return { ...createDecoder(program, w), live: true, isCurrent: () => true, show: () => false };
}

/** Blends the four images around z in proportion to how near they are; beyond the sheet its edge is shown. */
function createAtlasDecoder({ images, n, limit, shape }) {
  const size = sizeOf(shape);
  if (!(Number.isInteger(n) && n > 1 && limit > 0)) throw new ProgramError(`An atlas of ${n} x ${n} to ${limit}.`);
  if (images?.length !== n * n * size) {
    throw new ProgramError(`The atlas has ${images?.length} numbers; ${n} x ${n} images have ${n * n * size}.`);
  }
  const mixed = new Float32Array(size);
  const along = (value) => {
    const at = Math.min(n - 1, Math.max(0, ((value / limit + 1) / 2) * (n - 1)));
    const low = Math.min(n - 2, Math.floor(at));
    return [low, at - low];
  };
  const decodeInto = (z, rgba, offset = 0, rowLength = shape[2]) => {
    const [column, right] = along(z[0]), [row, up] = along(z[1]);
    const a = (row * n + column) * size, b = a + size, c = a + n * size, e = c + size;
    const wa = (1 - right) * (1 - up), wb = right * (1 - up), wc = (1 - right) * up, we = right * up;
    for (let k = 0; k < size; k++) {
      mixed[k] = wa * images[a + k] + wb * images[b + k] + wc * images[c + k] + we * images[e + k];
    }
    paintPlanes(mixed, shape, rgba, offset, rowLength);
  };
  return { latentDim: 2, shape, live: true, decodeInto, isCurrent: () => true, show: () => false };
}

/** Shows what the host last sent. */
function createRemoteDecoder({ latentDim, shape }) {
  if (!(Number.isInteger(latentDim) && latentDim > 0)) throw new ProgramError(`A latent space of ${latentDim}.`);
  const pixels = new Uint8Array(sizeOf(shape));
  const shownAt = new Float64Array(latentDim).fill(NaN);
  return {
    latentDim,
    shape,
    live: false,
    decodeInto: (z, rgba, offset = 0, rowLength = shape[2]) => paintPlanes(pixels, shape, rgba, offset, rowLength),
    // The host may have kept z in single precision.
    isCurrent: (z) => shownAt.every((value, k) => Math.abs(value - z[k]) <= 1e-5 * (1 + Math.abs(z[k]))),
    show(z, given) {
      if (z?.length !== latentDim || given?.length !== pixels.length) return false;
      pixels.set(given);
      shownAt.set(z);
      return true;
    },
  };
}

/** @param {number[]} shape @returns {number} Numbers in one image. */
function sizeOf(shape) {
  const whole = Array.isArray(shape) && shape.length === 3 && shape.every((side) => Number.isInteger(side) && side > 0);
  if (!whole || ![1, 3].includes(shape[0])) throw new ProgramError(`An image can't have the shape ${shape}.`);
  return shape[0] * shape[1] * shape[2];
}

/** Paint an image given as [C, H, W], 0 to 255, into an ImageData's bytes. */
function paintPlanes(values, [channels, height, width], rgba, offset, rowLength) {
  const plane = height * width;
  const green = channels === 3 ? plane : 0;
  for (let y = 0, from = 0; y < height; y++) {
    for (let x = 0, to = 4 * (offset + y * rowLength); x < width; x++, from++, to += 4) {
      rgba[to] = values[from];
      rgba[to + 1] = values[from + green];
      rgba[to + 2] = values[from + 2 * green];
      rgba[to + 3] = 255;
    }
  }
}
