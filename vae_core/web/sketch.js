/**
 * A canvas to draw on, and what a model makes of the drawing while it is made: its posterior among held-out images, and
 * its copy. Encoder and decoder run in the page; without them the host answers with `showAnswer`.
 */

import { createEncoder } from "./encoder.js";
import { nearestRows } from "./pad_nearest.js";
import { readOptions } from "./pad_options.js";
import { createSketchCanvas } from "./sketch_canvas.js";
import { centredImage, isBlank, scaledImage } from "./sketch_image.js";
import { createSketchMap } from "./sketch_map.js";
import { buildSketch } from "./sketch_parts.js";
import { createStrokes } from "./sketch_strokes.js";

const REST_MILLISECONDS = 350;
const NEIGHBOURS = 15;
const PEN = 0.085;
const SIZES = { "[": -0.02, "]": 0.02 };

/**
 * @typedef {object} SketchOptions
 * @property {[number, number, number]} shape  Channels, height, width of the model's images.
 * @property {{program: object, w: Float32Array}|null} [encoder]
 * @property {import("./latent_pad.js").PadOptions|null} [model]  As for a pad; without it there is no map.
 * @property {boolean} [plain]  The canvas and its tools alone.
 * @property {string} [label]
 * @property {string} [hint]  What an empty canvas says.
 * @property {number} [share]  Of the sides, what a centred drawing takes, as in the model's data; MNIST's without it.
 * @property {boolean} [centres]  Whether drawings are centred until the viewer chooses; they are without it.
 * @property {boolean} [hasVotes]  Whether the nearest codes tell the class; they do without it.
 * @property {SketchMemory} [memory]  Of an earlier sketch, which goes on.
 * @property {(pixels: Uint8Array) => void} [onRest]  The image [H, W], once the drawing has rested for a moment; empty
 *   when it is blank.
 *
 * @typedef {{strokes: object, pen: {width: number, erases: boolean}, isCentred: boolean|null}} SketchMemory
 */

/** @returns {SketchMemory} What outlives a sketch: its strokes and its tools. */
export const createSketchMemory = () => ({ strokes: createStrokes(), pen: { width: PEN, erases: false }, isCentred: null });

/**
 * @param {HTMLElement} element
 * @param {SketchOptions} options
 * @throws {import("./layer_program.js").ProgramError} If the encoder or the decoder can't run here.
 */
