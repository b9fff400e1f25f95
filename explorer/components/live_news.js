/** Reads what `explorer.live.packed` wrote. */

const KINDS = { f4: Float32Array, f2: Uint16Array, i4: Int32Array };

/** @param {ArrayBuffer} buffer @returns {object} Its JSON, with the arrays where they belong. */
function readNews(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const { arrays: listed, ...news } = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  const arrays = {};
  let at = 4 + size;
  for (const [name, kind, length] of listed) {
    const array = new KINDS[kind](buffer, at, length);
    arrays[name] = kind === "f2" ? widened(array) : array;
    at += 4 * Math.ceil(array.byteLength / 4);
  }
  for (const [name, model] of Object.entries(news.models ?? {})) {
    const of = (part) => arrays[`${name}.${part}`] ?? null;
    Object.assign(model, { w: of("w"), points: { mu: of("mu"), logvar: of("logvar"), labels: of("labels") } });
  }
  news.curves?.panels.forEach(({ lines }, n) => lines.forEach((line, k) => (line.points = arrays[`${n}.${k}`])));
  return news;
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
