/**
 * The latent pad: a map of the latent space, a cursor on it, and the image that its place decodes to, all in the page.
 *
 * It knows no framework. A host makes one with an element and the model's arrays, and gets the state back when the
 * viewer lets go.
 */

import { createCamera } from "./pad_camera.js";
import { createFields } from "./pad_fields.js";
import { listen } from "./pad_input.js";
import { createJobs } from "./pad_jobs.js";
import { createLook } from "./pad_look.js";
import { createMap } from "./pad_map.js";
import { createMoves } from "./pad_moves.js";
import { createThumbnails } from "./pad_nearest.js";
import { readOptions } from "./pad_options.js";
import { buildPad } from "./pad_parts.js";
import { createScreen } from "./pad_screen.js";
import { createSliders } from "./pad_sliders.js";
import { createPadState } from "./pad_state.js";
import { createTools } from "./pad_tools.js";
import { createReadout } from "./pad_words.js";

const STILL_MILLISECONDS = 200;

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
 * @property {"map"|"image"|"small"|"slide"} [layout]  Which is the large part; small has the map over the image and no
 *   sliders, slide the same in a given height, with nothing but what is read from afar.
 * @property {import("./pad_ways.js").MadeWay[]} [made]  Directions that have sliders too.
 * @property {boolean} [hasFields]  The host computes fields to colour the map by, and calls `offerFields`.
 * @property {(state: import("./pad_state.js").PadState) => void} [onRelease]  After every finished change.
 * @property {(state: import("./pad_state.js").PadState) => void} [onDrag]  At most four times a second while dragging.
 * @property {(look: Partial<import("./pad_look.js").Look>) => void} [onLook]  What is another one, before each frame in
 *   which the cursor, the view, the point under the pointer or the class filter is, for pads that go together.
 * @property {Partial<import("./pad_state.js").PadState>} [state]  Where to begin.
 *
 * @typedef {object} LatentPad
 * @property {(state: Partial<import("./pad_state.js").PadState>) => void} setState
 * @property {() => import("./pad_state.js").PadState} getState
 * @property {(z: ArrayLike<number>, pixels: Uint8Array) => void} showImage  [C, H, W], what the host decoded at z.
 * @property {(made: import("./pad_ways.js").MadeWay[]) => void} setMade  Have sliders for these directions.
 * @property {(offer: import("./pad_fields.js").FieldOffer|null) => void} offerFields  What the host has on one plane.
 * @property {(look: Partial<import("./pad_look.js").Look>) => void} follow  Look at what another pad looks at.
 * @property {(model: {w: Float32Array, points: PadOptions["points"]}) => boolean} update  Show the same model as it is
 *   now, as in training; false, and nothing is changed, where something has another size.
 * @property {() => void} destroy
 */

/**
 * @param {HTMLElement} element  Emptied and filled; it need not be laid out yet.
 * @param {PadOptions} options
 * @returns {LatentPad}
 * @throws {import("./layer_program.js").ProgramError} If the decoder can't run here.
 */
