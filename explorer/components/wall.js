/** The images that a class has pinned, each with who did, and what may be done with it. */

const STYLE = `
ul { list-style: none; margin: 0; padding: 0; display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr));
  color: var(--st-text-color); font: 14px/1.3 var(--st-font, system-ui, sans-serif); }
li { min-width: 0; } li.hidden img { opacity: 0.3; }
img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: #000; border-radius: 6px; image-rendering: pixelated; }
p { margin: 4px 0 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
button { font: inherit; color: inherit; opacity: 0.8; background: none; border: 0; padding: 2px 0; cursor: pointer; text-decoration: underline; }
button:hover { opacity: 1; }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }`;

export default function ({ data, parentElement, setTriggerValue }) {
  const make = (into, tag, properties = {}) => Object.assign(into.appendChild(document.createElement(tag)), properties);
  parentElement.replaceChildren();
  make(parentElement, "style", { textContent: STYLE });
  const list = make(parentElement, "ul", { ariaLabel: "The wall" });
  for (const { id, source, name, words, act, told } of data.items) {
    const item = make(list, "li", { title: words, className: act === "show" ? "hidden" : "" });
    make(item, "img", { src: source, alt: words });
    make(item, "p", { textContent: name });
    if (!act) continue;
    const button = make(item, "button", { type: "button", textContent: told });
    button.ariaLabel = `${told}: ${words}, by ${name}`;
    button.onclick = () => setTriggerValue("act", { kind: act, id });
  }
}
