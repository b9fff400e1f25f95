/** Curves against seconds of training, a panel a term: their sum would hide which of them is moving. */

import { createCurvesPanel } from "./curves_panel.js";
import { rangeOf } from "./curves_scale.js";
import { make } from "./pad_elements.js";

const NARROW = 620;

const CURVES_STYLE = `
.curves { --text: var(--st-text-color, light-dark(#1b2328, #f2f4f5)); --background: var(--st-background-color, Canvas);
  color: var(--text); font: 13px var(--st-font, system-ui, sans-serif); }
.curves-panels { display: grid; grid-template-columns: repeat(var(--columns, 2), minmax(0, 1fr)); gap: 10px 22px; }
.curves svg { display: block; width: 100%; }
.curves text { fill: currentColor; font-size: 12px; font-variant-numeric: tabular-nums; }
.curves .curves-title { font-size: 13px; font-weight: 600; }
.curves path { fill: none; stroke-linejoin: round; }
.curves .curves-grid { stroke: currentColor; opacity: 0.14; }
.curves .curves-here { stroke: currentColor; opacity: 0.5; }
.curves .curves-change { stroke: var(--mark); stroke-width: 1.5; stroke-dasharray: 2 3; }
.curves .curves-edge { fill: var(--mark); paint-order: stroke; stroke: var(--background); stroke-width: 3px; }
.curves-legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 6px 0 0 54px; }
.curves-legend i { display: inline-block; width: 18px; height: 3px; margin-right: 7px; vertical-align: middle; }
.curves-legend .curves-diamond { width: 8px; height: 8px; rotate: 45deg; }
`;

/**
 * @typedef {object} CurvesLine
 * @property {string} name
 * @property {string} colour
 * @property {boolean} marks  Single values instead of a line.
 * @property {ArrayLike<number>} points  Seconds and value in turn.
 *
 * @typedef {object} CurvesContent
 * @property {Array<{title: string, lines: CurvesLine[]}>} panels
 * @property {Array<[number, string]>} [changes]  Seconds at which something was changed, and what: in every panel.
 *
 * @typedef {object} Curves
 * @property {(content: CurvesContent) => void} show
 * @property {() => void} destroy
 */

/**
 * @param {HTMLElement} element  Emptied and filled; it need not be laid out yet.
 * @param {{mark: string}} options  The colour of what was changed.
 * @returns {Curves}
 */
export function createCurves(element, { mark }) {
  const root = make("div", "curves"), style = make("style"), list = make("div", "curves-panels");
  const legend = make("div", "curves-legend");
  style.textContent = CURVES_STYLE;
  root.style.setProperty("--mark", mark);
  root.append(style, list, legend);
  element.replaceChildren(root);
  const panels = [];
  let content = { panels: [] }, width = 0, listed = "";
  const point = (seconds) => panels.forEach((panel) => panel.point(seconds));

  function draw() {
    const { panels: given, changes = [] } = content;
    while (panels.length < given.length) panels.push(createCurvesPanel(list, point));
    while (panels.length > given.length) panels.pop().element.remove();
    root.style.setProperty("--columns", width < NARROW ? 1 : Math.min(2, given.length || 1));
    const seconds = rangeOf(given.flatMap(({ lines }) => lines.map(({ points }) => points)), 0, 0);
    given.forEach((panel, n) => panels[n].draw(panel, seconds, changes));
    showLegend(given);
  }

  function showLegend(given) {
    const lines = [...new Map(given.flatMap((panel) => panel.lines).map((line) => [line.name, line])).values()];
    const now = JSON.stringify(lines.map(({ name, colour }) => [name, colour]));
    if (now !== listed) legend.replaceChildren(...lines.map(legendEntry));
    listed = now;
  }

  const watch = new ResizeObserver(() => {
    if (root.clientWidth === width) return;
    width = root.clientWidth;
    draw();
  });
  watch.observe(root);
  return {
    show(given) {
      content = given;
      draw();
    },
    destroy() {
      watch.disconnect();
      element.replaceChildren();
    },
  };
}

function legendEntry({ name, colour, marks }) {
  const entry = make("span"), swatch = make("i", marks ? "curves-diamond" : "");
  swatch.style.background = colour;
  entry.append(swatch, name);
  return entry;
}
