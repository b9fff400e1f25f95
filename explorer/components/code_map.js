/**
 * An image's map of codes as a grid of colours, the book of codes beside it, and what the codes decode to.
 *
 * A click on a cell chooses it, a click on a code puts that code there. The codes are the viewer's own: Python is told of
 * them and answers with their image, which is shown once it is that of the codes as they are.
 */

const STYLE = `
.code-map { --line: color-mix(in srgb, currentColor 22%, transparent); color: var(--st-text-color);
  font: 15px/1.4 var(--st-font, system-ui, sans-serif); display: grid; gap: 14px 28px;
  grid-template-columns: minmax(220px, 330px) minmax(250px, 1fr); align-items: start; }
.code-map h4 { margin: 0 0 6px; font-size: 14px; font-weight: 600; }
.code-map .quiet { font-size: 13px; opacity: 0.75; min-height: 1.4em; font-variant-numeric: tabular-nums; }
.code-map button { font: inherit; color: inherit; cursor: pointer; margin: 0; }
.cells { display: grid; gap: 2px; aspect-ratio: var(--aspect); }
.code-map .cells button { border: 0; padding: 0; border-radius: 4px; font-size: 12px; color: transparent; min-width: 0; }
.code-map .cells button:hover, .code-map .cells button:focus-visible,
.code-map .cells button[aria-pressed="true"] { color: #14181b; }
.cells button.swapped { box-shadow: inset 0 0 0 2px #14181b99; }
.cells button[aria-pressed="true"] { outline: 3px solid var(--mark); outline-offset: 0; z-index: 1; }
.images { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 12px; max-width: 560px; }
.images figure { margin: 0; }
.images img { width: 100%; display: block; image-rendering: pixelated; border-radius: 4px; background: #000; }
.images figcaption { font-size: 13px; margin-top: 4px; opacity: 0.8; }
.images img.waiting { opacity: 0.6; }
.book { grid-column: 1 / -1; }
.palette { display: grid; grid-template-columns: repeat(auto-fill, minmax(44px, 1fr)); gap: 5px; }
.code-map .palette button { padding: 0 0 4px; border: 1px solid transparent; border-radius: 5px; overflow: hidden;
  background: var(--colour); }
.palette canvas { width: 100%; display: block; image-rendering: pixelated; }
.palette button.unused { opacity: 0.35; }
.code-map .palette button:hover, .palette button:focus-visible { border-color: var(--mark); outline: none; }
.palette button[aria-pressed="true"] { outline: 2px solid var(--mark); outline-offset: 1px; }
.tools { display: flex; gap: 8px; margin-top: 10px; }
.code-map .tools button { padding: 3px 12px; border: 1px solid var(--line); border-radius: 6px;
  background: var(--st-secondary-background-color); }
.code-map .tools button:hover:enabled { border-color: var(--mark); }
.tools button:disabled { opacity: 0.45; cursor: default; }
@media (max-width: 760px) { .code-map { grid-template-columns: minmax(0, 1fr); } }`;
const MOVES = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const views = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const view = views.get(parentElement) ?? createView(parentElement, data);
  views.set(parentElement, view);
  view.show(data, (codes) => setStateValue("codes", codes));
  return () => views.delete(parentElement);
}

function make(parent, tag, { text, ...properties } = {}) {
  const made = parent.appendChild(document.createElement(tag));
  if (text !== undefined) made.textContent = text;
  return Object.assign(made, properties);
}

