/**
 * A trained decoder's forward pass: z in, mean image out. Plain arithmetic over typed arrays, with no DOM and nothing
 * to install; it runs in a page, in a worker and in Node. `vae_core.export.weights` makes what it reads.
 */

import { ACTIVATIONS, MEANS, activation, convTranspose, layerNorm, linear, vector } from "./decoder_layers.js";

export const PAGE_FORMAT = 1;
const LARGEST = 1 << 26;

/** The program or the weights are not something this file can run. */
export class ProgramError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ProgramError";
  }
}

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
  const layers = build(program, w, input);
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
  if (program === null || typeof program !== "object") throw new ProgramError("The program is not an object.");
  if (program.format !== PAGE_FORMAT) {
    throw new ProgramError(`The program has format ${program.format}; this page reads ${PAGE_FORMAT}.`);
  }
  if (!(w instanceof Float32Array)) throw new ProgramError("The weights are not a Float32Array.");
  if (w.length !== program.size) throw new ProgramError(`There are ${w.length} weights instead of ${program.size}.`);
  whole(program.latent_dim, 1, "latent_dim");
  whole(program.class_count, 0, "class_count");
  triple(program.image_shape, "image_shape");
  if (![1, 3].includes(program.image_shape[0])) throw new ProgramError("An image has 1 or 3 channels.");
  if (!Object.hasOwn(MEANS, program.mean)) throw new ProgramError(`There is no mean called ${program.mean}.`);
  if (!Array.isArray(program.layers) || !program.layers.length) throw new ProgramError("The program has no layers.");
}

/**
 * Chain the layers, checking that each fits the one before and that its weights are there.
 * @param {Program} program
 * @param {Float32Array} w
 * @param {import("./decoder_layers.js").Tensor} input
 */
function build(program, w, input) {
  const layers = [];
  let flowing = input;
  let size = input.length;
  for (const [index, layer] of program.layers.entries()) {
    const name = `layer ${index} (${layer?.op})`;
    const weights = (key, length) => {
      whole(layer[key], 0, `${name}: ${key}`);
      if (layer[key] + length > w.length) throw new ProgramError(`${name}: ${key} reaches beyond the weights.`);
    };
    const expect = (given, allowed) => {
      if (given !== allowed) throw new ProgramError(`${name} takes ${given} numbers but is given ${allowed}.`);
    };
    if (layer?.op === "linear") {
      whole(layer.outputs, 1, `${name}: outputs`);
      expect(layer.inputs, size);
      weights("weight", (layer.inputs + 1) * Math.ceil(layer.outputs / 8) * 8);
      layers.push(linear(flowing, w, layer));
      size = layer.outputs;
    } else if (layer?.op === "layer_norm") {
      expect(layer.size, size);
      if (flowing.rows !== 1) throw new ProgramError(`${name} works on vectors only.`);
      if (!(layer.epsilon > 0)) throw new ProgramError(`${name}: epsilon is not above zero.`);
      weights("scale", size);
      weights("shift", size);
      layers.push(layerNorm(flowing, w, layer));
    } else if (layer?.op === "activation") {
      if (!Object.hasOwn(ACTIVATIONS, layer.name)) throw new ProgramError(`${name}: no activation ${layer.name}.`);
      layers.push(activation(flowing, layer.name));
    } else if (layer?.op === "conv_transpose") {
      const [height, width, channels] = triple(layer.input, `${name}: input`);
      const [outHeight, outWidth, outChannels] = triple(layer.output, `${name}: output`);
      expect(height * width * channels, size);
      if (outHeight > 2 * height || outWidth > 2 * width) throw new ProgramError(`${name}: the output is too large.`);
      weights("weight", 16 * channels * outChannels);
      weights("bias", outChannels);
      layers.push(convTranspose(flowing, w, layer));
      size = outHeight * outWidth * outChannels;
    } else {
      throw new ProgramError(`${name} is not a layer this page knows.`);
    }
    flowing = layers.at(-1).output;
  }
  const [channels, height, width] = program.image_shape;
  if (size !== channels * height * width) {
    throw new ProgramError(`The last layer gives ${size} numbers; an image has ${channels * height * width}.`);
  }
  return layers;
}

/** @param {unknown} value @param {number} low @param {string} what @returns {number} */
function whole(value, low, what) {
  if (!Number.isInteger(value) || value < low || value > LARGEST) {
    throw new ProgramError(`${what} is ${value}, not a whole number from ${low} to ${LARGEST}.`);
  }
  return value;
}

/** @param {unknown} value @param {string} what @returns {number[]} */
function triple(value, what) {
  if (!Array.isArray(value) || value.length !== 3) throw new ProgramError(`${what} is not three numbers.`);
  return value.map((number) => whole(number, 1, what));
}
