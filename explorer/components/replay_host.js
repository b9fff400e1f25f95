/**
 * Fetches a replay and puts it, whose script is joined before this, into a Streamlit element; a rerun leaves it as it is.
 */

const replays = new WeakMap();

export default function ({ data, parentElement }) {
  const before = replays.get(parentElement);
  if (before?.data.name === data.name) {
    before.data = data;
  } else {
    before?.close();
    replays.set(parentElement, createHost(data, parentElement));
  }
  return () => {
    replays.get(parentElement)?.close();
    replays.delete(parentElement);
  };
}

function createHost(data, parentElement) {
  const root = parentElement.querySelector(".replay-host") ?? parentElement.appendChild(document.createElement("div"));
  const leaving = new AbortController();
  let replay = null;
  root.className = "replay-host";
  const host = {
    data,
    close() {
      leaving.abort();
      replay?.destroy();
      root.textContent = "";
    },
  };
  const say = (isLost) => (root.textContent = troubleIn(isLost));
  fetchParcel(() => host.data.address, leaving.signal, say).then((found) => {
    if (!found) return;
    root.textContent = "";
    replay = createReplay(root, { labels: null, originals: null, ...found.about, ...found.arrays });
  });
  return host;
}
