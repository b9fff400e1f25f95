/** Which part of a plane the map shows. Plane units and CSS pixels; up is up. */

const MARGIN = 1.05;
const PRIOR_REACH = 3.2;

/**
 * Which part of the plane is visible: pixel = (x - x0) * scale, and up is up.
 * @typedef {{x: number, y: number, span: number, width: number, height: number}} View  Centre, plane units across the
 *   shorter side, and the canvas's size in CSS pixels.
 */

/** @param {View} view @returns {number} CSS pixels in one plane unit. */
export const scaleOf = (view) => Math.min(view.width, view.height) / view.span;
/** @param {View} view @returns {[number, number]} */
export const toScreen = (view, x, y) => [
  view.width / 2 + (x - view.x) * scaleOf(view),
  view.height / 2 - (y - view.y) * scaleOf(view),
];
/** @param {View} view @returns {[number, number]} */
export const toPlane = (view, px, py) => [
  view.x + (px - view.width / 2) / scaleOf(view),
  view.y - (py - view.height / 2) / scaleOf(view),
];

/**
 * How far from `origin` the map has to reach so that the prior and all but one point in a thousand are on it.
 * @param {{x: Float32Array, y: Float32Array}} points
 * @param {[number, number]} origin
 * @param {number} [least]
 * @returns {number}
 */
export function reachOf({ x, y }, [ox, oy], least = PRIOR_REACH) {
  const far = Float64Array.from(x, (value, n) => Math.max(Math.abs(value - ox), Math.abs(y[n] - oy))).sort();
  return far.length ? Math.max(least, far[Math.floor(0.999 * (far.length - 1))]) : least;
}

/** Show all: `reach` on every side of `origin`, and a margin. */
export function fitView(view, [x, y], reach) {
  Object.assign(view, { x, y, span: 2 * MARGIN * reach });
}

/** Zoom by `factor`, above 1 for nearer; what lies at the pixel (px, py) stays there. */
export function zoomView(view, factor, px, py) {
  const [x, y] = toPlane(view, px, py);
  view.span = Math.min(400, Math.max(0.02, view.span / factor));
  const [nx, ny] = toPlane(view, px, py);
  view.x += x - nx;
  view.y += y - ny;
}

/** Move the view by CSS pixels. */
export function panView(view, dx, dy) {
  view.x -= dx / scaleOf(view);
  view.y += dy / scaleOf(view);
}
