/**
 * The layers of a network over typed arrays: each is made once, with every buffer it needs, and then only runs.
 *
 * Sums are kept in double precision: in V8 that is faster than rounding each step to float32, and it leaves PyTorch's
 * own rounding as the only difference between the two.
 */

/**
 * Numbers that flow between layers. A vector has one row; an image's rows are pixels with their channels together.
 * @typedef {object} Tensor
 * @property {Float64Array} data
 * @property {number} start  Index of the first number.
 * @property {number} rows
 * @property {number} length  Numbers in a row.
 * @property {number} stride  From one row's first number to the next row's.
 */

/** @typedef {{output: Tensor, run: () => void}} Layer */

const BLOCK = 8;

/**
 * @param {number} length
 * @returns {Tensor} A vector; its array is padded so that blocks of eight can be written.
 */
export function vector(length) {
  const data = new Float64Array(Math.ceil(length / BLOCK) * BLOCK);
  return { data, start: 0, rows: 1, length, stride: length };
}

/**
 * Multiply a sparse vector by a matrix laid out as [blocks, inputs, 8].
 *
 * This loop is where nearly all of the time goes.
 * @param {Float64Array} out  Gets 8 * blocks sums.
 * @param {number} blocks
 * @param {Float32Array} w
 * @param {number} offset  Where the matrix begins in w.
 * @param {number} inputs  Rows of the matrix in one block.
 * @param {Int32Array} places  Eight times the index of each input that is not zero.
 * @param {Float64Array} values  Their values.
 * @param {number} count  How many there are.
 */
function multiply(out, blocks, w, offset, inputs, places, values, count) {
  const step = BLOCK * inputs;
  for (let block = 0, base = offset; block < blocks; block++, base += step) {
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    for (let k = 0; k < count; k++) {
      const value = values[k];
      const place = base + places[k];
      s0 += value * w[place];
      s1 += value * w[place + 1];
      s2 += value * w[place + 2];
      s3 += value * w[place + 3];
      s4 += value * w[place + 4];
      s5 += value * w[place + 5];
      s6 += value * w[place + 6];
      s7 += value * w[place + 7];
    }
    const j = BLOCK * block;
    out[j] = s0;
    out[j + 1] = s1;
    out[j + 2] = s2;
    out[j + 3] = s3;
    out[j + 4] = s4;
    out[j + 5] = s5;
    out[j + 6] = s6;
    out[j + 7] = s7;
  }
}

/**
 * Collect the inputs that are not zero; after a ReLU that is about half of them.
 * @returns {number} How many there are.
 */
function collect(data, from, length, places, values) {
  let count = 0;
  for (let k = 0; k < length; k++) {
    const value = data[from + k];
    places[count] = BLOCK * k;
    values[count] = value;
    // Without a branch: which inputs are zero is not to be guessed by the processor.
    count += value !== 0 ? 1 : 0;
  }
  return count;
}

/**
 * @param {Tensor} input  A vector.
 * @param {Float32Array} w
 * @param {{inputs: number, outputs: number, weight: number}} layer
 * @returns {Layer}
 */
export function linear(input, w, { inputs, outputs, weight }) {
  const output = vector(outputs);
  const blocks = output.data.length / BLOCK;
  const places = new Int32Array(inputs + 1);
  const values = new Float64Array(inputs + 1);
  const run = () => {
    const count = collect(input.data, input.start, inputs, places, values);
    places[count] = BLOCK * inputs;
    values[count] = 1; // the bias
    multiply(output.data, blocks, w, weight, inputs + 1, places, values, count + 1);
  };
  return { output, run };
}

/**
 * A convolution with kernel 3, stride 2, padding 1: each output pixel is a linear layer of 3 x 3 input pixels.
 *
 * Its output's rows follow each other without a gap, so that a linear layer can read it as a vector.
 * @param {Tensor} input  An image, [height, width, channels].
 * @param {Float32Array} w
 * @param {{input: number[], output: number[], weight: number}} layer
 * @returns {Layer}
 */
