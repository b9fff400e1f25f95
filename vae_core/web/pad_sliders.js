/** One slider a latent dimension, each over a strip of what that direction does at the current z. */

const TILES = 9;
export const SLIDER_LIMIT = 4;

/**
 * @param {HTMLElement} parent
 * @param {import("./decoder.js").Decoder} decoder
 * @param {{onInput: (k: number, value: number) => void, onRelease: () => void}} callbacks
 */
export function createSliders(parent, decoder, { onInput, onRelease }) {
  const [, height, width] = decoder.shape;
  const d = decoder.latentDim;
  const list = document.createElement("div");
  list.className = "pad-sliders";
  parent.append(list);
  const rows = Array.from({ length: d }, (_, k) => {
    const row = document.createElement("div");
    row.className = "pad-slider";
    const name = document.createElement("label");
    name.innerHTML = `z<sub>${k + 1}</sub>`;
    const range = document.createElement("input");
    Object.assign(range, { type: "range", min: -SLIDER_LIMIT, max: SLIDER_LIMIT, step: "any" });
    range.setAttribute("aria-label", `z${k + 1}`);
    // Not an <output>: that is announced at every change, and the slider already says its value.
    const value = document.createElement("span");
    value.className = "pad-value";
    value.setAttribute("aria-hidden", "true");
    const strip = document.createElement("canvas");
    [strip.width, strip.height] = [TILES * width, height];
    strip.setAttribute("aria-hidden", "true");
    const body = document.createElement("div");
    body.className = "pad-slider-body";
    body.append(strip, range);
    row.append(name, body, value);
    list.append(row);
    range.addEventListener("input", () => onInput(k, Number(range.value)));
    range.addEventListener("change", onRelease);
    range.addEventListener("keydown", (event) => {
      const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
      if (!way) return;
      event.preventDefault();
      onInput(k, clamp(Number(range.value) + way * (event.shiftKey ? 0.01 : 0.1)));
    });
    range.addEventListener("keyup", (event) => event.key.startsWith("Arrow") && onRelease());
    strip.addEventListener("click", (event) => {
      const tile = Math.floor((event.offsetX / strip.clientWidth) * TILES);
      onInput(k, valueOf(tile));
      onRelease();
    });
    const image = new ImageData(strip.width, strip.height);
    return { range, value, context: strip.getContext("2d"), image, drawn: -1 };
  });
  const at = new Float64Array(d);
  let version = 0;

  return {
    /** Show z on the sliders, at once. */
    show(z) {
      version++;
      rows.forEach(({ range, value }, k) => {
        if (Math.abs(Number(range.value) - z[k]) > 1e-6) range.value = String(z[k]);
        const words = format(z[k]);
        if (value.textContent !== words) {
          value.textContent = words;
          range.setAttribute("aria-valuetext", words);
        }
      });
    },
    /** Decode the strips for the z of the moment, a tile at a time; what moves meanwhile is caught up with. */
    *strips(z) {
      for (let k = 0; k < d; k++) {
        const row = rows[k];
        const begun = version;
        if (row.drawn === begun) continue;
        for (let tile = 0; tile < TILES; tile++) {
          for (let n = 0; n < d; n++) at[n] = n === k ? valueOf(tile) : z[n];
          decoder.decodeInto(at, row.image.data, tile * width, row.image.width);
          yield;
        }
        row.context.putImageData(row.image, 0, 0);
        row.drawn = begun;
      }
    },
    /** @returns {boolean} Whether every strip shows the current z. */
    isCurrent: () => rows.every((row) => row.drawn === version),
  };
}

// A tile's value is the one whose thumb stands over its middle.
const valueOf = (tile) => ((tile + 0.5) / TILES) * 2 * SLIDER_LIMIT - SLIDER_LIMIT;

/** @param {number} value @returns {number} */
export const clamp = (value) => Math.min(SLIDER_LIMIT, Math.max(-SLIDER_LIMIT, value));
/** @param {number} value @returns {string} With a sign of fixed width. */
export const format = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
