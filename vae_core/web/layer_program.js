/** A network as a list of layers and one array of weights: checked, and chained. No DOM. */

import {
  ACTIVATIONS, activation, convTranspose, convolution, layerNorm, linear, places, pointwise, shuffle,
} from "./decoder_layers.js";

export const PAGE_FORMAT = 1;
const LARGEST = 1 << 26;

/** The program or the weights are not something this page can run. */
export class ProgramError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "ProgramError";
  }
}

/** Check what every program has. @param {object} program @param {Float32Array} w @throws {ProgramError} */
export function checkArrays(program, w) {
  if (program === null || typeof program !== "object") throw new ProgramError("The program is not an object.");
  if (program.format !== PAGE_FORMAT) {
    throw new ProgramError(`The program has format ${program.format}; this page reads ${PAGE_FORMAT}.`);
  }
  if (!(w instanceof Float32Array)) throw new ProgramError("The weights are not a Float32Array.");
  if (w.length !== program.size) throw new ProgramError(`There are ${w.length} weights instead of ${program.size}.`);
  if (!Array.isArray(program.layers) || !program.layers.length) throw new ProgramError("The program has no layers.");
}

/**
 * Chain layers, checking that each fits the one before and that its weights are there.
 * @param {object[]} given
 * @param {Float32Array} w
 * @param {import("./decoder_layers.js").Tensor} input
 * @param {number} wanted  How many numbers the last layer must give.
 * @param {string} wantedBy  What wants them, for the error.
 * @returns {import("./decoder_layers.js").Layer[]}
 * @throws {ProgramError}
 */
export function chain(given, w, input, wanted, wantedBy) {
  const layers = [];
  let flowing = input;
  let size = input.rows * input.length;
  for (const [index, layer] of given.entries()) {
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
      gapless(flowing, name);
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
    } else if (layer?.op === "conv") {
      const [height, width, channels] = triple(layer.input, `${name}: input`);
      const [outHeight, outWidth, outChannels] = triple(layer.output, `${name}: output`);
      expect(height * width * channels, size);
      if (outHeight !== Math.ceil(height / 2) || outWidth !== Math.ceil(width / 2)) {
        throw new ProgramError(`${name}: the output is not half as large as the input.`);
      }
      weights("weight", (9 * channels + 1) * Math.ceil(outChannels / 8) * 8);
      layers.push(convolution(flowing, w, layer));
      size = outHeight * outWidth * outChannels;
    } else if (layer?.op === "conv_transpose") {
      const [height, width, channels] = triple(layer.input, `${name}: input`);
      const [outHeight, outWidth, outChannels] = triple(layer.output, `${name}: output`);
      expect(height * width * channels, size);
      if (outHeight > 2 * height || outWidth > 2 * width) throw new ProgramError(`${name}: the output is too large.`);
      weights("weight", 16 * channels * outChannels);
      weights("bias", outChannels);
      layers.push(convTranspose(flowing, w, layer));
      size = outHeight * outWidth * outChannels;
    } else if (layer?.op === "places") {
      const [height, width, channels] = triple(layer.output, `${name}: output`);
      expect(channels, size);
      if (flowing.rows !== 1) throw new ProgramError(`${name} works on vectors only.`);
      size = height * width * channels;
      weights("offsets", size);
      layers.push(places(flowing, w, layer));
    } else if (layer?.op === "pointwise") {
      const [height, width, channels] = triple(layer.input, `${name}: input`);
      const [outHeight, outWidth, outChannels] = triple(layer.output, `${name}: output`);
      expect(height * width * channels, size);
      gapless(flowing, name);
      if (outHeight !== height || outWidth !== width) throw new ProgramError(`${name}: the output has another size.`);
      weights("weight", (channels + 1) * Math.ceil(outChannels / 8) * 8);
      layers.push(pointwise(flowing, w, layer));
      size = outHeight * outWidth * outChannels;
    } else if (layer?.op === "shuffle") {
      const [height, width, channels] = triple(layer.input, `${name}: input`);
      const [outHeight, outWidth, outChannels] = triple(layer.output, `${name}: output`);
      const factor = whole(layer.factor, 1, `${name}: factor`);
      expect(height * width * channels, size);
      gapless(flowing, name);
      if (outHeight > factor * height || outWidth > factor * width || outChannels * factor ** 2 !== channels) {
        throw new ProgramError(`${name}: the output is too large.`);
      }
      layers.push(shuffle(flowing, layer));
      size = outHeight * outWidth * outChannels;
    } else {
      throw new ProgramError(`${name} is not a layer this page knows.`);
    }
    flowing = layers.at(-1).output;
  }
  if (size !== wanted) throw new ProgramError(`The last layer gives ${size} numbers; ${wantedBy} ${wanted}.`);
  return layers;
}

/** @param {import("./decoder_layers.js").Tensor} tensor @param {string} name */
function gapless({ rows, stride, length }, name) {
  if (rows > 1 && stride !== length) throw new ProgramError(`${name} can't read an image with a border.`);
}

/** @param {unknown} value @param {number} low @param {string} what @returns {number} */
export function whole(value, low, what) {
  if (!Number.isInteger(value) || value < low || value > LARGEST) {
    throw new ProgramError(`${what} is ${value}, not a whole number from ${low} to ${LARGEST}.`);
  }
  return value;
}

/** @param {unknown} value @param {string} what @returns {number[]} */
export function triple(value, what) {
  if (!Array.isArray(value) || value.length !== 3) throw new ProgramError(`${what} is not three numbers.`);
  return value.map((number) => whole(number, 1, what));
}
