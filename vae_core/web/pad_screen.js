/** When what is drawn: one frame at a time, the map only when it changed, the cursor's canvas as often as it moves. */

import { drawCursor, drawEllipse, drawOutline, drawTip } from "./pad_cursor.js";
import { readTheme } from "./pad_elements.js";
import { posteriorEllipse } from "./pad_plane.js";

/**
 * @param {import("./pad_options.js").About} about
 * @param {ReturnType<typeof import("./pad_state.js").createPadState>} state
 * @param {object} parts  Of `buildPad`.
 * @param {{map: object, thumbnails: object|null, onFrame: (now: number) => boolean, onPlace: () => void,
 *   onMap: (theme: import("./pad_elements.js").Theme) => void}} with
 *   `onFrame` comes before each frame and says whether another one has to follow; `onPlace` after z was shown; `onMap` after the map was drawn.
 */
export function createScreen(about, state, parts, { map, thumbnails, onFrame, onPlace, onMap }) {
  const { decoder, logvar } = about;
  const [, height, width] = decoder.shape;
  const base = parts.base.getContext("2d"), over = parts.over.getContext("2d");
  const picture = new ImageData(width, height), pictureContext = parts.image.getContext("2d");
  const drawn = new Float64Array(about.d).fill(NaN);
  let frame = 0, mapStale = true, theme = null;

  const screen = {
    /** @type {import("./pad_view.js").View} */
    view: { x: 0, y: 0, span: 8, width: 1, height: 1 },
    /** The row under the pointer, or -1. */
    hovered: -1,
    /** The corners on the plane of the selection that is being drawn, or null. */
    outline: null,
    /** Draw soon. @param {boolean} [wholeMap] */
    invalidate(wholeMap = false) {
      mapStale ||= wholeMap;
      frame ||= requestAnimationFrame(draw);
    },
    /** The colours may be others. */
    rethink() {
      theme = null;
      screen.invalidate(true);
    },
    /** The image at the same z is another one. */
    repaint() {
      drawn.fill(NaN);
      screen.invalidate();
    },
    isLaidOut: () => parts.map.clientWidth > 0 && parts.map.clientHeight > 0,
    /** @returns {boolean} Whether the map has a size; it is taken over. */
    measure() {
      if (!screen.isLaidOut()) return false;
      Object.assign(screen.view, { width: parts.map.clientWidth, height: parts.map.clientHeight });
      return true;
    },
    stop: () => cancelAnimationFrame(frame),
  };

  function draw(now) {
    frame = 0;
    const again = onFrame(now);
    if (screen.isLaidOut()) {
      theme ??= themed();
      if (mapStale) {
        map.draw(base, screen.view, theme, fitCanvases());
        onMap(theme);
      }
      mapStale = false;
      drawOver();
    }
    drawPlace();
    if (again) frame ||= requestAnimationFrame(draw);
  }

  function themed() {
    const read = readTheme(parts.root);
    // Check boxes and lists follow the host's colours, which no media query tells.
    parts.frame.style.colorScheme = parts.help.element.style.colorScheme = read.dark ? "dark" : "light";
    return read;
  }

  /** @returns {number} Device pixels in a CSS pixel. */
  function fitCanvases() {
    const ratio = Math.min(2, devicePixelRatio || 1);
    for (const context of [base, over]) {
      const [w, h] = [screen.view.width, screen.view.height].map((side) => Math.round(side * ratio));
      const { canvas } = context;
      if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    return ratio;
  }

  function drawOver() {
    const { view, hovered, outline } = screen, { x, y } = state.points;
    over.clearRect(0, 0, view.width, view.height);
    const row = hovered >= 0 ? hovered : state.selection.single();
    const ellipse = row >= 0 && logvar ? posteriorEllipse(state.plane, logvar, row) : null;
    if (row >= 0) drawEllipse(over, view, [x[row], y[row]], ellipse, theme);
    if (outline) drawOutline(over, view, outline, theme);
    drawCursor(over, view, state.cursor(), theme);
    if (hovered < 0) return;
    const words = `${about.nameOf(row)}${logvar ? ", 1σ and 2σ" : ""}`;
    const paint = (context, ...box) => Boolean(thumbnails?.draw(context, row, ...box));
    drawTip(over, view, [x[row], y[row]], words, theme, paint, width / height);
  }

  function drawPlace() {
    if (drawn.every((value, k) => value === state.z[k])) return;
    drawn.set(state.z);
    decoder.decodeInto(state.z, picture.data);
    pictureContext.putImageData(picture, 0, 0);
    parts.image.classList.toggle("pad-stale", !decoder.isCurrent(state.z));
    onPlace();
  }

  return screen;
}
