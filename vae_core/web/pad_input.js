/**
 * Pointer, wheel and keys on the pad: one finger, pen or button moves the cursor or draws a selection, two fingers or
 * Shift move the view.
 */

const STEP = 0.1;
const FINE_STEP = 0.01;
const PAD_KEYS = ["+", "-", "0", "Home", " ", "Enter", "Escape", "m", "b", "l", "h"];

/**
 * @param {HTMLElement} surface
 * @param {object} acts
 * @param {() => boolean} acts.draws  Whether a drag draws a selection instead of moving the cursor.
 * @param {(x: number, y: number, pressed: boolean) => void} acts.drag  To a place in CSS pixels; `pressed` begins it.
 * @param {() => void} acts.release
 * @param {() => void} acts.cancel  What was pressed turns out to be no drag: a second finger came.
 * @param {(x: number, y: number) => void} acts.hover  NaN when the pointer has left.
 * @param {(dx: number, dy: number) => void} acts.pan  In CSS pixels.
 * @param {(factor: number, x: number, y: number) => void} acts.zoom  About a place; above 1 is nearer.
 * @param {(dx: number, dy: number) => void} acts.nudge  In plane units.
 * @param {() => void} acts.nudged  The arrow key is up again.
 * @param {(key: string) => unknown} acts.key  One of PAD_KEYS; "unused" leaves it to the page.
 * @returns {() => void} Takes every listener away.
 */
export function listen(surface, acts) {
  const ended = new AbortController();
  const on = (type, handler, options = {}) =>
    surface.addEventListener(type, handler, { signal: ended.signal, ...options });
  listenToPointers(surface, on, acts);
  on("wheel", (event) => {
    event.preventDefault();
    const { x, y } = placeOn(surface, event);
    const lines = event.deltaMode === 1 ? 16 : 1;
    acts.zoom(Math.exp(-0.0015 * lines * event.deltaY), x, y);
  }, { passive: false });
  on("keydown", (event) => {
    // What is held with Ctrl, Alt or Meta belongs to the browser, or to the whole pad.
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const step = event.shiftKey ? FINE_STEP : STEP;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    const key = event.key === "=" ? "+" : event.key;
    if (way) acts.nudge(step * way[0], step * way[1]);
    else if (!PAD_KEYS.includes(key) || acts.key(key) === "unused") return;
    event.preventDefault();
  });
  on("keyup", (event) => event.key.startsWith("Arrow") && acts.nudged());
  return () => ended.abort();
}

function placeOn(surface, event) {
  const box = surface.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function listenToPointers(surface, on, acts) {
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  let mode = "";

  on("pointerdown", (event) => {
    if (event.button > 1) return;
    surface.setPointerCapture(event.pointerId);
    surface.focus({ preventScroll: true });
    const place = placeOn(surface, event);
    fingers.set(event.pointerId, place);
    if (fingers.size > 1 || event.shiftKey || event.button === 1) {
      if (mode === "drag") acts.cancel();
      mode = "pan";
    } else {
      mode = "drag";
      acts.drag(place.x, place.y, true);
    }
    event.preventDefault();
  });
  on("pointermove", (event) => {
    const now = placeOn(surface, event), before = fingers.get(event.pointerId);
    if (!before) return event.pointerType === "touch" || acts.hover(now.x, now.y);
    if (mode === "drag") {
      // A lasso keeps every place that the pointer came by between two frames.
      const passed = (acts.draws() && event.getCoalescedEvents?.()) || [];
      for (const place of passed.slice(0, -1).map((part) => placeOn(surface, part))) acts.drag(place.x, place.y, false);
      acts.drag(now.x, now.y, false);
    } else if (mode === "pan") {
      const share = 1 / fingers.size;
      acts.pan((now.x - before.x) * share, (now.y - before.y) * share);
      const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const span = (p) => Math.max(10, Math.hypot(p.x - other.x, p.y - other.y));
        acts.zoom(span(now) / span(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
      }
    }
    fingers.set(event.pointerId, now);
  });
  const up = (event) => {
    if (!fingers.delete(event.pointerId) || fingers.size) return;
    if (mode === "drag") acts.release();
    mode = "";
  };
  on("pointerup", up);
  on("pointercancel", up);
  on("lostpointercapture", up);
  on("pointerleave", () => acts.hover(NaN, NaN));
}
