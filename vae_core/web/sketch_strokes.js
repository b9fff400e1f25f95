/** What has been drawn, as strokes that can be taken back; no DOM. Places and widths are shares of the canvas's width. */

const MOST_POINTS = 20000;
const KEPT = 400;

/** @typedef {{width: number, erases: boolean, points: number[]}} Stroke  Points are x and y by turns. */

export function createStrokes() {
  /** @type {Array<Stroke|"clear">} */
  let acts = [];
  let at = 0, open = null;
  const push = (act) => {
    acts = [...acts.slice(0, at), act].slice(-KEPT);
    at = acts.length;
  };
  const visible = () => {
    const done = acts.slice(0, at);
    return done.slice(done.lastIndexOf("clear") + 1);
  };
  return {
    /** @returns {Stroke[]} Those that are to be seen, first one first. */
    visible,
    begin(x, y, width, erases) {
      open = { width, erases, points: [x, y] };
      push(open);
    },
    /** @returns {boolean} Whether the stroke under way goes on to a new place. */
    extend(x, y) {
      const points = open?.points;
      if (!points || points.length >= 2 * MOST_POINTS) return false;
      if (points.at(-2) === x && points.at(-1) === y) return false;
      points.push(x, y);
      return true;
    },
    end: () => (open = null),
    isOpen: () => open !== null,
    /** Take the stroke under way back as if it had never been begun. */
    cancel() {
      if (open) acts.length = at -= 1;
      open = null;
    },
    clear() {
      open = null;
      if (visible().length) push("clear");
    },
    undo() {
      open = null;
      at = Math.max(0, at - 1);
    },
    redo() {
      open = null;
      at = Math.min(acts.length, at + 1);
    },
    canUndo: () => at > 0,
    canRedo: () => at < acts.length,
  };
}
