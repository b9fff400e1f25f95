/** Which points are selected, and which of them lie under a pointer, in a box or inside a lasso. */

const REPORTED = 2000;

/**
 * @typedef {object} Lasso
 * @property {string} plane  As in the pad's state.
 * @property {Array<[number, number]>} corners  On that plane.
 * @property {number[]} hidden  Classes that were filtered out.
 */

/** @param {number} count  How many points there are. */
export function createSelection(count) {
  const mask = new Uint8Array(count);
  let size = 0, total = 0, reported = [], lasso = null;

  const choose = (rows, all = rows.length, inside = null) => {
    lasso = inside;
    mask.fill(0);
    for (const row of rows) mask[row] = 1;
    [size, total, reported] = [rows.length, all, spread(rows)];
  };

  return {
    /** 1 for each selected point. */
    mask,
    choose,
    /** @returns {number[]} At most 2,000 of the selected rows, evenly spread. */
    rows: () => [...reported],
    /** @returns {number} How many are selected in all. */
    size: () => total,
    /** @returns {Lasso|null} What they lie inside of, where they were chosen so. */
    lasso: () => lasso,
    /** @returns {number} The row, where just one is selected, or -1. */
    single: () => (size === 1 ? reported[0] : -1),
    /** @returns {boolean} Whether so many are selected that the others step back. */
    isMany: () => size > 1,
    /** Take back what rows() once gave; anything else is left out. */
    restore(rows, all, inside) {
      const fits = rows.length <= REPORTED && rows.every((row) => Number.isInteger(row) && row >= 0 && row < count);
      // The same rows come back from a host that keeps them: then all that they stand for stays selected.
      const known = rows.length === reported.length && rows.every((row, k) => row === reported[k]);
      if (!fits || known) return;
      const unique = [...new Set(rows)].sort((a, b) => a - b);
      choose(unique, Number.isInteger(all) && all >= unique.length && all <= count ? all : unique.length, inside);
    },
  };
}

function spread(rows) {
  if (rows.length <= REPORTED) return [...rows];
  return Array.from({ length: REPORTED }, (_, k) => rows[Math.floor(((k + 0.5) * rows.length) / REPORTED)]);
}

/**
 * @param {{x: Float32Array, y: Float32Array}} points
 * @param {Uint8Array} shown
 * @param {number} x @param {number} y
 * @param {number} reach  How far off a point may be.
 * @returns {number} The row nearest to (x, y) on the plane, or -1.
 */
export function pointAt(points, shown, x, y, reach) {
  let found = -1, least = reach * reach;
  for (let n = 0; n < shown.length; n++) {
    const right = points.x[n] - x, up = points.y[n] - y;
    const apart = right * right + up * up;
    if (apart < least && shown[n]) {
      least = apart;
      found = n;
    }
  }
  return found;
}

/**
 * @param {{x: Float32Array, y: Float32Array}} points
 * @param {Uint8Array} shown
 * @param {Array<[number, number]>} outline  Corners on the plane; the last is joined to the first.
 * @returns {number[]} The rows inside: a ray from there crosses the outline an odd number of times.
 */
export function rowsInside({ x, y }, shown, outline) {
  const [left, right] = extent(outline.map((corner) => corner[0]));
  const [low, high] = extent(outline.map((corner) => corner[1]));
  const rows = [];
  for (let n = 0; n < shown.length; n++) {
    if (!shown[n] || x[n] < left || x[n] > right || y[n] < low || y[n] > high) continue;
    if (isInside(outline, x[n], y[n])) rows.push(n);
  }
  return rows;
}

function isInside(outline, x, y) {
  let inside = false;
  for (let k = 0, j = outline.length - 1; k < outline.length; j = k++) {
    const [ax, ay] = outline[j], [bx, by] = outline[k];
    if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
  }
  return inside;
}

const extent = (values) => [Math.min(...values), Math.max(...values)];
