/** The elements of a view of paths: large images, the map, the slider with its button, and a strip for each path. */

import { iconButton, make } from "./pad_elements.js";
import { PAD_STYLE } from "./pad_style.js";

const START = "M4 2.5v11l9-5.5z", HALT = "M5 3v10M11 3v10";
const SVG = "http://www.w3.org/2000/svg";

const PATH_STYLE = `
.path-top { display: grid; grid-template-columns: minmax(0, 1fr) minmax(190px, 36%); gap: 8px 22px; align-items: start; }
.path-images { display: flex; gap: 14px; }
.path-images figure { flex: 1 1 0; min-width: 0; max-width: 230px; margin: 0; }
.path-view figcaption { font-size: 14px; margin-top: 4px; }
.path-view canvas { display: block; width: 100%; image-rendering: pixelated; border-radius: 4px; background: #000; }
.path-bar { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 12px; align-items: center; margin-top: 12px; }
.path-bar input { width: 100%; }
.path-bar output { font-variant-numeric: tabular-nums; min-width: 4.6em; }
.path-map { margin: 0; }
.path-map > div { position: relative; }
.path-map img, .path-map svg { display: block; width: 100%; }
.path-map svg { position: absolute; inset: 0; height: 100%; overflow: visible; }
.path-map polyline { fill: none; stroke: var(--accent); stroke-width: 2.2px; vector-effect: non-scaling-stroke; }
.path-map polyline.halo { stroke: var(--background); stroke-width: 4.5px; stroke-opacity: 0.8; stroke-dasharray: none; }
.path-map circle { fill: var(--background); stroke: var(--accent); stroke-width: 2.2px; vector-effect: non-scaling-stroke; }
.path-map text { font: 600 5.5px var(--st-font, system-ui, sans-serif); fill: var(--text); paint-order: stroke;
  stroke: var(--background); stroke-width: 1.6px; stroke-linejoin: round; text-anchor: middle; }
.path-quiet, .path-map figcaption { font-size: 13px; color: var(--quiet); }
.path-scale { display: flex; flex-wrap: wrap; gap: 0 7px; align-items: center; white-space: nowrap; }
.path-scale i { flex: 0 0 44px; height: 9px; border-radius: 2px; box-shadow: inset 0 0 0 1px var(--line); }
.path-strip { display: grid; grid-template-columns: 122px minmax(0, 1fr); gap: 14px; margin-top: 16px; align-items: start; }
.path-strip h4 { font-size: 15px; font-weight: 600; margin: 0; display: flex; gap: 8px; align-items: center; }
.path-strip h4 svg { flex: none; }
.path-strip h4 line { stroke: var(--accent); stroke-width: 2.2px; }
.path-told { font-size: 13px; color: var(--quiet); font-variant-numeric: tabular-nums; }
.path-cells { display: grid; row-gap: 2px; }
.latent-pad .path-cells button { padding: 0 1px; border: 0; background: none; min-height: 0; border-radius: 0; }
.path-cells button[aria-current="true"] canvas { outline: 2px solid var(--accent); outline-offset: -1px; }
.path-apart { display: grid; justify-items: center; align-content: end; font-size: 11.5px; color: var(--quiet);
  font-variant-numeric: tabular-nums; grid-row: 2; }
.path-apart i { display: block; width: 46%; min-width: 6px; background: color-mix(in srgb, var(--text) 45%, transparent);
  border-radius: 1px 1px 0 0; }
.path-class { grid-row: 3; font-size: 12.5px; line-height: 1.2; text-align: center; overflow-wrap: anywhere; }
@container (max-width: 619px) {
  .path-strip { grid-template-columns: minmax(0, 1fr); gap: 4px; }
  .path-told { display: inline; }
  .path-told + .path-told::before { content: " · "; }
}
`;
const BAR_PIXELS = 24, FRAME_PIXELS = 92;

