/** Reads what `explorer.packing.packed` wrote. */

const KINDS = { f4: Float32Array, f2: Uint16Array, i4: Int32Array, u1: Uint8Array };

/**
 * @param {ArrayBuffer} buffer
 * @returns {{about: object, arrays: Object<string, Float32Array|Int32Array|Uint8Array>}}  The arrays are views of it.
 */
function readPacked(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const { arrays: listed, ...about } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  const arrays = {};
  let at = 4 + size;
  for (const [name, kind, length] of listed) {
    const array = new KINDS[kind](buffer, at, length);
    arrays[name] = kind === "f2" ? widened(array) : array;
    at += 4 * Math.ceil(array.byteLength / 4);
  }
  return { about, arrays };
}

let halves = null;

/** Numbers of 16 bits, as their bits, in single precision. */
function widened(bits) {
  halves ??= Float32Array.from({ length: 65536 }, (_, half) => {
    const sign = half & 0x8000 ? -1 : 1, exponent = (half >> 10) & 31, fraction = half & 1023;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : (2 ** -14 * fraction) / 1024);
  });
  const wide = new Float32Array(bits.length);
  for (let k = 0; k < bits.length; k++) wide[k] = halves[bits[k]];
  return wide;
}
