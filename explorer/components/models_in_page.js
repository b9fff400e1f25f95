/**
 * Fetches models and keeps them in the page: each travels once, however often a view of it is drawn.
 *
 * Views find it on `globalThis`; each component is a script of its own and shares no module with the others. A model
 * lives as long as an element that brought it. Until one is there, `notices` says why, if there is anything to say.
 */

const HERE = Symbol.for("latent-explorer");
const ASK_PYTHON_AGAIN_MILLISECONDS = 3000;
const heldBy = new WeakMap();
const arrivals = new Map();

export default function ({ data: { name, address }, parentElement, setTriggerValue }) {
  const before = heldBy.get(parentElement);
  const arrival = arrivals.get(name) ?? begin(name);
  Object.assign(arrival, { address, tell: setTriggerValue }).holders.add(parentElement);
  heldBy.set(parentElement, name);
  if (!arrival.isBegun) bring(name, arrival);
  if (before !== undefined && before !== name) release(before, parentElement);
  return () => {
    release(heldBy.get(parentElement), parentElement);
    heldBy.delete(parentElement);
  };
}

function begin(name) {
  const arrival = { holders: new Set(), leaving: new AbortController(), isBegun: false, askedAt: -Infinity };
  arrivals.set(name, arrival);
  return arrival;
}

async function bring(name, arrival) {
  arrival.isBegun = true;
  const here = (globalThis[HERE] ??= { models: new Map(), groups: new Map() });
  const notices = (here.notices ??= new Map());
  const found = await fetchParcel(() => arrival.address, arrival.leaving.signal, (isLost) => {
    notices.set(name, troubleIn(isLost));
    globalThis.dispatchEvent(new Event("latent-explorer.model"));
    const now = performance.now();
    if (!isLost || now - arrival.askedAt < ASK_PYTHON_AGAIN_MILLISECONDS) return;
    arrival.askedAt = now;
    arrival.tell("lost", name);
  });
  notices.delete(name);
  if (!found) return;
  here.models.set(name, { ...modelIn(found), name });
  globalThis.dispatchEvent(new Event("latent-explorer.model"));
}

function modelIn({ about: { decoder, thumbnails, ...rest }, arrays }) {
  return {
    ...rest,
    ...(decoder.program ? { program: decoder.program, w: arrays.w } : {}),
    ...(decoder.atlas ? { atlas: { ...decoder.atlas, images: arrays.atlas } } : {}),
    ...(decoder.remote ? { remote: decoder.remote } : {}),
    points: { mu: arrays.mu, logvar: arrays.logvar ?? null, labels: arrays.labels ?? null },
    thumbnails: thumbnails && { ...thumbnails, rows: arrays.thumbnail_rows },
  };
}

/** A model stays for as long as any element holds it. */
function release(name, parentElement) {
  const arrival = arrivals.get(name);
  arrival?.holders.delete(parentElement);
  if (arrival?.holders.size !== 0) return;
  arrival.leaving.abort();
  arrivals.delete(name);
  globalThis[HERE].models.delete(name);
}