export function convolution(input, w, { input: before, output: after, weight }) {
  const [height, width, channels] = before, [outHeight, outWidth, outChannels] = after;
  const blocks = Math.ceil(outChannels / BLOCK), inputs = 9 * channels + 1;
  const output = image(outHeight, outWidth, outChannels);
  const places = new Int32Array(inputs), values = new Float64Array(inputs), sums = new Float64Array(BLOCK * blocks);
  const inputStride = input.rows === 1 ? width * channels : input.stride;
  const run = () => {
    for (let y = 0, to = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++, to += outChannels) {
        let count = 0;
        for (let j = 0; j < 3; j++) {
          const row = 2 * y + j - 1;
          if (row < 0 || row >= height) continue;
          const first = Math.max(0, 1 - 2 * x), last = Math.min(3, width + 1 - 2 * x);
          let from = input.start + row * inputStride + (2 * x - 1 + first) * channels;
          for (let k = (3 * j + first) * channels; k < (3 * j + last) * channels; k++) {
            const value = input.data[from++];
            places[count] = BLOCK * k;
            values[count] = value;
            count += value !== 0 ? 1 : 0;
          }
        }
        places[count] = BLOCK * (inputs - 1);
        values[count] = 1; // the bias
        multiply(sums, blocks, w, weight, inputs, places, values, count + 1);
        for (let k = 0; k < outChannels; k++) output.data[to + k] = sums[k];
      }
    }
  };
  return { output, run };
}

/**
 * A vector at every place of an image, plus what belongs to the place.
 * @param {Tensor} input  A vector.
 * @param {Float32Array} w
 * @param {{output: number[], offsets: number}} layer
 * @returns {Layer}
 */
export function places(input, w, { output: [height, width, channels], offsets }) {
  const output = image(height, width, channels), { data } = output;
  const run = () => {
    for (let to = 0; to < data.length; to += channels) {
      for (let k = 0; k < channels; k++) data[to + k] = input.data[k] + w[offsets + to + k];
    }
  };
  return { output, run };
}

/**
 * A convolution with a kernel of one pixel: a linear layer at each.
 * @param {Tensor} input  An image without gaps.
 * @param {Float32Array} w
 * @param {{input: number[], output: number[], weight: number}} layer
 * @returns {Layer}
 */
export function pointwise(input, w, { input: [, , channels], output: [height, width, outChannels], weight }) {
  const output = image(height, width, outChannels), { data } = output;
  const blocks = Math.ceil(outChannels / BLOCK), sums = new Float64Array(BLOCK * blocks);
  const places = new Int32Array(channels + 1), values = new Float64Array(channels + 1);
  const run = () => {
    for (let from = 0, to = 0; to < data.length; from += channels, to += outChannels) {
      const count = collect(input.data, from, channels, places, values);
      places[count] = BLOCK * channels;
      values[count] = 1; // the bias
      multiply(sums, blocks, w, weight, channels + 1, places, values, count + 1);
      for (let k = 0; k < outChannels; k++) data[to + k] = sums[k];
    }
  };
  return { output, run };
}

/**
 * Turn each pixel's channels into a square of pixels, `factor` wide; what lies beyond the output's edges is left out.
 * @param {Tensor} input  An image without gaps.
 * @param {{input: number[], output: number[], factor: number}} layer
 * @returns {Layer}
 */
export function shuffle(input, { input: [, width, channels], output: [outHeight, outWidth, outChannels], factor }) {
  const output = image(outHeight, outWidth, outChannels), { data } = output;
  const run = () => {
    for (let y = 0, to = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        const pixel = Math.trunc(y / factor) * width + Math.trunc(x / factor);
        const from = pixel * channels + (y % factor) * factor + (x % factor);
        for (let k = 0; k < outChannels; k++) data[to++] = input.data[from + k * factor * factor];
      }
    }
  };
  return { output, run };
}

/** @returns {Tensor} An image [height, width, channels] without gaps. */
function image(height, width, channels) {
  const length = width * channels;
  return { data: new Float64Array(height * length), start: 0, rows: height, length, stride: length };
}

/**
 * A transposed convolution with kernel 4, stride 2, padding 1: each input pixel adds a patch of 4 x 4 output pixels.
 *
 * The output has a border one pixel wide, so that no patch has to be cut.
 * @param {Tensor} input  An image, [height, width, channels].
 * @param {Float32Array} w
 * @param {{input: number[], output: number[], weight: number, bias: number}} layer
 * @returns {Layer}
 */
