/** Fetches paths and puts their view, whose script is joined before this, into a Streamlit element. */

const pathHosts = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const host = pathHosts.get(parentElement) ?? createPathHost(parentElement);
  pathHosts.set(parentElement, host);
  host.show(data, (t) => setStateValue("t", t));
  return () => {
    host.close();
    pathHosts.delete(parentElement);
  };
}

function createPathHost(parentElement) {
  const root = parentElement.appendChild(document.createElement("div"));
  root.className = "path-host";
  const told = new Set();
  let view = null, data = null, tell = () => {}, leaving = new AbortController();

  const say = (isLost) => (root.textContent = troubleIn(isLost));
  const pass = (t) => {
    told.add(t);
    tell(t);
  };

  async function open() {
    leaving.abort();
    leaving = new AbortController();
    const { signal } = leaving;
    if (!view) root.textContent = "The paths are on their way.";
    const found = await fetchParcel(() => data.address, signal, (isLost) => view || say(isLost));
    if (!found) return;
    // The viewer may be on the way: another path goes on where the former one was.
    const t = view ? view.t() : data.t;
    view?.destroy();
    view = createPathView(root, { ...found.about, ...found.arrays, t }, pass);
  }

  return {
    show(given, setT) {
      const before = data;
      [data, tell] = [given, setT];
      if (before?.name !== data.name) open();
      // What the viewer's own page told may come back late; only another's place, such as an address's, counts.
      if (view && before && before.t !== data.t && !told.has(data.t)) view.go(data.t);
    },
    close() {
      leaving.abort();
      view?.destroy();
      root.remove();
    },
  };
}
