/**
 * Puts the latent pad into a Streamlit element, once the model that it shows is in the page.
 *
 * Streamlit calls this again on every rerun, with the same element; what lives between the calls is in `hosts`. The
 * viewer's own moves are ahead of what Python knows, so Python's state counts only when its `stamp` has changed.
 */

const HERE = Symbol.for("latent-explorer");
const hosts = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const host = hosts.get(parentElement) ?? { pad: null, model: null, stamp: null };
  hosts.set(parentElement, host);
  Object.assign(host, { data, setStateValue });
  const open = () => {
    const model = globalThis[HERE]?.models.get(host.data.model);
    if (model && globalThis[HERE].createLatentPad) show(host, model, parentElement);
  };
  globalThis.removeEventListener("latent-explorer.model", host.open);
  host.open = open;
  globalThis.addEventListener("latent-explorer.model", open);
  open();
  return () => {
    globalThis.removeEventListener("latent-explorer.model", host.open);
    host.leave?.();
    host.pad?.destroy();
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
    host.pad?.destroy();
    const tell = (state) => host.setStateValue("place", { ...state, stamp: host.stamp });
    host.pad = globalThis[HERE].createLatentPad(rootIn(parentElement), {
      ...model,
      layout: data.layout,
      label: data.label,
      state: data.state,
      onRelease: tell,
      onDrag: model.remote ? tell : undefined,
      onLook: data.linked ? (look) => others(host).forEach((pad) => pad.follow(look)) : undefined,
    });
    if (data.linked) join(host);
    [host.model, host.stamp] = [model, data.stamp];
  } else if (host.stamp !== data.stamp) {
    host.stamp = data.stamp;
    host.pad.setState(data.state);
  }
  if (model.remote && data.image) host.pad.showImage(data.imageAt, data.image.getChildAt(0).toArray());
}

/** Pads with the same word in `linked` follow each other. */
function join(host) {
  const { groups } = globalThis[HERE], { linked } = host.data, { pad } = host;
  groups.set(linked, (groups.get(linked) ?? new Set()).add(pad));
  host.leave = () => groups.get(linked).delete(pad);
}

function others(host) {
  return [...(globalThis[HERE].groups.get(host.data.linked) ?? [])].filter((pad) => pad !== host.pad);
}

function rootIn(parentElement) {
  const found = parentElement.querySelector(".latent-pad-host");
  if (found) return found;
  const made = document.createElement("div");
  made.className = "latent-pad-host";
  parentElement.append(made);
  return made;
}
