/**
 * A trained decoder's forward pass: z in, mean image out. Plain arithmetic over typed arrays, with no DOM and nothing
 * to install; it runs in a page, in a worker and in Node. `vae_core.export.weights` makes what it reads.
 */

import { MEANS, vector } from "./decoder_layers.js";
import { ProgramError, chain, checkArrays, triple, whole } from "./layer_program.js";

/**
 * @typedef {object} Program
 * @property {number} format
 * @property {number} latent_dim
 * @property {number} class_count  Length of the one-hot class that follows z in the input; 0 for none.
 * @property {[number, number, number]} image_shape  Channels, height, width.
 * @property {string} mean  A key of MEANS.
 * @property {number} size  Length of w.
 * @property {Array<object>} layers
 */

/**
 * @typedef {object} Decoder
 * @property {number} latentDim
 * @property {number} classCount
 * @property {[number, number, number]} shape  Channels, height, width.
 * @property {(z: ArrayLike<number>, out?: Float32Array, label?: number) => Float32Array} decode
 *   The mean image [C, H, W]. Without `out` the decoder's own array is returned, which the next call overwrites.
 *   `label` is the class of a conditional decoder; -1 for none.
 * @property {(z: ArrayLike<number>, rgba: Uint8ClampedArray, offset?: number, rowLength?: number, label?: number)
 *   => void} decodeInto
 *   Paint the image into an ImageData's bytes: `offset` is its top left pixel and `rowLength` how many pixels wide the
 *   whole ImageData is, so that many images can share one.
 */

/**
 * Make a decoder. All memory is taken here; a call takes none.
 * @param {Program} program
 * @param {Float32Array} w
 * @returns {Decoder}
 * @throws {ProgramError} If they do not fit each other or this file.
 */
export function createDecoder(program, w) {
  checkHeader(program, w);
  const shape = program.image_shape;
  const [channels, height, width] = shape;
  const { latent_dim: latentDim, class_count: classCount } = program;
  const input = vector(latentDim + classCount);
  const layers = chain(program.layers, w, input, channels * height * width, "an image has");
  const final = layers.at(-1).output;
  const mean = MEANS[program.mean];
  const own = new Float32Array(channels * height * width);
  const rowStride = final.rows === 1 ? width * channels : final.stride;

  /** @param {ArrayLike<number>} z @param {number} label */
  const forward = (z, label) => {
    if (z.length !== latentDim) throw new RangeError(`z has ${z.length} numbers; this decoder takes ${latentDim}.`);
    for (let k = 0; k < latentDim; k++) input.data[k] = z[k];
    for (let k = 0; k < classCount; k++) input.data[latentDim + k] = k === label ? 1 : 0;
    for (let k = 0; k < layers.length; k++) layers[k].run();
  };

  const decode = (z, out = own, label = -1) => {
    if (out.length !== own.length) throw new RangeError(`out has ${out.length} numbers; an image has ${own.length}.`);
    forward(z, label);
    for (let y = 0, to = 0; y < height; y++) {
      for (let x = 0, from = final.start + y * rowStride; x < width; x++, to++) {
        for (let c = 0; c < channels; c++) out[c * height * width + to] = mean(final.data[from++]);
      }
    }
    return out;
  };

  const decodeInto = (z, rgba, offset = 0, rowLength = width, label = -1) => {
    const end = 4 * (offset + (height - 1) * rowLength + width);
    if (!(offset >= 0 && rowLength >= width && end <= rgba.length)) throw new RangeError("The image does not fit.");
    forward(z, label);
    const green = channels === 3 ? 1 : 0;
    for (let y = 0; y < height; y++) {
      let to = 4 * (offset + y * rowLength);
      let from = final.start + y * rowStride;
      for (let x = 0; x < width; x++, to += 4, from += channels) {
        const red = 255 * mean(final.data[from]);
        rgba[to] = red;
        rgba[to + 1] = green ? 255 * mean(final.data[from + 1]) : red;
        rgba[to + 2] = green ? 255 * mean(final.data[from + 2]) : red;
        rgba[to + 3] = 255;
      }
    }
  };

  return { latentDim, classCount, shape, decode, decodeInto };
}

/** @param {Program} program @param {Float32Array} w */
function checkHeader(program, w) {
  checkArrays(program, w);
  whole(program.latent_dim, 1, "latent_dim");
  whole(program.class_count, 0, "class_count");
  triple(program.image_shape, "image_shape");
  if (![1, 3].includes(program.image_shape[0])) throw new ProgramError("An image has 1 or 3 channels.");
  if (!Object.hasOwn(MEANS, program.mean)) throw new ProgramError(`There is no mean called ${program.mean}.`);
}
