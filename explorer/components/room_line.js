/** A room's news in a line of the page, as they come; the part in the sidebar brings them. */

const HERE = Symbol.for("latent-explorer");
const STYLE = `
p { margin: 0; color: var(--st-text-color); font: var(--answers-type, 16px)/1.45 var(--st-font, system-ui, sans-serif);
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
p b { font-weight: 600; } p + p:empty { display: none; } p + p { opacity: 0.85; }`;
const shown = new WeakMap();

export default function ({ data, parentElement }) {
  const before = shown.get(parentElement);
  before?.abort();
  const ended = new AbortController();
  shown.set(parentElement, ended);
  const make = (into, tag, textContent = "") => Object.assign(into.appendChild(document.createElement(tag)), { textContent });
  parentElement.replaceChildren();
  make(parentElement, "style", STYLE);
  const line = make(parentElement, "p"), name = make(line, "b", data.name), words = make(line, "span");
  const trouble = make(parentElement, "p");
  name.hidden = !data.name;
  trouble.setAttribute("role", "status");
  const show = () => {
    const room = globalThis[HERE]?.room ?? {};
    words.textContent = [data.name ? "" : null, `${room.here ?? room.students ?? data.students} here`, data.words]
      .filter((part) => part !== null).join(" · ");
    trouble.textContent = room.trouble ?? "";
  };
  globalThis.addEventListener("latent-explorer.room", show, { signal: ended.signal });
  show();
  return () => ended.abort();
}