function createView(parentElement, first) {
  const root = make(parentElement, "div", { className: "code-map" });
  make(root, "style", { text: STYLE });
  root.style.setProperty("--mark", first.mark);
  const left = make(root, "div"), right = make(root, "div"), book = make(root, "div", { className: "book" });
  make(left, "h4", { text: "Its codes" });
  const grid = make(left, "div", { className: "cells" });
  grid.style.gridTemplateColumns = `repeat(${first.columns}, 1fr)`;
  grid.style.setProperty("--aspect", `${first.columns} / ${first.rows}`);
  make(right, "h4", { text: "What they decode to" });
  const images = make(right, "div", { className: "images" });
  const pictures = first.images.map(({ title }) => pictureIn(images, title));
  const told = make(right, "div", { className: "quiet" }), hovered = make(right, "div", { className: "quiet" });
  told.setAttribute("aria-live", "polite");
  const tools = make(right, "div", { className: "tools" });
  const undo = make(tools, "button", { text: "Undo", onclick: () => back(trail.length - 1) });
  const reset = make(tools, "button", { text: "Reset", onclick: () => back(0) });
  make(book, "h4", { text: "The book of codes, most used first" });
  const palette = make(book, "div", { className: "palette" });

  let data = first, tell = () => {}, codes = [...first.codes], trail = [];
  let chosen = Math.floor(first.rows / 2) * first.columns + Math.floor(first.columns / 2);
  const cells = codes.map((_, place) => cellAt(place));
  const swatches = new Map(first.order.map((code) => [code, swatchOf(code)]));
  drawPatches(first, swatches);

  function cellAt(place) {
    const cell = make(grid, "button", { onclick: () => choose(place), onkeydown: (event) => move(event, place) });
    cell.onmouseenter = cell.onfocus = () => point(place);
    return cell;
  }

  function swatchOf(code) {
    const swatch = make(palette, "button", { onclick: () => put(code), className: first.shares[code] ? "" : "unused" });
    swatch.style.setProperty("--colour", first.colours[code]);
    swatch.title = `Code ${code}: ${(100 * first.shares[code]).toFixed(1)} % of all places`;
    swatch.setAttribute("aria-label", swatch.title);
    make(swatch, "canvas");
    return swatch;
  }

  function choose(place) {
    chosen = place;
    draw();
  }

  function move(event, place) {
    const step = MOVES[event.key];
    if (!step) return;
    event.preventDefault();
    const row = Math.floor(place / data.columns) + step[0], column = (place % data.columns) + step[1];
    if (row < 0 || row >= data.rows || column < 0 || column >= data.columns) return;
    choose(row * data.columns + column);
    cells[chosen].focus();
  }

  function point(place) {
    const code = codes[place], row = Math.floor(place / data.columns) + 1, column = (place % data.columns) + 1;
    hovered.textContent = `Row ${row}, column ${column}: code ${code}, ${(100 * data.shares[code]).toFixed(1)} % of all places`;
  }

  function put(code) {
    if (codes[chosen] === code) return;
    trail.push(codes);
    codes = codes.with(chosen, code);
    changed();
  }

  function back(to) {
    if (!trail.length) return;
    codes = trail[to];
    trail.length = to;
    changed();
  }

  function changed() {
    draw();
    point(chosen);
    tell(codes);
  }

  function draw() {
    cells.forEach((cell, place) => {
      const row = Math.floor(place / data.columns) + 1, column = (place % data.columns) + 1;
      cell.style.background = data.colours[codes[place]];
      cell.textContent = codes[place];
      cell.className = codes[place] === data.own[place] ? "" : "swapped";
      cell.tabIndex = place === chosen ? 0 : -1;
      cell.setAttribute("aria-pressed", place === chosen);
      cell.setAttribute("aria-label", `Row ${row}, column ${column}: code ${codes[place]}`);
    });
    for (const [code, swatch] of swatches) swatch.setAttribute("aria-pressed", code === codes[chosen]);
    const isShown = data.codes.join() === codes.join();
    pictures.forEach((picture, n) => {
      picture.src = data.images[n].source;
      picture.alt = data.images[n].title;
      picture.className = n === pictures.length - 1 && !isShown ? "waiting" : "";
    });
    const swaps = codes.filter((code, place) => code !== data.own[place]).length;
    told.textContent = `${new Set(codes).size} different codes in ${codes.length} places · ${swaps} swapped`;
    undo.disabled = reset.disabled = !trail.length;
  }

  return {
    show(given, setCodes) {
      [data, tell] = [given, setCodes];
      draw();
    },
  };
}

function pictureIn(images, title) {
  const figure = make(images, "figure"), picture = make(figure, "img");
  make(figure, "figcaption", { text: title });
  return picture;
}

/** Cut the codes' patches out of one picture, in which they stand side by side. */
function drawPatches({ sprite, patch: [width, height] }, swatches) {
  const whole = new Image();
  whole.onload = () => {
    for (const [code, swatch] of swatches) {
      const canvas = swatch.firstChild;
      [canvas.width, canvas.height] = [width, height];
      canvas.getContext("2d").drawImage(whole, code * width, 0, width, height, 0, 0, width, height);
    }
  };
  whole.src = sprite;
}
