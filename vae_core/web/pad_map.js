/** The map's layers in their order, and what they need to be up to date. */

import { classCentres, drawAxes, drawClassNames, drawPosteriors, drawPrior, paintPoints } from "./pad_draw.js";
import { createGridLayer } from "./pad_grid.js";
import { createDensityLayer } from "./pad_heat.js";
import { posteriorEllipse, projectOne } from "./pad_plane.js";

const MOST_POSTERIORS = 400;

/**
 * @param {import("./pad_options.js").About} about
 * @param {ReturnType<typeof import("./pad_state.js").createPadState>} state
 * @param {ReturnType<typeof import("./pad_jobs.js").createJobs>} jobs
 * @param {ReturnType<typeof import("./pad_fields.js").createFields>} fields
 */
export function createMap(about, state, jobs, fields) {
  const { decoder, d, count } = about;
  const grid = decoder.live ? createGridLayer(decoder) : null;
  const density = count && d > 1 ? createDensityLayer(about, state) : null;
  const dots = createDots(about, state);
  const has = (name) => state.layers.has(name);
  const decodeGrid = (view) => {
    if (grid && has("grid")) jobs.start("grid", grid.decode({ ...view }, state.plane, Float64Array.from(state.z)));
  };
  let centres = [];

  /** Posteriors of the selected points, or else of an even choice of those shown. */
  function drawSome(context, view) {
    const { shown, selection, plane, points } = state, rows = [];
    for (let n = 0; n < count; n++) if (shown[n] && (!selection.size() || selection.mask[n])) rows.push(n);
    const step = Math.max(1, rows.length / MOST_POSTERIORS);
    const some = Array.from({ length: Math.min(rows.length, MOST_POSTERIORS) }, (_, k) => rows[Math.floor(k * step)]);
    const ellipseOf = (row) => posteriorEllipse(plane, about.logvar, row);
    drawPosteriors(context, view, points, some, ellipseOf, (row) => about.colours[about.tints[row]]);
  }

  return {
    /** Another plane: what was drawn of the former is gone. */
    turn() {
      centres = classCentres(state.points, about.labels, about.classCount);
      grid?.clear();
      density?.clear();
    },
    /** Other points are shown. */
    filter: () => density?.clear(),
    /** Begin whatever does not fit the view any more. */
    refresh(view) {
      decodeGrid(view);
      fields.ask();
      if (!density || !has("density") || density.fits(view)) return;
      // What is already on its way for this view goes on.
      if (!jobs.isBusy("density") || !density.isFor(view)) jobs.start("density", density.compute({ ...view }));
    },
    /** z moves on its own: the grid comes along as fast as it can. */
    follow(view) {
      if (!jobs.isBusy("grid")) decodeGrid(view);
    },
    /** @returns {import("./pad_heat_legend.js").HeatKey|{problem: string}|null|undefined} Null while it is computed. */
    heatKey() {
      const heat = state.heat();
      if (heat !== "density") return heat ? fields.shown() : undefined;
      if (!density) return undefined;
      const words = (value) => (Number.isFinite(value) ? value.toPrecision(2) : "…");
      const strongest = density.strongest();
      return {
        kind: "density",
        unit: "share of the codes per unit of area",
        reading: "Strong where many images are encoded; the lines hold 50, 80 and 95 % of them.",
        ticks: ["0", words(strongest / 2), words(strongest)],
      };
    },
    draw(context, view, theme, ratio) {
      context.clearRect(0, 0, view.width, view.height);
      if (grid && has("grid")) grid.draw(context, view);
      const dense = density !== null && has("density");
      if (dense) density.drawHeat(context, view, theme);
      else fields.draw(context, view, theme);
      const all = has("points");
      if (all || state.selection.size()) dots.draw(context, view, ratio, { all, faint: state.heat() !== "" });
      if (has("posteriors") && about.logvar) drawSome(context, view);
      if (dense) density.drawContours(context, view, theme);
      if (has("prior") && about.hasPrior) drawPrior(context, view, projectOne(state.plane, new Float64Array(d)), theme);
      if (has("names")) drawClassNames(context, view, centres, about.names, state.hidden, theme);
      drawAxes(context, view, state.plane.labels, theme);
    },
  };
}

/** The points, painted in an image of their own; selected ones stand out and the others step back. */
function createDots({ count, tints, colours }, state) {
  const wanted = new Uint8Array(count);
  const radius = count > 20000 ? 1.2 : count > 3000 ? 2.2 : 3.5;
  let sheet = null;
  return {
    draw(context, view, ratio, { all, faint }) {
      const { width, height } = context.canvas;
      if (sheet?.image.width !== width || sheet.image.height !== height) {
        const canvas = new OffscreenCanvas(width, height);
        sheet = { canvas, context: canvas.getContext("2d"), image: new ImageData(width, height) };
      }
      sheet.image.data.fill(0);
      const { shown, selection } = state;
      const paint = (rows, look) =>
        paintPoints(sheet.image, state.points, rows, tints, colours, view, { ratio, ...look });
      const many = selection.isMany();
      if (all) paint(shown, { radius, opacity: many ? 0.16 : faint ? 0.4 : 0.85 });
      if (many) {
        for (let n = 0; n < count; n++) wanted[n] = shown[n] & selection.mask[n];
        paint(wanted, { radius: radius + 0.8, opacity: 1 });
      }
      sheet.context.putImageData(sheet.image, 0, 0);
      context.drawImage(sheet.canvas, 0, 0, view.width, view.height);
    },
  };
}
