/** What the pad's two canvases show: below the map, which changes with the view; above it the cursor. */

/**
 * Which part of the plane is visible: pixel = (x - x0) * scale, and up is up.
 * @typedef {{x: number, y: number, span: number, width: number, height: number}} View  Centre, plane units across the
 *   shorter side, and the canvas's size in CSS pixels.
 */

/** @param {View} view @returns {number} CSS pixels in one plane unit. */
export const scaleOf = (view) => Math.min(view.width, view.height) / view.span;
/** @param {View} view @returns {[number, number]} */
export const toScreen = (view, x, y) => [
  view.width / 2 + (x - view.x) * scaleOf(view),
  view.height / 2 - (y - view.y) * scaleOf(view),
];
/** @param {View} view @returns {[number, number]} */
export const toPlane = (view, px, py) => [
  view.x + (px - view.width / 2) / scaleOf(view),
  view.y - (py - view.height / 2) / scaleOf(view),
];

/**
 * Paint points straight into pixels: 70,000 take a few milliseconds, so that panning stays smooth.
 * @param {ImageData} image
 * @param {{x: Float32Array, y: Float32Array, labels: ArrayLike<number>|null}} points
 * @param {View} view
 * @param {number} ratio  Device pixels in a CSS pixel.
 * @param {Array<[number, number, number]>} colours  One a class.
 * @param {Set<number>} hidden  Classes left out.
 */
export function paintPoints(image, points, view, ratio, colours, hidden) {
  const { width, height } = image;
  // Whole numbers throughout, and no clamping: half the time.
  const bytes = new Uint8Array(image.data.buffer);
  const count = points.x.length;
  const stamp = discOf(ratio * (count > 20000 ? 1.2 : count > 3000 ? 2.2 : 3.5), width);
  const { reach, offsets, covers } = stamp;
  const scale = scaleOf(view) * ratio;
  const left = width / 2 - view.x * scale + 0.5, top = height / 2 + view.y * scale + 0.5;
  const visible = colours.map((_, label) => !hidden.has(label));
  const { x, y, labels } = points;
  for (let n = 0; n < count; n++) {
    const px = Math.floor(left + x[n] * scale), py = Math.floor(top - y[n] * scale);
    if (px < reach || py < reach || px >= width - reach || py >= height - reach) continue;
    const label = labels ? labels[n] : 0;
    const colour = label % colours.length;
    if (label < visible.length ? !visible[label] : hidden.has(label)) continue;
    const rgb = colours[colour];
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

/** A soft disc as byte offsets from its middle in an image `width` pixels wide, and how much each pixel is covered, 255 for all. */
function discOf(radius, width) {
  const reach = Math.ceil(radius - 0.5);
  const offsets = [], covers = [];
  for (let j = -reach; j <= reach; j++) {
    for (let i = -reach; i <= reach; i++) {
      const cover = 0.85 * Math.min(1, radius + 0.5 - Math.hypot(i, j));
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

/** Each class's name in the middle of its points. */
export function drawClassNames(context, view, centres, names, hidden, theme) {
  context.save();
  context.font = theme.largeFont;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const placed = [];
  centres.forEach((centre, index) => {
    if (!centre || hidden.has(index)) return;
    let [x, y] = toScreen(view, ...centre);
    // Classes that lie on each other keep readable names, one below the other.
    while (placed.some(([px, py]) => Math.abs(px - x) < 18 && Math.abs(py - y) < 18)) y += 6;
    placed.push([x, y]);
    halo(context, names[index] ?? String(index), x, y, { text: "#10181c", background: "#ffffff" }, 4);
  });
  context.restore();
}

/** The 1 and 2 sigma ellipses of one image's posterior, in the plane's own scale. */
export function drawEllipse(context, view, [x, y], { major, minor, angle }, theme) {
  const [px, py] = toScreen(view, x, y);
  const scale = scaleOf(view);
  context.save();
  for (const sigma of [2, 1]) {
    context.beginPath();
    // The canvas's angles run clockwise, the plane's the other way.
    context.ellipse(px, py, sigma * major * scale, sigma * minor * scale, -angle, 0, 2 * Math.PI);
    context.fillStyle = theme.accent;
    context.globalAlpha = 0.18;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = theme.accent;
    context.lineWidth = 1.5;
    context.stroke();
  }
  context.fillStyle = theme.accent;
  context.beginPath();
  context.arc(px, py, 4, 0, 2 * Math.PI);
  context.fill();
  context.restore();
}

/** The cursor: lines across the whole pad, and a ring. */
export function drawCursor(context, view, [x, y], theme) {
  const [px, py] = toScreen(view, x, y);
  context.save();
  for (const [colour, width] of [[theme.background, 3], [theme.text, 1]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.globalAlpha = 0.7;
    context.beginPath();
    context.moveTo(px, 0);
    context.lineTo(px, view.height);
    context.moveTo(0, py);
    context.lineTo(view.width, py);
    context.stroke();
  }
  context.globalAlpha = 1;
  for (const [colour, width] of [[theme.background, 5], [theme.accent, 3]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    circle(context, px, py, 8);
  }
  context.restore();
}

/** A word beside a place, kept inside the canvas. */
export function drawTip(context, view, [x, y], words, theme) {
  const [px, py] = toScreen(view, x, y);
  context.save();
  context.font = theme.boldFont;
  const width = context.measureText(words).width + 12;
  const left = Math.min(Math.max(4, px + 12), view.width - width - 4);
  const top = Math.max(4, py - 34);
  context.fillStyle = theme.text;
  context.beginPath();
  context.roundRect(left, top, width, 22, 5);
  context.fill();
  context.fillStyle = theme.background;
  context.fillText(words, left + 6, top + 15);
  context.restore();
}

function signed(value, digits) {
  const words = Math.abs(value).toFixed(digits);
  return value < 0 && Number(words) !== 0 ? `−${words}` : words;
}

function circle(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.stroke();
}

function halo(context, words, x, y, theme, width = 3) {
  context.lineJoin = "round";
  context.setLineDash([]);
  context.strokeStyle = theme.background;
  context.lineWidth = width;
  context.strokeText(words, x, y);
  context.fillStyle = theme.text;
  context.fillText(words, x, y);
}
