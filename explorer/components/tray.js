/** The images that the viewer keeps at hand, small, each with a button that takes it out. */

const STYLE = `
.tray { color: var(--st-text-color); font: 14px/1.35 var(--st-font, system-ui, sans-serif); }
.tray ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 6px; grid-template-columns: repeat(4, 1fr); }
.tray li { position: relative; }
.tray img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: #000; border-radius: 4px;
  image-rendering: pixelated; }
.tray button { font: inherit; color: inherit; cursor: pointer; border: 0; background: none; padding: 0; }
.tray li button { position: absolute; top: -5px; right: -5px; width: 20px; height: 20px; border-radius: 50%; line-height: 1;
  background: var(--st-text-color); color: var(--st-background-color); opacity: 0; }
.tray li:hover button, .tray li button:focus-visible { opacity: 1; }
@media (hover: none) { .tray li button { opacity: 0.85; } }
.tray p { margin: 6px 0 0; display: flex; gap: 14px; }
.tray p button { text-decoration: underline; }
.tray button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }`;

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".tray") ?? parentElement.appendChild(document.createElement("div"));
  root.className = "tray";
  const make = (parent, tag, properties) => Object.assign(parent.appendChild(document.createElement(tag)), properties);
  root.replaceChildren();
  make(root, "style", { textContent: STYLE });
  const list = make(root, "ul");
  list.setAttribute("aria-label", "Images in the tray");
  const act = (kind, number = 0) => setTriggerValue("act", { kind, number });
  for (const { number, source, words } of data.items) {
    const item = make(list, "li", { title: words });
    make(item, "img", { src: source, alt: words });
    const remove = make(item, "button", { type: "button", textContent: "×", onclick: () => act("remove", number) });
    remove.ariaLabel = `Take ${words} out of the tray`;
  }
  const below = make(root, "p");
  if (data.items.length) make(below, "button", { type: "button", textContent: "Empty", onclick: () => act("clear") });
  if (data.canUndo) make(below, "button", { type: "button", textContent: "Undo", onclick: () => act("undo") });
}
