/** The pad's elements: everything that is not a canvas's picture. */

import { button, iconButton, make } from "./pad_elements.js";
import { createHelp } from "./pad_help.js";
import { createHeatLegend } from "./pad_heat_legend.js";
import { HEATS, LAYERS } from "./pad_state.js";
import { PAD_STYLE } from "./pad_style.js";

const TOOLS = {
  move: ["Move the cursor (m)", "M8 1v14M1 8h14M6 3l2-2 2 2M6 13l2 2 2-2M3 6L1 8l2 2M13 6l2 2-2 2"],
  box: ["Select with a box (b)", "M2 5V2h3M8 2h.5M11 2h3v3M14 8v.5M14 11v3h-3M8 14h-.5M5 14H2v-3M2 8v-.5"],
  lasso: ["Select with a lasso (l)", "M5 11C1 10 1 3 8 2.5s8 6 1 8c-2 .5-4.5.5-5.5-.3M5 11c1.5.5 1 2.5-.5 3.5"],
};

/**
 * What the elements call when they are used.
 * @typedef {object} Acts
 * @property {(name: string, on: boolean) => void} layer
 * @property {(name: string) => void} heat  One of HEATS, or "" for none.
 * @property {(index: number, alone: boolean) => void} classChip
 * @property {(name: string) => void} plane
 * @property {(factor: number) => void} zoom  0 shows all.
 * @property {() => void} play
 * @property {() => void} random
 * @property {() => void} centre
 * @property {(way: number) => void} undo  -1 back, 1 forward.
 * @property {(name: string) => void} tool
 */

/**
 * Fill `element` and return its parts.
 * @param {HTMLElement} element
 * @param {import("./pad_options.js").About} about
 * @param {Acts} acts
 */
export function buildPad(element, about, acts) {
  const root = make("div", "latent-pad"), style = make("style");
  const frame = make("div", `pad-frame pad-as-${about.layout}`);
  style.textContent = PAD_STYLE;
  const spoken = make("div", "pad-spoken");
  spoken.setAttribute("role", "status");
  spoken.setAttribute("aria-live", "polite");
  const help = createHelp(about);
  const parts = { root, frame, spoken, help, ...buildMap(about, acts, help), ...buildImage(about, acts) };
  const chart = make("div", "pad-chart"), bar = make("div", "pad-bar");
  const layers = addLayerBoxes(bar, about, acts), plane = addPlaneSelect(bar, about, acts);
  const heats = addHeatSelect(bar, about, acts), heatLegend = createHeatLegend();
  const legend = buildLegend(about, acts);
  const keys = make("div", "pad-keys");
  keys.append(bar, heatLegend.element, legend.element);
  chart.append(parts.map, keys);
  parts.dials = make("div", "pad-dials");
  frame.append(chart, parts.view, parts.dials);
  root.append(style, frame, spoken, help.element);
  element.replaceChildren(root);
  const showLayers = (shown) => (layers.show(shown), heats.show(shown));
  return { ...parts, heatLegend, nextHeat: heats.next, showLayers, showPlane: plane.show, showHidden: legend.show };
}

function buildMap({ label }, acts, help) {
  const map = make("div", "pad-map"), base = make("canvas"), over = make("canvas");
  base.setAttribute("aria-hidden", "true");
  over.tabIndex = 0;
  over.setAttribute("role", "application");
  over.setAttribute("aria-roledescription", "two-dimensional slider");
  over.setAttribute(
    "aria-label",
    `${label}. Arrow keys move the cursor, with Shift in fine steps; plus and minus zoom, zero shows all, Home goes ` +
      "to the centre, Enter selects the nearest point, Escape clears the selection, space plays, a question mark lists " +
      "all keys.",
  );
  const tools = make("div", "pad-tools"), choices = make("div", "pad-choices"), zooms = make("div", "pad-choices");
  choices.setAttribute("role", "group");
  choices.setAttribute("aria-label", "What a drag on the map does");
  const toolOf = ([name, [title, path]]) => [name, iconButton(path, title, () => acts.tool(name))];
  const made = Object.entries(TOOLS).map(toolOf);
  choices.append(...made.map(([, tool]) => tool));
  zooms.append(
    iconButton("M8 3v10M3 8h10", "Zoom in", () => acts.zoom(1.4)),
    iconButton("M3 8h10", "Zoom out", () => acts.zoom(1 / 1.4)),
    iconButton("M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4", "Show all", () => acts.zoom(0)),
  );
  tools.append(choices, zooms, help.opener);
  const selected = make("div", "pad-selected");
  map.append(base, over, tools, selected);
  const showTool = (chosen) => {
    for (const [name, tool] of made) tool.setAttribute("aria-pressed", String(name === chosen));
    over.style.cursor = chosen === "move" ? "" : "cell";
  };
  return { map, base, over, selected, showTool };
}