export function createLatentPad(element, options) {
  const about = readOptions(options);
  const { d, mu } = about;
  const state = createPadState(about), { z, layers, hidden } = state;
  state.set(options.state ?? {});
  const jobs = createJobs(finished);
  const fields = createFields(about, state, () => screen.invalidate(true));
  const map = createMap(about, state, jobs, fields);
  const acts = {
    layer(name, on) {
      if (on) layers.add(name);
      else layers.delete(name);
      camera.changed();
      moves.release();
    },
    heat(name) {
      state.chooseHeat(name);
      parts.showLayers(layers);
      camera.changed();
      moves.release();
    },
    classChip(index, alone) {
      const others = Array.from({ length: about.classCount }, (_, n) => n).filter((n) => n !== index);
      const isAlone = hidden.size === others.length && !hidden.has(index);
      if (alone) state.hide(isAlone ? [] : others);
      else state.hide(hidden.has(index) ? [...hidden].filter((n) => n !== index) : [...hidden, index]);
      filtered();
      moves.release();
    },
    plane(name) {
      if (state.choosePlane(name)) turned();
      moves.release();
    },
    zoom: (factor) => (factor ? camera.zoom(factor) : camera.fit()),
    play: () => moves.togglePlay(),
    random: () => moves.random(),
    centre: () => moves.centre(),
    undo: (way) => moves.undo(way),
    tool: (name) => tools.choose(name),
  };
  const parts = buildPad(element, about, acts);
  const moves = createMoves(about, state, parts, { ...options, onMove });
  const thumbnails = createThumbnails(about.thumbnails, () => readout.look());
  const screen = createScreen(about, state, parts, { map, thumbnails, onFrame, onPlace, onMap });
  const camera = createCamera(state, screen, map);
  const sliders = createSliders(parts.dials, about, {
    onInput: moves.slide,
    onRelease: moves.release,
    onStale: drawStrips,
  });
  const readout = createReadout(about, state, parts, {
    jobs, thumbnails, onPick: (row) => moves.jump(mu.subarray(row * d, (row + 1) * d)), isQuiet: moves.isPlaying,
  });
  const tools = createTools(state, screen, {
    go: moves.go,
    place: moves.place,
    onSelect() {
      screen.invalidate(true);
      readout.tell();
    },
    onRelease: moves.release,
    onTool: parts.showTool,
  });

  const look = createLook(about, state, screen, camera, { onFilter: filtered, onPlace: () => screen.invalidate() });

  /** @returns {boolean} Whether another frame has to follow. */
  function onFrame(now) {
    const news = options.onLook && look.news();
    if (news) options.onLook(news);
    if (!moves.isPlaying()) return false;
    moves.advance(now);
    if (d > 2) map.follow(screen.view);
    return true;
  }

  function onPlace() {
    sliders.show(z);
    drawStrips();
    onHere();
    readout.moved();
  }

  function onMap(theme) {
    parts.heatLegend.show(map.heatKey(), theme);
    onHere();
  }

  function onHere() {
    parts.heatLegend.here(fields.valueAt(...state.cursor()));
  }

  function drawStrips() {
    if (!sliders.isCurrent() && !jobs.isBusy("strips")) jobs.start("strips", sliders.strips(z));
  }

  function finished(name) {
    if (name === "strips") drawStrips();
    else if (name === "nearest") readout.found();
    else screen.invalidate(true);
  }

  function onMove() {
    screen.invalidate();
    // In more than two dimensions the decoded grid goes along with z.
    if (d > 2) camera.settle(STILL_MILLISECONDS);
  }

  /** The plane is another one. */
  function turned() {
    map.turn();
    screen.hovered = -1;
    parts.showPlane(state.planeName);
    camera.fit();
  }

  /** Other classes are shown. */
  function filtered() {
    map.filter();
    parts.showHidden(hidden);
    readout.look();
    camera.changed();
  }

  function setState(given) {
    const hiddenBefore = String([...hidden]);
    if (state.set(given)) turned();
    if (hiddenBefore !== String([...hidden])) filtered();
    moves.note();
    parts.showLayers(layers);
    readout.tell();
    screen.rethink();
    camera.changed();
  }

  function update({ w, points }) {
    const held = [options.w, mu, about.logvar], given = [w, points.mu, points.logvar];
    if (!held.every((array, k) => (array?.length ?? 0) === (given[k]?.length ?? 0)) || !options.w) return false;
    held.forEach((array, k) => array?.set(given[k]));
    state.choosePlane(state.planeName);
    map.turn();
    readout.look();
    screen.repaint();
    camera.changed();
    return true;
  }

  const stopListening = listenTo(parts, { acts, moves, tools, camera, state });
  const stopWatching = watch(parts, screen, camera);
  if (options.made) sliders.setMade(options.made, z);
  parts.showTool("move");
  parts.showLayers(layers);
  screen.measure();
  turned();
  filtered();
  look.news(); // where it begins is no news

  return {
    setState,
    getState: state.get,
    update,
    follow: look.follow,
    setMade: (made) => sliders.setMade(made, z),
    offerFields: fields.offer,
    showImage: (place, pixels) => about.decoder.show(place, pixels) && screen.repaint(),
    destroy() {
      for (const part of [screen, camera, readout, moves, sliders, fields, jobs]) part.stop();
      stopListening();
      stopWatching();
      element.replaceChildren();
    },
  };
}

/** Pointer and keys. @returns {() => void} Takes the listeners away. */
function listenTo(parts, { acts, moves, tools, camera, state }) {
  const keys = {
    "+": () => camera.zoom(1.25),
    "-": () => camera.zoom(0.8),
    0: camera.fit,
    Home: moves.centre,
    " ": moves.togglePlay,
    m: () => tools.choose("move"),
    b: () => tools.choose("box"),
    l: () => tools.choose("lasso"),
    h: parts.nextHeat,
    Enter() {
      tools.selectNearest();
      moves.release();
    },
    Escape: () => (tools.clear() ? moves.release() : "unused"),
  };
  const nudge = (dx, dy) => {
    const [x, y] = state.cursor();
    moves.go(x + dx, y + dy);
  };
  parts.root.addEventListener("keydown", (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if (isUndo) acts.undo(event.shiftKey ? 1 : -1);
    else if (event.key === "?") parts.help.open();
    else return;
    event.preventDefault();
  });
  return listen(parts.over, {
    ...tools, pan: camera.pan, zoom: camera.zoom, nudge, nudged: moves.release, key: (key) => keys[key](),
  });
}

/** The element's size and the host's colours. @returns {() => void} Ends it. */
function watch(parts, screen, camera) {
  const resized = new ResizeObserver(() => screen.measure() && camera.changed());
  resized.observe(parts.map);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", screen.rethink);
  // A host changes its colours without telling; the root's own transition of a moment does.
  parts.root.addEventListener("transitionend", (event) => event.target === parts.root && screen.rethink());
  return () => {
    resized.disconnect();
    dark.removeEventListener("change", screen.rethink);
  };
}
