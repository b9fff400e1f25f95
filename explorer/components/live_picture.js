/** Shows the picture that comes with the curves of a run which the page follows. */

const pictures = new WeakMap();

export default function ({ data, parentElement }) {
  const picture = pictures.get(parentElement) ?? createPicture(parentElement, data);
  pictures.set(parentElement, picture);
  picture.show();
  return () => {
    picture.stop();
    pictures.delete(parentElement);
  };
}

function createPicture(parentElement, { name, alt }) {
  const image = parentElement.appendChild(document.createElement("img"));
  Object.assign(image, { alt, hidden: true });
  image.style.cssText = "max-width: 100%; display: block; image-rendering: pixelated; min-height: 40px";
  function show() {
    const source = globalThis[Symbol.for("latent-explorer")]?.runs?.get(name)?.picture;
    if (!source || source === image.src) return;
    image.src = source;
    image.hidden = false;
  }
  globalThis.addEventListener("latent-explorer.model", show);
  return { show, stop: () => globalThis.removeEventListener("latent-explorer.model", show) };
}
