/** From numbers to places on a panel, and round numbers for its axes. */

/**
 * The least and the largest of numbers that stand in pairs.
 * @param {ArrayLike<number>[]} pairs
 * @param {0|1} place  Which one of each pair.
 * @param {number} [least]  A number to count in.
 * @returns {[number, number]|null} With some room about a single number; null for none.
 */
export function rangeOf(pairs, place, least = Infinity) {
  let low = least, high = -Infinity;
  for (const points of pairs) {
    for (let k = place; k < points.length; k += 2) {
      low = Math.min(low, points[k]);
      high = Math.max(high, points[k]);
    }
  }
  if (low > high) return null;
  const room = low === high ? Math.max(1, Math.abs(low) / 10) : 0;
  return [low - room, high + room];
}

/**
 * Multiples of 1, 2 or 5 times a power of ten.
 * @param {[number, number]} range
 * @param {number} most  How many at most, roughly.
 * @returns {Array<{value: number, words: string}>}
 */
export function ticksIn([low, high], most) {
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((times) => times * power >= rough);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const ticks = [];
  // Whole multiples, so that no rounding adds up.
  for (let k = Math.ceil(low / step); k * step <= high; k++) {
    const value = k === 0 ? 0 : k * step;
    ticks.push({ value, words: value.toLocaleString("en", shown).replace("-", "−") });
  }
  return ticks;
}

/**
 * @typedef {object} PanelScale  Between seconds and values, and pixels of a panel.
 * @property {(seconds: number) => number} x
 * @property {(value: number) => number} y
 * @property {(x: number) => number} secondsAt  Within the range.
 *
 * @param {{left: number, right: number, top: number, bottom: number}} box
 * @param {[number, number]} seconds
 * @param {[number, number]} values
 * @returns {PanelScale}
 */
export function panelScale({ left, right, top, bottom }, [begin, end], [low, high]) {
  const tenth = (pixels) => Math.round(pixels * 10) / 10;
  const across = (right - left) / (end - begin), up = (bottom - top) / (high - low);
  return {
    x: (seconds) => tenth(left + (seconds - begin) * across),
    y: (value) => tenth(bottom - (value - low) * up),
    secondsAt: (x) => Math.min(end, Math.max(begin, begin + (x - left) / across)),
  };
}
