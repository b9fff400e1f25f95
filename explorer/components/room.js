/**
 * Keeps the page in touch with its classroom, outside Streamlit's reruns: pads go where the teacher's goes, and the
 * teacher's moves are sent. Others find the news in `room` beside the models, and are told when there are some.
 *
 * Python is asked to draw again only when something is shown that is not so any more.
 */

const HERE = Symbol.for("latent-explorer");
const FIRST_RETRY_MILLISECONDS = 1000, LONGEST_RETRY_MILLISECONDS = 15000;
const OWN_MILLISECONDS = 1500; // what comes back of one's own moves so soon is no news
const SEND_MILLISECONDS = 80;
// What the teacher changed is drawn by the rerun that changed it.
const SETTLE_MILLISECONDS = { teacher: 900, student: 60 };
const LOST = "Not connected to the room. Trying again.";
// After these nobody connects again unasked.
const OVER = {
  4400: "The room did not understand this page. Load it again.",
  4403: "You are not in this room any more.",
  4404: "This room is closed.",
  4429: "Too many pages are in this room from here. Close some, and load this one again.",
};
const GONE = [4403, 4404];
const DIGEST = /-[0-9a-f]{16}$/;
const STYLE = `
.room { font: 14px/1.4 var(--st-font, system-ui, sans-serif); color: var(--st-text-color); font-variant-numeric: tabular-nums; }
.room p { margin: 0; } .room p + p { opacity: 0.8; }
.room button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; text-decoration: underline; }
.room button:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }`;
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
  const ended = new AbortController(), asking = createAsking(ended.signal);
  const line = createLine(parentElement, () => tell("leave", true));
  let data = null, tell = () => {}, socket = null, address = "", wait = FIRST_RETRY_MILLISECONDS, later = 0;
  let settling = 0, led = null, sentAt = -Infinity, sending = 0, quiet = "";
  const on = (type, act) => globalThis.addEventListener(type, act, { signal: ended.signal });
  on("latent-explorer.pad", ({ detail }) => goTo(detail.pad));
  on("latent-explorer.moved", ({ detail }) => send(detail.pad));
  on("online", () => connect());

  function connect() {
    clearTimeout(later);
    const before = socket;
    socket = null;
    before?.close();
    const url = new URL(address, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const mine = (socket = new WebSocket(url));
    mine.onmessage = ({ data: text }) => mine === socket && take(JSON.parse(text));
    mine.onclose = ({ code }) => mine === socket && lost(code);
  }

  function lost(code) {
    socket = null;
    share({ connected: false, trouble: OVER[code] ?? LOST });
    if (GONE.includes(code) && data.isWatched) tell("changed", code);
    if (code in OVER) return;
    later = setTimeout(connect, wait * (0.75 + Math.random() / 2));
    wait = Math.min(2 * wait, LONGEST_RETRY_MILLISECONDS);
  }

  function take({ room, you, error, here: count }) {
    if (error) share({ trouble: error });
    if (count !== undefined) share({ here: count });
    if (!room) return;
    wait = FIRST_RETRY_MILLISECONDS;
    share({ ...room, you, connected: true, trouble: "" });
    const isMoved = room.led !== led;
    led = room.led;
    if (isMoved) for (const pad of here.pads?.keys() ?? []) goTo(pad);
    check();
  }

  function share(news) {
    here.room = { ...here.room, ...news };
    line.show(data.told, here.room);
    globalThis.dispatchEvent(new Event("latent-explorer.room"));
  }

  /** Bring a pad to where the class is. */
  function goTo(pad) {
    const { z, model, follow, you } = here.room ?? {};
    if (!z || !(you === "teacher" ? data.isWatched : follow) || performance.now() - sentAt < OWN_MILLISECONDS) return;
    if (here.pads.get(pad)?.replace(DIGEST, "") !== model || pad.getState().z.length !== z.length) return;
    quiet = placed(z);
    pad.setState({ z });
  }

  /**
   * Send where the teacher's pad is, often enough to follow and the last place always; on other pages than the class's,
   * a teacher looks around alone.
   */
  function send(pad) {
    if (here.room?.you !== "teacher" || !data.isWatched || sending) return;
    const wanted = Math.max(0, sentAt + SEND_MILLISECONDS - performance.now());
    sending = setTimeout(() => {
      sending = 0;
      const name = here.pads.get(pad), { z } = name ? pad.getState() : {};
      if (!name || placed(z) === quiet || socket?.readyState !== WebSocket.OPEN) return;
      quiet = placed(z);
      sentAt = performance.now();
      socket.send(JSON.stringify({ lead: { model: name.replace(DIGEST, ""), z: Array.from(z) } }));
    }, wanted);
  }

  /** Have Python draw again when it shows something else than there is, unless it is about to. */
  function check() {
    clearTimeout(settling);
    settling = setTimeout(() => {
      const { room } = here;
      const other = Object.entries(data.shown).filter(([name, value]) => room[name] !== value);
      if (!other.length) return;
      const wanted = JSON.stringify(other.map(([name]) => [name, room[name]]));
      if (asking.may(wanted)) tell("changed", wanted);
      else settling = setTimeout(check, 1000);
    }, SETTLE_MILLISECONDS[here.room.you] ?? 0);
  }

  return {
    follow(given, setTriggerValue) {
      [data, tell] = [given, setTriggerValue];
      if (address !== data.address) {
        address = data.address;
        [led, here.room] = [null, { ...data.known, connected: true, trouble: "" }];
        connect();
      } else if (here.room?.connected) check();
      line.show(data.told, here.room);
    },
    stop() {
      ended.abort();
      clearTimeout(later);
      clearTimeout(settling);
      clearTimeout(sending);
      const last = socket;
      socket = null;
      last?.close();
      delete here.room;
      parentElement.replaceChildren();
    },
  };
}

const placed = (z) => Array.from(z, (value) => value.toFixed(3)).join();

function createLine(parentElement, leave) {
  const make = (into, tag, properties = {}) => Object.assign(into.appendChild(document.createElement(tag)), properties);
  make(parentElement, "style", { textContent: STYLE });
  const root = make(parentElement, "div", { className: "room" });
  const words = make(root, "p"), trouble = make(root, "p");
  trouble.setAttribute("role", "status");
  make(make(root, "p"), "button", { type: "button", textContent: "Leave the room", onclick: leave });
  const say = (element, text) => element.textContent !== text && (element.textContent = text);
  return {
    show(code, room) {
      say(words, `Room ${code} · ${room?.here ?? room?.students ?? 0} here · ${room?.follow ? "led" : "free"}`);
      say(trouble, room?.trouble ?? "");
    },
  };
}
