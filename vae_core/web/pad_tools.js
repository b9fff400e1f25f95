/** What a drag on the map does: move the cursor, or select with a box or a lasso. */

import { cornersOf } from "./pad_lasso.js";
import { pointAt, rowsInside } from "./pad_selection.js";
import { scaleOf, toPlane } from "./pad_view.js";

const POINT_PIXELS = 9;
const CLICK_PIXELS = 4;
const STEP_PIXELS = 2;
const EDGE_PIXELS = 1;

/**
 * @param {ReturnType<typeof import("./pad_state.js").createPadState>} state
 * @param {ReturnType<typeof import("./pad_screen.js").createScreen>} screen
 * @param {{go: (x: number, y: number) => void, place: (z: ArrayLike<number>) => void, onSelect: () => void,
 *   onRelease: () => void, onTool: (name: string) => void}} acts
 */
export function createTools(state, screen, { go, place, onSelect, onRelease, onTool }) {
  const { view } = screen;
  let tool = "move", start = null, last = null, before = null;

  const rowAt = (px, py) => {
    if (px !== px || !state.layers.has("points")) return -1;
    return pointAt(state.points, state.shown, ...toPlane(view, px, py), POINT_PIXELS / scaleOf(view));
  };
  const select = (rows, lasso = null) => {
    if (!rows.length && !state.selection.size()) return;
    state.selection.choose(rows, rows.length, rows.length ? lasso : null);
    onSelect();
  };
  const selectInside = (outline) => {
    const corners = cornersOf(outline, EDGE_PIXELS / scaleOf(view));
    const lasso = { plane: state.planeName, corners, hidden: [...state.hidden] };
    select(rowsInside(state.points, state.shown, corners), lasso);
  };
  const selectAt = (px, py) => {
    const row = rowAt(px, py);
    select(row < 0 ? [] : [row]);
  };
  const draw = (px, py) => {
    const far = (from) => Math.hypot(px - from[0], py - from[1]);
    if (!screen.outline && far(start) < CLICK_PIXELS) return;
    if (tool === "lasso" && screen.outline && far(last) < STEP_PIXELS) return;
    last = [px, py];
    const box = [start, [start[0], py], [px, py], [px, start[1]]].map((corner) => toPlane(view, ...corner));
    screen.outline = tool === "box" ? box : [...(screen.outline ?? [toPlane(view, ...start)]), toPlane(view, px, py)];
    screen.invalidate();
  };

  const tools = {
    draws: () => tool !== "move",
    /** @param {string} name */
    choose(name) {
      tool = name;
      tools.cancel();
      onTool(name);
    },
    drag(px, py, pressed) {
      screen.hovered = -1;
      if (pressed) {
        const { selection } = state;
        before = { z: state.z.slice(), selected: [selection.rows(), selection.size(), selection.lasso()] };
        [start, last] = [[px, py], [px, py]];
        if (tool === "move") selectAt(px, py);
      }
      if (tool === "move") go(...toPlane(view, px, py));
      else draw(px, py);
    },
    release() {
      if (tool !== "move") {
        if (screen.outline) selectInside(screen.outline);
        else if (start) selectAt(...start);
      }
      screen.outline = start = before = null;
      screen.invalidate();
      onRelease();
    },
    /** Take back what the press did. */
    cancel() {
      if (before && tool === "move") {
        place(before.z);
        state.selection.restore(...before.selected);
        onSelect();
      }
      screen.outline = start = before = null;
      screen.invalidate();
    },
    hover(px, py) {
      const found = rowAt(px, py);
      if (found === screen.hovered) return;
      screen.hovered = found;
      screen.invalidate();
    },
    /** Select the point nearest to the cursor on the map. */
    selectNearest() {
      const row = pointAt(state.points, state.shown, ...state.cursor(), Infinity);
      if (row >= 0) select([row]);
    },
    /** @returns {boolean} Whether there was anything to clear. */
    clear() {
      const drawing = screen.outline !== null, some = state.selection.size() > 0;
      screen.outline = start = null;
      select([]);
      screen.invalidate();
      return drawing || some;
    },
  };
  return tools;
}
