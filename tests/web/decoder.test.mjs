import assert from "node:assert/strict";
import { test } from "node:test";

import { createDecoder } from "../../vae_core/web/decoder.js";
import { erf, MEANS } from "../../vae_core/web/decoder_layers.js";
import { ProgramError } from "../../vae_core/web/layer_program.js";

/** One linear layer from z [2] to an image of 1 x 1 pixels of `channels`, with the bias as its value at z = 0. */
function tiny(channels = 1, classCount = 0) {
  const inputs = 2 + classCount;
  const w = new Float32Array(8 * (inputs + 1));
  for (let k = 0; k < inputs; k++) for (let c = 0; c < channels; c++) w[8 * k + c] = (k + 1) * (c + 1);
  for (let c = 0; c < channels; c++) w[8 * inputs + c] = -c;
  const layers = [{ op: "linear", inputs, outputs: channels, weight: 0 }];
  const header = { format: 1, latent_dim: 2, class_count: classCount, mean: "sigmoid", size: w.length };
  return { program: { ...header, image_shape: [channels, 1, 1], layers }, w };
}
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const close = (a, b, tolerance) => assert.ok(Math.abs(a - b) <= tolerance, `${a} is not ${b}`);

test("a linear layer is W z + b, then the likelihood's mean", () => {
  const { program, w } = tiny(3);
  const image = createDecoder(program, w).decode([0.5, -1]);
  for (let c = 0; c < 3; c++) close(image[c], sigmoid((c + 1) * (0.5 - 2) - c), 1e-7);
});

test("decode writes into the array it is given and otherwise into its own", () => {
  const { program, w } = tiny();
  const decoder = createDecoder(program, w);
  const out = new Float32Array(1);
  assert.equal(decoder.decode([1, 1], out), out);
  const own = decoder.decode([0, 0]);
  assert.notEqual(own, out);
  assert.equal(decoder.decode([1, 1]), own);
});

test("two decoders do not share memory", () => {
  const { program, w } = tiny();
  const one = createDecoder(program, w), other = createDecoder(program, w);
  const image = one.decode([1, 1]);
  const before = image[0];
  other.decode([-1, -1]);
  assert.equal(image[0], before);
});

test("grey and colour images are painted as opaque pixels at their place", () => {
  for (const channels of [1, 3]) {
    const { program, w } = tiny(channels);
    const decoder = createDecoder(program, w);
    const rgba = new Uint8ClampedArray(4 * 6);
    decoder.decodeInto([0.3, 0.1], rgba, 4, 3);
    const image = decoder.decode([0.3, 0.1]);
    const expected = [0, 1, 2].map((c) => Math.round(255 * image[channels === 3 ? c : 0]));
    assert.deepEqual([...rgba.slice(16, 20)], [...expected, 255]);
    assert.ok(rgba.every((value, index) => value === 0 || (index >= 16 && index < 20)));
  }
});

test("an image that would leave the ImageData is refused", () => {
  const { program, w } = tiny();
  const decoder = createDecoder(program, w);
  assert.throws(() => decoder.decodeInto([0, 0], new Uint8ClampedArray(8), 2), RangeError);
  assert.throws(() => decoder.decodeInto([0, 0], new Uint8ClampedArray(8), -1), RangeError);
  assert.throws(() => decoder.decodeInto([0, 0], new Uint8ClampedArray(8), NaN), RangeError);
});

test("the class of a conditional decoder is a one-hot vector after z", () => {
  const { program, w } = tiny(1, 2);
  const decoder = createDecoder(program, w);
  close(decoder.decode([0, 0])[0], sigmoid(0), 1e-7);
  close(decoder.decode([0, 0], undefined, 0)[0], sigmoid(3), 1e-7);
  close(decoder.decode([0, 0], undefined, 1)[0], sigmoid(4), 1e-7);
});

