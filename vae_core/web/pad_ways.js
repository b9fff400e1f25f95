/** Ways through the latent space that a slider goes along: one of its dimensions, or a direction that somebody made. */

import { numbers } from "./pad_options.js";

/**
 * @typedef {object} Way
 * @property {string} name
 * @property {string} told  A title, or "".
 * @property {boolean} made  Whether it is no dimension of the space.
 * @property {number} low @property {number} high  How far the slider reaches.
 * @property {(z: ArrayLike<number>) => number} at  Where z is on it.
 * @property {(z: ArrayLike<number>, value: number, out: Float64Array) => void} move  Writes z, moved along it to a
 *   value; all that is across stays.
 *
 * @typedef {{name: string, vector: ArrayLike<number>, origin: ArrayLike<number>, low: number, high: number,
 *   told?: string}} MadeWay  From the origin, [d], where its value is 0, by the vector, [d], to where it is 1.
 */

/** @returns {Way} Along dimension k. */
export function dimensionWay(k, limit, told) {
  const move = (z, value, out) => {
    out.set(z);
    out[k] = value;
  };
  return { name: `z${k + 1}`, told, made: false, low: -limit, high: limit, at: (z) => z[k], move };
}

/** @param {MadeWay} given @param {number} d @returns {Way|null} Null for what is none in d dimensions. */
export function madeWay(given, d) {
  const vector = numbers(given?.vector, d), origin = numbers(given?.origin, d);
  const size = vector?.reduce((sum, v) => sum + v * v, 0);
  const reach = numbers([given?.low, given?.high], 2);
  if (!vector || !origin || !reach || !(size > 0) || !(reach[1] > reach[0])) return null;
  const at = (z) => vector.reduce((sum, v, k) => sum + v * (z[k] - origin[k]), 0) / size;
  const move = (z, value, out) => {
    const on = value - at(z);
    for (let k = 0; k < d; k++) out[k] = z[k] + on * vector[k];
  };
  const [low, high] = reach;
  return { name: String(given.name), told: String(given.told ?? ""), made: true, low, high, at, move };
}
