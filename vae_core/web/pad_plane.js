/** Planes through a latent space of any dimension, and what lies on them. */

/**
 * A plane with orthonormal axes: p = axes (z - mean), and back z = mean + p axes.
 * @typedef {object} Plane
 * @property {string} name
 * @property {Float64Array} mean  [d]
 * @property {[Float64Array, Float64Array]} axes
 * @property {[string, string]} labels
 */

/** @param {number} d @param {number} i @param {number} j @returns {Plane} The plane of two coordinates. */
export function axesPlane(d, i, j) {
  const axes = [i, j].map((k) => Float64Array.from({ length: d }, (_, n) => (n === k && k >= 0 ? 1 : 0)));
  const labels = [`z${i + 1}`, j < d ? `z${j + 1}` : ""];
  return { name: labels.join(", "), mean: new Float64Array(d), axes, labels };
}

/**
 * @param {Float32Array} mu  [N, d]
 * @param {number} d
 * @returns {Plane} The plane of the two directions in which mu varies most.
 */
export function pcaPlane(mu, d) {
  const count = mu.length / d;
  const mean = new Float64Array(d);
  for (let n = 0; n < mu.length; n++) mean[n % d] += mu[n] / count;
  const covariance = Array.from({ length: d }, () => new Float64Array(d));
  for (let n = 0; n < mu.length; n += d) {
    for (let i = 0; i < d; i++) {
      for (let j = 0; j <= i; j++) covariance[i][j] += ((mu[n + i] - mean[i]) * (mu[n + j] - mean[j])) / count;
    }
  }
  for (let i = 0; i < d; i++) for (let j = i + 1; j < d; j++) covariance[i][j] = covariance[j][i];
  const first = leading(covariance);
  const axes = [first, leading(covariance, first)];
  return { name: "PCA", mean, axes, labels: ["component 1", "component 2"] };
}

/** The eigenvector of the largest eigenvalue, orthogonal to `other`, by power iteration. */
function leading(matrix, other) {
  let v = Float64Array.from(matrix, (_, k) => 1 + 0.1 * Math.sin(7 * k + (other ? 3 : 0)));
  for (let step = 0; step < 300; step++) {
    const next = Float64Array.from(matrix, (row) => dot(row, v));
    if (other) {
      const share = dot(next, other);
      for (let k = 0; k < next.length; k++) next[k] -= share * other[k];
    }
    const size = Math.sqrt(dot(next, next)) || 1;
    v = next.map((x) => x / size);
  }
  // A sign that does not depend on the start.
  const largest = v.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a), 0);
  return largest < 0 ? v.map((x) => -x) : v;
}

function dot(a, b) {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/**
 * @param {Plane} plane
 * @param {ArrayLike<number>} values  [N, d]
 * @param {Float32Array} x  [N], written
 * @param {Float32Array} y  [N], written
 */
export function projectAll({ mean, axes: [a, b] }, values, x, y) {
  const d = mean.length;
  for (let n = 0, from = 0; n < x.length; n++, from += d) {
    let p = 0, q = 0;
    for (let k = 0; k < d; k++) {
      const offset = values[from + k] - mean[k];
      p += a[k] * offset;
      q += b[k] * offset;
    }
    x[n] = p;
    y[n] = q;
  }
}

/** @param {Plane} plane @param {ArrayLike<number>} z @returns {[number, number]} */
export function projectOne({ mean, axes }, z) {
  return axes.map((axis) => axis.reduce((sum, a, k) => sum + a * (z[k] - mean[k]), 0));
}

/** Move z within the plane so that its place there is (x, y); what is off the plane stays. */
export function moveTo(plane, z, x, y) {
  const [p, q] = projectOne(plane, z);
  const [a, b] = plane.axes;
  for (let k = 0; k < z.length; k++) z[k] += (x - p) * a[k] + (y - q) * b[k];
}

/**
 * The ellipse of one standard deviation of a diagonal Gaussian, seen on a plane.
 * @param {Plane} plane
 * @param {ArrayLike<number>} logvar  [N, d]
 * @param {number} n  Which row.
 * @returns {{major: number, minor: number, angle: number}} Half axes, and the major one's angle from the x axis.
 */
export function posteriorEllipse({ mean, axes: [a, b] }, logvar, n) {
  const d = mean.length;
  let xx = 0, xy = 0, yy = 0;
  for (let k = 0; k < d; k++) {
    const variance = Math.exp(logvar[n * d + k]);
    xx += a[k] * a[k] * variance;
    xy += a[k] * b[k] * variance;
    yy += b[k] * b[k] * variance;
  }
  const middle = (xx + yy) / 2;
  const half = Math.hypot((xx - yy) / 2, xy);
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
  return { major: Math.sqrt(middle + half), minor: Math.sqrt(Math.max(0, middle - half)), angle };
}
