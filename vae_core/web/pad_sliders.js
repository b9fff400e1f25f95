/** One slider a way through the space, each over a strip of what that direction does at the current z. */

import { make } from "./pad_elements.js";
import { dimensionWay, madeWay } from "./pad_ways.js";

const TILES = 9;
const FIRST = 12;

/**
 * @param {HTMLElement} parent
 * @param {import("./pad_options.js").About} about
 * @param {{onInput: (way: import("./pad_ways.js").Way, value: number) => void, onRelease: () => void, onStale: () => void}} callbacks
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
  const list = make("div", "pad-sliders");
  const rest = make("details", "pad-rest"), summary = make("summary");
  summary.textContent = `${d - FIRST} more dimension${d - FIRST === 1 ? "" : "s"}`;
  rest.append(summary);
  const rows = order.map((k, place) => {
    const row = createSlider(about, dimensionWay(k, limit, about.told[k]), callbacks);
    (place < FIRST ? list : rest).append(row.element);
    if (row.strip) watch.observe(row.strip);
    return row;
  });
  if (d > FIRST) list.append(rest);
  parent.append(list);
  let made = [];
  const all = () => [...made, ...rows];
  const at = new Float64Array(d);
  const stale = (row) => seen.has(row.strip) && row.drawn !== version;
  let version = 0;

  return {
    /** Show z on the sliders, at once. */
    show(z) {
      version++;
      for (const row of all()) row.show(row.way.at(z));
    },
    /** Have sliders for these made ways, above those of the dimensions. @param {import("./pad_ways.js").MadeWay[]} given */
    setMade(given, z) {
      for (const row of made) {
        row.element.remove();
        if (row.strip) watch.unobserve(row.strip);
        seen.delete(row.strip);
      }
      const ways = given.map((way) => madeWay(way, d)).filter(Boolean);
      made = ways.map((way) => createSlider(about, way, callbacks));
      list.prepend(...made.map((row) => row.element));
      for (const row of made) if (row.strip) watch.observe(row.strip);
      this.show(z);
    },
    /** Decode the strips for the z of the moment, a tile at a time; what moves meanwhile is caught up with. */
    *strips(z) {
      for (const row of all()) {
        const begun = version;
        if (!stale(row)) continue;
        for (let tile = 0; tile < TILES; tile++) {
          row.way.move(z, valueOf(row.way, tile), at);
          decoder.decodeInto(at, row.picture.data, tile * width, row.picture.width);
          yield;
        }
        row.context.putImageData(row.picture, 0, 0);
        row.drawn = begun;
      }
    },
    /** @returns {boolean} Whether every strip in view shows the current z. */
    isCurrent: () => !all().some(stale),
    stop: () => watch.disconnect(),
  };
}

// A tile's value is the one whose thumb stands over its middle.
const valueOf = ({ low, high }, tile) => low + ((tile + 0.5) / TILES) * (high - low);

/** One row: name, strip over range, value. @param {import("./pad_ways.js").Way} way */
function createSlider({ decoder }, way, { onInput, onRelease }) {
  const { low, high, told } = way;
  const element = make("div", way.made ? "pad-slider pad-slider-made" : "pad-slider");
  const name = make("label"), body = make("div", "pad-slider-body");
  if (way.made) name.textContent = way.name;
  else name.innerHTML = `z<sub>${way.name.slice(1)}</sub>`;
  element.title = told;
  const range = make("input");
  Object.assign(range, { type: "range", min: low, max: high, step: "any" });
  range.setAttribute("aria-label", way.name);
  if (told) range.setAttribute("aria-description", told);
  // Not an <output>: that is announced at every change, and the slider already says its value.
  const value = make("span", "pad-value");
  value.setAttribute("aria-hidden", "true");
  const release = () => onRelease();
  range.addEventListener("input", () => onInput(way, Number(range.value)));
  range.addEventListener("change", release);
  range.addEventListener("keydown", (event) => {
    const sign = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!sign) return;
    event.preventDefault();
    const next = Number(range.value) + sign * (event.shiftKey ? 0.01 : 0.1);
    onInput(way, Math.min(high, Math.max(low, next)));
  });
  range.addEventListener("keyup", (event) => event.key.startsWith("Arrow") && release());
  const strip = decoder.live ? createStrip(decoder, (tile) => (onInput(way, valueOf(way, tile)), release())) : null;
  body.append(...(strip ? [strip.strip, range] : [range]));
  element.append(name, body, value);
  const show = (number) => {
    if (Math.abs(Number(range.value) - number) > 1e-6) range.value = String(number);
    const words = format(number);
    if (value.textContent === words) return;
    value.textContent = words;
    range.setAttribute("aria-valuetext", words);
  };
  return { way, element, show, drawn: -1, ...strip };
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
