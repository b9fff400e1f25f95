/** A sketch's elements: the canvas with its tools, the map, and the images beside it. */

import { button, iconButton, make } from "./pad_elements.js";
import { PAD_STYLE } from "./pad_style.js";

const SKETCH_STYLE = `
.sketch-frame { display: grid; gap: 10px 20px; grid-template: "canvas map images" auto "tools keys images" 1fr /
  minmax(0, 1fr) minmax(0, 1fr) minmax(0, 0.42fr); max-width: 1180px; }
.sketch-paper { grid-area: canvas; position: relative; align-self: start; overflow: hidden; border-radius: 8px; }
.sketch-paper canvas { display: block; width: 100%; background: #000; touch-action: none; cursor: crosshair; }
.sketch-paper canvas:focus-visible { outline: 3px solid var(--accent); outline-offset: -3px; border-radius: 8px; }
.sketch-paper p { position: absolute; inset: 0; margin: 0; display: grid; place-items: center; color: #9aa5ab;
  pointer-events: none; font-size: 17px; text-align: center; padding: 12%; }
.sketch-ring { position: absolute; aspect-ratio: 1; transform: translate(-50%, -50%); border-radius: 50%;
  border: 1.5px solid var(--accent); pointer-events: none; }
.sketch-tools { grid-area: tools; align-self: start; display: flex; flex-wrap: wrap; gap: 6px 8px; align-items: center; font-size: 14px; }
.sketch-tools label { display: inline-flex; gap: 6px; align-items: center; cursor: pointer; }
.sketch-tools input[type="range"] { width: 76px; }
.sketch-map { grid-area: map; position: relative; aspect-ratio: var(--aspect); border-radius: 8px; overflow: hidden;
  background: var(--background); box-shadow: inset 0 0 0 1px var(--line); min-height: 180px; }
.sketch-map canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
.sketch-over { touch-action: none; cursor: grab; }
.sketch-map .sketch-lens { inset: 26px auto auto 8px; width: 27%; height: auto; aspect-ratio: 1; border-radius: 50%; pointer-events: none;
  background: var(--background); box-shadow: 0 0 0 1.5px var(--accent); }
.sketch-keys { grid-area: keys; font-size: 14px; color: var(--quiet); }
.sketch-images { grid-area: images; display: flex; flex-direction: column; gap: 12px; min-width: 0; }
.sketch-images figure { margin: 0; }
.sketch-images figcaption { font-size: 14px; color: var(--quiet); margin-bottom: 3px; }
.sketch-images canvas { display: block; width: 100%; max-width: 170px; image-rendering: pixelated; background: #000;
  border-radius: 6px; }
.sketch-told { font-size: 14px; white-space: pre-line; font-variant-numeric: tabular-nums; min-height: 4.2em; }
.sketch-told b { display: block; font-size: 17px; font-weight: 600; }
.sketch-plain .sketch-frame { grid-template: "canvas" auto "tools" auto / minmax(0, 260px); gap: 8px; }
.sketch-plain .sketch-map, .sketch-plain .sketch-keys, .sketch-plain .sketch-images { display: none; }
.sketch-mapless .sketch-frame { grid-template: "canvas images" auto "tools images" 1fr / minmax(0, 1fr) minmax(0, 0.42fr);
  max-width: 600px; }
.sketch-mapless .sketch-map, .sketch-mapless .sketch-keys { display: none; }
@container (max-width: 619px) {
  .sketch-whole .sketch-frame { grid-template: "canvas" auto "tools" auto "images" auto "map" auto "keys" auto /
    minmax(0, 1fr); }
  .sketch-whole .sketch-images { flex-direction: row; }
}
`;
const BRUSH = "M11 2l3 3-8 8H3v-3z", ERASER = "M6 13h8M3 10l6-7 4 4-5 6H5z";

/**
 * @param {HTMLElement} element  Emptied and filled.
 * @param {{label: string, hint: string, shape: [number, number, number], layout: "whole"|"mapless"|"plain",
 *   hasSpread: boolean}} about
 * @param {{tool: (erases: boolean) => void, size: (share: number) => void, undo: () => void, redo: () => void,
 *   clear: () => void, centre: (on: boolean) => void, zoom: (factor: number) => void}} acts
 */
