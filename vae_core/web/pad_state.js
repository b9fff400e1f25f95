/** Where the viewer is and what is shown: the state that the host may keep, and nothing of the page. */

import { numbers } from "./pad_options.js";
import { axesPlane, pcaPlane, projectAll, projectOne } from "./pad_plane.js";
import { createSelection } from "./pad_selection.js";

export const LAYERS = {
  grid: "decoded grid",
  points: "points",
  posteriors: "posteriors 1σ",
  prior: "prior 1–3σ",
  names: "class names",
};
/** What the map may be coloured by, one at a time; all but the density come from the host. */
export const HEATS = {
  density: "aggregate posterior q(z)",
  ratio: "q(z) against the prior",
  error: "reconstruction error",
  entropy: "the decoder's entropy",
  distance: "distance to the data",
  change: "how fast images change",
  regions: "class regions",
};
const FARTHEST = 1e3;

/**
 * @typedef {object} PadState
 * @property {number[]} z
 * @property {string} plane  "1,2" for two axes counted from one, or "pca".
 * @property {string[]} layers  Which of LAYERS are shown, and one of HEATS or none.
 * @property {number[]} hidden  Classes filtered out.
 * @property {number[]} selection  Rows of selected points, at most 2,000 evenly spread over all that are.
 * @property {number} selected  How many are selected in all.
 * @property {import("./pad_selection.js").Lasso|null} [lasso]  What they lie inside of, where they were chosen so.
 */

/** @param {import("./pad_options.js").About} about */
export function createPadState(about) {
  const { d, count, mu, labels, classCount } = about;
  const state = {
    z: Float64Array.from(about.centre),
    plane: axesPlane(d, 0, 1),
    planeName: "1,2",
    /** Where the points lie on the plane. */
    points: { x: new Float32Array(count), y: new Float32Array(count) },
    /** 1 for each point whose class is not filtered out. */
    shown: new Uint8Array(count).fill(1),
    layers: new Set(["points", "prior", "names"]),
    hidden: new Set(),
    selection: createSelection(count),
    get() {
      const { z, planeName, layers, hidden, selection } = state;
      const chosen = { selection: selection.rows(), selected: selection.size(), lasso: selection.lasso() };
      return { z: [...z], plane: planeName, layers: [...layers], hidden: [...hidden], ...chosen };
    },
    /** @returns {string} Which of HEATS is shown, or "". */
    heat: () => [...state.layers].find((name) => Object.hasOwn(HEATS, name)) ?? "",
    chooseHeat,
    choosePlane,
    hide,
    set,
    /** @returns {[number, number]} Where the cursor stands on the plane. */
    cursor: () => (d > 1 ? projectOne(state.plane, state.z) : [state.z[0], 0]),
  };
  projectAll(state.plane, mu, state.points.x, state.points.y);

  /** @param {string} name @returns {boolean} Whether there is such a plane. */
  function choosePlane(name) {
    const [i, j] = name.split(",").map((word) => Number(word) - 1);
    const within = (k, end) => Number.isInteger(k) && k >= 0 && k < end;
    if (name === "pca" && d > 2 && count > 1) state.plane = pcaPlane(mu, d);
    else if (within(i, d) && within(j, Math.max(2, d)) && i !== j) state.plane = axesPlane(d, i, j);
    else return false;
    state.planeName = name;
    projectAll(state.plane, mu, state.points.x, state.points.y);
    return true;
  }

  /** @param {string} name  Of HEATS, or "" for none. */
  function chooseHeat(name) {
    for (const other of Object.keys(HEATS)) state.layers.delete(other);
    if (name) state.layers.add(name);
  }

  /** @param {Iterable<number>} classes */
  function hide(classes) {
    replace(state.hidden, classes);
    for (let n = 0; n < count; n++) state.shown[n] = labels && state.hidden.has(labels[n]) ? 0 : 1;
  }

  /**
   * Take over what fits; what does not is left as it is, for a host may pass on what it was given.
   * @param {Partial<PadState>} given
   * @returns {boolean} Whether the plane is another one.
   */
  function set(given) {
    const place = numbers(given.z, d);
    if (place) state.z.set(place.map((value) => Math.max(-FARTHEST, Math.min(FARTHEST, value))));
    const turned = typeof given.plane === "string" && given.plane !== state.planeName && choosePlane(given.plane);
    if (Array.isArray(given.layers)) {
      replace(state.layers, given.layers.filter((name) => Object.hasOwn(LAYERS, name)));
      chooseHeat(given.layers.find((name) => Object.hasOwn(HEATS, name)) ?? "");
    }
    const isClass = (n) => Number.isInteger(n) && n >= 0 && n < classCount;
    if (Array.isArray(given.hidden)) hide(given.hidden.filter(isClass));
    if (Array.isArray(given.selection)) state.selection.restore(given.selection, given.selected, given.lasso);
    return turned;
  }

  return state;
}

function replace(set, values) {
  set.clear();
  for (const value of values) set.add(value);
}
