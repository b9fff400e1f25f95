/** The density layer: a calm heat in one hue, and lines that hold half, most and nearly all of the mass. */

import { blurred, contour, densityOn, massLevels, posteriorCovariance, scottCovariance } from "./pad_density.js";
import { halo } from "./pad_draw.js";
import { projectOne } from "./pad_plane.js";
import { reachOf, scaleOf, toPlane, toScreen } from "./pad_view.js";

const CELLS = 160;
const SHARES = [0.5, 0.8, 0.95];
const STRONGEST = 0.85;
const SMOOTH = 2; // cells
// Each line is labelled at its place farthest in one direction, so that the labels stand apart.
const TOWARDS = [[0.7, 0.7], [-0.2, -1], [1, -0.35]];

/**
 * The whole plane is computed once; where the view is so near that its cells would show, the visible part anew. The
 * lines are always those of the whole, of a density smoothed a little, so that they neither fray nor change with zoom.
 * @param {import("./pad_options.js").About} about
 * @param {ReturnType<typeof import("./pad_state.js").createPadState>} state
 */
export function createDensityLayer(about, state) {
  let whole = null, part = null, era = 0, asked = "";
  const keyOf = ({ x, y, span, width, height }) => [era, x, y, span, width, height].join();
  const isNear = (view) => view.span / CELLS < 0.7 * whole.region.cell;

  function* compute(view) {
    const begun = era, shown = state.shown.slice();
    asked = keyOf(view);
    const covarianceOf = about.logvar
      ? posteriorCovariance(state.plane, about.logvar)
      : scottCovariance(state.points, shown);
    if (!whole) {
      const region = wholeRegion(state, about.d);
      const q = yield* densityOn(state.points, covarianceOf, shown, region);
      const smooth = blurred(q, region, SMOOTH);
      yield;
      const lines = massLevels(smooth, region.cell ** 2, SHARES).map((level) => contour(smooth, region, level));
      yield;
      const strongest = q.reduce((a, b) => Math.max(a, b), 0);
      if (begun !== era) return;
      whole = { region, strongest, lines, paths: lines.map(pathOf), heat: createHeat(q, region, strongest) };
    }
    if (!isNear(view)) return;
    const region = visibleRegion(view);
    const q = yield* densityOn(state.points, covarianceOf, shown, region);
    if (begun === era) part = { region, heat: createHeat(q, region, whole.strongest) };
  }

  return {
    compute,
    /** @returns {number} The greatest density, per unit of area; NaN until it is known. */
    strongest: () => whole?.strongest ?? NaN,
    /** @returns {boolean} Whether the last computation was begun for that view. */
    isFor: (view) => asked === keyOf(view),
    /** @returns {boolean} Whether what is there does for the view. */
    fits: (view) => whole !== null && (!isNear(view) || (part !== null && covers(part.region, view))),
    clear() {
      whole = part = null;
      era++;
    },
    drawHeat(context, view, theme) {
      if (!whole) return;
      const all = () => whole.heat(context, view, theme);
      if (!part || !isNear(view)) return all();
      drawAround(context, view, part, all);
      part.heat(context, view, theme);
    },
    drawContours(context, view, theme) {
      whole?.paths.forEach((path, n) => strokeLine(context, view, path, 2.2 - 0.4 * n, theme));
      whole?.lines.forEach((line, n) => labelLine(context, view, line, TOWARDS[n], `${100 * SHARES[n]} %`, theme));
    },
  };
}

/** All that the map shows when it shows all, and a good margin for what reaches beyond. */
function wholeRegion({ points, plane }, d) {
  const [x, y] = projectOne(plane, new Float64Array(d));
  const reach = reachOf(points, [x, y]);
  const half = 1.4 * reach, columns = Math.ceil(1.4 * CELLS);
  return { x0: x - half, y0: y - half, cell: (2 * half) / columns, columns, rows: columns };
}

