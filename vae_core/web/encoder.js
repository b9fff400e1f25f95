/**
 * A trained encoder's forward pass: an image in, its posterior's mean and spread out. Plain arithmetic over typed arrays;
 * `vae_core.export.encoder_weights` makes what it reads.
 */

import { ProgramError, chain, checkArrays, triple, whole } from "./layer_program.js";

/**
 * @typedef {object} EncoderProgram
 * @property {number} format
 * @property {number} latent_dim
 * @property {[number, number, number]} image_shape  Channels, height, width.
 * @property {boolean} has_spread  Whether the last layer gives logvar after mu.
 * @property {number} size  Length of w.
 * @property {Array<object>} layers
 */

/**
 * @typedef {object} Encoder
 * @property {number} latentDim
 * @property {[number, number, number]} shape
 * @property {(image: ArrayLike<number>) => {mu: Float64Array, logvar: Float64Array|null}} encode  Of an image [C, H, W]
 *   in [0, 1]; what it returns is overwritten by the next call. No logvar: the code is a point.
 */

/**
 * Make an encoder. All memory is taken here; a call takes none.
 * @param {EncoderProgram} program
 * @param {Float32Array} w
 * @returns {Encoder}
 * @throws {ProgramError} If they do not fit each other or this file.
 */
export function createEncoder(program, w) {
  checkArrays(program, w);
  const latentDim = whole(program.latent_dim, 1, "latent_dim"), shape = triple(program.image_shape, "image_shape");
  if (typeof program.has_spread !== "boolean") throw new ProgramError("has_spread is neither true nor false.");
  const [channels, height, width] = shape, pixels = height * width;
  const stride = width * channels;
  const input = { data: new Float64Array(height * stride), start: 0, rows: height, length: stride, stride };
  const outputs = (program.has_spread ? 2 : 1) * latentDim;
  const layers = chain(program.layers, w, input, outputs, "a posterior has");
  const final = layers.at(-1).output;
  if (final.rows !== 1) throw new ProgramError("The last layer gives an image.");
  const mu = final.data.subarray(final.start, final.start + latentDim);
  const logvar = program.has_spread ? final.data.subarray(final.start + latentDim, final.start + outputs) : null;

  const encode = (image) => {
    if (image.length !== channels * pixels) {
      throw new RangeError(`The image has ${image.length} numbers; this encoder takes ${channels * pixels}.`);
    }
    for (let c = 0, from = 0; c < channels; c++) {
      for (let p = 0; p < pixels; p++) input.data[p * channels + c] = image[from++];
    }
    for (let k = 0; k < layers.length; k++) layers[k].run();
    return { mu, logvar };
  };
  return { latentDim, shape, encode };
}
