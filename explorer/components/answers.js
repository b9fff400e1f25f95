/** A question's choices in a list: as they are, or each with how many gave it, which one holds, and the viewer's own. */

const STYLE = `
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.55em; color: var(--st-text-color);
  font: var(--answers-type, 16px)/1.3 var(--st-font, system-ui, sans-serif); }
li { display: grid; grid-template: "letter words count" auto "letter bar bar" auto / 1.8em minmax(0, 1fr) auto;
  column-gap: 0.6em; row-gap: 0.3em; padding: 0.4em 0.6em; border-radius: 0.5em; border: 2px solid transparent; }
li.own { background: var(--st-secondary-background-color); }
li.right { border-color: var(--st-primary-color); background: color-mix(in srgb, var(--st-primary-color) 12%, transparent); }
.letter { grid-area: letter; width: 1.6em; height: 1.6em; border-radius: 50%; display: grid; place-items: center;
  font-weight: 600; font-size: 0.85em; background: var(--st-secondary-background-color); }
.right .letter { background: var(--st-primary-color); color: var(--st-background-color); }
.words { grid-area: words; overflow-wrap: anywhere; }
.words small { display: block; font-size: 0.78em; opacity: 0.8; }
.right .words b { font-weight: 600; }
.count { grid-area: count; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar { grid-area: bar; height: 0.6em; border-radius: 99px; background: var(--st-secondary-background-color); overflow: hidden; }
.bar i { display: block; height: 100%; border-radius: 99px; transition: width 0.3s;
  background: color-mix(in srgb, var(--st-text-color) 45%, transparent); }
.right .bar i { background: var(--st-primary-color); }
p.all { margin: 0.7em 0 0; color: var(--st-text-color); font: calc(var(--answers-type, 16px) * 0.9)/1.3 var(--st-font, system-ui, sans-serif);
  font-variant-numeric: tabular-nums; }
@media (prefers-reduced-motion: reduce) { .bar i { transition: none; } }`;

const HERE = Symbol.for("latent-explorer");
const listening = new WeakMap();

export default function ({ data, parentElement }) {
  listening.get(parentElement)?.abort();
  const ended = new AbortController();
  listening.set(parentElement, ended);
  const show = () => draw(parentElement, data, newsOf(data.step));
  if (data.step) globalThis.addEventListener("latent-explorer.room", show, { signal: ended.signal });
  show();
  return () => ended.abort();
}

/** What the room says of this very step; null where it is at another one. */
function newsOf(step) {
  const room = step && globalThis[HERE]?.room;
  return room?.lesson === step?.[0] && room?.step === step?.[1] ? room : null;
}

function draw(parentElement, { choices, counts: given, right, own, words, step }, news) {
  const counts = given && (news?.histogram ? choices.map((_, n) => news.histogram[n] ?? 0) : given);
  const make = (into, tag, className = "", textContent = "") =>
    Object.assign(into.appendChild(document.createElement(tag)), { className, textContent });
  const widths = [...parentElement.querySelectorAll(".bar i")].map((bar) => bar.style.width);
  parentElement.replaceChildren();
  make(parentElement, "style", "", STYLE);
  const list = make(parentElement, "ol");
  list.setAttribute("aria-label", words);
  const all = counts?.reduce((sum, count) => sum + count, 0) || 1;
  choices.forEach((choice, n) => {
    const item = make(list, "li", `${n === right ? "right" : ""} ${n === own ? "own" : ""}`.trim());
    make(item, "span", "letter", n === right ? "✓" : String.fromCharCode(65 + n)).ariaHidden = "true";
    const told = make(item, "span", "words");
    make(told, n === right ? "b" : "span", "", choice);
    const notes = [n === right && (counts || own !== null) && "This is the case", n === own && "Your answer"].filter(Boolean);
    if (notes.length) make(told, "small", "", notes.join(" · "));
    if (!counts) return;
    make(item, "span", "count", `${counts[n]}`);
    const bar = make(make(item, "span", "bar"), "i"), width = `${(100 * counts[n]) / all}%`;
    bar.style.width = widths[n] ?? width;
    requestAnimationFrame(() => (bar.style.width = width));
  });
  if (!step || news?.answers === undefined) return;
  make(parentElement, "p", "all", `${news.answers} of ${Math.max(news.here ?? news.students, news.answers)} have answered.`).setAttribute("role", "status");
}
