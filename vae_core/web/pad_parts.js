/** The pad's elements: everything that is not a canvas's picture. */

import { PAD_STYLE } from "./pad_style.js";

export const LAYERS = { grid: "decoded grid", points: "points", prior: "prior 1–3σ", names: "class names" };

/**
 * Fill `element` and return its parts; the caller sets the `on...` callbacks.
 * @param {HTMLElement} element
 * @param {{d: number, count: number, names: string[], classCount: number, hexes: string[], label?: string}} about
 */
export function buildPad(element, { d, count, names, classCount, hexes, label = "Latent space" }) {
  const root = make("div", "latent-pad");
  const style = make("style");
  style.textContent = PAD_STYLE;
  const frame = make("div", "pad-frame"), left = make("div"), side = make("div", "pad-side");
  const map = make("div", "pad-map"), base = make("canvas"), over = make("canvas");
  base.setAttribute("aria-hidden", "true");
  over.tabIndex = 0;
  over.setAttribute("role", "application");
  over.setAttribute("aria-roledescription", "two-dimensional slider");
  over.setAttribute(
    "aria-label",
    `${label}. Arrow keys move the cursor, with Shift in fine steps; plus and minus zoom, zero shows all, Home goes to ` +
      "the centre, space plays.",
  );
  map.append(base, over);
  const image = make("canvas", "pad-image");
  image.setAttribute("role", "img");
  image.setAttribute("aria-label", "The decoded image at the cursor");
  const readout = make("div", "pad-readout"), numbers = make("b"), nearest = make("div");
  readout.append(numbers, nearest);
  const spoken = make("div", "pad-spoken");
  spoken.setAttribute("role", "status");
  spoken.setAttribute("aria-live", "polite");
  side.append(image, readout);

  const parts = { root, map, base, over, image, side, numbers, nearest, spoken };
  const zooms = make("div", "pad-zoom");
  zooms.append(
    button("+", "Zoom in", () => parts.onZoom(1.4)),
    button("−", "Zoom out", () => parts.onZoom(1 / 1.4)),
    button("⤢", "Show all", () => parts.onZoom(0)),
  );
  map.append(zooms);

  const bar = make("div", "pad-bar");
  parts.play = button("▶ Play", "", () => parts.onPlay());
  parts.play.setAttribute("aria-pressed", "false");
  bar.append(
    parts.play,
    button("Random", "A random z from the prior", () => parts.onRandom()),
    button("Centre", "z = 0", () => parts.onCentre()),
  );
  const boxes = layerBoxes(bar, parts, count, classCount);
  const select = planeSelect(bar, parts, d);
  const legend = make("div", "pad-legend");
  legend.setAttribute("aria-label", "Classes shown");
  legend.setAttribute("role", "group");
  const chips = Array.from({ length: classCount }, (_, index) => {
    const chip = button("", "", () => parts.onClass(index, false));
    chip.title = "Click to hide or show; double-click for this class alone";
    const dot = make("i");
    dot.style.background = hexes[index % hexes.length];
    chip.append(dot, names[index] ?? String(index));
    chip.addEventListener("dblclick", () => parts.onClass(index, true));
    legend.append(chip);
    return chip;
  });

  parts.showLayers = (shown) => boxes.forEach((box, name) => (box.checked = shown.has(name)));
  parts.showHidden = (hidden) =>
    chips.forEach((chip, index) => chip.setAttribute("aria-pressed", String(!hidden.has(index))));
  parts.showPlane = (name) => select && (select.value = name);
  left.append(map, bar, legend);
  frame.append(left, side);
  root.append(style, frame, spoken);
  element.replaceChildren(root);
  return parts;
}

function layerBoxes(bar, parts, count, classCount) {
  const boxes = new Map();
  for (const [name, words] of Object.entries(LAYERS)) {
    if ((name === "points" && !count) || (name === "names" && !classCount)) continue;
    const line = make("label"), box = make("input");
    box.type = "checkbox";
    box.addEventListener("change", () => parts.onLayer(name, box.checked));
    line.append(box, words);
    bar.append(line);
    boxes.set(name, box);
  }
  return boxes;
}

function planeSelect(bar, parts, d) {
  if (d < 3) return null;
  const line = make("label"), select = make("select");
  const add = (value, words) => select.append(new Option(words, value));
  add("pca", "main directions (PCA)");
  // All pairs of up to a dozen axes; beyond that, each axis with its neighbour.
  for (let i = 1; i < d; i++) {
    for (let j = i + 1; j <= (d <= 12 ? d : i + 1); j++) add(`${i},${j}`, `z${i} and z${j}`);
  }
  select.addEventListener("change", () => parts.onPlane(select.value));
  line.append("Plane", select);
  bar.append(line);
  return select;
}

function make(tag, className = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  return made;
}

function button(words, title, act) {
  const made = make("button");
  made.type = "button";
  made.textContent = words;
  if (title) made.title = made.ariaLabel = title;
  made.addEventListener("click", act);
  return made;
}

/** @returns The colours and fonts that the canvases use, as the host's style gives them. */
export function readTheme(root) {
  const style = getComputedStyle(root);
  const probe = (name) => resolve(root, style.getPropertyValue(name));
  const family = style.fontFamily;
  return {
    text: style.color,
    background: style.backgroundColor,
    accent: probe("--accent"),
    font: `12px ${family}`,
    boldFont: `600 13px ${family}`,
    largeFont: `600 17px ${family}`,
  };
}

// A custom property may hold var() or light-dark(), which a canvas does not understand.
function resolve(root, value) {
  const span = root.appendChild(make("span"));
  span.style.color = value;
  const colour = getComputedStyle(span).color;
  span.remove();
  return colour;
}

/** @returns {Array<[number, number]|null>} The median place of each class. */
export function classCentres({ x, y, labels }, classCount) {
  const rows = Array.from({ length: classCount }, () => []);
  for (let n = 0; labels && n < x.length; n++) rows[labels[n]]?.push(n);
  const middle = (values) => Float32Array.from(values).sort()[values.length >> 1];
  return rows.map((row) => (row.length ? [middle(row.map((n) => x[n])), middle(row.map((n) => y[n]))] : null));
}

/** Make `set` hold exactly `values`. */
export function replace(set, values) {
  set.clear();
  for (const value of values) set.add(value);
}
