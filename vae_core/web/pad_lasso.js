/** The corners of a lasso, few and short enough for an address, so that what they hold can be found again. */

const MOST_CORNERS = 24;
const FINE = 300;

/**
 * @param {Array<[number, number]>} outline  Where the pointer came by, on the plane.
 * @param {number} tolerance  How far the edge may move.
 * @returns {Array<[number, number]>} At most 24 corners, at steps of a decimal place, three hundred or more across.
 */
export function cornersOf(outline, tolerance) {
  let kept = outline;
  for (let far = tolerance; kept.length > MOST_CORNERS || far === tolerance; far *= 1.4) kept = thinned(outline, far);
  const sides = [0, 1].map((axis) => outline.map((corner) => corner[axis]));
  const size = Math.max(...sides.map((side) => Math.max(...side) - Math.min(...side)));
  if (!(size > 0)) return kept;
  const places = Math.ceil(Math.log10(FINE / size));
  return kept.map((corner) => corner.map((value) => rounded(value, places)));
}

/** Douglas and Peucker (1973): a corner stays where leaving it out would move the edge too far. */
function thinned(line, tolerance) {
  const [first, last] = [line[0], line[line.length - 1]];
  let far = tolerance, at = 0;
  for (let k = 1; k < line.length - 1; k++) {
    const away = fromEdge(line[k], first, last);
    if (away > far) [far, at] = [away, k];
  }
  if (!at) return [first, last];
  return [...thinned(line.slice(0, at + 1), tolerance), ...thinned(line.slice(at), tolerance).slice(1)];
}

function fromEdge([x, y], [ax, ay], [bx, by]) {
  const right = bx - ax, up = by - ay, squared = right * right + up * up;
  const share = squared ? Math.max(0, Math.min(1, ((x - ax) * right + (y - ay) * up) / squared)) : 0;
  return Math.hypot(x - ax - share * right, y - ay - share * up);
}

function rounded(value, places) {
  const steps = 10 ** Math.abs(places);
  return (places < 0 ? Math.round(value / steps) * steps : Math.round(value * steps) / steps) + 0;
}
