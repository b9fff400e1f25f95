/** Tells Python where a pad's cursor is at the moment when the button is pressed: led by the class, only the page knows. */

const HERE = Symbol.for("latent-explorer");
const STYLE = `
button { font: 16px/1.3 var(--st-font, system-ui, sans-serif); color: var(--st-text-color); cursor: pointer; padding: 6px 14px;
  background: var(--st-background-color); border: 1px solid var(--st-border-color, currentColor); border-radius: 6px; min-height: 40px; }
button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }`;

export default function ({ data, parentElement, setTriggerValue }) {
  const make = (tag, properties) => Object.assign(parentElement.appendChild(document.createElement(tag)), properties);
  if (!parentElement.querySelector("style")) make("style", { textContent: STYLE });
  const pin = parentElement.querySelector("button") ?? make("button", { type: "button" });
  pin.textContent = data.words;
  pin.onclick = () => {
    const found = [...(globalThis[HERE]?.pads ?? [])].find(([, name]) => name === data.name);
    if (found) setTriggerValue("place", Array.from(found[0].getState().z));
  };
}
