/** Pictures that may come a little later than the pointer, decoded in the time that frames leave over. */

import { toPlane } from "./pad_draw.js";

const BUDGET = 6;

/**
 * Runs generators a few milliseconds a frame, one after the other; a job begun again replaces its former self.
 * @param {(finished: string) => void} onDone
 */
export function createJobs(onDone) {
  const jobs = new Map();
  let frame = 0;
  const turn = () => {
    frame = 0;
    const end = performance.now() + BUDGET;
    for (const [name, job] of jobs) {
      while (performance.now() < end) {
        if (!job.next().done) continue;
        jobs.delete(name);
        onDone(name);
        break;
      }
    }
    if (jobs.size) frame = requestAnimationFrame(turn);
  };
  return {
    /** @param {string} name @param {Generator} job */
    start(name, job) {
      jobs.set(name, job);
      frame ||= requestAnimationFrame(turn);
    },
    isBusy: (name) => jobs.has(name),
    stop() {
      cancelAnimationFrame(frame);
      jobs.clear();
    },
  };
}

/**
 * The decoded grid under the points: each tile shows what its own centre decodes to.
 * @param {import("./decoder.js").Decoder} decoder
 */
export function createGridLayer(decoder) {
  const [, height, width] = decoder.shape;
  const canvas = document.createElement("canvas");
  const place = { x0: 0, x1: 0, y0: 0, y1: 0 };
  let ready = false;

  /** Decode the visible part of the plane anew, a tile at a time. */
  function* decode(view, plane, z) {
    const size = Math.max(28, Math.min(56, Math.min(view.width, view.height) / 14));
    const columns = Math.ceil(view.width / size), rows = Math.ceil(view.height / size);
    const image = new ImageData(columns * width, rows * height);
    const at = Float64Array.from(z);
    const [a, b] = plane.axes;
    const [p, q] = [0, 1].map((k) => plane.axes[k].reduce((sum, v, n) => sum + v * (z[n] - plane.mean[n]), 0));
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [x, y] = toPlane(view, (column + 0.5) * size, (row + 0.5) * size);
        for (let k = 0; k < at.length; k++) at[k] = z[k] + (x - p) * a[k] + (y - q) * b[k];
        decoder.decodeInto(at, image.data, row * height * image.width + column * width, image.width);
        yield;
      }
    }
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d").putImageData(image, 0, 0);
    [place.x0, place.y0] = toPlane(view, 0, 0);
    [place.x1, place.y1] = toPlane(view, columns * size, rows * size);
    ready = true;
  }

  const draw = (context, view, toScreen) => {
    if (!ready) return;
    const [left, top] = toScreen(view, place.x0, place.y0), [right, bottom] = toScreen(view, place.x1, place.y1);
    context.imageSmoothingEnabled = true;
    context.drawImage(canvas, left, top, right - left, bottom - top);
  };
  return { decode, draw };
}
