/** What the colours of the chosen heat mean: a bar with numbers and a unit, a sentence, and the value at the cursor. */

import { colourAt } from "./pad_colours.js";
import { make } from "./pad_elements.js";
import { classOpacity } from "./pad_fields.js";
import { heatOpacity } from "./pad_heat.js";

const STEPS = 96;
const NEUTRAL = [127, 138, 148];

/**
 * @typedef {object} HeatKey  What a legend tells.
 * @property {"sequential"|"diverging"|"classes"|"density"} kind
 * @property {string} unit
 * @property {string} reading
 * @property {string[]} ticks
 */

/** A legend and its element, which is hidden while there is no heat. */
export function createHeatLegend() {
  const element = make("div", "pad-heat"), scale = make("div", "pad-heat-scale"), bar = make("canvas");
  const ticks = make("div", "pad-heat-ticks"), words = make("div", "pad-heat-words");
  const unit = make("b"), here = make("span"), reading = make("span");
  [bar.width, bar.height] = [STEPS, 1];
  bar.setAttribute("aria-hidden", "true");
  scale.append(bar, ticks);
  words.append(unit, here, reading);
  element.append(scale, words);
  element.hidden = true;
  let painted = "";

  return {
    element,
    /** @param {HeatKey|{problem: string}|null|undefined} key  Null while it is computed. */
    show(key, theme) {
      element.hidden = key === undefined;
      scale.hidden = !key?.kind;
      unit.textContent = key?.kind ? `${key.unit}. ` : "";
      reading.textContent = key ? (key.problem ?? key.reading) : "Being computed.";
      if (!key?.kind) {
        here.textContent = painted = "";
        return;
      }
      ticks.replaceChildren(...key.ticks.map((tick) => Object.assign(make("span"), { textContent: tick })));
      const look = [key.kind, theme.dark, theme.heat].join();
      if (painted !== look) paintBar(bar, key.kind, theme);
      painted = look;
    },
    /** @param {number} value  At the cursor. */
    here(value) {
      const words = Number.isFinite(value) ? `Here ${threeDigits(value)}. ` : "";
      if (here.textContent !== words) here.textContent = words;
    },
  };
}

const threeDigits = (value) => String(Number(value.toPrecision(3))).replace("-", "−");

function paintBar(bar, kind, theme) {
  const image = new ImageData(STEPS, 1);
  for (let n = 0; n < STEPS; n++) {
    const share = n / (STEPS - 1);
    const colour = {
      density: () => [...theme.heat, heatOpacity(share)],
      classes: () => [...NEUTRAL, classOpacity(share)],
    }[kind] ?? (() => [...colourAt(kind, theme.dark, share), 255]);
    image.data.set(colour(), 4 * n);
  }
  bar.getContext("2d").putImageData(image, 0, 0);
}
