/** What lies on the map under the cursor: points, the prior, names and axes. */

import { scaleOf, toPlane, toScreen } from "./pad_view.js";

/**
 * Paint points straight into pixels: 70,000 take a few milliseconds, so that panning stays smooth.
 * @param {ImageData} image
 * @param {{x: Float32Array, y: Float32Array}} points
 * @param {Uint8Array} wanted  1 for each point to paint.
 * @param {Uint8Array} tints  Indices into colours.
 * @param {Array<[number, number, number]>} colours
 * @param {import("./pad_view.js").View} view
 * @param {{ratio: number, radius: number, opacity: number}} look  Device pixels in a CSS pixel, and the discs.
 */
export function paintPoints(image, points, wanted, tints, colours, view, { ratio, radius, opacity }) {
  const { width, height } = image;
  // Whole numbers throughout, and no clamping: half the time.
  const bytes = new Uint8Array(image.data.buffer);
  const { reach, offsets, covers } = discOf(ratio * radius, width, opacity);
  const scale = scaleOf(view) * ratio;
  const left = width / 2 - view.x * scale + 0.5, top = height / 2 + view.y * scale + 0.5;
  const { x, y } = points;
  for (let n = 0; n < wanted.length; n++) {
    if (!wanted[n]) continue;
    const px = Math.floor(left + x[n] * scale), py = Math.floor(top - y[n] * scale);
    if (px < reach || py < reach || px >= width - reach || py >= height - reach) continue;
    const rgb = colours[tints[n]];
    const r = rgb[0], g = rgb[1], b = rgb[2];
    const middle = 4 * (py * width + px);
    for (let k = 0; k < offsets.length; k++) {
      const to = middle + offsets[k];
      const cover = covers[k];
      const before = bytes[to + 3];
      if (before === 0) {
        bytes[to] = r;
        bytes[to + 1] = g;
        bytes[to + 2] = b;
        bytes[to + 3] = cover;
      } else {
        bytes[to] += ((r - bytes[to]) * cover) >> 8;
        bytes[to + 1] += ((g - bytes[to + 1]) * cover) >> 8;
        bytes[to + 2] += ((b - bytes[to + 2]) * cover) >> 8;
        bytes[to + 3] = before + (((255 - before) * cover) >> 8);
      }
    }
  }
}

/**
 * A soft disc as byte offsets from its middle in an image `width` pixels wide, and how much each pixel is covered, 255
 * for all.
 */
function discOf(radius, width, opacity) {
  const reach = Math.ceil(radius - 0.5);
  const offsets = [], covers = [];
  for (let j = -reach; j <= reach; j++) {
    for (let i = -reach; i <= reach; i++) {
      const cover = opacity * Math.min(1, radius + 0.5 - Math.hypot(i, j));
      if (cover <= 0.02) continue;
      offsets.push(4 * (j * width + i));
      covers.push(Math.round(255 * cover));
    }
  }
  return { reach, offsets: Int32Array.from(offsets), covers: Int32Array.from(covers) };
}

/** Circles of 1, 2 and 3 standard deviations of the prior about its mean's place on the plane. */
export function drawPrior(context, view, centre, theme) {
  const [x, y] = toScreen(view, ...centre);
  context.save();
  context.font = theme.font;
  context.textAlign = "center";
  for (const sigma of [1, 2, 3]) {
    const radius = sigma * scaleOf(view);
    context.setLineDash([]);
    context.strokeStyle = theme.background;
    context.lineWidth = 3;
    context.globalAlpha = 0.6;
    circle(context, x, y, radius);
    context.setLineDash([5, 4]);
    context.strokeStyle = theme.text;
    context.lineWidth = 1.5;
    context.globalAlpha = 0.8;
    circle(context, x, y, radius);
    context.globalAlpha = 1;
    halo(context, `${sigma}σ`, x, y - radius - 4, theme);
  }
  context.restore();
}

/**
 * Posteriors of one standard deviation, to scale.
 * @param {Iterable<number>} rows
 * @param {(row: number) => {major: number, minor: number, angle: number}} ellipseOf  In the plane's units.
 * @param {(row: number) => Array<number>} colourOf
 */
