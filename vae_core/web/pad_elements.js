/** Small makers of elements, and what the host's style resolves to. */

/** @param {string} tag @param {string} [className] @returns {HTMLElement} */
export function make(tag, className = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  return made;
}

/** @param {string} words @param {string} title  What it does, where the words don't say. @param {() => void} act */
export function button(words, title, act) {
  const made = make("button");
  made.type = "button";
  made.textContent = words;
  if (title) made.title = made.ariaLabel = title;
  made.addEventListener("click", act);
  return made;
}

/** A button that shows a drawing: `path` in a square of 16 by 16, stroked. */
export function iconButton(path, title, act) {
  const made = button("", title, act);
  made.classList.add("pad-icon");
  made.innerHTML =
    `<svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor" ` +
    `stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"><path d="${path}"/></svg>`;
  return made;
}

/**
 * @typedef {object} Theme  What the canvases draw with.
 * @property {string} text
 * @property {string} background
 * @property {string} accent
 * @property {[number, number, number]} heat  The one hue of densities.
 * @property {boolean} dark
 * @property {string} font
 * @property {string} boldFont
 * @property {string} largeFont
 */

/** @param {HTMLElement} root @returns {Theme} The colours and fonts as the host's style gives them. */
export function readTheme(root) {
  const style = getComputedStyle(root);
  const family = style.fontFamily;
  const dark = lightnessOf(style.backgroundColor) < 0.5;
  const type = parseFloat(style.getPropertyValue("--type")) || 1;
  return {
    text: style.color,
    background: style.backgroundColor,
    accent: resolve(root, style.getPropertyValue("--accent")),
    heat: dark ? [122, 162, 255] : [49, 78, 189],
    dark,
    font: `${12 * type}px ${family}`,
    boldFont: `600 ${14 * type}px ${family}`,
    largeFont: `600 ${19 * type}px ${family}`,
  };
}

// A custom property may hold var() or light-dark(), which a canvas does not understand.
function resolve(root, value) {
  const span = root.appendChild(make("span"));
  span.style.color = value;
  const colour = getComputedStyle(span).color;
  span.remove();
  return colour;
}

// A browser that leaves the colour in a notation other than rgb() is asked for its pixel.
function lightnessOf(colour) {
  const context = new OffscreenCanvas(1, 1).getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
  return alpha ? (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255 : 1;
}
