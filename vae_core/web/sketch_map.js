/** The map beside a drawing: held-out images as points, and the drawing's posterior among them. */

import { drawEllipse } from "./pad_cursor.js";
import { classCentres, drawAxes, drawClassNames, drawPrior, halo, paintPoints } from "./pad_draw.js";
import { readTheme } from "./pad_elements.js";
import { posteriorEllipse, projectOne } from "./pad_plane.js";
import { createPadState } from "./pad_state.js";
import { fitView, panView, reachOf, scaleOf, zoomView } from "./pad_view.js";

const LENS_SPAN = 9; // standard deviations across the lens
const LARGE_ENOUGH = 8; // pixels from which on an ellipse needs no lens

/**
 * @param {{base: HTMLCanvasElement, over: HTMLCanvasElement, lens: HTMLCanvasElement}} parts
 * @param {import("./pad_options.js").About} about
 */
export function createSketchMap({ base, over, lens }, about) {
  const { d, count, tints, colours } = about;
  const state = createPadState(about);
  if (d > 2) state.choosePlane("pca");
  const { plane, points } = state;
  const centres = classCentres(points, about.labels, about.classCount);
  const all = new Uint8Array(count).fill(1), radius = count > 3000 ? 2.2 : 3.5;
  const view = { x: 0, y: 0, span: 8, width: 1, height: 1 };
  let shown = null, theme = null, frame = 0, stale = true;

  function fit() {
    const origin = projectOne(plane, new Float64Array(d));
    fitView(view, origin, reachOf(points, origin));
    invalidate(true);
  }

  function invalidate(all = false) {
    stale ||= all;
    frame ||= requestAnimationFrame(draw);
  }

  function draw() {
    frame = 0;
    if (!base.clientWidth || !base.clientHeight) return;
    theme ??= readTheme(base.parentElement);
    if (stale) drawBase();
    stale = false;
    const context = over.getContext("2d");
    context.clearRect(0, 0, view.width, view.height);
    if (shown) drawEllipse(context, view, shown.place, shown.ellipse, theme);
    lens.hidden = !shown?.ellipse || shown.ellipse.major * scaleOf(view) > LARGE_ENOUGH;
    if (!lens.hidden) drawLens(shown);
  }

  /** The place from near by, where its ellipse would be too small to see. */
  function drawLens({ place: [x, y], ellipse }) {
    const context = fitted(lens), near = { x, y, span: Math.max(1e-3, LENS_SPAN * ellipse.major) };
    Object.assign(near, { width: lens.clientWidth, height: lens.clientHeight });
    drawPoints(context, near);
    drawEllipse(context, near, [x, y], ellipse, theme);
    context.font = theme.font;
    context.textAlign = "center";
    const times = scaleOf(near) / scaleOf(view);
    halo(context, `× ${times.toFixed(times < 10 ? 1 : 0)}`, near.width / 2, near.height - 8, theme);
  }

  /** @returns {CanvasRenderingContext2D} Of a canvas that has as many pixels as the screen gives it. */
  function fitted(canvas) {
    const { clientWidth, clientHeight } = canvas, ratio = ratioOf();
    [canvas.width, canvas.height] = [clientWidth, clientHeight].map((side) => Math.round(side * ratio));
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return context;
  }

  function drawPoints(context, within) {
    const image = new ImageData(context.canvas.width, context.canvas.height);
    paintPoints(image, points, all, tints, colours, within, { ratio: ratioOf(), radius, opacity: 0.85 });
    context.putImageData(image, 0, 0);
  }

  function drawBase() {
    Object.assign(view, { width: base.clientWidth, height: base.clientHeight });
    const context = fitted(base);
    fitted(over);
    drawPoints(context, view);
    if (about.hasPrior) drawPrior(context, view, projectOne(plane, new Float64Array(d)), theme);
    drawClassNames(context, view, centres, about.names, new Set(), theme);
    drawAxes(context, view, plane.labels, theme);
  }

  const watch = new ResizeObserver(() => invalidate(true));
  watch.observe(base);
  const rethink = () => {
    theme = null;
    invalidate(true);
  };
  const root = base.closest(".latent-pad");
  root.addEventListener("transitionend", rethink);
  const stopListening = listenToView(over, view, () => invalidate(true));
  fit();
  return {
    fit,
    zoom(factor) {
      zoomView(view, factor, view.width / 2, view.height / 2);
      invalidate(true);
    },
    /** @param {ArrayLike<number>|null} mu  [d]; null for nothing. @param {ArrayLike<number>|null} logvar  [d] */
    show(mu, logvar) {
      const place = mu && (d > 1 ? projectOne(plane, mu) : [mu[0], 0]);
      shown = mu ? { place, ellipse: logvar ? posteriorEllipse(plane, logvar, 0) : null } : null;
      invalidate();
    },
    stop() {
      cancelAnimationFrame(frame);
      watch.disconnect();
      stopListening();
      root.removeEventListener("transitionend", rethink);
    },
  };
}

const ratioOf = () => Math.min(2, devicePixelRatio || 1);

/** A drag moves the view, the wheel zooms about the pointer. */
function listenToView(surface, view, onChange) {
  const ended = new AbortController();
  const on = (type, act, options) => surface.addEventListener(type, act, { signal: ended.signal, ...options });
  on("wheel", (event) => {
    event.preventDefault();
    const box = surface.getBoundingClientRect(), lines = event.deltaMode === 1 ? 16 : 1;
    zoomView(view, Math.exp(-0.0015 * lines * event.deltaY), event.clientX - box.left, event.clientY - box.top);
    onChange();
  }, { passive: false });
  on("pointerdown", (event) => surface.setPointerCapture(event.pointerId));
  on("pointermove", (event) => {
    if (!surface.hasPointerCapture(event.pointerId)) return;
    panView(view, event.movementX, event.movementY);
    onChange();
  });
  return () => ended.abort();
}
