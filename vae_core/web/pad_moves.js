/** How z changes: dragged, slid, thrown, played, undone; and when the host hears of it. */

import { createHistory } from "./pad_history.js";
import { moveTo } from "./pad_plane.js";
import { createPlayer, randomPlace } from "./pad_play.js";

const DRAG_MILLISECONDS = 250;

/**
 * @param {import("./pad_options.js").About} about
 * @param {ReturnType<typeof import("./pad_state.js").createPadState>} state
 * @param {object} parts  Of `buildPad`.
 * @param {{onMove: () => void, onDrag?: (state: object) => void, onRelease?: (state: object) => void}} with
 */
export function createMoves({ d, draw, centre, decoder }, state, parts, { onMove, onDrag, onRelease }) {
  const { z } = state;
  const player = createPlayer(draw, d);
  const history = createHistory(z);
  let draggedAt = -Infinity;

  function tellDrag() {
    const now = performance.now();
    if (!onDrag || now - draggedAt < DRAG_MILLISECONDS) return;
    draggedAt = now;
    onDrag(state.get());
  }

  function stop() {
    player.stop();
    parts.showPlaying(false);
  }

  function moved() {
    onMove();
    tellDrag();
  }

  const moves = {
    isPlaying: player.isPlaying,
    stop,
    /** Keep z as a place to come back to. */
    note() {
      history.note(z);
      parts.showHistory(history);
    },
    /** A change is finished. */
    release() {
      moves.note();
      onRelease?.(state.get());
    },
    /** The cursor goes to a place on the plane. */
    go(x, y) {
      stop();
      if (d > 1) moveTo(state.plane, z, x, y);
      else z[0] = x;
      moved();
    },
    /** It goes along a way to a value there. @param {import("./pad_ways.js").Way} way */
    slide(way, value) {
      stop();
      way.move(z, value, z);
      moved();
    },
    /** The cursor goes to a place in the whole space. */
    place(place) {
      stop();
      z.set(place);
      moved();
    },
    /** It goes there and stays. */
    jump(place) {
      moves.place(place);
      moves.release();
    },
    random: () => moves.jump(randomPlace(draw, d)),
    centre: () => moves.jump(centre),
    /** @param {number} way  -1 back, 1 forward. */
    undo(way) {
      const place = way < 0 ? history.undo() : history.redo();
      if (place) moves.jump(place);
    },
    togglePlay() {
      if (player.isPlaying()) {
        stop();
        moves.release();
        return;
      }
      player.begin(z, performance.now());
      parts.showPlaying(true);
      onMove();
    },
    /** A frame of playing. @param {number} now */
    advance(now) {
      player.advance(z, now);
      // What the page decodes itself, the host need not follow.
      if (!decoder.live) tellDrag();
    },
  };
  parts.showHistory(history);
  return moves;
}
