/** The density layer: a calm heat in one hue, and lines that hold half, most and nearly all of the mass. */

import { contour, densityOn, massLevels, posteriorCovariance, scottCovariance } from "./pad_density.js";
import { halo } from "./pad_draw.js";
import { projectOne } from "./pad_plane.js";
import { reachOf, scaleOf, toPlane, toScreen } from "./pad_view.js";

const CELLS = 160;
const SHARES = [0.5, 0.8, 0.95];
const STRONGEST = 0.8;

/**
 * The whole plane is computed once; where the view is so near that its cells would show, the visible part anew.
 * @param {import("./pad_options.js").About} about
 * @param {ReturnType<typeof import("./pad_state.js").createPadState>} state
 */
export function createDensityLayer(about, state) {
  let whole = null, part = null, era = 0;
  const covariance = () => {
    if (about.logvar) return posteriorCovariance(state.plane, about.logvar);
    return scottCovariance(state.points, state.shown);
  };
  const cellFor = (view) => view.span / CELLS;
  const isNear = (view) => cellFor(view) < 0.7 * whole.region.cell;
  const fits = (view) => Boolean(whole) && (!isNear(view) || (Boolean(part) && covers(part.region, view)));
  const chosen = (view) => (part && isNear(view) ? part : whole);

  function* compute(view) {
    const begun = era, shown = state.shown.slice(), covarianceOf = covariance();
    const onRegion = function* (region, levels, strongest) {
      const q = yield* densityOn(state.points, covarianceOf, shown, region);
      const kept = levels ?? massLevels(q, region.cell ** 2, SHARES);
      yield;
      return createPicture(q, region, kept, strongest ?? q.reduce((a, b) => Math.max(a, b), 0));
    };
    if (!whole) {
      const made = yield* onRegion(wholeRegion(state, about.d));
      if (begun !== era) return;
      whole = made;
    }
    if (!isNear(view)) return;
    const made = yield* onRegion(visibleRegion(view), whole.levels, whole.strongest);
    if (begun === era) part = made;
  }

  return {
    compute,
    fits,
    clear() {
      whole = part = null;
      era++;
    },
    drawHeat: (context, view, theme) => whole && chosen(view).drawHeat(context, view, theme),
    drawContours: (context, view, theme) => whole && chosen(view).drawContours(context, view, theme),
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

/** Both pictures of one computed density; they move with the view, and only the heat is painted anew for a theme. */
function createPicture(q, region, levels, strongest) {
  const { x0, y0, cell, columns, rows } = region;
  const lines = levels.map((level) => contour(q, region, level));
  const paths = lines.map(pathOf);
  const canvas = new OffscreenCanvas(columns, rows);
  let hue = "";
  return {
    region, levels, strongest,
    drawHeat(context, view, theme) {
      if (hue !== String(theme.heat)) {
        canvas.getContext("2d").putImageData(paintHeat(q, region, strongest, theme.heat), 0, 0);
        hue = String(theme.heat);
      }
      const [left, top] = toScreen(view, x0, y0 + rows * cell);
      const side = cell * scaleOf(view);
      context.imageSmoothingEnabled = true;
      context.drawImage(canvas, left, top, columns * side, rows * side);
    },
    drawContours(context, view, theme) {
      const scale = scaleOf(view), [ox, oy] = toScreen(view, 0, 0);
      for (const [n, path] of paths.entries()) {
        for (const [colour, width] of [[theme.background, 3.5], [`rgb(${theme.heat})`, 2 - 0.4 * n]]) {
          context.save();
          context.transform(scale, 0, 0, -scale, ox, oy);
          context.lineWidth = width / scale;
          context.lineCap = "round";
          context.strokeStyle = colour;
          context.globalAlpha = colour === theme.background ? 0.5 : 1;
          context.stroke(path);
          context.restore();
        }
      }
      lines.forEach((line, n) => labelLine(context, view, line, `${100 * SHARES[n]} %`, theme));
    },
  };
}

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
      image.data[to + 3] = 255 * STRONGEST * Math.min(1, q[from] / strongest) ** 0.6;
    }
  }
  return image;
}

/** Write the share at the line's rightmost visible place. */
function labelLine(context, view, line, words, theme) {
  let best = -Infinity, low = 0;
  const edge = view.width - 46;
  for (let k = 0; k < line.length; k += 2) {
    const [px, py] = toScreen(view, line[k], line[k + 1]);
    if (px > best && px < edge && py > 50 && py < view.height - 30) [best, low] = [px, py];
  }
  if (best < 0) return;
  context.save();
  context.font = theme.boldFont;
  context.textBaseline = "middle";
  halo(context, words, best + 4, low, theme, 4);
  context.restore();
}
