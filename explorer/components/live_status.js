/** How a run goes, in a bar and a few lines. */

const STATUS_STYLE = `
.run-status { font: 15px/1.4 var(--st-font, system-ui, sans-serif); color: var(--st-text-color);
  font-variant-numeric: tabular-nums; min-height: 66px; }
.run-bar { height: 8px; margin: 4px 0 8px; border-radius: 99px; overflow: hidden;
  background: var(--st-secondary-background-color); }
.run-bar i { display: block; height: 100%; border-radius: 99px; background: var(--st-primary-color); }
.run-note { font-size: 14px; color: color-mix(in srgb, var(--st-text-color) 75%, transparent); }
`;

/** @param {HTMLElement} parent */
function createStatus(parent) {
  const make = (into, tag, className) => {
    const made = into.appendChild(document.createElement(tag));
    made.className = className;
    return made;
  };
  const root = make(parent, "div", "run-status");
  make(root, "style", "").textContent = STATUS_STYLE;
  const bar = make(root, "div", "run-bar"), fill = make(bar, "i", "");
  const line = make(root, "div", "run-line"), notes = make(root, "div", "run-notes");
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-label", "Training");
  const say = (element, words) => {
    if (element.textContent !== words) element.textContent = words;
  };
  const list = (all) => {
    while (notes.childNodes.length > all.length) notes.lastChild.remove();
    while (notes.childNodes.length < all.length) make(notes, "div", "run-note");
    all.forEach((words, n) => say(notes.childNodes[n], words));
  };
  return {
    /** @param {{words: string, fraction: number, notes: string[]}} told */
    show({ words, fraction, notes: all }) {
      const percent = (100 * fraction).toFixed(1);
      fill.style.width = `${percent}%`;
      bar.setAttribute("aria-valuenow", percent);
      say(line, words);
      list(all);
    },
    fail: () => list(["The server does not answer. Trying again."]),
  };
}
