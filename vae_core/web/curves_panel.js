/** One panel of curves: its axes, its lines, what was changed on the way, and what they say under the pointer. */

import { panelScale, rangeOf, ticksIn } from "./curves_scale.js";
import { appendSvg, fillSvg, writeSvg } from "./curves_svg.js";

const HEIGHT = 190, LEFT = 54, RIGHT = 10, TOP = 26, BOTTOM = 168;
const DIAMOND = 4;

/**
 * @param {HTMLElement} parent
 * @param {(seconds: number|null) => void} onPoint  The pointer is at that time, or gone.
 */
export function createCurvesPanel(parent, onPoint) {
  const element = appendSvg(parent, "svg", { role: "img", height: HEIGHT });
  const grid = appendSvg(element, "path", { class: "curves-grid" });
  const [axes, lines, marks, names] = ["axes", "lines", "changes", "names"].map(
    (part) => appendSvg(element, "g", { class: `curves-${part}` }),
  );
  const here = appendSvg(element, "path", { class: "curves-here" });
  const title = appendSvg(element, "text", { class: "curves-title", y: 12 });
  const said = appendSvg(element, "text", { y: 12, "text-anchor": "end" });
  let panel = null, scale = null;
  element.addEventListener("pointermove", (event) => scale && onPoint(scale.secondsAt(event.offsetX)));
  element.addEventListener("pointerleave", () => onPoint(null));

  return {
    element,
    draw(given, seconds, changes) {
      const right = element.clientWidth - RIGHT, values = rangeOf(given.lines.map(({ points }) => points), 1);
      panel = given;
      writeSvg(title, { words: panel.title });
      if (right <= LEFT || !values) return;
      scale = panelScale({ left: LEFT, right, top: TOP, bottom: BOTTOM }, seconds, values);
      const ups = ticksIn(values, 4), alongs = ticksIn(seconds, right > 400 ? 7 : 4);
      writeSvg(grid, { d: ups.map(({ value }) => `M${LEFT},${scale.y(value)}H${right}`).join("") });
      fillSvg(axes, "text", [
        ...ups.map(({ value, words }) => tick(LEFT - 8, scale.y(value) + 4, "end", words)),
        ...alongs.map(({ value, words }) => tick(scale.x(value), BOTTOM + 18, "middle", `${words} s`)),
      ]);
      fillSvg(lines, "path", panel.lines.map((line) => (line.marks ? diamonds(line, scale) : stroke(line, scale))));
      fillSvg(marks, "path", changes.map(([at]) => ({ class: "curves-change", d: `M${scale.x(at)},${TOP}V${BOTTOM}` })));
      fillSvg(names, "text", changes.map((change) => nameOf(change, scale, (LEFT + right) / 2)));
      writeSvg(said, { x: right });
      element.setAttribute("aria-label", `${panel.title}: ${valuesAt(panel, Infinity)}.`);
    },
    point(seconds) {
      const isIn = seconds !== null && scale !== null;
      writeSvg(here, { d: isIn ? `M${scale.x(seconds)},${TOP}V${BOTTOM}` : "" });
      writeSvg(said, { words: isIn ? valuesAt(panel, seconds) : "" });
      // There is not room for both everywhere.
      title.style.display = isIn ? "none" : "";
    },
  };
}

const tick = (x, y, anchor, words) => ({ x, y, "text-anchor": anchor, words });

function stroke({ points, colour }, { x, y }) {
  let d = "";
  for (let k = 0; k < points.length; k += 2) d += `${k ? "L" : "M"}${x(points[k])},${y(points[k + 1])}`;
  return { d, style: `stroke: ${colour}; stroke-width: 2` };
}

function diamonds({ points, colour }, { x, y }) {
  const r = DIAMOND;
  let d = "";
  for (let k = 0; k < points.length; k += 2) {
    d += `M${x(points[k])},${y(points[k + 1]) - r}l${r},${r}l${-r},${r}l${-r},${-r}z`;
  }
  return { d, style: `fill: ${colour}` };
}

/** What was changed, on the side of its line that has room. */
function nameOf([seconds, words], { x }, middle) {
  const [anchor, gap] = x(seconds) > middle ? ["end", -5] : ["start", 5];
  return { class: "curves-edge", x: x(seconds) + gap, y: TOP + 11, "text-anchor": anchor, words };
}

/** What each line was at a time, or at its last point before. */
function valuesAt({ lines }, seconds) {
  const found = lines.filter(({ points }) => points.length).map(({ name, points }) => {
    let k = points.length - 2;
    while (k > 0 && points[k] > seconds) k -= 2;
    const value = points[k + 1].toLocaleString("en", { maximumSignificantDigits: 4 });
    return { told: `${name} ${value.replace("-", "−")}`, at: points[k] };
  });
  const last = Math.min(seconds, Math.max(...found.map(({ at }) => at)));
  return `${found.map(({ told }) => told).join(", ")} at ${last.toFixed(1)} s`;
}
