/** Puts a replay, whose script is joined before this, into a Streamlit element; a rerun leaves it as it is. */

const replays = new WeakMap();

export default function ({ data, parentElement }) {
  const column = (table) => (table ? table.getChildAt(0).toArray().slice() : null);
  const before = replays.get(parentElement);
  if (before?.name !== data.about.name) {
    before?.replay.destroy();
    const host = parentElement.querySelector(".replay-host") ?? parentElement.appendChild(document.createElement("div"));
    host.className = "replay-host";
    const arrays = Object.fromEntries(["points", "labels", "tiles", "originals"].map((name) => [name, column(data[name])]));
    replays.set(parentElement, { name: data.about.name, replay: createReplay(host, { ...data.about, ...arrays }) });
  }
  return () => {
    replays.get(parentElement)?.replay.destroy();
    replays.delete(parentElement);
  };
}