export function buildSketch(element, about, acts) {
  const { label, hint, layout, shape: [, height, width] } = about;
  const root = make("div", `latent-pad sketch-${layout}`), style = make("style");
  style.textContent = PAD_STYLE + SKETCH_STYLE;
  root.style.setProperty("--aspect", String(width / height));
  const frame = make("div", "sketch-frame"), paper = make("div", "sketch-paper");
  const canvas = make("canvas"), ring = make("div", "sketch-ring"), words = make("p");
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", `${label}. Arrow keys move the pen, with Shift in fine steps; space puts it down ` +
    "and lifts it; b is the brush, e the eraser, brackets change the size; Control+Z takes back, Delete clears.");
  words.textContent = hint;
  ring.hidden = true;
  paper.append(canvas, words, ring);
  const tools = buildTools(acts);
  const map = make("div", "sketch-map"), base = make("canvas"), over = make("canvas", "sketch-over");
  const lens = make("canvas", "sketch-lens"), zooms = make("div", "pad-tools");
  lens.hidden = true;
  lens.setAttribute("aria-hidden", "true");
  base.setAttribute("aria-hidden", "true");
  over.setAttribute("role", "img");
  over.setAttribute("aria-label", "Where the drawing lies among held-out images");
  const choices = make("div", "pad-choices");
  choices.append(
    iconButton("M8 3v10M3 8h10", "Zoom in", () => acts.zoom(1.4)),
    iconButton("M3 8h10", "Zoom out", () => acts.zoom(1 / 1.4)),
    iconButton("M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4", "Show all", () => acts.zoom(0)),
  );
  zooms.append(choices);
  map.append(base, over, lens, zooms);
  const keys = make("div", "sketch-keys");
  keys.textContent = about.hasSpread
    ? "The point’s ellipses, under the lens: one and two standard deviations of q(z|x), to scale."
    : "This model's code is a point.";
  const images = make("div", "sketch-images"), told = make("div", "sketch-told");
  const seen = figure("The model sees", height, width), copy = figure("Its copy", height, width);
  const nearest = make("b"), numbers = make("div");
  told.setAttribute("aria-live", "polite");
  told.append(nearest, numbers);
  images.append(seen.element, copy.element, told);
  frame.append(paper, tools.element, map, keys, images);
  root.append(style, frame);
  element.replaceChildren(root);
  return {
    root, canvas, ring, base, over, lens, seen: seen.canvas, copy: copy.canvas,
    showTools: tools.show,
    /** @param {boolean} on */
    showHint: (on) => (words.hidden = !on),
    say(first, rest) {
      if (nearest.textContent !== first) nearest.textContent = first;
      if (numbers.textContent !== rest) numbers.textContent = rest;
    },
  };
}

function buildTools(acts) {
  const element = make("div", "sketch-tools"), pens = make("div", "pad-choices"), steps = make("div", "pad-choices");
  const brush = iconButton(BRUSH, "Brush (b)", () => acts.tool(false));
  const eraser = iconButton(ERASER, "Eraser (e)", () => acts.tool(true));
  pens.setAttribute("role", "group");
  pens.setAttribute("aria-label", "What a drag on the canvas does");
  pens.append(brush, eraser);
  const size = make("input"), sized = make("label");
  Object.assign(size, { type: "range", min: "2", max: "24", step: "1" });
  size.setAttribute("aria-label", "Size of the brush");
  size.addEventListener("input", () => acts.size(Number(size.value) / 100));
  sized.append(size);
  const undo = iconButton("M6 3L2 7l4 4M2 7h8a4 4 0 0 1 0 7H7", "Undo (Ctrl+Z)", acts.undo);
  const redo = iconButton("M10 3l4 4-4 4M14 7H6a4 4 0 0 0 0 7h3", "Redo (Ctrl+Shift+Z)", acts.redo);
  steps.append(undo, redo);
  const clear = button("Clear", "Clear (Delete)", acts.clear);
  const centre = make("input"), centred = make("label");
  centre.type = "checkbox";
  centre.addEventListener("change", () => acts.centre(centre.checked));
  centred.title = "Fitted and centred as the images of the data set are; off: as drawn";
  centred.append(centre, "Centre it");
  element.append(pens, sized, steps, clear, centred);
  const show = (now) => {
    brush.setAttribute("aria-pressed", String(!now.erases));
    eraser.setAttribute("aria-pressed", String(now.erases));
    size.value = String(Math.round(100 * now.width));
    [undo.disabled, redo.disabled, clear.disabled] = [!now.canUndo, !now.canRedo, now.isBlank];
    centre.checked = now.isCentred;
  };
  return { element, show };
}

function figure(title, height, width) {
  const element = make("figure"), caption = make("figcaption"), canvas = make("canvas");
  [canvas.width, canvas.height] = [width, height];
  caption.textContent = title;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", title);
  element.append(caption, canvas);
  return { element, canvas };
}
