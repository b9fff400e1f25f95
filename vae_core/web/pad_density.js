/**
 * The density of many Gaussians on a plane: q(z) = 1/N sum_n N(z; mu_n, Sigma_n), on a grid of cells. No DOM.
 *
 * A wide Gaussian is added to a coarser grid, where it covers as many cells as a narrow one does on the finest, and
 * the grids are put together in the end; so 70,000 of them take the same time whatever their widths.
 */

const NARROWEST = 1; // squared cells
const COARSEN = 3; // cells; a Gaussian wider than twice this goes to a coarser grid
const LEVELS = 7;
const REACH = 14; // squared standard deviations: all but a thousandth of the mass
const SLICE = 20000; // cells added between two pauses

/**
 * A rectangle of the plane in square cells.
 * @typedef {{x0: number, y0: number, cell: number, columns: number, rows: number}} Region  (x0, y0) is the lower left.
 *
 * @typedef {(n: number, out: Float64Array) => void} Covariance  Writes xx, xy, yy of point n.
 */

/**
 * @param {{x: Float32Array, y: Float32Array}} points
 * @param {Covariance} covarianceOf
 * @param {Uint8Array} shown
 * @param {Region} region
 * @returns {Generator<void, Float32Array>} q at the cells' centres, [rows, columns], lowest row first.
 */
export function* densityOn(points, covarianceOf, shown, region) {
  const { x0, y0, cell, columns, rows } = region;
  const levels = Array.from({ length: LEVELS }, (_, level) => createLevel(columns, rows, level));
  const covariance = new Float64Array(3);
  let count = 0, work = 0;
  for (let n = 0; n < shown.length; n++) {
    if (!shown[n]) continue;
    count++;
    covarianceOf(n, covariance);
    work += 10 + addGaussian(levels, (points.x[n] - x0) / cell, (points.y[n] - y0) / cell, covariance, cell);
    if (work > SLICE) {
      work = 0;
      yield;
    }
  }
  const finest = levels[0];
  for (const level of levels.slice(1)) {
    if (level.used) addLevel(finest, level);
    yield;
  }
  const q = new Float32Array(columns * rows);
  const factor = 1 / (Math.max(1, count) * cell * cell);
  for (let j = 0, to = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++, to++) q[to] = factor * finest.values[(j + 1) * finest.columns + i + 1];
  }
  return q;
}

// Every level has a border one cell wide, so that values can be taken between any two centres.
function createLevel(columns, rows, level) {
  const size = 2 ** level;
  const shape = { columns: Math.ceil(columns / size) + 2, rows: Math.ceil(rows / size) + 2 };
  return { ...shape, size, used: level === 0, values: new Float32Array(shape.columns * shape.rows) };
}

/** Add one Gaussian, (x, y) in finest cells, to the level that suits its width. @returns {number} Cells touched. */
function addGaussian(levels, x, y, covariance, cell) {
  let xx = covariance[0] / (cell * cell), xy = covariance[1] / (cell * cell), yy = covariance[2] / (cell * cell);
  const middle = (xx + yy) / 2, half = Math.hypot((xx - yy) / 2, xy);
  const least = middle - half, most = middle + half;
  if (least < NARROWEST) {
    // What is narrower than a cell is drawn one cell wide: along the minor axis, whose projector is (most I - S) / (2
    // half), and along the major one if that is as narrow.
    const wider = Math.max(0, NARROWEST - most);
    const share = half > 0 ? (NARROWEST - least - wider) / (2 * half) : 0;
    xx += wider + share * (most - xx);
    yy += wider + share * (most - yy);
    xy -= share * xy;
  }
  const index = Math.floor(Math.log2(Math.sqrt(Math.max(least, NARROWEST)) / COARSEN));
  const level = levels[Math.max(0, Math.min(LEVELS - 1, index))];
  level.used = true;
  const s = level.size;
  return splat(level, x / s + 0.5, y / s + 0.5, xx / (s * s), xy / (s * s), yy / (s * s), 1 / (s * s));
}

/** Add a Gaussian whose middle, (x, y), counts from the centre of the level's first cell. */
function splat({ columns, rows, values }, x, y, xx, xy, yy, mass) {
  const det = xx * yy - xy * xy;
  const slope = xy / yy, spread = det / yy; // of x given y
  const peak = mass / (2 * Math.PI * Math.sqrt(det));
  const tall = Math.sqrt(REACH * yy);
  const bottom = Math.max(0, Math.ceil(y - tall)), top = Math.min(rows - 1, Math.floor(y + tall));
  const bend = Math.exp(-1 / spread);
  let touched = 0;
  for (let j = bottom; j <= top; j++) {
    const up = j - y;
    const middle = x + slope * up;
    const wide = Math.sqrt(Math.max(0, (REACH - (up * up) / yy) * spread));
    const first = Math.max(0, Math.ceil(middle - wide)), last = Math.min(columns - 1, Math.floor(middle + wide));
    if (last < first) continue;
    const right = first - middle;
    // From cell to cell the value changes by a ratio that itself changes by a fixed one: no exponential in the loop.
    let value = peak * Math.exp(-0.5 * ((up * up) / yy + (right * right) / spread));
    let ratio = Math.exp(-(2 * right + 1) / (2 * spread));
    const row = j * columns;
    for (let i = first; i <= last; i++) {
      values[row + i] += value;
      value *= ratio;
      ratio *= bend;
    }
    touched += last - first + 1;
  }
  return touched;
}

