/** A replay's elements: the slider with its button, and what it moves. */

import { iconButton, make } from "./pad_elements.js";
import { PAD_STYLE } from "./pad_style.js";

const PLAY = "M4 2.5v11l9-5.5z", PAUSE = "M5 3v10M11 3v10";

const REPLAY_STYLE = `
.replay-bar { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 12px; align-items: center; }
.replay-bar input { width: 100%; }
.replay-told { grid-column: 2; font-size: 17px; font-variant-numeric: tabular-nums; min-height: 1.4em; }
.replay-told b { font-weight: 600; }
.replay-views { display: grid; grid-template-columns: minmax(0, 9fr) minmax(0, 9fr) minmax(0, var(--strip));
  gap: 12px 18px; margin-top: 10px; }
.replay-views figure { margin: 0; min-width: 0; }
.replay-views figcaption { font-size: 14px; color: var(--quiet); margin-bottom: 4px; white-space: nowrap; }
.replay-map { display: block; width: 100%; aspect-ratio: 1; border-radius: 8px;
  box-shadow: inset 0 0 0 1px var(--line); }
.replay-tiles { display: block; width: 100%; image-rendering: pixelated; border-radius: 6px; }
.replay-frame { max-width: 1180px; }
@container (max-width: 619px) {
  .replay-views { grid-template-columns: minmax(0, 1fr); }
  .replay-copies { max-width: 180px; }
}
`;

/**
 * @param {HTMLElement} element
 * @param {import("./replay.js").ReplayOptions} options
 * @param {{scrub: (k: number) => void, hold: () => void, play: () => void}} acts
 */
export function buildReplay(element, options, acts) {
  const { steps, told, label, gridTitle, originals, classNames } = options;
  const root = make("div", "latent-pad"), frame = make("div", "replay-frame"), style = make("style");
  style.textContent = PAD_STYLE + REPLAY_STYLE;
  const range = make("input"), words = make("div", "replay-told");
  Object.assign(range, { type: "range", min: 0, max: steps.length - 1, step: 1 });
  range.setAttribute("aria-label", label);
  range.addEventListener("input", () => acts.scrub(Number(range.value)));
  // A key or a press that leaves the slider where it is changes nothing, and still means to take over.
  for (const name of ["keydown", "pointerdown"]) range.addEventListener(name, acts.hold);
  const player = iconButton(PLAY, "Play from the first step", acts.play);
  const bar = make("div", "replay-bar");
  bar.append(player, range, words);

  const map = make("canvas", "replay-map");
  const grid = make("canvas", "replay-tiles"), strip = make("canvas", "replay-tiles");
  const [held, more] = originals
    ? ["Image, copy", ": held-out images and their reconstructions"]
    : ["Copies", ": reconstructions of held-out images"];
  const views = make("div", "replay-views");
  const copied = figure(held, strip, more);
  copied.classList.add("replay-copies");
  views.style.setProperty("--strip", `${stripWidth(options)}fr`);
  const classes = classNames.length ? `, coloured by class: ${classNames.join(", ")}` : "";
  const codes = figure("Codes μ of held-out images", map, classes);
  // A model without an encoder has neither.
  codes.hidden = options.points.length === 0;
  copied.hidden = options.copies === 0;
  views.append(codes, figure(gridTitle, grid), copied);
  frame.append(bar, views);
  root.append(style, frame);
  element.replaceChildren(root);

  return {
    root, map, grid, strip,
    show(k) {
      range.value = String(k);
      const step = `Step ${steps[k].toLocaleString("en")} of ${steps.at(-1).toLocaleString("en")}`;
      words.innerHTML = "<b></b> <span></span>";
      words.firstChild.textContent = step;
      words.lastChild.textContent = told[k];
      range.setAttribute("aria-valuetext", `${step} ${told[k]}`);
    },
    showPlaying(on) {
      player.querySelector("path").setAttribute("d", on ? PAUSE : PLAY);
      player.title = player.ariaLabel = on ? "Pause" : "Play from the first step";
    },
  };
}

/** How wide the copies are so that they are as high as the grid beside them, which is 9 wide. */
function stripWidth({ side, copies, originals, tile: [, height, width] }) {
  if (!copies) return 0;
  const aspect = (columns, rows) => (columns * (width + 1) - 1) / Math.max(1, rows * (height + 1) - 1);
  return (9 * aspect(originals ? 2 : 1, copies)) / aspect(side, side);
}

function figure(title, canvas, more = "") {
  const made = make("figure"), caption = make("figcaption");
  caption.textContent = title;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", title + more);
  made.append(caption, canvas);
  return made;
}
