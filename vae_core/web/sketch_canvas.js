/** The black square that is drawn on: strokes as pixels, the pointer, pen and keys that make them. */

const RESOLUTION = 336; // twelve for each pixel of MNIST
const STEP = 1 / 28;
const FINE_STEP = 1 / 112;

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HTMLElement} ring  Shows where the pen is, and how wide.
 * @param {ReturnType<typeof import("./sketch_strokes.js").createStrokes>} strokes
 * @param {number} aspect  Width over height.
 * @param {{width: number, erases: boolean}} pen  Read at each stroke's beginning; a share of the canvas's width.
 * @param {() => void} onChange
 */
export function createSketchCanvas(canvas, ring, strokes, aspect, pen, onChange) {
  canvas.width = Math.round(RESOLUTION * Math.min(1, aspect));
  canvas.height = Math.round(RESOLUTION * Math.min(1, 1 / aspect));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const { width, height } = canvas;
  const ink = new Float32Array(width * height);
  context.lineCap = context.lineJoin = "round";

  function repaint() {
    context.fillStyle = "#000";
    context.fillRect(0, 0, width, height);
    for (const stroke of strokes.visible()) paint(stroke, 0);
  }

  /**
   * Paint a stroke from its point number `from` on, piece by piece: edges that overlap are then the same however many
   * points came at once.
   */
  function paint({ points, width: wide, erases }, from) {
    context.strokeStyle = erases ? "#000" : "#fff";
    context.lineWidth = wide * width;
    for (let k = Math.max(0, from); k < points.length / 2; k++) {
      const before = Math.max(0, k - 1); // a line to where it begins is a dot
      context.beginPath();
      context.moveTo(points[2 * before] * width, points[2 * before + 1] * width);
      context.lineTo(points[2 * k] * width, points[2 * k + 1] * width);
      context.stroke();
    }
  }

  function paintLast(count) {
    const stroke = strokes.visible().at(-1);
    if (stroke) paint(stroke, stroke.points.length / 2 - count);
  }

  const surface = {
    begin(x, y, erases) {
      strokes.begin(x, y, pen.width, erases || pen.erases);
      paintLast(1);
      onChange();
    },
    /** @param {Array<[number, number]>} places */
    go(places) {
      const added = places.filter(([x, y]) => strokes.extend(x, y)).length;
      if (!added) return;
      paintLast(added);
      onChange();
    },
    end: () => strokes.end(),
    cancel() {
      strokes.cancel();
      repaint();
      onChange();
    },
  };

  /** Show the pen; NaN hides it. */
  function point(x, y) {
    ring.hidden = !(x >= 0);
    if (ring.hidden) return;
    ring.style.width = `${100 * pen.width}%`;
    ring.style.left = `${100 * x}%`;
    ring.style.top = `${100 * y * (width / height)}%`;
  }

  const stopPointers = listenToPen(canvas, surface, point);
  const stopKeys = listenToKeys(canvas, strokes, surface, point, height / width);
  repaint();
  return {
    repaint,
    size: { width, height },
    /** @returns {Float32Array} [height, width] in [0, 1]; the next call overwrites it. */
    ink() {
      const { data } = context.getImageData(0, 0, width, height);
      for (let k = 0; k < ink.length; k++) ink[k] = data[4 * k] / 255;
      return ink;
    },
    stop() {
      stopPointers();
      stopKeys();
    },
  };
}

/** One pen, finger or mouse draws at a time; a second finger means that the first was none. */
function listenToPen(canvas, surface, point) {
  const ended = new AbortController();
  const on = (type, act) => canvas.addEventListener(type, act, { signal: ended.signal });
  let drawing = null;
  const placeOf = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.width];
  };
  on("pointerdown", (event) => {
    if (event.button !== 0 && event.button !== 5) return;
    if (drawing) {
      if (event.pointerType === "touch" && drawing.type === "touch") surface.cancel();
      drawing = event.pointerType === "pen" ? null : drawing;
      if (drawing) return;
    }
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    drawing = { id: event.pointerId, type: event.pointerType };
    surface.begin(...placeOf(event), (event.buttons & 32) !== 0); // the other end of a pen
    point(...placeOf(event));
    event.preventDefault();
  });
  on("pointermove", (event) => {
    if (event.pointerType !== "touch" || drawing) point(...placeOf(event));
    if (event.pointerId !== drawing?.id) return;
    const passed = event.getCoalescedEvents?.() ?? [];
    surface.go((passed.length ? passed : [event]).map(placeOf));
  });
  const up = (event) => {
    if (event.pointerId !== drawing?.id) return;
    drawing = null;
    surface.end();
  };
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) on(name, up);
  on("pointerleave", () => point(NaN, NaN));
  return () => ended.abort();
}

/** Arrow keys move a pen that the space bar puts down and lifts. */
function listenToKeys(canvas, strokes, surface, point, tall) {
  const ended = new AbortController();
  const pen = { x: 0.5, y: 0.5 * tall };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) {
      const step = event.shiftKey ? FINE_STEP : STEP;
      pen.x = Math.min(1, Math.max(0, pen.x + step * way[0]));
      pen.y = Math.min(tall, Math.max(0, pen.y + step * way[1]));
      surface.go([[pen.x, pen.y]]);
    } else if (event.key === " " || event.key === "Enter") {
      if (strokes.isOpen()) surface.end();
      else surface.begin(pen.x, pen.y, false);
    } else {
      return;
    }
    point(pen.x, pen.y);
    event.preventDefault();
  }, { signal: ended.signal });
  canvas.addEventListener("blur", () => (surface.end(), point(NaN, NaN)), { signal: ended.signal });
  return () => ended.abort();
}
