/** The places that the cursor was left at, to go back to. */

const KEPT = 200;

/** @param {ArrayLike<number>} start */
export function createHistory(start) {
  let places = [Float64Array.from(start)], at = 0;
  const step = (way) => {
    if (!places[at + way]) return null;
    at += way;
    return places[at];
  };
  return {
    /** Keep z as the end of a move, if it is one. @param {ArrayLike<number>} z */
    note(z) {
      if (places[at].every((value, k) => value === z[k])) return;
      places = [...places.slice(Math.max(0, at + 2 - KEPT), at + 1), Float64Array.from(z)];
      at = places.length - 1;
    },
    /** @returns {Float64Array|null} The place before, or null at the first. */
    undo: () => step(-1),
    /** @returns {Float64Array|null} */
    redo: () => step(1),
    canUndo: () => at > 0,
    canRedo: () => at < places.length - 1,
  };
}
