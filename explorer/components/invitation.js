/** A room's code, to be read from the last row, its link, and the link as a QR code. */

const STYLE = `
.invitation { display: flex; flex-wrap: wrap; gap: 1.5rem 3rem; align-items: center; color: var(--st-text-color);
  font-family: var(--st-font, system-ui, sans-serif); }
.frame { container-type: inline-size; }
.words { flex: 1 1 20rem; min-width: 0; }
.code { font-size: clamp(3rem, 13cqi, 8.5rem); font-weight: 700; letter-spacing: 0.03em; line-height: 1.1; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
a { display: inline-block; font-size: clamp(1rem, 2.6cqi, 1.5rem); color: inherit; overflow-wrap: anywhere; margin-top: 0.4rem; }
.large { display: grid; grid-template: "code code" auto "picture words" auto / minmax(0, 44%) minmax(0, 1fr); gap: 1rem 3rem; }
.large .code { grid-area: code; font-size: clamp(3rem, min(20cqi, 34vh), 18rem); }
.large .words { display: contents; } .large a { grid-area: words; font-size: clamp(1.2rem, 3.2cqi, 2.2rem); }
.large .picture { grid-area: picture; max-width: 40vh; }
.picture { flex: 0 1 clamp(150px, 30cqi, 300px); } .picture svg { display: block; width: 100%; height: auto; border-radius: 8px; }`;

export default function ({ data: { code, link, picture, isLarge }, parentElement }) {
  const make = (into, tag, properties = {}) => Object.assign(into.appendChild(document.createElement(tag)), properties);
  parentElement.replaceChildren();
  make(parentElement, "style", { textContent: STYLE });
  const root = make(make(parentElement, "div", { className: "frame" }), "div", { className: isLarge ? "invitation large" : "invitation" });
  const words = make(root, "div", { className: "words" });
  make(words, "div", { className: "code", textContent: code, ariaLabel: `The room's code: ${[...code].join(" ")}` }).role = "img";
  make(words, "a", { textContent: link, href: link, target: "_blank", rel: "noopener" });
  // Made by the server from the link alone.
  make(root, "div", { className: "picture", innerHTML: picture });
}
