/** Pointer, wheel and keys on the pad: one finger or button moves the cursor, two fingers or Shift move the view. */

const STEP = 0.1;
const FINE_STEP = 0.01;

/**
 * @param {HTMLElement} surface
 * @param {object} acts
 * @param {(x: number, y: number, pressed: boolean) => void} acts.move  To a place in CSS pixels; `pressed` begins it.
 * @param {() => void} acts.release
 * @param {(x: number, y: number) => void} acts.hover  NaN when the pointer has left.
 * @param {(dx: number, dy: number) => void} acts.pan  In CSS pixels.
 * @param {(factor: number, x: number, y: number) => void} acts.zoom  About a place; above 1 is nearer.
 * @param {(dx: number, dy: number) => void} acts.nudge  In plane units.
 * @param {(key: string) => void} acts.key  "+", "-", "0", "Home" or " ".
 * @returns {() => void} Takes every listener away.
 */
export function listen(surface, acts) {
  const ended = new AbortController();
  const on = (type, handler, options = {}) =>
    surface.addEventListener(type, handler, { signal: ended.signal, ...options });
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  let mode = "";
  const place = (event) => {
    const box = surface.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  on("pointerdown", (event) => {
    surface.setPointerCapture(event.pointerId);
    surface.focus({ preventScroll: true });
    fingers.set(event.pointerId, place(event));
    const panning = fingers.size > 1 || event.shiftKey || event.button === 1;
    if (event.button > 1) return;
    mode = panning ? "pan" : "move";
    if (mode === "move") acts.move(place(event).x, place(event).y, true);
    event.preventDefault();
  });
  on("pointermove", (event) => {
    const now = place(event), before = fingers.get(event.pointerId);
    if (!before) return acts.hover(now.x, now.y);
    if (mode === "move") {
      acts.move(now.x, now.y, false);
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
    if (mode === "move") acts.release();
    mode = "";
  };
  on("pointerup", up);
  on("pointercancel", up);
  on("pointerleave", () => acts.hover(NaN, NaN));
  on("wheel", (event) => {
    event.preventDefault();
    const { x, y } = place(event);
    const lines = event.deltaMode === 1 ? 16 : 1;
    acts.zoom(Math.exp(-0.0015 * lines * event.deltaY), x, y);
  }, { passive: false });
  on("keydown", (event) => {
    const step = event.shiftKey ? FINE_STEP : STEP;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (way) acts.nudge(step * way[0], step * way[1]);
    else if (["+", "=", "-", "0", "Home", " "].includes(event.key)) acts.key(event.key === "=" ? "+" : event.key);
    else return;
    event.preventDefault();
  });
  on("keyup", (event) => event.key.startsWith("Arrow") && acts.release());
  return () => ended.abort();
}