function visibleRegion(view) {
  const cell = view.span / CELLS, margin = 0.15;
  const [x0, y0] = toPlane(view, -margin * view.width, (1 + margin) * view.height);
  const across = (pixels) => Math.ceil(((1 + 2 * margin) * pixels) / scaleOf(view) / cell);
  return { x0, y0, cell, columns: across(view.width), rows: across(view.height) };
}

function covers({ x0, y0, cell, columns, rows }, view) {
  const [left, low] = toPlane(view, 0, view.height), [right, high] = toPlane(view, view.width, 0);
  const inside = left >= x0 && low >= y0 && right <= x0 + columns * cell && high <= y0 + rows * cell;
  return inside && cell < 1.4 * (view.span / CELLS);
}

/** A density as a picture that moves with the view; it is painted anew only for another hue. */
function createHeat(q, region, strongest) {
  const { columns, rows } = region;
  const canvas = new OffscreenCanvas(columns, rows);
  let hue = "";
  return (context, view, theme) => {
    if (hue !== String(theme.heat)) {
      hue = String(theme.heat);
      canvas.getContext("2d").putImageData(paintHeat(q, region, strongest, theme.heat), 0, 0);
    }
    context.imageSmoothingEnabled = true;
    context.drawImage(canvas, ...boxOf(region, view));
  };
}

/** @returns {[number, number, number, number]} A region's left, top, width and height on the screen. */
export function boxOf({ x0, y0, cell, columns, rows }, view) {
  const side = cell * scaleOf(view);
  return [...toScreen(view, x0, y0 + rows * cell), columns * side, rows * side];
}

/** The whole's heat around a part that is drawn in finer cells. */
function drawAround(context, view, part, draw) {
  context.save();
  context.beginPath();
  context.rect(0, 0, view.width, view.height);
  context.rect(...boxOf(part.region, view));
  context.clip("evenodd");
  draw();
  context.restore();
}

/** @param {number} share  Of the strongest density. @returns {number} 0 to 255. */
export const heatOpacity = (share) => 255 * STRONGEST * Math.min(1, share) ** 0.5;

function pathOf(line) {
  const path = new Path2D();
  for (let k = 0; k < line.length; k += 4) {
    path.moveTo(line[k], line[k + 1]);
    path.lineTo(line[k + 2], line[k + 3]);
  }
  return path;
}

function paintHeat(q, { columns, rows }, strongest, [red, green, blue]) {
  const image = new ImageData(columns, rows);
  for (let j = 0, from = 0; j < rows; j++) {
    for (let i = 0, to = 4 * (rows - 1 - j) * columns; i < columns; i++, from++, to += 4) {
      image.data[to] = red;
      image.data[to + 1] = green;
      image.data[to + 2] = blue;
      image.data[to + 3] = heatOpacity(q[from] / strongest);
    }
  }
  return image;
}

/** Draw a line of the plane in pixels of the screen, on an edge that sets it off. */
function strokeLine(context, view, path, width, theme) {
  const scale = scaleOf(view);
  context.save();
  context.transform(scale, 0, 0, -scale, ...toScreen(view, 0, 0));
  context.lineCap = "round";
  for (const [colour, across, alpha] of [[theme.background, width + 2, 0.5], [`rgb(${theme.heat})`, width, 1]]) {
    context.lineWidth = across / scale;
    context.strokeStyle = colour;
    context.globalAlpha = alpha;
    context.stroke(path);
  }
  context.restore();
}

/** Write the share on the line, at its visible place that is farthest in a direction. */
function labelLine(context, view, line, [right, up], words, theme) {
  let best = -Infinity, place = null;
  for (let k = 0; k < line.length; k += 2) {
    const [px, py] = toScreen(view, line[k], line[k + 1]);
    const far = right * px - up * py;
    const isClear = px > 40 && px < view.width - 40 && py > 50 && py < view.height - 30;
    if (far > best && isClear) [best, place] = [far, [px, py]];
  }
  if (!place) return;
  context.save();
  context.font = theme.boldFont;
  context.textAlign = "center";
  context.textBaseline = "middle";
  halo(context, words, ...place, theme, 4);
  context.restore();
}