test("z of the wrong length is refused", () => {
  const { program, w } = tiny();
  assert.throws(() => createDecoder(program, w).decode([1]), /z has 1 numbers; this decoder takes 2/);
  assert.throws(() => createDecoder(program, w).decode([1, 2], new Float32Array(4)), /out has 4/);
});

const broken = {
  "no program": [(p) => null, /not an object/],
  "a future format": [(p) => ({ ...p, format: 2 }), /format 2/],
  "a missing weight": [(p) => ({ ...p, size: p.size + 1 }), /instead of/],
  "a fractional size": [(p) => ({ ...p, latent_dim: 1.5 }), /latent_dim is 1.5/],
  "two channels": [(p) => ({ ...p, image_shape: [2, 1, 1] }), /1 or 3 channels/],
  "a shape of two numbers": [(p) => ({ ...p, image_shape: [1, 1] }), /three numbers/],
  "an unknown mean": [(p) => ({ ...p, mean: "constructor" }), /no mean called constructor/],
  "no layers": [(p) => ({ ...p, layers: [] }), /no layers/],
  "an unknown layer": [(p) => ({ ...p, layers: [{ op: "attention" }] }), /layer 0 \(attention\)/],
  "an empty layer": [(p) => ({ ...p, layers: [null] }), /not a layer this page knows/],
  "an unknown activation": [
    (p) => ({ ...p, layers: [...p.layers, { op: "activation", name: "toString" }] }),
    /no activation toString/,
  ],
  "layers that do not fit": [(p) => ({ ...p, layers: [{ ...p.layers[0], inputs: 3 }] }), /takes 3 numbers/],
  "weights out of reach": [(p) => ({ ...p, layers: [{ ...p.layers[0], weight: 8 }] }), /beyond the weights/],
  "places of another width": [
    (p) => ({ ...p, layers: [{ op: "places", output: [1, 1, 3], offsets: 0 }] }),
    /takes 3 numbers but is given 2/,
  ],
  "a pointwise layer that changes the size": [
    (p) => ({ ...p, layers: [{ op: "pointwise", input: [1, 2, 1], output: [2, 1, 1], weight: 0 }] }),
    /output has another size/,
  ],
  "a shuffle into more pixels than there are": [
    (p) => ({ ...p, layers: [{ op: "shuffle", input: [1, 1, 2], output: [1, 2, 1], factor: 1 }] }),
    /output is too large/,
  ],
  "another image size": [(p) => ({ ...p, image_shape: [1, 2, 1] }), /an image has 2/],
};
for (const [name, [change, message]] of Object.entries(broken)) {
  test(`a program with ${name} is refused`, () => {
    const { program, w } = tiny();
    assert.throws(() => createDecoder(change(program), w), (error) => {
      assert.ok(error instanceof ProgramError, String(error));
      assert.match(error.message, message);
      return true;
    });
  });
}

test("weights that are not float32 are refused", () => {
  const { program, w } = tiny();
  assert.throws(() => createDecoder(program, [...w]), ProgramError);
});

test("erf agrees with its series to 1e-13, is odd, and ends at one", () => {
  const series = (x) => {
    let term = x, sum = x;
    for (let n = 1; n < 200; n++) sum += (term *= (2 * x * x) / (2 * n + 1));
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
  };
  close(erf(0), 0, 1e-13);
  for (let x = 0.0137; x < 6; x += 0.0137) {
    close(erf(x), series(x), 1e-13);
    assert.equal(erf(-x), -erf(x));
  }
  assert.equal(erf(Infinity), 1);
  assert.equal(erf(-40), -1);
  assert.ok(Number.isNaN(erf(NaN)));
});

test("the continuous Bernoulli mean is smooth through zero and bounded far out", () => {
  const mean = MEANS.continuous_bernoulli;
  assert.equal(mean(0), 0.5);
  close(mean(0.01 - 1e-9), mean(0.01 + 1e-9), 1e-9);
  for (const l of [0.5, 3, 30, 900]) {
    close(mean(l) + mean(-l), 1, 1e-12);
    assert.ok(mean(l) > 0.5 && mean(l) < 1);
  }
});
