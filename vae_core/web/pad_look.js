/** Where the viewer looks, in units that pads on different models share. */

import { numbers } from "./pad_options.js";

/**
 * @typedef {object} Look
 * @property {number[]} u  The cursor, z = mean + factor u of the law that random places follow.
 * @property {number} hovered  The row under the pointer, or -1.
 * @property {[number, number, number]} view  Middle and width of what is seen, as shares of the width that shows all.
 * @property {number[]} hidden  Classes filtered out.
 */

/**
 * @param {import("./pad_options.js").About} about
 * @param {ReturnType<typeof import("./pad_state.js").createPadState>} state
 * @param {ReturnType<typeof import("./pad_screen.js").createScreen>} screen
 * @param {ReturnType<typeof import("./pad_camera.js").createCamera>} camera
 * @param {{onFilter: () => void, onPlace: () => void}} acts
 */
export function createLook(about, state, screen, camera, { onFilter, onPlace }) {
  const { d, draw, count, classCount } = about;
  const inverse = draw && inverted(draw.factor, d);
  const told = new Map();

  /** @returns {Look} */
  const read = () => {
    const { view } = screen, { home } = camera;
    const u = inverse ? times(inverse, Float64Array.from(state.z, (v, k) => v - draw.mean[k])) : state.z;
    return {
      u: Array.from(u),
      hovered: screen.hovered,
      view: [(view.x - home.x) / home.span, (view.y - home.y) / home.span, view.span / home.span],
      hidden: [...state.hidden],
    };
  };

  return {
    /**
     * What is another than what was told last, and only that: two pads may change in the same frame.
     * @returns {Partial<Look>|null}
     */
    news() {
      const fresh = Object.entries(read()).filter(([name, value]) => told.get(name) !== JSON.stringify(value));
      for (const [name, value] of fresh) told.set(name, JSON.stringify(value));
      return fresh.length ? Object.fromEntries(fresh) : null;
    },
    /** Look at the same. What does not fit this model is left as it is. @param {Partial<Look>} look */
    follow(look) {
      const u = look.u && numbers(look.u, d);
      if (u) state.z.set(inverse ? times(draw.factor, u).map((v, k) => v + draw.mean[k]) : u);
      if (look.hovered !== undefined) screen.hovered = look.hovered < count ? look.hovered : -1;
      if (look.view) followView(look.view);
      if (look.hidden) {
        state.hide(look.hidden.filter((label) => label < classCount));
        onFilter();
      }
      onPlace();
      // What was followed is not told back: rounding would set the pads chasing each other.
      const now = read();
      for (const name of Object.keys(look)) told.set(name, JSON.stringify(now[name]));
    },
  };

  function followView([x, y, span]) {
    const { home } = camera;
    Object.assign(screen.view, { x: home.x + x * home.span, y: home.y + y * home.span, span: span * home.span });
    camera.changed();
  }
}

/** @returns {Float64Array|null} The inverse of a matrix [d, d], row by row; null for one that has none. */
function inverted(matrix, d) {
  const rows = Array.from({ length: d }, (_, i) => {
    const unit = Array.from({ length: d }, (_, j) => (i === j ? 1 : 0));
    return [...matrix.slice(i * d, (i + 1) * d), ...unit];
  });
  for (let k = 0; k < d; k++) {
    let best = k;
    for (let i = k + 1; i < d; i++) if (Math.abs(rows[i][k]) > Math.abs(rows[best][k])) best = i;
    [rows[k], rows[best]] = [rows[best], rows[k]];
    const pivot = rows[k][k];
    if (Math.abs(pivot) < 1e-12) return null;
    rows[k] = rows[k].map((value) => value / pivot);
    for (let i = 0; i < d; i++) {
      const factor = rows[i][k];
      if (i !== k && factor) rows[i] = rows[i].map((value, j) => value - factor * rows[k][j]);
    }
  }
  return Float64Array.from(rows.flatMap((row) => row.slice(d)));
}

function times(matrix, vector) {
  const d = vector.length;
  return vector.map((_, i) => vector.reduce((sum, value, j) => sum + matrix[i * d + j] * value, 0));
}