export function createSketch(element, options) {
  const { shape, memory = createSketchMemory() } = options, [channels, height, width] = shape;
  const { strokes, pen } = memory, share = options.share ?? 20 / 28;
  const isCentred = () => memory.isCentred ?? options.centres ?? true;
  const about = options.model ? readOptions(options.model) : null;
  const encoder = about && options.encoder ? createEncoder(options.encoder.program, options.encoder.w) : null;
  const layout = options.plain ? "plain" : about ? "whole" : "mapless";
  const pixels = new Uint8Array(height * width), image = new Float32Array(channels * height * width);
  const picture = new ImageData(width, height);
  let frame = 0, resting = 0, isTold = true;

  const parts = buildSketch(
    element,
    { label: options.label ?? "Canvas", hint: options.hint ?? "Draw here", shape, layout, hasSpread: Boolean(about?.logvar) },
    {
      tool(erases) {
        pen.erases = erases;
        showTools();
      },
      size(share) {
        pen.width = Math.min(0.24, Math.max(0.02, share));
        showTools();
      },
      undo: () => again(strokes.undo),
      redo: () => again(strokes.redo),
      clear: () => again(strokes.clear),
      centre(on) {
        memory.isCentred = on;
        changed();
      },
      zoom: (factor) => (factor ? map.zoom(factor) : map.fit()),
    },
  );
  const map = layout === "whole" ? createSketchMap(parts, about) : null;
  const canvas = createSketchCanvas(parts.canvas, parts.ring, strokes, width / height, pen, changed);

  function again(act) {
    act();
    canvas.repaint();
    changed();
  }

  function changed() {
    isTold = false;
    frame ||= requestAnimationFrame(look);
    clearTimeout(resting);
    resting = setTimeout(tell, REST_MILLISECONDS);
  }

  function tell() {
    // A frame may not have come yet in a page that is not in front.
    if (frame) look();
    if (isTold) return;
    isTold = true;
    options.onRest?.(strokes.visible().length && pixels.some(Boolean) ? pixels.slice() : new Uint8Array(0));
  }

  /** Make the model's image of the drawing, and show what the model makes of it. */
  function look() {
    cancelAnimationFrame(frame);
    frame = 0;
    const ink = canvas.ink(), { size } = canvas;
    const make = isCentred() ? centredImage : scaledImage;
    const made = make(ink, size.height, size.width, height, width, share);
    for (let k = 0; k < pixels.length; k++) pixels[k] = Math.round(255 * made[k]);
    paintGrey(parts.seen, pixels);
    showTools();
    const blank = isBlank(ink);
    parts.showHint(blank && !strokes.isOpen());
    if (blank) return forget();
    if (!encoder) return;
    for (let c = 0; c < channels; c++) for (let k = 0; k < pixels.length; k++) image[c * pixels.length + k] = pixels[k] / 255;
    const { mu, logvar } = encoder.encode(image);
    show(mu, logvar);
    if (!about.decoder.live) return;
    about.decoder.decodeInto(mu, picture.data);
    parts.copy.getContext("2d").putImageData(picture, 0, 0);
  }

  function show(mu, logvar) {
    map?.show(mu, logvar);
    const [first, rest] = about && (options.hasVotes ?? true) ? among(about, mu) : ["", ""];
    parts.say(first, [rest, ...numbersOf(mu, logvar)].filter(Boolean).join("\n"));
  }

  function forget() {
    map?.show(null, null);
    parts.copy.getContext("2d").clearRect(0, 0, width, height);
    parts.say("", "");
  }

  function paintGrey(target, values) {
    for (let k = 0; k < values.length; k++) {
      picture.data[4 * k] = picture.data[4 * k + 1] = picture.data[4 * k + 2] = values[k];
      picture.data[4 * k + 3] = 255;
    }
    target.getContext("2d").putImageData(picture, 0, 0);
  }

  const showTools = () =>
    parts.showTools({
      ...pen, isCentred: isCentred(), canUndo: strokes.canUndo(), canRedo: strokes.canRedo(),
      isBlank: !strokes.visible().length,
    });

  parts.root.addEventListener("keydown", (event) => {
    const key = event.key.toLowerCase(), isControl = event.ctrlKey || event.metaKey;
    if (isControl && key === "z") again(event.shiftKey ? strokes.redo : strokes.undo);
    else if (isControl || event.target !== parts.canvas) return;
    else if (key === "b" || key === "e") pen.erases = key === "e";
    else if (SIZES[key]) pen.width = Math.min(0.24, Math.max(0.02, pen.width + SIZES[key]));
    else if (key === "delete" || key === "backspace") again(strokes.clear);
    else return;
    showTools();
    event.preventDefault();
  });

  changed();
  return {
    /** Show what the host made of the last drawing. @param {{mu: number[], logvar: number[]|null, copy: Uint8Array}} found
     *   `copy` is [C, H, W]. */
    showAnswer({ mu, logvar, copy }) {
      if (isBlank(canvas.ink())) return;
      if (about) show(mu, logvar);
      for (let k = 0; k < height * width; k++) {
        for (let c = 0; c < 3; c++) picture.data[4 * k + c] = copy[(channels === 3 ? c * height * width : 0) + k];
        picture.data[4 * k + 3] = 255;
      }
      parts.copy.getContext("2d").putImageData(picture, 0, 0);
    },
    destroy() {
      clearTimeout(resting);
      cancelAnimationFrame(frame);
      canvas.stop();
      map?.stop();
      element.replaceChildren();
    },
  };
}

/** @returns {[string, string]} The class that most of the nearest codes have, and how many; nothing without classes. */
function among({ mu, labels, count, names }, z) {
  if (!labels || !count) return ["", ""];
  const search = nearestRows(mu, z, new Uint8Array(count).fill(1), null, NEIGHBOURS);
  let step = search.next();
  while (!step.done) step = search.next();
  const votes = new Map();
  for (const { row } of step.value) votes.set(labels[row], (votes.get(labels[row]) ?? 0) + 1);
  const [[label, most]] = [...votes].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const name = names[label] ?? String(label);
  return [/^\d+$/.test(name) ? `Among the ${name}s` : `Among class ${name}`, `${most} of the ${step.value.length} nearest codes`];
}

/** @returns {string[]} The posterior in numbers, where they are few. */
function numbersOf(mu, logvar) {
  if (mu.length > 3) return [];
  const list = (values, digits) => Array.from(values, (value) => value.toFixed(digits).replace("-", "−")).join(", ");
  const sigma = logvar ? [`σ = ${list(Array.from(logvar, (value) => Math.exp(value / 2)), 3)}`] : [];
  return [`μ = ${list(mu, 2)}`, ...sigma];
}
