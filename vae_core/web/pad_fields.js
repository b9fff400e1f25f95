/** Fields over the plane that the host computes, such as how well images are rebuilt: one at a time, as a heat. */

import { colourAt } from "./pad_colours.js";
import { boxOf } from "./pad_heat.js";

const OPACITY = 235;

/**
 * A field of the plane, row by row from the top.
 * @typedef {object} Field
 * @property {"sequential"|"diverging"|"classes"} kind
 * @property {string} unit
 * @property {string} reading  How to read it, in a sentence.
 * @property {number} low @property {number} high  What the colours span.
 * @property {string[]} ticks  Words for the numbers at the low end, in the middle and at the high end.
 * @property {import("./pad_density.js").Region} region
 * @property {Float32Array} values  [rows, columns]; NaN where there is nothing to say.
 * @property {Float32Array} [classes]  Of the kind "classes": whose share the values are.
 *
 * @typedef {object} FieldOffer  What a host has on one plane.
 * @property {string} plane
 * @property {(name: string, signal: AbortSignal) => Promise<Field|{problem: string}|null>} load
 */

/**
 * @param {import("./pad_options.js").About} about
 * @param {ReturnType<typeof import("./pad_state.js").createPadState>} state
 * @param {() => void} onNews  A field has come.
 */
export function createFields(about, state, onNews) {
  let offer = null, leaving = new AbortController();
  /** @type {Map<string, Field|{problem: string}|null>} By plane and name; null while on its way. */
  const held = new Map();
  const keyOf = (name) => `${state.planeName} ${name}`;
  const shown = () => (state.heat() in { "": 0, density: 0 } ? null : held.get(keyOf(state.heat())));

  const fields = {
    /** @param {FieldOffer|null} given */
    offer(given) {
      offer = given;
      fields.ask();
    },
    /** Have what is chosen come, if it is not here. */
    ask() {
      const name = state.heat(), key = keyOf(name);
      if (!name || name === "density" || !offer || offer.plane !== state.planeName || held.has(key)) return;
      held.set(key, null);
      offer.load(name, leaving.signal).then((found) => {
        if (leaving.signal.aborted) return;
        held.set(key, found ? readField(found) : { problem: "This could not be computed." });
        onNews();
      });
    },
    /** @returns {Field|{problem: string}|null} What is chosen; null until it is here. */
    shown: () => shown() ?? null,
    draw(context, view, theme) {
      const field = shown();
      if (!field?.values) return;
      context.imageSmoothingEnabled = field.kind !== "classes";
      context.drawImage(pictureOf(field, about, theme), ...boxOf(field.region, view));
      context.imageSmoothingEnabled = true;
    },
    /** @returns {number} The chosen field at a place, NaN where it says nothing. */
    valueAt(x, y) {
      const field = shown();
      if (!field?.values) return NaN;
      const { x0, y0, cell, columns, rows } = field.region;
      const column = Math.floor((x - x0) / cell), row = rows - 1 - Math.floor((y - y0) / cell);
      return column >= 0 && column < columns && row >= 0 && row < rows ? field.values[row * columns + column] : NaN;
    },
    stop: () => leaving.abort(),
  };
  return fields;
}

/** What a host sent may be anything: a field whose parts do not go together is none. */
function readField(found) {
  if (found.problem !== undefined) return { problem: String(found.problem) };
  const { columns, rows } = found.region ?? {};
  const fits = (array) => array instanceof Float32Array && array.length === columns * rows;
  const isWhole = fits(found.values) && (found.kind !== "classes" || fits(found.classes));
  return isWhole ? found : { problem: "This could not be computed." };
}

const pictures = new WeakMap();

/** A field as a picture that moves with the view; it is painted anew only for another theme. */
function pictureOf(field, about, { dark }) {
  const made = pictures.get(field);
  if (made?.dark === dark) return made.canvas;
  const { columns, rows } = field.region;
  const canvas = new OffscreenCanvas(columns, rows), image = new ImageData(columns, rows);
  for (let n = 0; n < columns * rows; n++) {
    if (Number.isFinite(field.values[n])) image.data.set(paintOf(field, about, dark, n), 4 * n);
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  pictures.set(field, { dark, canvas });
  return canvas;
}

function paintOf({ kind, values, classes, low, high }, { colours }, dark, n) {
  const share = (values[n] - low) / (high - low);
  if (kind === "classes") return [...colours[classes[n] % (colours.length - 1)], classOpacity(share)];
  return [...colourAt(kind, dark, share), OPACITY];
}

/** @param {number} share  Of the votes. @returns {number} 0 to 255: nothing where no class has more than a third. */
export const classOpacity = (share) => 200 * Math.max(0, Math.min(1, 1.5 * share - 0.5));
