/**
 * Puts a sketch, whose script is joined before this, into a Streamlit element, once the model and its encoder are in the
 * page. What is drawn stays in the page from page to page; Python is told of it when it rests.
 */

const HERE = Symbol.for("latent-explorer");
const MOST_PASTED_BYTES = 8_000_000;
const hosts = new WeakMap();

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const host = hosts.get(parentElement) ?? createSketchHost(parentElement);
  hosts.set(parentElement, host);
  host.take(data, setStateValue, setTriggerValue);
  return () => {
    host.close();
    hosts.delete(parentElement);
  };
}

function createSketchHost(parentElement) {
  const root = parentElement.appendChild(document.createElement("div"));
  root.className = "sketch-host";
  const closing = new AbortController();
  let data = null, tell = null, trigger = null, sketch = null, built = "", fetching = null, encoder = null, answered = "";

  function open() {
    const model = data.model && globalThis[HERE]?.models.get(data.model);
    const isReady = (!data.model || model) && (!data.encoder || encoder?.name === data.encoder.name);
    const wanted = JSON.stringify([data.model, data.encoder?.name, data.shape, data.plain, data.share]);
    if (!isReady || wanted === built) return;
    sketch?.destroy();
    built = wanted;
    const here = (globalThis[HERE] ??= { models: new Map(), groups: new Map() });
    const memories = (here.sketches ??= new Map());
    if (!memories.has(data.memory)) memories.set(data.memory, createSketchMemory());
    sketch = createSketch(root, {
      shape: data.shape, model, plain: data.plain, label: data.label, hint: data.hint,
      share: data.share, centres: data.centres, hasVotes: data.hasVotes,
      encoder: data.encoder ? { program: encoder.about.program, w: encoder.arrays.w } : null,
      memory: memories.get(data.memory),
      onRest(pixels) {
        const image = base64Of(pixels);
        if (image !== data.held) tell("drawn", { image, shape: data.shape });
      },
    });
  }

  async function bring() {
    const { name } = data.encoder;
    if (fetching === name) return;
    fetching = name;
    const found = await fetchParcel(() => data.encoder?.address ?? "", closing.signal, (isLost) => isLost && trigger("lost", name));
    if (!found || fetching !== name) return;
    encoder = { ...found, name };
    open();
  }

  addEventListener("latent-explorer.model", () => data && open(), { signal: closing.signal });
  document.addEventListener("paste", async (event) => {
    const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (!data.takesPasted || !files.length) return;
    event.preventDefault();
    const fitting = files.filter((file) => file.size <= MOST_PASTED_BYTES).slice(0, 4);
    const images = await Promise.all(fitting.map(async (file) => base64Of(new Uint8Array(await file.arrayBuffer()))));
    trigger("pasted", { images, refused: files.length - fitting.length });
  }, { signal: closing.signal });

  return {
    take(given, setState, setTrigger) {
      [data, tell, trigger] = [given, setState, setTrigger];
      if (data.encoder) bring();
      open();
      const answer = JSON.stringify(data.answer);
      if (sketch && data.answer && answer !== answered) {
        sketch.showAnswer({ ...data.answer, copy: Uint8Array.from(atob(data.answer.copy), (c) => c.charCodeAt(0)) });
      }
      answered = answer;
    },
    close() {
      closing.abort();
      sketch?.destroy();
      root.remove();
    },
  };
}

function base64Of(bytes) {
  let text = "";
  for (let k = 0; k < bytes.length; k += 32768) text += String.fromCharCode(...bytes.subarray(k, k + 32768));
  return btoa(text);
}
