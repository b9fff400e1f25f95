/**
 * The latent pad: a map of the latent space, a cursor on it, and the image that its place decodes to, all in the page.
 *
 * It knows no framework. A host makes one with an element and the model's arrays, and gets the state back when the
 * viewer lets go.
 */

import { createDecoder } from "./decoder.js";
import {
  drawAxes, drawClassNames, drawCursor, drawEllipse, drawPrior, drawTip, paintPoints, scaleOf, toPlane, toScreen,
} from "./pad_draw.js";
import { listen } from "./pad_input.js";
import { createGridLayer, createJobs } from "./pad_jobs.js";
import { axesPlane, moveTo, nearestRow, pcaPlane, posteriorEllipse, projectAll, projectOne } from "./pad_plane.js";
import { LAYERS, buildPad, classCentres, readTheme, replace } from "./pad_parts.js";
import { createSliders, format } from "./pad_sliders.js";

// Petroff (2021), "Accessible color sequences for data visualization", as on every page.
export const PAD_COLOURS = [
  "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
];
const HOVER_PIXELS = 9;
const SPEAK_MILLISECONDS = 400;
const DRAG_MILLISECONDS = 250;
const LOOP_SECONDS = 48;
const STEP_SECONDS = 1.5;

/**
 * @typedef {object} PadOptions
 * @property {import("./decoder.js").Program} program
 * @property {Float32Array} w
 * @property {{mu: Float32Array, logvar?: Float32Array|null, labels?: ArrayLike<number>|null}} points  Posteriors of
 *   held-out images, [N, d] row by row, and their classes.
 * @property {string[]|null} [classNames]
 * @property {string[]} [colours]  One a class, as "#rrggbb".
 * @property {string} [label]  What a screen reader calls the pad.
 * @property {(state: PadState) => void} [onRelease]  The viewer let go of the cursor or a slider, or selected a point.
 * @property {(state: PadState) => void} [onDrag]  At most four times a second while dragging.
 * @property {Partial<PadState>} [state]  Where to begin.
 *
 * @typedef {object} PadState
 * @property {number[]} z
 * @property {string} plane  "1,2" for two axes counted from one, or "pca".
 * @property {string[]} layers  Which of grid, points, prior, names are shown.
 * @property {number[]} hidden  Classes filtered out.
 * @property {number|null} selected  The row of the selected point.
 */

/**
 * @param {HTMLElement} element  Emptied and filled.
 * @param {PadOptions} options
 * @returns {{setState: (state: Partial<PadState>) => void, getState: () => PadState, destroy: () => void}}
 * @throws {import("./decoder.js").ProgramError} If the decoder can't run here.
 */
