/**
 * The latent pad: a map of the latent space, a cursor on it, and the image that its place decodes to, all in the page.
 *
 * It knows no framework. A host makes one with an element and the model's arrays, and gets the state back when the
 * viewer lets go.
 */

import { createHistory } from "./pad_history.js";
import { listen } from "./pad_input.js";
import { createJobs } from "./pad_jobs.js";
import { createMap } from "./pad_map.js";
import { createThumbnails } from "./pad_nearest.js";
import { readOptions } from "./pad_options.js";
import { buildPad } from "./pad_parts.js";
import { moveTo, projectOne } from "./pad_plane.js";
import { createPlayer, randomPlace } from "./pad_play.js";
import { createScreen } from "./pad_screen.js";
import { createSliders } from "./pad_sliders.js";
import { createPadState } from "./pad_state.js";
import { createTools } from "./pad_tools.js";
import { fitView, panView, reachOf, toPlane, zoomView } from "./pad_view.js";
import { createReadout } from "./pad_words.js";

const DRAG_MILLISECONDS = 250;
const SETTLE_MILLISECONDS = 120;

/**
 * @typedef {object} PadOptions
 * @property {import("./decoder.js").Program} [program]  With `w`: the page decodes.
 * @property {Float32Array} [w]
 * @property {import("./pad_decoders.js").Atlas|null} [atlas]  Instead: a 2-d model's images, decoded beforehand.
 * @property {{latentDim: number, shape: [number, number, number]}|null} [remote]  Instead: the host decodes, and calls
 *   `showImage`.
 * @property {string|null} [notice]  A sentence under the image.
 * @property {{mu: Float32Array, logvar?: Float32Array|null, labels?: ArrayLike<number>|null}} points  Posteriors of
 *   held-out images, [N, d] row by row, and their classes.
 * @property {{sprite: string, columns: number, rows: ArrayLike<number>}|null} [thumbnails]  An image's address with
 *   tiles row by row, and the point that each tile shows.
 * @property {string[]|null} [classNames]
 * @property {string[]} [colours]  One a class, as "#rrggbb".
 * @property {string} [label]  What a screen reader calls the pad.
 * @property {boolean} [hasPrior]  False for a model without one.
 * @property {number} [limit]  Reach of the sliders.
 * @property {ArrayLike<number>} [centre]  [d], where Centre goes; zeros without it.
 * @property {{mean: ArrayLike<number>, factor: ArrayLike<number>}|null} [draw]  Where Random and Play go, [d] and
 *   [d * d]: mean + factor eps; the standard normal without it.
 * @property {ArrayLike<number>} [order]  [d], the dimensions as the sliders list them.
 * @property {string[]|null} [told]  [d], a title for each slider.
 * @property {"map"|"image"} [layout]  Which is the large part.
 * @property {(state: import("./pad_state.js").PadState) => void} [onRelease]  After every finished change.
 * @property {(state: import("./pad_state.js").PadState) => void} [onDrag]  At most four times a second while dragging.
 * @property {Partial<import("./pad_state.js").PadState>} [state]  Where to begin.
 *
 * @typedef {object} LatentPad
 * @property {(state: Partial<import("./pad_state.js").PadState>) => void} setState
 * @property {() => import("./pad_state.js").PadState} getState
 * @property {(z: ArrayLike<number>, pixels: Uint8Array) => void} showImage  [C, H, W], what the host decoded at z.
 * @property {() => void} destroy
 */

/**
 * @param {HTMLElement} element  Emptied and filled; it need not be laid out yet.
 * @param {PadOptions} options
 * @returns {LatentPad}
 * @throws {import("./decoder.js").ProgramError} If the decoder can't run here.
 */