/**
 * @param {HTMLElement} element
 * @param {import("./path_view.js").PathOptions} options
 * @param {{scrub: (t: number) => void, release: () => void, jump: (t: number) => void, play: () => void}} acts
 */
export function buildPaths(element, options, acts) {
  const { ways, shape, count, frames, places } = options;
  const size = shape[0] * shape[1] * shape[2];
  const root = make("div", "latent-pad path-view"), style = make("style"), top = make("div", "path-top");
  style.textContent = PAD_STYLE + PATH_STYLE;
  const images = ways.map((way) => largeImage(way, shape));
  const stage = make("div"), row = make("div", "path-images");
  row.append(...images.map(({ figure }) => figure));
  const bar = slider(acts);
  stage.append(row, bar.element);
  const map = mapOf(options);
  top.append(stage, map.figure);
  const strips = ways.map((way, w) => stripOf(options, w, acts));
  const reading = make("p", "path-quiet");
  reading.textContent = options.reading;
  root.append(style, top, ...strips.map(({ element: strip }) => strip), reading);
  element.replaceChildren(root);

  return {
    root,
    show(t, k) {
      bar.show(t);
      ways.forEach((way, w) => {
        const from = (w * count + k) * size;
        paintFrame(images[w].canvas, frames.subarray(from, from + size), shape);
        images[w].canvas.setAttribute("aria-label", `${way.name}: the decoded image at t = ${t.toFixed(2)}`);
        map.move(w, places[2 * (w * count + k)], places[2 * (w * count + k) + 1]);
        strips[w].show(t);
      });
    },
    showPlaying: bar.showPlaying,
  };
}

function slider(acts) {
  const element = make("div", "path-bar"), range = make("input"), told = make("output");
  Object.assign(range, { type: "range", min: 0, max: 1, step: 0.01 });
  range.setAttribute("aria-label", "t, from A (0) to B (1)");
  range.addEventListener("input", () => acts.scrub(Number(range.value)));
  range.addEventListener("change", acts.release);
  const player = iconButton(START, "Play there and back", acts.play);
  element.append(player, range, told);
  return {
    element,
    show(t) {
      range.value = String(t);
      told.textContent = `t = ${t.toFixed(2)}`;
    },
    showPlaying(on) {
      player.querySelector("path").setAttribute("d", on ? HALT : START);
      player.title = player.ariaLabel = on ? "Pause" : "Play there and back";
    },
  };
}

function largeImage({ name }, shape) {
  const figure = make("figure"), canvas = frameCanvas(shape), caption = make("figcaption");
  canvas.setAttribute("role", "img");
  caption.textContent = name;
  figure.append(canvas, caption);
  return { figure, canvas };
}

function frameCanvas([, height, width]) {
  const canvas = make("canvas");
  Object.assign(canvas, { width, height });
  return canvas;
}

