/**
 * Keeps a model's arrays, and the pad's script, in the page: what is large travels once, however often a view is drawn.
 *
 * Views find both on `globalThis`; each component is a script of its own and shares no module with the others, and a
 * component's script travels again with each change of its data. A model lives as long as an element that brought it.
 */

const owners = new WeakMap();

// A copy: a pad may write the next picture of a model in training over it.
const column = (table) => (table ? table.getChildAt(0).toArray().slice() : null);

function unpacked(data) {
  const { decoder, points, thumbnails, ...rest } = data.about;
  const [w, atlas] = [column(data.w), column(data.atlas)];
  return {
    ...rest,
    ...(decoder.program ? { program: decoder.program, w } : {}),
    ...(decoder.atlas ? { atlas: { ...decoder.atlas, images: atlas } } : {}),
    ...(decoder.remote ? { remote: decoder.remote } : {}),
    points: { mu: column(data.mu), logvar: column(data.logvar), labels: column(data.labels) },
    thumbnails: thumbnails && { ...thumbnails, rows: column(data.thumbnail_rows) },
  };
}

export default function ({ data, parentElement }) {
  const { models } = (globalThis[Symbol.for("latent-explorer")] ??= { models: new Map(), createLatentPad });
  const { name, version } = data.about;
  const before = owners.get(parentElement);
  if (before?.name !== name || before.version !== version) {
    if (before && before.name !== name) models.delete(before.name);
    models.set(name, unpacked(data));
    owners.set(parentElement, { name, version });
    globalThis.dispatchEvent(new Event("latent-explorer.model"));
  }
  return () => {
    models.delete(owners.get(parentElement)?.name);
    owners.delete(parentElement);
  };
}
