/**
 * Keeps a model's arrays in the page: what is large travels once, however often a view of it is drawn.
 *
 * Views find it on `globalThis`; each component is a script of its own and shares no module with the others, and a
 * component's script travels again with each change of its data. A model lives as long as an element that brought it.
 */

const owners = new WeakMap();
const holders = new Map();

// A copy: a pad may write the next picture of a model in training over it.
const column = (table) => (table ? table.getChildAt(0).toArray().slice() : null);

function unpacked(data) {
  const { decoder, points, thumbnails, ...rest } = data.about;
  const atlas = column(data.atlas);
  return {
    ...rest,
    ...(decoder.program ? { program: decoder.program, w: column(data.w) } : {}),
    ...(decoder.atlas ? { atlas: { ...decoder.atlas, images: atlas } } : {}),
    ...(decoder.remote ? { remote: decoder.remote } : {}),
    points: { mu: column(data.mu), logvar: column(data.logvar), labels: column(data.labels) },
    thumbnails: thumbnails && { ...thumbnails, rows: column(data.thumbnail_rows) },
  };
}

export default function ({ data, parentElement }) {
  const { models } = (globalThis[Symbol.for("latent-explorer")] ??= { models: new Map(), groups: new Map() });
  const { name, version } = data.about;
  const before = owners.get(parentElement);
  if (before?.name !== name || before.version !== version) {
    if (before?.name !== name) {
      release(models, before, parentElement);
      holders.set(name, (holders.get(name) ?? new Set()).add(parentElement));
    }
    models.set(name, unpacked(data));
    owners.set(parentElement, { name, version });
    globalThis.dispatchEvent(new Event("latent-explorer.model"));
  }
  return () => {
    release(models, owners.get(parentElement), parentElement);
    owners.delete(parentElement);
  };
}

/** A model stays for as long as any element holds it. */
function release(models, owned, parentElement) {
  const left = owned && holders.get(owned.name);
  left?.delete(parentElement);
  if (left?.size === 0) {
    models.delete(owned.name);
    holders.delete(owned.name);
  }
}