export function createLatentPad(element, options) {
  const about = readOptions(options);
  const { d, decoder } = about;
  const state = createPadState(about), { z } = state;
  const player = createPlayer(about.draw, d);
  const jobs = createJobs(finished);
  const map = createMap(about, state, jobs);
  let settled = 0, draggedAt = -Infinity;

  const parts = buildPad(element, about, {
    layer(name, on) {
      if (on) state.layers.add(name);
      else state.layers.delete(name);
      viewChanged();
      released();
    },
    classChip(index, alone) {
      const others = Array.from({ length: about.classCount }, (_, n) => n).filter((n) => n !== index);
      const { hidden } = state, isAlone = hidden.size === others.length && !hidden.has(index);
      if (alone) filter(isAlone ? [] : others);
      else filter(hidden.has(index) ? [...hidden].filter((n) => n !== index) : [...hidden, index]);
      released();
    },
    plane(name) {
      if (state.choosePlane(name)) turned();
      released();
    },
    zoom: (factor) => (factor ? zoom(factor, screen.view.width / 2, screen.view.height / 2) : fit()),
    play: togglePlay,
    random: () => jump(randomPlace(about.draw, d)),
    centre: () => jump(about.centre),
    undo(way) {
      const place = way < 0 ? history.undo() : history.redo();
      if (place) jump(place);
    },
    tool: (name) => tools.choose(name),
  });
  const thumbnails = createThumbnails(about.thumbnails, () => readout.look());
  const screen = createScreen(about, state, parts, { map, thumbnails, onFrame, onPlace });
  const sliders = createSliders(parts.dials, about, {
    onInput(k, value) {
      stopPlaying();
      z[k] = value;
      moved();
    },
    onRelease: released,
    onStale: drawStrips,
  });
  const readout = createReadout(about, state, parts, {
    jobs, thumbnails, onPick: (row) => jump(about.mu.subarray(row * d, (row + 1) * d)), isQuiet: player.isPlaying,
  });
  const tools = createTools(state, screen, {
    go,
    place(before) {
      z.set(before);
      moved();
    },
    onSelect() {
      screen.invalidate(true);
      readout.tell();
    },
    onRelease: released,
    onTool: parts.showTool,
  });

  // ------------------------------------------------------------------------------------------------- frames
  function onFrame(now) {
    if (!player.isPlaying()) return false;
    player.advance(z, now);
    if (!decoder.live) tellDrag();
    if (d > 2 && !jobs.isBusy("grid")) map.refresh(screen.view);
    return true;
  }

  function onPlace() {
    sliders.show(z);
    drawStrips();
    readout.moved();
  }

  function drawStrips() {
    if (!sliders.isCurrent() && !jobs.isBusy("strips")) jobs.start("strips", sliders.strips(z));
  }

  function finished(name) {
    if (name === "strips") drawStrips();
    else if (name === "nearest") readout.found();
    else screen.invalidate(true);
  }

  // ------------------------------------------------------------------------------------------------- changes
  function moved() {
    screen.invalidate();
    if (d > 2) settle(200);
    tellDrag();
  }

  function tellDrag() {
    const now = performance.now();
    if (!options.onDrag || now - draggedAt < DRAG_MILLISECONDS) return;
    draggedAt = now;
    options.onDrag(state.get());
  }

  function released() {
    history.note(z);
    parts.showHistory(history);
    options.onRelease?.(state.get());
  }

  function settle(milliseconds) {
    clearTimeout(settled);
    settled = setTimeout(() => screen.isLaidOut() && map.refresh(screen.view), milliseconds);
  }

  function viewChanged() {
    screen.invalidate(true);
    settle(SETTLE_MILLISECONDS);
  }

  function fit() {
    const origin = projectOne(state.plane, new Float64Array(d));
    fitView(screen.view, origin, reachOf(state.points, origin));
    viewChanged();
  }

  function turned() {
    map.turn();
    parts.showPlane(state.planeName);
    fit();
  }

  function filter(classes) {
    state.hide(classes);
    filtered();
  }

  function filtered() {
    map.filter();
    parts.showHidden(state.hidden);
    readout.look();
    viewChanged();
  }

  function zoom(factor, px, py) {
    zoomView(screen.view, factor, px, py);
    viewChanged();
  }

  /** The cursor goes to a place on the plane. */
  function go(x, y) {
    stopPlaying();
    if (d > 1) moveTo(state.plane, z, x, y);
    else z[0] = x;
    moved();
  }

  /** The cursor goes to a place in the whole space, and stays. */
  function jump(place) {
    stopPlaying();
    z.set(place);
    moved();
    released();
  }

  function stopPlaying() {
    player.stop();
    parts.showPlaying(false);
  }

  function togglePlay() {
    if (player.isPlaying()) {
      stopPlaying();
      released();
      return;
    }
    player.begin(z, performance.now());
    parts.showPlaying(true);
    screen.invalidate();
  }

  // ------------------------------------------------------------------------------------------------- the host
  function setState(given) {
    const hiddenBefore = String([...state.hidden]);
    if (state.set(given)) turned();
    if (hiddenBefore !== String([...state.hidden])) filtered();
    history.note(z);
    parts.showHistory(history);
    parts.showLayers(state.layers);
    readout.tell();
    screen.rethink();
    viewChanged();
  }

  function showImage(place, pixels) {
    if (decoder.show(place, pixels)) screen.repaint();
  }

  // ------------------------------------------------------------------------------------------------- listeners
  const keys = {
    "+": () => zoom(1.25, screen.view.width / 2, screen.view.height / 2),
    "-": () => zoom(0.8, screen.view.width / 2, screen.view.height / 2),
    0: fit,
    Home: () => jump(about.centre),
    " ": togglePlay,
    m: () => tools.choose("move"),
    b: () => tools.choose("box"),
    l: () => tools.choose("lasso"),
    Enter() {
      tools.selectNearest();
      released();
    },
    Escape: () => tools.clear() && released(),
  };
  const silence = listen(parts.over, {
    ...tools,
    pan(dx, dy) {
      panView(screen.view, dx, dy);
      viewChanged();
    },
    zoom,
    nudge(dx, dy) {
      const [x, y] = state.cursor();
      go(x + dx, y + dy);
    },
    nudged: released,
    key: (key) => keys[key](),
  });
  parts.root.addEventListener("keydown", (event) => {
    if (event.key === "?") parts.help.open();
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      const place = event.shiftKey ? history.redo() : history.undo();
      if (place) jump(place);
    } else return;
    event.preventDefault();
  });
  const resized = new ResizeObserver(() => screen.measure() && viewChanged());
  resized.observe(parts.map);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", screen.rethink);
  // A host changes its colours without telling; the root's own transition of a moment does.
  parts.root.addEventListener("transitionend", (event) => event.target === parts.root && screen.rethink());

  state.set(options.state ?? {});
  const history = createHistory(z);
  parts.showHistory(history);
  parts.showTool("move");
  parts.showLayers(state.layers);
  screen.measure();
  turned();
  filtered();

  return {
    setState,
    getState: state.get,
    showImage,
    destroy() {
      screen.stop();
      clearTimeout(settled);
      readout.stop();
      player.stop();
      jobs.stop();
      silence();
      resized.disconnect();
      dark.removeEventListener("change", screen.rethink);
      element.replaceChildren();
    },
  };
}
