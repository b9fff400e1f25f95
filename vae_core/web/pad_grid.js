/** The decoded grid under the points. */

import { projectOne } from "./pad_plane.js";
import { toPlane, toScreen } from "./pad_view.js";

/**
 * Each tile shows what its own centre decodes to.
 * @param {import("./pad_decoders.js").PadDecoder} decoder
 */
export function createGridLayer(decoder) {
  const [, height, width] = decoder.shape;
  const canvas = document.createElement("canvas");
  const place = { x0: 0, x1: 0, y0: 0, y1: 0 };
  let ready = false, era = 0;

  /** Decode the visible part of the plane anew, a tile at a time. */
  function* decode(view, plane, z) {
    const size = Math.max(28, Math.min(56, Math.min(view.width, view.height) / 14));
    const columns = Math.ceil(view.width / size), rows = Math.ceil(view.height / size);
    const image = new ImageData(columns * width, rows * height);
    const at = Float64Array.from(z), begun = era;
    const [a, b] = plane.axes;
    const [p, q] = projectOne(plane, z);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const [x, y] = toPlane(view, (column + 0.5) * size, (row + 0.5) * size);
        for (let k = 0; k < at.length; k++) at[k] = z[k] + (x - p) * a[k] + (y - q) * b[k];
        decoder.decodeInto(at, image.data, row * height * image.width + column * width, image.width);
        yield;
      }
    }
    if (begun !== era) return;
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext("2d").putImageData(image, 0, 0);
    [place.x0, place.y0] = toPlane(view, 0, 0);
    [place.x1, place.y1] = toPlane(view, columns * size, rows * size);
    ready = true;
  }

  const draw = (context, view) => {
    if (!ready) return;
    const [left, top] = toScreen(view, place.x0, place.y0), [right, bottom] = toScreen(view, place.x1, place.y1);
    context.imageSmoothingEnabled = true;
    context.drawImage(canvas, left, top, right - left, bottom - top);
  };
  const clear = () => {
    ready = false;
    era++;
  };
  return { decode, draw, clear };
}
