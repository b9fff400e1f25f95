/** What follows the pointer on the upper canvas: the cursor, a point's posterior and name, and a selection's outline. */

import { circle } from "./pad_draw.js";
import { scaleOf, toScreen } from "./pad_view.js";

const TILE = 56;

/** The 1 and 2 sigma ellipses of one image's posterior, in the plane's own scale; none draws its place alone. */
export function drawEllipse(context, view, [x, y], ellipse, theme) {
  const [px, py] = toScreen(view, x, y);
  const scale = scaleOf(view);
  context.save();
  for (const sigma of ellipse ? [2, 1] : []) {
    const { major, minor, angle } = ellipse;
    context.beginPath();
    // The canvas's angles run clockwise, the plane's the other way.
    context.ellipse(px, py, sigma * major * scale, sigma * minor * scale, -angle, 0, 2 * Math.PI);
    context.fillStyle = theme.accent;
    context.globalAlpha = 0.18;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = theme.accent;
    context.lineWidth = 1.5;
    context.stroke();
  }
  context.fillStyle = theme.accent;
  context.beginPath();
  context.arc(px, py, 4, 0, 2 * Math.PI);
  context.fill();
  context.restore();
}

/** The cursor: lines across the whole pad, and a ring. */
export function drawCursor(context, view, [x, y], theme) {
  const [px, py] = toScreen(view, x, y);
  context.save();
  for (const [colour, width] of [[theme.background, 3], [theme.text, 1]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.globalAlpha = 0.7;
    context.beginPath();
    context.moveTo(px, 0);
    context.lineTo(px, view.height);
    context.moveTo(0, py);
    context.lineTo(view.width, py);
    context.stroke();
  }
  context.globalAlpha = 1;
  for (const [colour, width] of [[theme.background, 5], [theme.accent, 3]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    circle(context, px, py, 8);
  }
  context.restore();
}

/**
 * A word beside a place, kept inside the canvas, under the image that the place stands for.
 * @param {(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number) => boolean} paint
 *   Draws that image; false if there is none.
 */
export function drawTip(context, view, [x, y], words, theme, paint, aspect) {
  const [px, py] = toScreen(view, x, y);
  context.save();
  context.font = theme.boldFont;
  const width = Math.max(TILE * aspect, context.measureText(words).width) + 14;
  const left = Math.min(Math.max(4, px + 14), view.width - width - 4);
  const box = (height) => [left, Math.min(Math.max(4, py - height - 12), view.height - height - 4), width, height];
  const place = box(TILE + 34);
  context.fillStyle = theme.text;
  if (!paint(context, -TILE, -TILE, 1, 1)) place.splice(0, 4, ...box(26));
  context.beginPath();
  context.roundRect(...place, 6);
  context.fill();
  if (place[3] > TILE) paint(context, left + 7, place[1] + 7, TILE * aspect, TILE);
  context.fillStyle = theme.background;
  context.fillText(words, left + 7, place[1] + place[3] - 8);
  context.restore();
}

/** The edge of a box or lasso while it is drawn. @param {Array<[number, number]>} outline  On the plane. */
export function drawOutline(context, view, outline, theme) {
  context.save();
  context.beginPath();
  for (const [x, y] of outline) context.lineTo(...toScreen(view, x, y));
  context.closePath();
  context.fillStyle = theme.accent;
  context.globalAlpha = 0.12;
  context.fill();
  context.globalAlpha = 1;
  context.lineJoin = "round";
  for (const [colour, width] of [[theme.background, 4], [theme.accent, 2]]) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }
  context.restore();
}
