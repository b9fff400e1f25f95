/** What the pad says of its place: in numbers, with the nearest images, and aloud. */

import { createNearestStrip, nearestRows } from "./pad_nearest.js";
import { format } from "./pad_sliders.js";

const LOOK_MILLISECONDS = 60;
const SPEAK_MILLISECONDS = 400;

/**
 * @param {import("./pad_options.js").About} about
 * @param {ReturnType<typeof import("./pad_state.js").createPadState>} state
 * @param {object} parts  Of `buildPad`.
 * @param {{jobs: object, thumbnails: object|null, onPick: (row: number) => void, isQuiet: () => boolean}} with
 */
export function createReadout(about, state, parts, { jobs, thumbnails, onPick, isQuiet }) {
  const { d, mu } = about;
  const strip = createNearestStrip(parts.figure, about, thumbnails, onPick);
  let near = [], images = [], lookedAt = -Infinity, spokenAt = -Infinity, later = 0, speakLater = 0;

  // Where there are images, the nearest is the first of those that are seen.
  function* search(z) {
    images = thumbnails?.size() ? yield* nearestRows(mu, z, state.shown, thumbnails.rows, strip.wanted) : [];
    near = images.length ? images : yield* nearestRows(mu, z, state.shown, null, 1);
  }

  function look() {
    clearTimeout(later);
    const wait = LOOK_MILLISECONDS - (performance.now() - lookedAt);
    if (wait > 0 || jobs.isBusy("nearest")) {
      later = setTimeout(look, Math.max(wait, 10));
      return;
    }
    lookedAt = performance.now();
    jobs.start("nearest", search(Float64Array.from(state.z)));
  }

  const nearest = () =>
    near.length ? `Nearest held-out: ${about.nameOf(near[0].row)}, ${near[0].distance.toFixed(2)} away.` : "";

  const selected = () => (state.selection.size() ? `${state.selection.size().toLocaleString("en")} selected.` : "");

  function tell() {
    parts.nearest.textContent = nearest();
    parts.selected.textContent = selected();
    speak();
  }

  function speak() {
    clearTimeout(speakLater);
    const wait = SPEAK_MILLISECONDS - (performance.now() - spokenAt);
    if (wait > 0) {
      speakLater = setTimeout(speak, wait);
      return;
    }
    spokenAt = performance.now();
    if (isQuiet()) return;
    const place = [...state.z].slice(0, 4).map((value) => value.toFixed(2)).join(", ");
    parts.spoken.textContent = `z is ${place}. ${nearest()} ${selected()}`;
  }

  return {
    /** z is another one. */
    moved() {
      const { z } = state;
      const listed = d <= 4 ? [...z].map(format).join(", ") : `${[...z.slice(0, 3)].map(format).join(", ")}, …`;
      parts.numbersLine.textContent = `z = (${listed})`;
      look();
    },
    /** The search has come to its end. */
    found() {
      strip.show(images);
      tell();
    },
    tell,
    look,
    stop() {
      clearTimeout(later);
      clearTimeout(speakLater);
    },
  };
}