export function drawPosteriors(context, view, { x, y }, rows, ellipseOf, colourOf) {
  const scale = scaleOf(view);
  context.save();
  context.lineWidth = 1.2;
  for (const row of rows) {
    const { major, minor, angle } = ellipseOf(row);
    context.strokeStyle = `rgb(${colourOf(row)})`;
    context.beginPath();
    // The canvas's angles run clockwise, the plane's the other way.
    context.ellipse(...toScreen(view, x[row], y[row]), major * scale, minor * scale, -angle, 0, 2 * Math.PI);
    context.stroke();
  }
  context.restore();
}

/** Ticks along the left and bottom edges at round numbers, and the axes' names. */
export function drawAxes(context, view, labels, theme) {
  const rough = 60 / scaleOf(view);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough);
  const [x0, y0] = toPlane(view, 0, view.height), [x1, y1] = toPlane(view, view.width, 0);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  context.save();
  context.font = theme.font;
  context.fillStyle = theme.text;
  context.textAlign = "center";
  for (let x = Math.ceil(x0 / step) * step; x < x1; x += step) {
    const [px] = toScreen(view, x, 0);
    if (px > 40 && px < view.width - 60) halo(context, signed(x, digits), px, view.height - 6, theme);
  }
  context.textAlign = "left";
  for (let y = Math.ceil(y0 / step) * step; y < y1; y += step) {
    const [, py] = toScreen(view, 0, y);
    if (py > 34 && py < view.height - 20) halo(context, signed(y, digits), 5, py + 4, theme);
  }
  context.font = theme.boldFont;
  halo(context, `${labels[1]} ↑`, 5, 16, theme);
  context.textAlign = "right";
  halo(context, `${labels[0]} →`, view.width - 6, view.height - 6, theme);
  context.restore();
}

/** @returns {Array<[number, number]|null>} The median place of each class. */
export function classCentres({ x, y }, labels, classCount) {
  const rows = Array.from({ length: classCount }, () => []);
  for (let n = 0; labels && n < x.length; n++) rows[labels[n]]?.push(n);
  const middle = (values) => Float32Array.from(values).sort()[values.length >> 1];
  return rows.map((row) => (row.length ? [middle(row.map((n) => x[n])), middle(row.map((n) => y[n]))] : null));
}

const ASIDE = [0, 0.4, -0.4, 0.8, -0.8, 1.2, -1.2, 1.6, -1.6, 2, -2, 2.5, -2.5];

/** Each class's name in the middle of its points. */
export function drawClassNames(context, view, centres, names, hidden, theme) {
  context.save();
  const small = Math.min(view.width, view.height) < 340, height = small ? 15 : 20;
  context.font = small ? theme.boldFont : theme.largeFont;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const placed = [];
  centres.forEach((centre, index) => {
    if (!centre || hidden.has(index)) return;
    const [x, middle] = toScreen(view, ...centre);
    const words = names[index] ?? String(index);
    const half = context.measureText(words).width / 2;
    const isFree = (y) =>
      !placed.some((other) => Math.abs(other.x - x) < other.half + half && Math.abs(other.y - y) < height);
    // Classes that lie on each other keep readable names, as near to their places as there is room.
    const y = ASIDE.map((aside) => middle + aside * height).find(isFree) ?? middle;
    placed.push({ x, y, half });
    halo(context, words, x, y, { text: "#10181c", background: "#ffffff" }, 4);
  });
  context.restore();
}

function signed(value, digits) {
  const words = Math.abs(value).toFixed(digits);
  return value < 0 && Number(words) !== 0 ? `−${words}` : words;
}

export function circle(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

/** Words with an edge in the background's colour, readable on anything. */
export function halo(context, words, x, y, theme, width = 3) {
  context.lineJoin = "round";
  context.setLineDash([]);
  context.strokeStyle = theme.background;
  context.lineWidth = width;
  context.strokeText(words, x, y);
  context.fillStyle = theme.text;
  context.fillText(words, x, y);
}