/** Show the bytes of one image [C, H, W]. */
function paintFrame(canvas, bytes, [channels, height, width]) {
  const image = new ImageData(width, height), plane = height * width;
  for (let k = 0; k < plane; k++) {
    for (let c = 0; c < 3; c++) image.data[4 * k + c] = bytes[channels === 1 ? k : c * plane + k];
    image.data[4 * k + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

function drawing(parent, tag, attributes) {
  const made = parent.appendChild(document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

function mapOf({ map, ways, places, count, stops }) {
  const figure = make("figure", "path-map"), frame = make("div"), caption = make("figcaption");
  const picture = make("img");
  Object.assign(picture, { src: map.picture, alt: map.label });
  const over = document.createElementNS(SVG, "svg");
  over.setAttribute("viewBox", `0 0 ${map.width} ${map.height}`);
  over.setAttribute("aria-hidden", "true");
  const pointAt = (w, k) => [places[2 * (w * count + k)], places[2 * (w * count + k) + 1]];
  ways.forEach(({ dash }, w) => {
    const points = Array.from({ length: count }, (_, k) => pointAt(w, k).map((x) => x.toFixed(2)).join()).join(" ");
    drawing(over, "polyline", { points, class: "halo" });
    drawing(over, "polyline", { points, "stroke-dasharray": dash });
  });
  for (const { letter, t } of stops) {
    const [x, y] = pointAt(0, Math.round(t * (count - 1)));
    drawing(over, "text", { x, y: y - 3 }).textContent = letter;
  }
  const marks = ways.map(() => drawing(over, "circle", { r: 2 }));
  frame.append(picture, over);
  if (map.scale) caption.append(scaleOf(map.scale));
  const reading = make("div");
  reading.textContent = map.reading;
  caption.append(reading);
  figure.append(frame, caption);
  return {
    figure,
    move(w, x, y) {
      marks[w].setAttribute("cx", x);
      marks[w].setAttribute("cy", y);
    },
  };
}

function scaleOf({ low, high, hue, name }) {
  const scale = make("div", "path-scale"), ramp = make("i");
  ramp.style.background = `linear-gradient(90deg, transparent, ${hue})`;
  for (const words of [low, high, name]) scale.append(Object.assign(make("span"), { textContent: words }));
  scale.firstChild.after(ramp);
  return scale;
}

function stripOf({ ways, strips, shape }, w, acts) {
  const { name, dash, told, note, apart, classes } = ways[w], steps = apart.length + 1;
  const size = shape[0] * shape[1] * shape[2], most = Math.max(...ways.flatMap((way) => way.apart), 1e-9);
  const element = make("section", "path-strip"), about = make("div"), cells = make("div", "path-cells");
  element.setAttribute("aria-label", `${name}, ${steps} images`);
  about.append(titleOf(name, dash), ...[...told, note].filter(Boolean).map(toldLine));
  cells.style.gridTemplateColumns = `repeat(${2 * steps}, minmax(0, ${FRAME_PIXELS / 2}px))`;
  const buttons = Array.from({ length: steps }, (_, k) => {
    const t = k / (steps - 1), cell = make("button"), canvas = frameCanvas(shape);
    cell.type = "button";
    // The slider is the way by keyboard: one stop instead of one an image.
    cell.tabIndex = -1;
    cell.style.gridColumn = `${2 * k + 1} / span 2`;
    cell.setAttribute("aria-label", `${name}, t = ${t.toFixed(2)}` + (classes ? `, class ${classes[k]}` : ""));
    cell.addEventListener("click", () => acts.jump(t));
    const from = (w * steps + k) * size;
    paintFrame(canvas, strips.subarray(from, from + size), shape);
    cell.append(canvas);
    cells.append(cell);
    if (classes) cells.append(wordUnder(classes[k], k));
    return { cell, t };
  });
  apart.forEach((distance, k) => cells.append(barOf(distance, most, k)));
  element.append(about, cells);
  return {
    element,
    show(at) {
      for (const { cell, t } of buttons) cell.setAttribute("aria-current", Math.abs(t - at) < 0.0051);
    },
  };
}

function titleOf(name, dash) {
  const title = make("h4"), sample = document.createElementNS(SVG, "svg");
  for (const [key, value] of [["width", 26], ["height", 8], ["aria-hidden", true]]) sample.setAttribute(key, value);
  drawing(sample, "line", { x1: 0, x2: 26, y1: 4, y2: 4, "stroke-dasharray": dash });
  title.append(sample, name);
  return title;
}

function toldLine(words) {
  const line = make("div", "path-told");
  line.textContent = words;
  return line;
}

function wordUnder(word, k) {
  const made = make("div", "path-class");
  made.style.gridColumn = `${2 * k + 1} / span 2`;
  made.textContent = word;
  return made;
}

function barOf(distance, most, k) {
  const made = make("div", "path-apart"), bar = make("i");
  made.style.gridColumn = `${2 * k + 2} / span 2`;
  bar.style.height = `${Math.max(1, (BAR_PIXELS * distance) / most).toFixed(1)}px`;
  made.append(bar, distance.toFixed(1));
  return made;
}