export function convTranspose(input, w, layer) {
  const [height, width, channels] = layer.input;
  const [outHeight, outWidth, outChannels] = layer.output;
  const stride = (2 * width + 2) * outChannels;
  const data = new Float64Array((2 * height + 2) * stride);
  const output = { data, start: stride + outChannels, rows: outHeight, length: outWidth * outChannels, stride };
  const bias = new Float64Array(data.length).map((_, i) => w[layer.bias + (i % outChannels)]);
  const run4 = 4 * outChannels;
  const patch = new Float64Array(4 * run4);
  const places = new Int32Array(channels + 1);
  const values = new Float64Array(channels + 1);
  const inputStride = input.rows === 1 ? width * channels : input.stride;
  const run = () => {
    data.set(bias);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = input.start + y * inputStride + x * channels;
        const count = collect(input.data, from, channels, places, values);
        multiply(patch, 2 * outChannels, w, layer.weight, channels, places, values, count);
        let to = 2 * y * stride + 2 * x * outChannels;
        for (let part = 0; part < 4 * run4; part += run4, to += stride) {
          for (let k = 0; k < run4; k++) data[to + k] += patch[part + k];
        }
      }
    }
  };
  return { output, run };
}

/**
 * @param {Tensor} input  A vector; it is changed in place.
 * @param {Float32Array} w
 * @param {{size: number, epsilon: number, scale: number, shift: number}} layer
 * @returns {Layer}
 */
export function layerNorm(input, w, { size, epsilon, scale, shift }) {
  const { data } = input;
  const run = () => {
    let sum = 0;
    for (let k = 0; k < size; k++) sum += data[k];
    const mean = sum / size;
    let squares = 0;
    for (let k = 0; k < size; k++) squares += (data[k] - mean) * (data[k] - mean);
    const factor = 1 / Math.sqrt(squares / size + epsilon);
    for (let k = 0; k < size; k++) data[k] = (data[k] - mean) * factor * w[scale + k] + w[shift + k];
  };
  return { output: input, run };
}

/**
 * @param {Tensor} input  Changed in place.
 * @param {string} name  A key of ACTIVATIONS.
 * @returns {Layer}
 */
export function activation(input, name) {
  const { data, start, rows, length, stride } = input;
  const apply = ACTIVATIONS[name];
  const run = () => {
    for (let row = 0; row < rows; row++) apply(data, start + row * stride, start + row * stride + length);
  };
  return { output: input, run };
}

/** @type {Record<string, (data: Float64Array, from: number, to: number) => void>} Each works in place. */
export const ACTIVATIONS = {
  relu(data, from, to) {
    for (let k = from; k < to; k++) data[k] = data[k] < 0 ? 0 : data[k];
  },
  gelu(data, from, to) {
    for (let k = from; k < to; k++) data[k] = 0.5 * data[k] * (1 + erf(data[k] * Math.SQRT1_2));
  },
  silu(data, from, to) {
    for (let k = from; k < to; k++) data[k] /= 1 + Math.exp(-data[k]);
  },
  tanh(data, from, to) {
    for (let k = from; k < to; k++) data[k] = Math.tanh(data[k]);
  },
  sin(data, from, to) {
    for (let k = from; k < to; k++) data[k] = Math.sin(data[k]);
  },
};

/** @type {Record<string, (parameter: number) => number>} From a likelihood's parameter to the pixel's mean. */
export const MEANS = {
  sigmoid: (parameter) => 1 / (1 + Math.exp(-parameter)),
  continuous_bernoulli(parameter) {
    if (Math.abs(parameter) < 1e-2) return 0.5 + parameter / 12 - parameter ** 3 / 720;
    return -1 / Math.expm1(-parameter) - 1 / parameter;
  },
};

// A polynomial in (x - 3.75) / (x + 3.75) for (1 + 2x) exp(x^2) erfc(x), x >= 0, the form of Shepherd & Laframboise
// (1981), "Chebyshev approximation of (1 + 2x) exp(x^2) erfc(x) in 0 <= x < infinity"; fitted anew.
const ERFC = [
  1.237512630837792, -0.1402405985855231, 0.0035854154926108516, 0.08227673848826873,
  -0.10880393037907095, 0.09230432120438334, -0.05869339552442793, 0.028362276942830524,
  -0.009746599744420527, 0.0017556286864827604, 0.0002937904911010569, -0.000290164192999347,
  5.1469398839949977e-05, 2.2406813944781992e-05, -1.1179784435457653e-05, -1.0054737756072718e-06,
  1.509260647436137e-06, -2.9147949609080972e-08, -1.265009128442524e-07, 8.812095862241328e-09,
];

/**
 * The error function; its absolute error is below 1e-13.
 * @param {number} x
 * @returns {number}
 */
export function erf(x) {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  const t = (size - 3.75) / (size + 3.75);
  let sum = ERFC[19];
  for (let k = 18; k >= 0; k--) sum = sum * t + ERFC[k];
  const value = 1 - (sum * Math.exp(-size * size)) / (1 + 2 * size);
  return x < 0 ? -value : value;
}
