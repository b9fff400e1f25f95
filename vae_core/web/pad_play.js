/** Random places of the prior, and the closed path through it that Play follows. */

const LOOP_SECONDS = 48;
const STEP_SECONDS = 1.5;
const EASE_SECONDS = 1.2;

/** A place of the distribution that `draw` describes: z = mean + factor eps; the standard normal without one. */
export function placeOf(draw, eps) {
  if (!draw) return eps;
  const d = eps.length;
  return draw.mean.map((mean, i) => eps.reduce((sum, value, j) => sum + draw.factor[i * d + j] * value, mean));
}

/** @returns {Float64Array} A draw from N(mean, factor factor^T). */
export function randomPlace(draw, d) {
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  return placeOf(draw, new Float64Array(d).map(normal));
}

/**
 * @param {{mean: Float64Array, factor: Float64Array}|null} draw
 * @param {number} d
 */
export function createPlayer(draw, d) {
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  const start = new Float64Array(d), path = new Float64Array(d);
  let playing = false, begun = 0;
  return {
    isPlaying: () => playing,
    /** @param {ArrayLike<number>} z  Where the path is joined. @param {number} now  Milliseconds. */
    begin(z, now) {
      start.set(z);
      begun = now;
      playing = true;
    },
    stop() {
      playing = false;
    },
    /** Put z where it is by now. */
    advance(z, now) {
      let t = (now - begun) / 1000;
      // Whoever asks for less motion sees the same path as stills.
      if (reduced.matches) t = Math.floor(t / STEP_SECONDS) * STEP_SECONDS;
      const turn = (2 * Math.PI * t) / LOOP_SECONDS;
      for (let k = 0; k < d; k++) path[k] = 1.5 * Math.sin((2 + ((k * 3) % 5)) * turn + 1.3 * k);
      const joined = Math.max(0, Math.min(1, t / EASE_SECONDS));
      const share = joined * joined * (3 - 2 * joined);
      placeOf(draw, path).forEach((value, k) => (z[k] = start[k] + share * (value - start[k])));
    },
  };
}