export function createLatentPad(element, options) {
  const decoder = createDecoder(options.program, options.w);
  const d = decoder.latentDim;
  const { mu, logvar = null, labels = null } = options.points;
  const count = Math.floor(mu.length / d);
  const names = options.classNames ?? [];
  const classCount = labels ? Math.max(names.length, 1 + labels.reduce((a, b) => Math.max(a, b), -1)) : 0;
  const hexes = options.colours ?? PAD_COLOURS;
  const colours = hexes.map((hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16)));
  const reduced = matchMedia("(prefers-reduced-motion: reduce)");

  const z = new Float64Array(d);
  const layers = new Set(["points", "prior", "names"]);
  const hidden = new Set();
  const points = { x: new Float32Array(count), y: new Float32Array(count), labels };
  const view = { x: 0, y: 0, span: 8, width: 1, height: 1 };
  let planeName = "1,2", plane = axesPlane(d, 0, 1), centres = [], selected = -1, hovered = -1;
  let baseStale = true, cursorStale = true, frame = 0, playing = false, playedFrom = 0, settled = 0;
  let spokenAt = 0, draggedAt = 0, speakLater = 0, theme = null;

  const parts = buildPad(element, { d, count, names, classCount, hexes, label: options.label });
  const base = parts.base.getContext("2d"), over = parts.over.getContext("2d");
  const [, height, width] = decoder.shape;
  [parts.image.width, parts.image.height] = [width, height];
  const picture = new ImageData(width, height), pictureContext = parts.image.getContext("2d");
  let dots = null;
  const grid = createGridLayer(decoder);
  const jobs = createJobs((name) => {
    if (name === "grid") invalidate(true);
    else if (!sliders.isCurrent()) jobs.start("strips", sliders.strips(z));
  });
  const sliders = createSliders(parts.side, decoder, {
    onInput(k, value) {
      stopPlaying();
      z[k] = value;
      moved();
    },
    onRelease: released,
  });

  // ------------------------------------------------------------------------------------------------- drawing
  function invalidate(map = false) {
    cursorStale = true;
    baseStale ||= map;
    frame ||= requestAnimationFrame(draw);
  }

  function draw(now) {
    frame = 0;
    if (playing) advance(now);
    if (baseStale) drawBase();
    if (cursorStale) drawOver();
    baseStale = cursorStale = false;
    if (playing) frame = requestAnimationFrame(draw);
  }

  function drawBase() {
    theme = readTheme(parts.root);
    const ratio = Math.min(2, devicePixelRatio || 1);
    for (const canvas of [parts.base, parts.over]) {
      const [w, h] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
      if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
      canvas.getContext("2d").setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    base.clearRect(0, 0, view.width, view.height);
    if (layers.has("grid")) grid.draw(base, view, toScreen);
    if (layers.has("points") && count) {
      const { width: w, height: h } = parts.base;
      if (dots?.image.width !== w || dots.image.height !== h) {
        const canvas = new OffscreenCanvas(w, h);
        dots = { canvas, context: canvas.getContext("2d"), image: new ImageData(w, h) };
      }
      dots.image.data.fill(0);
      paintPoints(dots.image, points, view, ratio, colours, hidden);
      dots.context.putImageData(dots.image, 0, 0);
      base.drawImage(dots.canvas, 0, 0, view.width, view.height);
    }
    if (layers.has("prior")) drawPrior(base, view, projectOne(plane, new Float64Array(d)), theme);
    if (layers.has("names")) drawClassNames(base, view, centres, names, hidden, theme);
    drawAxes(base, view, plane.labels, theme);
  }

  function drawOver() {
    over.clearRect(0, 0, view.width, view.height);
    const shown = hovered >= 0 ? hovered : selected;
    if (shown >= 0) {
      const at = [points.x[shown], points.y[shown]];
      if (logvar) drawEllipse(over, view, at, posteriorEllipse(plane, logvar, shown), theme);
      if (hovered >= 0) drawTip(over, view, at, `${className(shown)}${logvar ? ", 1σ and 2σ" : ""}`, theme);
    }
    drawCursor(over, view, d > 1 ? projectOne(plane, z) : [z[0], 0], theme);
    decoder.decodeInto(z, picture.data);
    pictureContext.putImageData(picture, 0, 0);
    sliders.show(z);
    if (!sliders.isCurrent() && !jobs.isBusy("strips")) jobs.start("strips", sliders.strips(z));
    readOut();
  }

  const className = (row) => (labels ? (names[labels[row]] ?? `class ${labels[row]}`) : `image ${row + 1}`);

  function readOut() {
    const listed = d <= 4 ? [...z].map(format).join(", ") : `${[...z.slice(0, 3)].map(format).join(", ")}, …`;
    parts.numbers.textContent = `z = (${listed})`;
    const now = performance.now();
    clearTimeout(speakLater);
    if (now - spokenAt < SPEAK_MILLISECONDS) {
      speakLater = setTimeout(readOut, SPEAK_MILLISECONDS);
      return;
    }
    spokenAt = now;
    const row = nearestRow(mu, z, (n) => !labels || !hidden.has(labels[n]));
    const distance = row < 0 ? 0 : Math.hypot(...Array.from(z, (v, k) => v - mu[row * d + k]));
    const near = row < 0 ? "" : `Nearest image: ${className(row)}, ${distance.toFixed(2)} away.`;
    parts.nearest.textContent = near;
    if (!playing) parts.spoken.textContent = `z is ${[...z].slice(0, 4).map((v) => v.toFixed(2)).join(", ")}. ${near}`;
  }

  // ------------------------------------------------------------------------------------------------- changes
  function moved() {
    invalidate();
    clearTimeout(settled);
    if (d > 2 && layers.has("grid")) settled = setTimeout(refreshGrid, 200);
    const now = performance.now();
    if (options.onDrag && now - draggedAt > DRAG_MILLISECONDS) {
      draggedAt = now;
      options.onDrag(getState());
    }
  }

  function released() {
    options.onRelease?.(getState());
  }

  function viewChanged() {
    invalidate(true);
    clearTimeout(settled);
    settled = setTimeout(refreshGrid, 120);
  }

  function refreshGrid() {
    if (layers.has("grid")) jobs.start("grid", grid.decode({ ...view }, plane, Float64Array.from(z)));
  }

  function choosePlane(name) {
    const [i, j] = name.split(",").map((word) => Number(word) - 1);
    const fits = Number.isInteger(i) && Number.isInteger(j) && i !== j && i >= 0 && j >= 0 && i < d && j < Math.max(2, d);
    if (name === "pca" && d > 2 && count > 1) plane = pcaPlane(mu, d);
    else if (fits) plane = axesPlane(d, i, j);
    else return;
    planeName = name;
    projectAll(plane, mu, points.x, points.y);
    centres = classCentres(points, classCount);
    parts.showPlane(name);
    fit();
  }

  function fit() {
    let reach = 3.2;
    const [ox, oy] = projectOne(plane, new Float64Array(d));
    const far = Float64Array.from({ length: count }, (_, n) => Math.max(Math.abs(points.x[n] - ox), Math.abs(points.y[n] - oy)));
    far.sort();
    if (count) reach = Math.max(reach, far[Math.floor(0.999 * (count - 1))]);
    Object.assign(view, { x: ox, y: oy, span: 2.1 * reach });
    viewChanged();
  }

  function zoom(factor, px, py) {
    const [x, y] = toPlane(view, px, py);
    view.span = Math.min(400, Math.max(0.02, view.span / factor));
    const [nx, ny] = toPlane(view, px, py);
    view.x += x - nx;
    view.y += y - ny;
    viewChanged();
  }

  function go(x, y) {
    stopPlaying();
    if (d > 1) moveTo(plane, z, x, y);
    else z[0] = x;
    moved();
  }

  function hover(px, py) {
    let found = -1, least = HOVER_PIXELS ** 2;
    if (px === px && layers.has("points")) {
      const [x, y] = toPlane(view, px, py), scale = scaleOf(view);
      for (let n = 0; n < count; n++) {
        const apart = ((points.x[n] - x) * scale) ** 2 + ((points.y[n] - y) * scale) ** 2;
        if (apart < least && !(labels && hidden.has(labels[n]))) [least, found] = [apart, n];
      }
    }
    if (found !== hovered) {
      hovered = found;
      invalidate();
    }
  }

  // ------------------------------------------------------------------------------------------------- play
  function advance(now) {
    let t = (now - playedFrom) / 1000;
    // Whoever asks for less motion sees the same path as stills.
    if (reduced.matches) t = Math.floor(t / STEP_SECONDS) * STEP_SECONDS;
    const turn = (2 * Math.PI * t) / LOOP_SECONDS;
    for (let k = 0; k < d; k++) z[k] = 1.5 * Math.sin((2 + ((k * 3) % 5)) * turn + 1.3 * k);
    cursorStale = true;
    if (d > 2 && layers.has("grid") && !jobs.isBusy("grid")) refreshGrid();
  }

  function stopPlaying() {
    if (!playing) return;
    playing = false;
    parts.play.textContent = "▶ Play";
    parts.play.setAttribute("aria-pressed", "false");
  }

  function togglePlay() {
    if (playing) {
      stopPlaying();
      released();
      return;
    }
    playing = true;
    playedFrom = performance.now();
    parts.play.textContent = "⏸ Pause";
    parts.play.setAttribute("aria-pressed", "true");
    invalidate();
  }

  // ------------------------------------------------------------------------------------------------- state
  function getState() {
    const row = selected < 0 ? null : selected;
    return { z: [...z], plane: planeName, layers: [...layers], hidden: [...hidden], selected: row };
  }

  /** Take over what fits; what does not is left as it is, for a host may pass on what it was given. */
  function setState(state) {
    const place = state.z;
    if (place && place.length === d && Array.from(place).every(Number.isFinite)) {
      for (let k = 0; k < d; k++) z[k] = Math.max(-1e3, Math.min(1e3, place[k]));
    }
    if (typeof state.plane === "string" && state.plane !== planeName) choosePlane(state.plane);
    if (Array.isArray(state.layers)) replace(layers, state.layers.filter((name) => Object.hasOwn(LAYERS, name)));
    if (Array.isArray(state.hidden)) replace(hidden, state.hidden.filter((n) => Number.isInteger(n) && n < classCount));
    if (state.selected !== undefined) {
      selected = Number.isInteger(state.selected) && state.selected < count ? state.selected : -1;
    }
    parts.showLayers(layers);
    parts.showHidden(hidden);
    viewChanged();
  }

  parts.onLayer = (name, on) => {
    if (on) layers.add(name);
    else layers.delete(name);
    viewChanged();
    released();
  };
  parts.onClass = (index, alone) => {
    const others = Array.from({ length: classCount }, (_, n) => n).filter((n) => n !== index);
    if (alone) replace(hidden, hidden.size === classCount - 1 && !hidden.has(index) ? [] : others);
    else if (!hidden.delete(index)) hidden.add(index);
    parts.showHidden(hidden);
    invalidate(true);
    released();
  };
  parts.onPlane = (name) => {
    choosePlane(name);
    released();
  };
  parts.onZoom = (factor) => (factor ? zoom(factor, view.width / 2, view.height / 2) : fit());
  parts.onPlay = togglePlay;
  parts.onRandom = () => {
    stopPlaying();
    for (let k = 0; k < d; k++) z[k] = Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
    moved();
    released();
  };
  parts.onCentre = () => {
    stopPlaying();
    z.fill(0);
    moved();
    released();
  };

  const silence = listen(parts.over, {
    move(px, py, pressed) {
      // A press on a point selects it; a drag begins there and leaves it selected.
      if (pressed) {
        hover(px, py);
        selected = hovered;
      }
      hovered = -1;
      go(...toPlane(view, px, py));
    },
    release: released,
    hover,
    pan(dx, dy) {
      view.x -= dx / scaleOf(view);
      view.y += dy / scaleOf(view);
      viewChanged();
    },
    zoom,
    nudge(dx, dy) {
      const [x, y] = d > 1 ? projectOne(plane, z) : [z[0], 0];
      go(x + dx, y + dy);
    },
    key(key) {
      if (key === "+" || key === "-") parts.onZoom(key === "+" ? 1.25 : 0.8);
      else if (key === "0") fit();
      else if (key === "Home") parts.onCentre();
      else togglePlay();
    },
  });

  const resized = new ResizeObserver(() => {
    [view.width, view.height] = [Math.max(1, parts.map.clientWidth), Math.max(1, parts.map.clientHeight)];
    viewChanged();
  });
  resized.observe(parts.map);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const repaint = () => invalidate(true);
  dark.addEventListener("change", repaint);

  [view.width, view.height] = [Math.max(1, parts.map.clientWidth), Math.max(1, parts.map.clientHeight)];
  choosePlane(planeName);
  setState(options.state ?? {});

  return {
    setState,
    getState,
    destroy() {
      cancelAnimationFrame(frame);
      clearTimeout(settled);
      clearTimeout(speakLater);
      playing = false;
      jobs.stop();
      silence();
      resized.disconnect();
      dark.removeEventListener("change", repaint);
      element.replaceChildren();
    },
  };
}
