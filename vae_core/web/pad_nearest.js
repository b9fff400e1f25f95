/** The held-out images whose codes lie nearest to the cursor. */

import { make } from "./pad_elements.js";

const NEAREST = 5;
const CHUNK = 4096;

/** @typedef {{row: number, distance: number}} Near */

/**
 * Search in slices, so that no frame waits for many points.
 * @param {Float32Array} mu  [N, d]
 * @param {ArrayLike<number>} z  [d]
 * @param {Uint8Array} shown  [N], 1 for the rows that count.
 * @param {ArrayLike<number>|null} rows  Those to search; null for all.
 * @param {number} wanted  How many to find.
 * @returns {Generator<void, Near[]>} Nearest first.
 */
export function* nearestRows(mu, z, shown, rows, wanted) {
  const d = z.length, count = rows ? rows.length : mu.length / d;
  const found = [];
  let least = Infinity;
  for (let begin = 0; begin < count; begin += CHUNK) {
    const end = Math.min(count, begin + CHUNK);
    for (let n = begin; n < end; n++) {
      const row = rows ? rows[n] : n, from = row * d;
      let sum = 0;
      for (let k = 0; k < d && sum < least; k++) sum += (mu[from + k] - z[k]) * (mu[from + k] - z[k]);
      if (sum >= least || !shown[row]) continue;
      let place = found.length;
      while (place > 0 && found[place - 1].distance > sum) place--;
      found.splice(place, 0, { row, distance: sum });
      if (found.length > wanted) found.pop();
      if (found.length === wanted) least = found[wanted - 1].distance;
    }
    yield;
  }
  return found.map(({ row, distance }) => ({ row, distance: Math.sqrt(distance) }));
}

/** A sheet of small images of some of the points; nothing is drawn before it has loaded. */
export function createThumbnails(given, onLoad) {
  if (!given) return null;
  const tiles = new Map(Array.from(given.rows, (row, tile) => [row, tile]));
  const sheet = new Image();
  let size = null;
  sheet.addEventListener("load", () => {
    const lines = Math.ceil(given.rows.length / given.columns);
    size = [sheet.naturalWidth / given.columns, sheet.naturalHeight / lines];
    onLoad();
  });
  sheet.src = given.sprite;
  return {
    rows: given.rows,
    size: () => size,
    /** @returns {boolean} Whether there is an image of that point, and it is drawn. */
    draw(context, row, x, y, width, height) {
      const tile = tiles.get(row);
      if (!size || tile === undefined) return false;
      const [w, h] = size, line = Math.floor(tile / given.columns);
      context.imageSmoothingEnabled = false;
      context.drawImage(sheet, (tile % given.columns) * w, line * h, w, h, x, y, width, height);
      return true;
    },
  };
}

/**
 * The strip of the nearest images. Without thumbnails it stays hidden.
 * @param {HTMLElement} parent
 * @param {import("./pad_options.js").About} about
 * @param {(row: number) => void} onPick
 */
export function createNearestStrip(parent, about, thumbnails, onPick) {
  const element = make("div", "pad-near"), title = make("div", "pad-near-title"), list = make("div", "pad-near-list");
  element.hidden = true;
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", "Nearest held-out images");
  const held = thumbnails?.rows.length ?? 0;
  title.textContent = held < about.count ? `nearest of ${held} held-out images` : "nearest held-out images";
  const places = Array.from({ length: NEAREST }, () => createNearImage(onPick));
  list.append(...places.map((place) => place.element));
  element.append(title, list);
  parent.append(element);
  parent.classList.toggle("pad-has-near", thumbnails !== null);
  const edge = (row) => (about.labels ? `rgb(${about.colours[about.tints[row]]})` : "");
  return {
    wanted: NEAREST,
    /** @param {Near[]} found */
    show(found) {
      const size = thumbnails?.size();
      element.hidden = !size || !found.length;
      if (element.hidden) return;
      places.forEach((place, n) => place.show(found[n], thumbnails, about.nameOf, edge));
    },
  };
}

function createNearImage(onPick) {
  const element = make("button", "pad-near-image"), canvas = make("canvas"), name = make("span");
  element.type = "button";
  element.append(canvas, name);
  let shown = -1;
  element.addEventListener("click", () => onPick(shown));
  const show = (near, thumbnails, nameOf, edge) => {
    element.hidden = !near;
    if (!near) return;
    const words = `${nameOf(near.row)}, ${near.distance.toFixed(2)} away: move the cursor there`;
    if (element.title !== words) element.title = element.ariaLabel = words;
    if (near.row === shown) return;
    shown = near.row;
    [canvas.width, canvas.height] = thumbnails.size();
    thumbnails.draw(canvas.getContext("2d"), shown, 0, 0, canvas.width, canvas.height);
    canvas.style.borderColor = edge(shown);
    name.textContent = nameOf(shown);
  };
  return { element, show };
}
