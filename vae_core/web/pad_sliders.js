/** One slider a latent dimension, each over a strip of what that direction does at the current z. */

import { make } from "./pad_elements.js";

const TILES = 9;
const FIRST = 12;

/**
 * @param {HTMLElement} parent
 * @param {import("./pad_options.js").About} about
 * @param {{onInput: (k: number, value: number) => void, onRelease: () => void, onStale: () => void}} callbacks
 *   `onStale`: strips came into view that are not drawn.
 */
export function createSliders(parent, about, callbacks) {
  const { decoder, d, limit, order } = about;
  // What nobody sees is not decoded: strips below the fold, and those folded away.
  const seen = new Set();
  const watch = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) seen[isIntersecting ? "add" : "delete"](target);
    callbacks.onStale();
  });
  const [, , width] = decoder.shape;
  // A tile's value is the one whose thumb stands over its middle.
  const valueOf = (tile) => ((tile + 0.5) / TILES) * 2 * limit - limit;
  const list = make("div", "pad-sliders");
  const rest = make("details", "pad-rest"), summary = make("summary");
  summary.textContent = `${d - FIRST} more dimension${d - FIRST === 1 ? "" : "s"}`;
  rest.append(summary);
  const rows = order.map((k, place) => {
    const row = createSlider(about, k, valueOf, callbacks);
    (place < FIRST ? list : rest).append(row.element);
    if (row.strip) watch.observe(row.strip);
    return row;
  });
  if (d > FIRST) list.append(rest);
  parent.append(list);
  const at = new Float64Array(d);
  const stale = (row) => seen.has(row.strip) && row.drawn !== version;
  let version = 0;

  return {
    /** Show z on the sliders, at once. */
    show(z) {
      version++;
      for (const row of rows) row.show(z[row.k]);
    },
    /** Decode the strips for the z of the moment, a tile at a time; what moves meanwhile is caught up with. */
    *strips(z) {
      for (const row of rows) {
        const begun = version;
        if (!stale(row)) continue;
        for (let tile = 0; tile < TILES; tile++) {
          for (let n = 0; n < d; n++) at[n] = n === row.k ? valueOf(tile) : z[n];
          decoder.decodeInto(at, row.picture.data, tile * width, row.picture.width);
          yield;
        }
        row.context.putImageData(row.picture, 0, 0);
        row.drawn = begun;
      }
    },
    /** @returns {boolean} Whether every strip in view shows the current z. */
    isCurrent: () => !rows.some(stale),
    stop: () => watch.disconnect(),
  };
}

/** One row: name, strip over range, value. */
function createSlider({ decoder, limit, told }, k, valueOf, { onInput, onRelease }) {
  const element = make("div", "pad-slider"), name = make("label"), body = make("div", "pad-slider-body");
  name.innerHTML = `z<sub>${k + 1}</sub>`;
  element.title = told[k];
  const range = make("input");
  Object.assign(range, { type: "range", min: -limit, max: limit, step: "any" });
  range.setAttribute("aria-label", `z${k + 1}`);
  if (told[k]) range.setAttribute("aria-description", told[k]);
  // Not an <output>: that is announced at every change, and the slider already says its value.
  const value = make("span", "pad-value");
  value.setAttribute("aria-hidden", "true");
  const release = () => onRelease();
  range.addEventListener("input", () => onInput(k, Number(range.value)));
  range.addEventListener("change", release);
  range.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!way) return;
    event.preventDefault();
    const next = Number(range.value) + way * (event.shiftKey ? 0.01 : 0.1);
    onInput(k, Math.min(limit, Math.max(-limit, next)));
  });
  range.addEventListener("keyup", (event) => event.key.startsWith("Arrow") && release());
  const strip = decoder.live ? createStrip(decoder, (tile) => (onInput(k, valueOf(tile)), release())) : null;
  body.append(...(strip ? [strip.strip, range] : [range]));
  element.append(name, body, value);
  const show = (number) => {
    if (Math.abs(Number(range.value) - number) > 1e-6) range.value = String(number);
    const words = format(number);
    if (value.textContent === words) return;
    value.textContent = words;
    range.setAttribute("aria-valuetext", words);
  };
  return { k, element, show, drawn: -1, ...strip };
}

function createStrip(decoder, onPick) {
  const [, height, width] = decoder.shape;
  const strip = make("canvas");
  [strip.width, strip.height] = [TILES * width, height];
  strip.setAttribute("aria-hidden", "true");
  strip.addEventListener("click", (event) => onPick(Math.floor((event.offsetX / strip.clientWidth) * TILES)));
  return { strip, context: strip.getContext("2d"), picture: new ImageData(strip.width, strip.height) };
}

/** @param {number} value @returns {string} With a sign of fixed width. */
export const format = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
