/**
 * Presenter mode's keys, on the whole page, and the same as small buttons at the foot: clickers send PageDown and PageUp,
 * and a full stop or a b to darken the screen.
 */

const KEYS = {
  next: ["ArrowRight", "PageDown"],
  back: ["ArrowLeft", "PageUp"],
  reveal: ["a", "b", "."],
  leave: ["Escape"],
};
const HELP = [
  ["→, Page Down", "the next step", "next"],
  ["←, Page Up", "the step before", "back"],
  ["a, b or a full stop", "reveal the answer", "reveal"],
  ["Drag, or arrow keys once it was clicked", "move the cursor on the map", ""],
  ["?", "this list", ""],
  ["Escape", "leave presenter mode", ""],
];
const BUTTONS = { back: ["‹", "Back"], next: ["›", "Next"], reveal: ["Reveal", "Reveal the answer"], leave: ["Leave", "Leave presenter mode"] };
const STYLE = `
.bar { position: fixed; right: 1.2rem; bottom: 0.5rem; z-index: 5; display: flex; gap: 6px; align-items: center;
  font: 15px/1.3 var(--st-font, system-ui, sans-serif); color: color-mix(in srgb, var(--st-text-color) 72%, transparent); }
.bar span { margin-right: 8px; font-variant-numeric: tabular-nums; }
button { font: inherit; color: inherit; cursor: pointer; background: none; border: 1px solid transparent; min-height: 32px;
  min-width: 32px; border-radius: 6px; padding: 2px 9px; }
button:hover { border-color: currentColor; color: var(--st-text-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
dialog { color: var(--st-text-color); background: var(--st-background-color); max-width: min(92vw, 620px);
  border: 1px solid var(--st-border-color, currentColor); border-radius: 10px; padding: 22px 28px;
  font: 20px/1.4 var(--st-font, system-ui, sans-serif); }
dialog::backdrop { background: rgb(0 0 0 / 0.4); }
dl { display: grid; grid-template-columns: auto 1fr; gap: 8px 24px; margin: 0 0 16px; }
dt { font-weight: 600; } dd { margin: 0; }`;
const WRITING = "input, textarea, select, [contenteditable], [role=radiogroup], [role=slider], [role=listbox], [role=combobox]";
const HERE = Symbol.for("latent-explorer");
// A map that reports its cursor in the middle of a rerun ends it: then the page is drawn once more.
const DRAWN_MILLISECONDS = 1500;
const bars = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const bar = bars.get(parentElement) ?? createBar(parentElement);
  bars.set(parentElement, bar);
  bar.show(data, (act) => setTriggerValue("act", act));
  return () => {
    bar.stop();
    bars.delete(parentElement);
  };
}

function createBar(parentElement) {
  const make = (into, tag, properties = {}) => Object.assign(into.appendChild(document.createElement(tag)), properties);
  const ended = new AbortController();
  let can = [], send = () => {}, place = null, given = "", again = 0;
  make(parentElement, "style", { textContent: STYLE });
  const root = make(parentElement, "div", { className: "bar" });
  const dialog = make(parentElement, "dialog", { ariaLabel: "Keys of presenter mode" });
  document.addEventListener("keydown", onKey, { signal: ended.signal });
  globalThis.addEventListener("latent-explorer.room", sayPlace, { signal: ended.signal });

  /** A class's trouble is told here, where there is no other place for it. */
  function sayPlace() {
    if (place) place.textContent = [globalThis[HERE]?.room?.trouble, given].filter(Boolean).join(" · ");
  }

  function tell(act) {
    send(act);
    wait(DRAWN_MILLISECONDS);
  }

  function wait(milliseconds) {
    clearTimeout(again);
    again = setTimeout(() => {
      send("draw");
      wait(2 * milliseconds);
    }, milliseconds);
  }

  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "?" && !isWriting(event)) dialog.open ? dialog.close() : dialog.showModal();
    else {
      const act = Object.keys(KEYS).find((name) => KEYS[name].includes(event.key));
      // In a list of answers or a text the arrows and letters are its own; what clickers send goes on from there too.
      const isOwn = isWriting(event) && !event.key.startsWith("Page");
      if (dialog.open || isOwn || !can.includes(act)) return;
      tell(act);
    }
    event.preventDefault();
  }

  function isWriting(event) {
    return event.composedPath().some((part) => part instanceof Element && part.matches(WRITING));
  }

  return {
    show(data, telling) {
      clearTimeout(again);
      [can, send, given] = [data.can, telling, data.place];
      const focused = parentElement.getRootNode().activeElement?.name;
      root.replaceChildren();
      place = make(root, "span");
      sayPlace();
      for (const [name, [textContent, ariaLabel]] of Object.entries(BUTTONS)) {
        if (!can.includes(name)) continue;
        const made = make(root, "button", { type: "button", name, textContent, ariaLabel, title: ariaLabel });
        made.onclick = () => tell(name);
        if (name === focused) made.focus();
      }
      make(root, "button", { type: "button", textContent: "?", ariaLabel: "Keys", title: "Keys (?)" }).onclick = () =>
        dialog.showModal();
      dialog.replaceChildren();
      const list = make(dialog, "dl");
      for (const [keys, meaning, act] of HELP) {
        if (act && !can.includes(act)) continue;
        make(list, "dt", { textContent: keys });
        make(list, "dd", { textContent: meaning });
      }
      make(dialog, "button", { type: "button", textContent: "Close" }).onclick = () => dialog.close();
    },
    stop() {
      ended.abort();
      clearTimeout(again);
      parentElement.replaceChildren();
    },
  };
}