function buildImage({ decoder, notice, hasPrior }, acts) {
  const [, height, width] = decoder.shape;
  const view = make("div", "pad-view"), figure = make("div", "pad-figure"), picture = make("div", "pad-picture");
  const image = make("canvas", "pad-image");
  [image.width, image.height] = [width, height];
  figure.style.setProperty("--aspect", String(width / height));
  image.setAttribute("role", "img");
  image.setAttribute("aria-label", "The decoded image at the cursor");
  picture.append(image);
  figure.append(picture);
  const readout = make("div", "pad-readout"), numbersLine = make("b"), nearest = make("div", "pad-nearest");
  readout.append(numbersLine, nearest);
  if (notice) readout.append(Object.assign(make("div", "pad-notice"), { textContent: notice }));
  const actions = make("div", "pad-actions");
  const play = button("▶ Play", "", acts.play);
  play.setAttribute("aria-pressed", "false");
  const undo = iconButton("M6 3L2 7l4 4M2 7h8a4 4 0 0 1 0 7H7", "Undo the last move (Ctrl+Z)", () => acts.undo(-1));
  const redo = iconButton("M10 3l4 4-4 4M14 7H6a4 4 0 0 0 0 7h3", "Redo (Ctrl+Shift+Z)", () => acts.undo(1));
  const random = button("Random", hasPrior ? "A random z from the prior" : "A random z where codes lie", acts.random);
  const centre = button("Centre", "Back to the centre", acts.centre);
  actions.append(play, random, centre, undo, redo);
  view.append(figure, readout, actions);
  const showPlaying = (playing) => {
    play.textContent = playing ? "⏸ Pause" : "▶ Play";
    play.setAttribute("aria-pressed", String(playing));
  };
  const showHistory = (history) => {
    undo.disabled = !history.canUndo();
    redo.disabled = !history.canRedo();
  };
  return { view, figure, image, numbersLine, nearest, showPlaying, showHistory };
}

function addLayerBoxes(bar, { count, classCount, hasPrior, decoder, logvar, d }, acts) {
  const boxes = new Map();
  const possible = { grid: decoder.live, points: count, posteriors: logvar && d > 1, prior: hasPrior, names: classCount };
  for (const [name, words] of Object.entries(LAYERS)) {
    if (!possible[name]) continue;
    const line = make("label"), box = make("input");
    box.type = "checkbox";
    box.addEventListener("change", () => acts.layer(name, box.checked));
    line.append(box, words);
    bar.append(line);
    boxes.set(name, box);
  }
  return { show: (shown) => boxes.forEach((box, name) => (box.checked = shown.has(name))) };
}

function addHeatSelect(bar, { count, d, logvar, hasFields }, acts) {
  const isPossible = (name) => (name === "density" ? count && d > 1 : hasFields);
  const offered = Object.entries(HEATS).filter(([name]) => isPossible(name));
  if (!offered.length) return { show() {}, next() {} };
  const line = make("label"), select = make("select");
  select.append(new Option("nothing", ""));
  for (const [name, words] of offered) {
    select.append(new Option(name === "density" && !logvar ? "density of the codes" : words, name));
  }
  select.ariaLabel = "Colour of the map";
  select.title = "What the map is coloured by (h for the next)";
  select.addEventListener("change", () => acts.heat(select.value));
  line.append("Colour", select);
  bar.append(line);
  return {
    show: (shown) => (select.value = offered.find(([name]) => shown.has(name))?.[0] ?? ""),
    /** Choose the one after the chosen. */
    next: () => acts.heat(select.options[(select.selectedIndex + 1) % select.options.length].value),
  };
}

function addPlaneSelect(bar, { d, count }, acts) {
  if (d < 3) return { show() {} };
  const line = make("label"), select = make("select");
  const add = (value, words) => select.append(new Option(words, value));
  if (count > 1) add("pca", "main directions (PCA)");
  // All pairs of up to a dozen axes; beyond that, each axis with its neighbour.
  for (let i = 1; i < d; i++) {
    for (let j = i + 1; j <= (d <= 12 ? d : i + 1); j++) add(`${i},${j}`, `z${i} and z${j}`);
  }
  select.addEventListener("change", () => acts.plane(select.value));
  line.append("Plane", select);
  bar.prepend(line);
  const show = (name) => {
    // A host may name a pair that the list leaves out.
    if (![...select.options].some((option) => option.value === name)) add(name, `z${name.replace(",", " and z")}`);
    select.value = name;
  };
  return { show };
}

function buildLegend({ names, classCount, hexes }, acts) {
  const element = make("div", "pad-legend");
  element.setAttribute("aria-label", "Classes shown");
  element.setAttribute("role", "group");
  const chips = Array.from({ length: classCount }, (_, index) => {
    const chip = button("", "", () => acts.classChip(index, false));
    chip.title = "Click to hide or show; double-click for this class alone";
    const dot = make("i");
    dot.style.background = hexes[index % hexes.length];
    chip.append(dot, names[index] ?? String(index));
    chip.addEventListener("dblclick", () => acts.classChip(index, true));
    return chip;
  });
  element.append(...chips);
  const show = (hidden) => chips.forEach((chip, n) => chip.setAttribute("aria-pressed", String(!hidden.has(n))));
  return { element, show };
}
