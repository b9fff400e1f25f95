/** Paths between images: where each is by now, on the map and as an image, and all of them as strips under one slider. */

import { buildPaths } from "./path_parts.js";

const CROSSING_SECONDS = 5, STILLS = 10;

/**
 * @typedef {object} PathOptions
 * @property {{name: string, dash: string, told: string[], note: string, apart: number[], classes: string[]|null}[]} ways
 *   `apart` are the image distances between neighbours on a strip, `classes` the words under its images.
 * @property {number} count  Places along each way.
 * @property {Uint8Array} frames  [ways, count, C, H, W]
 * @property {Uint8Array} strips  [ways, steps, C, H, W]
 * @property {Float32Array} places  [ways, count, 2] in units of the map's picture.
 * @property {[number, number, number]} shape  C, H, W.
 * @property {{letter: string, t: number}[]} stops  The images that every way leads through, both ends included.
 * @property {{picture: string, width: number, height: number, label: string, reading: string,
 *   scale: {low: string, high: string, hue: string, name: string}|null}} map
 * @property {string} reading  How to read the strips.
 * @property {number} t  0 to 1.
 */

/**
 * Show paths in `element`.
 * @param {HTMLElement} element
 * @param {PathOptions} options
 * @param {(t: number) => void} tell  Called when the viewer lets go of the slider, or the player stops.
 * @returns {{go: (t: number) => void, t: () => number, destroy: () => void}}
 */
export function createPathView(element, options, tell) {
  const last = options.count - 1;
  const parts = buildPaths(element, options, {
    scrub: (t) => (stop(), go(t)),
    release: () => tell(at),
    jump: (t) => (stop(), go(t), tell(at)),
    play,
  });
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  let at = 0, frame = 0, begun = null;

  function go(t) {
    at = Math.round(Math.min(1, Math.max(0, t)) * last) / last;
    parts.show(at, Math.round(at * last));
  }

  function play() {
    if (begun) return stop(), tell(at);
    begun = { from: at >= 1 ? 0 : at, since: null };
    parts.showPlaying(true);
    frame = requestAnimationFrame(move);
  }

  function move(now) {
    begun.since ??= now;
    // There and back, for ever: 0 to 1 is the way there, 1 to 2 the way back.
    let turn = (begun.from + (now - begun.since) / 1000 / CROSSING_SECONDS) % 2;
    if (reduced.matches) turn = Math.floor(turn * STILLS) / STILLS;
    go(turn > 1 ? 2 - turn : turn);
    frame = requestAnimationFrame(move);
  }

  function stop() {
    cancelAnimationFrame(frame);
    begun = null;
    parts.showPlaying(false);
  }

  go(options.t);
  return {
    go: (t) => (stop(), go(t)),
    t: () => at,
    destroy() {
      stop();
      element.replaceChildren();
    },
  };
}