/** Add a coarse level to the finest, with values between centres in proportion. */
function addLevel(finest, { columns, size, values }) {
  for (let j = 1; j < finest.rows - 1; j++) {
    const y = (j - 0.5) / size + 0.5, low = Math.floor(y), up = y - low;
    for (let i = 1; i < finest.columns - 1; i++) {
      const x = (i - 0.5) / size + 0.5, left = Math.floor(x), right = x - left;
      const at = low * columns + left;
      const under = values[at] + right * (values[at + 1] - values[at]);
      const over = values[at + columns] + right * (values[at + columns + 1] - values[at + columns]);
      finest.values[j * finest.columns + i] += under + up * (over - under);
    }
  }
}

/** @returns {Covariance} Of each posterior, diagonal in the latent space, seen on the plane. */
export function posteriorCovariance({ mean, axes: [a, b] }, logvar) {
  const d = mean.length;
  return (n, out) => {
    out.fill(0);
    for (let k = 0, from = n * d; k < d; k++, from++) {
      if (a[k] === 0 && b[k] === 0) continue;
      const variance = Math.exp(logvar[from]);
      out[0] += a[k] * a[k] * variance;
      out[1] += a[k] * b[k] * variance;
      out[2] += b[k] * b[k] * variance;
    }
  };
}

/**
 * One covariance for all, where points have none of their own: Scott's rule, H = n^(-1/3) S in two dimensions
 * (Scott 1992, "Multivariate Density Estimation", section 6.3), with S the shown points' covariance.
 * @returns {Covariance}
 */
export function scottCovariance({ x, y }, shown) {
  let count = 0, sumX = 0, sumY = 0;
  for (let n = 0; n < shown.length; n++) {
    count += shown[n];
    sumX += shown[n] * x[n];
    sumY += shown[n] * y[n];
  }
  const total = Math.max(1, count), mx = sumX / total, my = sumY / total, all = new Float64Array(3);
  for (let n = 0; n < shown.length; n++) {
    if (!shown[n]) continue;
    all[0] += (x[n] - mx) ** 2;
    all[1] += (x[n] - mx) * (y[n] - my);
    all[2] += (y[n] - my) ** 2;
  }
  const factor = total ** (-1 / 3) / Math.max(1, total - 1);
  return (_, out) => out.set(all.map((value) => factor * value));
}

/**
 * @param {Float32Array} q  [rows, columns]
 * @param {Region} region
 * @param {number} sigma  In cells.
 * @returns {Float32Array} q under a Gaussian blur; beyond its edges it is taken to be zero.
 */
export function blurred(q, { columns, rows }, sigma) {
  const reach = Math.ceil(3 * sigma);
  const weights = Float64Array.from({ length: 2 * reach + 1 }, (_, k) => Math.exp(-0.5 * ((k - reach) / sigma) ** 2));
  const total = weights.reduce((a, b) => a + b, 0);
  const pass = (from, lines, length, lineStep, step) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < lines; line++) {
      for (let k = 0; k < length; k++) {
        let sum = 0;
        const first = Math.max(0, k - reach), last = Math.min(length - 1, k + reach);
        for (let j = first; j <= last; j++) sum += weights[j - k + reach] * from[line * lineStep + j * step];
        to[line * lineStep + k * step] = sum / total;
      }
    }
    return to;
  };
  return pass(pass(q, rows, columns, columns, 1), columns, rows, 1, columns);
}

/**
 * @param {Float32Array} q  Over a region that holds nearly all of the mass.
 * @param {number} area  Of a cell.
 * @param {number[]} shares
 * @returns {number[]} For each share, the density that the densest places which together hold it exceed.
 */
export function massLevels(q, area, shares) {
  const sorted = Float32Array.from(q).sort();
  const levels = shares.map(() => 0);
  let mass = 0;
  for (let k = sorted.length - 1; k >= 0; k--) {
    mass += area * sorted[k];
    shares.forEach((share, n) => {
      if (!levels[n] && mass >= share) levels[n] = sorted[k];
    });
    if (mass >= Math.max(...shares)) break;
  }
  return levels;
}

/**
 * The line q = level, by marching squares.
 * @param {Float32Array} q  [rows, columns]
 * @param {Region} region
 * @returns {Float64Array} Pieces of the line on the plane, x and y of one end and of the other.
 */
export function contour(q, { x0, y0, cell, columns, rows }, level) {
  const pieces = [], ends = [];
  const cross = (i, j, a, right, up, b) => {
    if (a > level === b > level) return;
    const share = (level - a) / (b - a);
    ends.push(x0 + cell * (i + 0.5 + right * share), y0 + cell * (j + 0.5 + up * share));
  };
  for (let j = 0; j < rows - 1; j++) {
    for (let i = 0, at = j * columns; i < columns - 1; i++, at++) {
      const a = q[at], b = q[at + 1], c = q[at + columns], e = q[at + columns + 1];
      const inside = (a > level) + (b > level) + (c > level) + (e > level);
      if (inside === 0 || inside === 4) continue;
      ends.length = 0;
      cross(i, j, a, 1, 0, b);
      cross(i + 1, j, b, 0, 1, e);
      cross(i, j + 1, c, 1, 0, e);
      cross(i, j, a, 0, 1, c);
      // Around a saddle there are four ends, two and two in the order met.
      pieces.push(...ends);
    }
  }
  return Float64Array.from(pieces);
}
