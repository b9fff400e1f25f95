/** A training replayed: the map, a decoded grid and reconstructions at any of its moments, under one slider. */

import { classCentres, drawAxes, drawClassNames, drawPrior, paintPoints } from "./pad_draw.js";
import { readTheme } from "./pad_elements.js";
import { fitView, reachOf, toScreen } from "./pad_view.js";
import { buildReplay } from "./replay_parts.js";
import { createTiles } from "./replay_tiles.js";

const MOMENTS_A_SECOND = 8;
const NAMES_FROM = 90;

/**
 * @typedef {object} ReplayOptions
 * @property {Float32Array} points  [K, M, 2] on the plane, for K moments.
 * @property {ArrayLike<number>|null} labels  [M]
 * @property {string[]} classNames
 * @property {string[]} colours  "#rrggbb" a class, used again from the start when they run out.
 * @property {[string, string]} axes  The plane's names.
 * @property {[number, number]} centre  The middle of the map: the prior's mean, or the codes' without a prior.
 * @property {boolean} hasPrior
 * @property {number[]} steps  [K]
 * @property {string[]} told  [K], what the history says of each moment.
 * @property {Uint8Array} tiles  The deflated tiles of all moments, one after the other.
 * @property {number[]} ends  [K], where each moment's bytes end.
 * @property {[number, number, number]} tile  C, h, w.
 * @property {number} levels  The whitest value of a tile.
 * @property {number} side  Tiles along each side of the grid.
 * @property {Uint8Array|null} originals  [R, C, h, w] in the same levels.
 * @property {number} copies  R.
 * @property {string} gridTitle
 * @property {string} label
 */

/**
 * Show a replay in `element`, at its last moment.
 * @param {HTMLElement} element
 * @param {ReplayOptions} options
 * @returns {{show: (k: number) => void, moment: () => number, destroy: () => void}}
 */
export function createReplay(element, options) {
  const { steps } = options, last = steps.length - 1;
  const count = options.points.length / 2 / steps.length;
  const parts = buildReplay(element, options, { scrub: (k) => (stop(), show(k)), hold: stop, play });
  const tiles = createTiles(options, parts, () => invalidate());
  const drawMap = createMap(options, count, parts.map);
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");
  // Between two moments while it plays: the points are on their way, the tiles are the earlier moment's.
  let at = last, frame = 0, begun = null;

  function show(k) {
    at = Math.min(last, Math.max(0, k));
    parts.show(Math.floor(at));
    invalidate();
  }

  function invalidate() {
    frame ||= requestAnimationFrame(draw);
  }

  function draw(now) {
    frame = 0;
    if (begun !== null) {
      begun.now ??= now;
      const t = begun.at + ((now - begun.now) / 1000) * MOMENTS_A_SECOND;
      show(reduced.matches ? Math.floor(t) : t);
      if (at >= last) stop();
    }
    drawMap(at);
    tiles.draw(Math.floor(at));
  }

  function play() {
    if (begun) return stop();
    begun = { at: at >= last ? 0 : at, now: null };
    parts.showPlaying(true);
    invalidate();
  }

  function stop() {
    begun = null;
    parts.showPlaying(false);
  }

  const watch = new ResizeObserver(invalidate);
  watch.observe(parts.map);
  // The host's colours change with a transition that it is given for this.
  parts.root.addEventListener("transitionend", invalidate);
  show(last);
  return {
    show: (k) => (stop(), show(k)),
    moment: () => Math.floor(at),
    destroy() {
      stop();
      cancelAnimationFrame(frame);
      watch.disconnect();
      element.replaceChildren();
    },
  };
}

/** @returns {(at: number) => void} Draws the points at a moment, or between two. */
function createMap({ points, labels, classNames, colours, axes, centre, hasPrior }, count, canvas) {
  const context = canvas.getContext("2d");
  const now = { x: new Float32Array(count), y: new Float32Array(count) };
  const tints = Uint8Array.from({ length: count }, (_, n) => (labels ? labels[n] % colours.length : 0));
  const rgb = colours.map((hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16)));
  const all = new Uint8Array(count).fill(1);
  const classCount = labels ? labels.reduce((most, label) => Math.max(most, label + 1), 0) : 0;
  const view = { x: 0, y: 0, span: 8, width: 1, height: 1 };
  const every = (axis) => points.filter((_, k) => k % 2 === axis);
  fitView(view, centre, reachOf({ x: every(0), y: every(1) }, centre, hasPrior ? undefined : 0.1));

  return (at) => {
    const ratio = Math.min(2, devicePixelRatio || 1);
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (!width || !height) return;
    [canvas.width, canvas.height] = [width, height].map((side) => Math.round(side * ratio));
    Object.assign(view, { width, height });
    place(at);
    const image = new ImageData(canvas.width, canvas.height);
    paintPoints(image, now, all, tints, rgb, view, { ratio, radius: 3, opacity: 0.85 });
    context.putImageData(image, 0, 0);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const theme = readTheme(canvas.parentElement);
    if (hasPrior) drawPrior(context, view, centre, theme);
    const centres = classCentres(now, labels, classCount);
    if (spread(view, centres) > NAMES_FROM) drawClassNames(context, view, centres, classNames, new Set(), theme);
    drawAxes(context, view, axes, theme);
  };

  function place(at) {
    const k = Math.floor(at), share = at - k;
    const from = 2 * count * k, to = share ? from + 2 * count : from;
    for (let n = 0; n < count; n++) {
      now.x[n] = points[from + 2 * n] * (1 - share) + points[to + 2 * n] * share;
      now.y[n] = points[from + 2 * n + 1] * (1 - share) + points[to + 2 * n + 1] * share;
    }
  }
}

/** How far apart the classes lie, in pixels: names on one heap help nobody. */
function spread(view, centres) {
  const places = centres.filter(Boolean).map((centre) => toScreen(view, ...centre));
  const range = (values) => Math.max(...values) - Math.min(...values);
  return places.length ? Math.max(range(places.map(([x]) => x)), range(places.map(([, y]) => y))) : 0;
}
