/** Which part of the plane is looked at, and what is computed anew once that has settled. */

import { projectOne } from "./pad_plane.js";
import { fitView, panView, reachOf, zoomView } from "./pad_view.js";

const SETTLE_MILLISECONDS = 120;

/**
 * @param {ReturnType<typeof import("./pad_state.js").createPadState>} state
 * @param {ReturnType<typeof import("./pad_screen.js").createScreen>} screen
 * @param {ReturnType<typeof import("./pad_map.js").createMap>} map
 */
export function createCamera(state, screen, map) {
  const { view } = screen;
  let settled = 0;
  const camera = {
    /** The view that shows all. */
    home: { x: 0, y: 0, span: 8 },
    /** Something that the map's slower layers depend on is another, once it stays so for a moment. */
    settle(milliseconds = SETTLE_MILLISECONDS) {
      clearTimeout(settled);
      settled = setTimeout(() => screen.isLaidOut() && map.refresh(view), milliseconds);
    },
    changed() {
      screen.invalidate(true);
      camera.settle();
    },
    /** Show all. */
    fit() {
      const origin = projectOne(state.plane, new Float64Array(state.z.length));
      fitView(view, origin, reachOf(state.points, origin));
      camera.home = { x: view.x, y: view.y, span: view.span };
      camera.changed();
    },
    zoom(factor, px = view.width / 2, py = view.height / 2) {
      zoomView(view, factor, px, py);
      camera.changed();
    },
    pan(dx, dy) {
      panView(view, dx, dy);
      camera.changed();
    },
    stop: () => clearTimeout(settled),
  };
  return camera;
}
