/**
 * What is drawn, as an image of a model's size: fitted and centred the way MNIST's digits were, or scaled as it is. The
 * same as `vae_core.centring`, where the way is cited. No DOM.
 */

const INK = 0.2;
const ROUNDING = 1e-9;

/**
 * @param {Float32Array} ink  [h, w] in [0, 1], row by row.
 * @param {number} h @param {number} w
 * @param {number} height @param {number} width
 * @param {number} share  Of the sides, what it may take.
 * @returns {Float32Array} [height, width], fitted and centred; black where nothing is drawn.
 */
export function centredImage(ink, h, w, height, width, share) {
  const box = boxOf(ink, h, w);
  if (!box) return new Float32Array(height * width);
  const { top, bottom, left, right } = box;
  const tall = bottom - top, wide = right - left;
  const scale = share * Math.min(height / tall, width / wide);
  let total = 0, sumY = 0, sumX = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const value = ink[y * w + x];
      total += value;
      sumY += value * (y - top + 0.5);
      sumX += value * (x - left + 0.5);
    }
  }
  const down = averages(tall, height, scale, offsetOf((scale * sumY) / total, scale * tall, height));
  const across = averages(wide, width, scale, offsetOf((scale * sumX) / total, scale * wide, width));
  return resampled(ink, w, box, down, across, height, width);
}

/** As `centredImage`, but all of it as it lies. */
export function scaledImage(ink, h, w, height, width) {
  const all = { top: 0, bottom: h, left: 0, right: w };
  return resampled(ink, w, all, averages(h, height, height / h, 0), averages(w, width, width / w, 0), height, width);
}

/** @returns {boolean} Whether anything is drawn. */
export const isBlank = (ink) => !ink.some((value) => value >= INK);

function boxOf(ink, h, w) {
  let top = h, bottom = 0, left = w, right = 0;
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      if (ink[y * w + x] < INK) continue;
      top = Math.min(top, y);
      bottom = y + 1;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
    }
  }
  return bottom ? { top, bottom, left, right } : null;
}

/** The whole pixel where a box begins: its centre of mass is then up to a pixel beyond the centre, as in MNIST. */
function offsetOf(middle, length, side) {
  return Math.min(Math.max(Math.ceil(side / 2 - middle - ROUNDING), 0), Math.max(0, Math.floor(side - length + ROUNDING)));
}

/** For each old pixel, the new ones that it is part of and how much of each it covers, three numbers at a time. */
function averages(length, wanted, scale, offset) {
  const shares = [];
  for (let k = 0; k < length; k++) {
    const start = k * scale + offset, end = start + scale;
    for (let to = Math.max(0, Math.floor(start)); to < Math.min(wanted, end); to++) {
      const covered = Math.min(end, to + 1) - Math.max(start, to);
      if (covered > 0) shares.push(k, to, covered);
    }
  }
  return shares;
}

function resampled(ink, w, { top, left }, down, across, height, width) {
  const lines = new Float64Array(height * w), image = new Float32Array(height * width);
  for (let k = 0; k < down.length; k += 3) {
    const from = (top + down[k]) * w, to = down[k + 1] * w, covered = down[k + 2];
    for (let x = 0; x < w; x++) lines[to + x] += covered * ink[from + x];
  }
  const sums = new Float64Array(height * width);
  for (let k = 0; k < across.length; k += 3) {
    for (let y = 0; y < height; y++) sums[y * width + across[k + 1]] += across[k + 2] * lines[y * w + left + across[k]];
  }
  for (let k = 0; k < sums.length; k++) image[k] = Math.min(1, Math.max(0, sums[k]));
  return image;
}
