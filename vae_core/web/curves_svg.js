/** Small makers of SVG elements, which write only what is another. */

const NAMESPACE = "http://www.w3.org/2000/svg";

/** @param {Element} parent @param {string} name @param {object} [attributes] @returns {SVGElement} The new child. */
export function appendSvg(parent, name, attributes = {}) {
  const made = parent.appendChild(document.createElementNS(NAMESPACE, name));
  writeSvg(made, attributes);
  return made;
}

/** @param {Element} element @param {{words?: string}} attributes  `words` is its text. */
export function writeSvg(element, { words, ...attributes }) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }
  if (words !== undefined && element.textContent !== words) element.textContent = words;
}

/** Give a group one child of that name for each of the attributes. @param {object[]} all */
export function fillSvg(group, name, all) {
  while (group.childNodes.length > all.length) group.lastChild.remove();
  all.forEach((attributes, n) => {
    if (group.childNodes[n]) writeSvg(group.childNodes[n], attributes);
    else appendSvg(group, name, attributes);
  });
}
