/**
 * Puts the latent pad into a Streamlit element, once the model that it shows is in the page.
 *
 * Streamlit calls this again on every rerun, with the same element; what lives between the calls is in `hosts`. The
 * viewer's own moves are ahead of what Python knows, so Python's state counts only when its `stamp` has changed.
 */

const HERE = Symbol.for("latent-explorer");
const ON_ITS_WAY = "The model is on its way.", SOON_MILLISECONDS = 500;
const hosts = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const host = hosts.get(parentElement) ?? { pad: null, model: null, stamp: null, note: null };
  hosts.set(parentElement, host);
  Object.assign(host, { data, setStateValue });
  const open = () => {
    const model = globalThis[HERE]?.models.get(host.data.model);
    const isReady = model && globalThis[HERE].createLatentPad;
    say(host, parentElement, isReady || host.pad ? "" : globalThis[HERE]?.notices?.get(host.data.model) ?? ON_ITS_WAY);
    if (isReady) show(host, model, parentElement);
  };
  globalThis.removeEventListener("latent-explorer.model", host.open);
  host.open = open;
  globalThis.addEventListener("latent-explorer.model", open);
  open();
  return () => {
    globalThis.removeEventListener("latent-explorer.model", host.open);
    host.leave?.();
    host.pad?.destroy();
    say(host, parentElement, "");
    hosts.delete(parentElement);
  };
}

function show(host, model, parentElement) {
  const { data } = host;
  const isNext = host.model && host.model !== model && host.model.name === model.name;
  if (isNext && host.pad.update(model)) {
    host.model = model;
  } else if (host.model !== model) {
    host.leave?.();
    host.leave = null;
    host.pad?.destroy();
    const tell = (state) => host.setStateValue("place", { ...state, stamp: host.stamp });
    host.pad = globalThis[HERE].createLatentPad(rootIn(parentElement), {
      ...model,
      layout: data.layout,
      label: data.label,
      hasFields: Boolean(data.fields),
      made: data.made,
      state: data.state,
      onRelease: tell,
      onDrag: model.remote ? tell : undefined,
      onLook: (look) => looked(host, look),
    });
    if (data.linked) join(host);
    register(host, model.name);
    [host.model, host.stamp, host.made] = [model, data.stamp, JSON.stringify(data.made)];
  } else if (host.stamp !== data.stamp) {
    host.stamp = data.stamp;
    host.pad.setState(data.state);
  }
  if (data.made && host.made !== JSON.stringify(data.made)) {
    host.made = JSON.stringify(data.made);
    host.pad.setMade(data.made);
  }
  offerFields(host);
  if (model.remote && data.image) host.pad.showImage(data.imageAt, data.image.getChildAt(0).toArray());
}

/** Fields to colour the map by are fetched when one is chosen. */
function offerFields(host) {
  const { pad, data: { fields } } = host;
  if (!fields) return;
  // Another server has them at another address.
  const now = () => (host.data.fields.plane === fields.plane ? host.data.fields : fields).address;
  const load = async (name, signal) => {
    const found = await fetchParcel(() => `${now()}/${name}`, signal, () => {});
    return found && { ...found.about, ...found.arrays };
  };
  pad.offerFields({ plane: fields.plane, load });
}

/** Pads with the same word in `linked` follow each other. */
function join(host) {
  const { groups } = globalThis[HERE], { linked } = host.data, { pad } = host;
  groups.set(linked, (groups.get(linked) ?? new Set()).add(pad));
  host.leave = () => groups.get(linked).delete(pad);
}

/** Other parts of the page find the pads, and the models that they show, in `pads`, and are told of new ones. */
function register(host, name) {
  const pads = (globalThis[HERE].pads ??= new Map()), { pad, leave } = host;
  pads.set(pad, name);
  host.leave = () => {
    pads.delete(pad);
    leave?.();
  };
  globalThis.dispatchEvent(new CustomEvent("latent-explorer.pad", { detail: { pad } }));
}

function looked(host, look) {
  const { pad } = host;
  if (host.data.linked) others(host).forEach((other) => other.follow(look));
  if (look.u && pad) globalThis.dispatchEvent(new CustomEvent("latent-explorer.moved", { detail: { pad } }));
}

function others(host) {
  return [...(globalThis[HERE].groups.get(host.data.linked) ?? [])].filter((pad) => pad !== host.pad);
}

/** Say in place of the pad why there is none; nobody has to read what is over in a moment. */
function say(host, parentElement, words) {
  if (!words) {
    host.note?.remove();
    host.note = null;
    return;
  }
  if (!host.note) {
    host.note = parentElement.appendChild(document.createElement("p"));
    host.note.setAttribute("role", "status");
    host.note.animate([{ opacity: 0 }, { opacity: 0 }], SOON_MILLISECONDS);
  }
  host.note.textContent = words;
}

function rootIn(parentElement) {
  const found = parentElement.querySelector(".latent-pad-host");
  if (found) return found;
  const made = document.createElement("div");
  made.className = "latent-pad-host";
  parentElement.append(made);
  return made;
}
