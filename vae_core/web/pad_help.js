/** What keys and gestures there are, on a sheet that a question mark opens. */

import { button, make } from "./pad_elements.js";

const HELP = [
  ["Drag, or arrow keys", "move the cursor; with Shift the keys move it finely"],
  ["Wheel, pinch, + and −", "zoom; 0 shows all"],
  ["Shift+drag, two fingers", "move the map"],
  ["Press a point, or Enter", "select it; Escape clears"],
  ["m, b, l", "drag to move the cursor, or to select with a box or a lasso"],
  ["h", "colour the map by the next of the list"],
  ["Ctrl+Z, Ctrl+Shift+Z", "back to where the cursor was, and forward again"],
  ["Space", "play and pause"],
  ["Home", "to the centre"],
  ["Double-click on a class", "show that class alone"],
];

/** @param {import("./pad_options.js").About} about */
export function createHelp({ label }) {
  const element = make("dialog", "pad-help");
  element.setAttribute("aria-label", `Keys and gestures: ${label}`);
  const list = make("dl");
  for (const [keys, meaning] of HELP) {
    const term = make("dt"), detail = make("dd");
    term.textContent = keys;
    detail.textContent = meaning;
    list.append(term, detail);
  }
  const close = button("Close", "", () => element.close());
  element.append(list, close);
  // A press beside the sheet closes it.
  element.addEventListener("click", (event) => event.target === element && element.close());
  const open = () => element.open || element.showModal();
  const opener = button("?", "Keys and gestures", open);
  opener.classList.add("pad-icon");
  return { element, opener, open };
}
