/**
 * Follows a run: asks the server for news, says in a line how it goes, and keeps its models and curves in the page,
 * where pads and curves find them.
 *
 * What Streamlit draws depends on the run's stage alone. When that is another one, Python is told, and draws again.
 */

const HERE = Symbol.for("latent-explorer");
const RETRY_MILLISECONDS = 1000;
// Asked while it still draws the page, Streamlit draws a part into a page that is not whole.
const DRAWING_MILLISECONDS = 500;
const followers = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const follower = followers.get(parentElement) ?? createFollower(parentElement);
  followers.set(parentElement, follower);
  follower.follow(data, setTriggerValue);
  return () => {
    follower.stop();
    followers.delete(parentElement);
  };
}

function createFollower(parentElement) {
  const here = (globalThis[HERE] ??= { models: new Map(), groups: new Map() });
  const runs = (here.runs ??= new Map());
  const status = createStatus(parentElement), leaving = new AbortController(), brought = new Set();
  const asking = createAsking(leaving.signal);
  let data = null, tell = null, isFollowing = false, seen = { stage: "", version: 0 }, drawnAt = 0;

  async function follow() {
    while (!leaving.signal.aborted) {
      await visible(leaving.signal);
      const news = await ask(data.address, seen, leaving.signal).catch(() => null);
      if (leaving.signal.aborted || news === GONE) return;
      if (news) take(news);
      else status.fail();
      if (!news) await new Promise((done) => setTimeout(done, RETRY_MILLISECONDS));
      else if (news.over && news.stage === data.stage) return;
    }
  }

  function take({ stage, version, status: told, models = {}, curves }) {
    seen = { stage, version };
    status.show(told);
    for (const [name, model] of Object.entries(models)) here.models.set(name, model);
    for (const name of Object.keys(models)) brought.add(name);
    if (curves) runs.set(data.name, curves);
    if (curves) globalThis.dispatchEvent(new Event("latent-explorer.model"));
    if (performance.now() - drawnAt < DRAWING_MILLISECONDS) return; // there are more news within a second
    if (stage !== data.stage && asking.may(stage)) tell("stage", stage);
  }

  return {
    follow(given, setTriggerValue) {
      [data, tell] = [given, setTriggerValue];
      drawnAt = performance.now();
      if (isFollowing) return;
      isFollowing = true;
      follow().finally(() => (isFollowing = false));
    },
    stop() {
      leaving.abort();
      for (const name of brought) here.models.delete(name);
      runs.delete(data.name);
    },
  };
}

/** Wait while nobody can see the page. */
function visible(signal) {
  if (!document.hidden) return null;
  return new Promise((done) => {
    document.addEventListener("visibilitychange", done, { once: true, signal });
    signal.addEventListener("abort", done, { once: true });
  });
}

const GONE = Symbol("The run is gone.");

/** The server answers when there are news, and after a second at the latest. */
async function ask(address, { version, stage }, signal) {
  const response = await fetch(`${address}/${version}/${encodeURIComponent(stage)}`, { signal });
  if (response.status === 204) return GONE;
  return response.ok ? readNews(await response.arrayBuffer()) : null;
}
