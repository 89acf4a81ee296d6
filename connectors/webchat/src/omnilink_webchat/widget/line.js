// The line to the agency: a session, a socket (or a stream and posts), a queue that survives. No document in here.

const BACKOFF_MS = [300, 1000, 2000, 5000, 10000, 20000];
const PING_MS = 25000;
const SILENT_MS = 60000;
const SOCKET_TRIES = 2;
const OPEN = 1; // WebSocket.readyState

/** localStorage or sessionStorage where a browser has it, a Map where it has not. */
export class Shelf {
  constructor(prefix, storage) {
    this.prefix = prefix;
    this.memory = new Map();
    try {
      this.disk = window[storage];
      this.disk.getItem(prefix);
    } catch {
      this.disk = null;
    }
  }
  get(name) {
    try {
      return this.disk ? this.disk.getItem(this.prefix + name) : this.memory.get(name) ?? null;
    } catch {
      return null;
    }
  }
  set(name, text) {
    this.memory.set(name, text);
    try {
      this.disk?.setItem(this.prefix + name, text);
    } catch {
      // A full disk: this tab still knows it.
    }
  }
  remove(name) {
    this.memory.delete(name);
    try {
      this.disk?.removeItem(this.prefix + name);
    } catch {
      // Nothing to remove.
    }
  }
  names(start) {
    if (!this.disk) return [...this.memory.keys()].filter((name) => name.startsWith(start));
    const all = Array.from({ length: this.disk.length }, (_, i) => this.disk.key(i) || "");
    return all.filter((key) => key.startsWith(this.prefix + start)).map((key) => key.slice(this.prefix.length));
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Tells one name from another, and names nobody (FNV-1a). */
function tag(name) {
  let sum = 2166136261;
  for (const letter of name) sum = Math.imul(sum ^ letter.codePointAt(0), 16777619);
  return (sum >>> 0).toString(36);
}

export class Refused extends Error {
  constructor(reason, status) {
    super(reason);
    this.reason = reason;
    this.status = status;
  }
}

/** Events: "entry" (detail: entry), "signal", "status" (online, offline), "settled" (id, ok, reason), "refused". */
export class Line extends EventTarget {
  constructor(base, identity = null) {
    super();
    this.base = base;
    const prefix = `omnilink:${new URL(base).pathname}:`;
    this.shelf = new Shelf(prefix, "localStorage");
    this.tab = new Shelf(prefix, "sessionStorage");
    this.marks = [this.shelf, ""];
    this.identity = identity;
    this.session = null;
    this.last = null;
    this.queue = new Map();
    this.sending = null;
    this.pause = null;
    this.generation = 0;
    this.status = "offline";
    this.failures = 0;
    this.socketTries = 0;
    this.stopped = true;
    window.addEventListener("online", () => this.hurry());
    window.addEventListener("offline", () => this.drop());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.hurry());
  }

  /** There was a chat before, which this browser can take up again. */
  get known() {
    return this.identity !== null || this.shelf.get("token") !== null;
  }

  start() {
    if (!this.stopped) return;
    this.stopped = false;
    if (!this.identity) {
      const kept = this.shelf.names("q.").map((name) => JSON.parse(this.shelf.get(name) || "null"));
      for (const item of kept.filter(Boolean).sort((a, b) => a.at - b.at)) this.queue.set(item.id, item);
    }
    this.connect();
  }

  /** Another person at the page: nothing of the one before is kept in this tab. */
  identify(identity) {
    this.identity = identity || null;
    this.session = null;
    this.last = null;
    this.queue.clear();
    this.generation++;
    this.stopped = true;
    this.drop();
    this.start();
  }

  /** Says something that must arrive. */
  say(frame) {
    const item = { id: newId(), at: Date.now(), ...frame };
    this.queue.set(item.id, item);
    if (!this.identity) this.shelf.set(`q.${item.id}`, JSON.stringify(item));
    this.pump();
    this.hurry();
    return item.id;
  }

  /** Says something that may get lost. */
  whisper(frame) {
    if (this.socket?.readyState === OPEN && this.status === "online") this.socket.send(JSON.stringify(frame));
  }

  async upload(file) {
    return this.json(`files?name=${encodeURIComponent(file.name)}`, {
      method: "POST", body: file, headers: { "content-type": file.type || "application/octet-stream" },
    });
  }

  async earlier(before) {
    return (await this.json(`history?before=${before}`)).entries;
  }

  /** Up to which entry something was told. */
  marked(name) {
    const [shelf, whose] = this.marks;
    return Number(shelf.get(name + whose) || 0);
  }

  mark(name, n) {
    const [shelf, whose] = this.marks;
    shelf.set(name + whose, String(n));
  }

  /** What the agency answers, for the person who asked: nobody who came to the page meanwhile gets it. */
  async json(name, options = {}) {
    const generation = this.generation;
    const told = await (await this.fetch(name, options)).json();
    if (generation !== this.generation) throw new Error("somebody else has come to the page");
    return told;
  }

  // --- the session ---------------------------------------------------------------------------------------------

  async open() {
    let device = this.shelf.get("device");
    if (!device) this.shelf.set("device", (device = newId()));
    const hello = { device };
    const resume = this.shelf.get("token");
    if (this.identity) hello.identity = this.identity;
    else if (resume) hello.resume = resume;
    const generation = this.generation;
    const response = await fetch(new URL("session", this.base), {
      method: "POST", credentials: "omit", headers: { "content-type": "application/json" }, body: JSON.stringify(hello),
    });
    if (response.status >= 400 && response.status < 500 && response.status !== 429) {
      const { reason } = await response.json().catch(() => ({ reason: "refused" }));
      if (hello.resume && response.status === 401) {
        // The old chat has ended; what was said there stays with the agency.
        this.shelf.remove("token");
        this.last = null;
        return this.open();
      }
      throw new Refused(reason, response.status);
    }
    if (!response.ok) throw new Error(`session ${response.status}`);
    const session = await response.json();
    if (generation !== this.generation) throw new Error("somebody else has come to the page");
    this.session = session;
    // Of who is logged in the browser keeps nothing for longer than the tab is open.
    this.marks = session.identified ? [this.tab, `.${tag(session.visitor)}`] : [this.shelf, ""];
    if (!session.identified) this.shelf.set("token", session.token);
    this.dispatchEvent(new CustomEvent("session", { detail: session }));
  }

  async fetch(name, options = {}) {
    if (!this.session) await this.open();
    const headers = { ...options.headers, authorization: `Bearer ${this.session.token}` };
    const response = await fetch(new URL(name, this.base), { credentials: "omit", ...options, headers });
    if (!response.ok) {
      const told = await response.json().catch(() => ({}));
      throw new Refused(told.reason || `http-${response.status}`, response.status);
    }
    return response;
  }

  // --- the line ------------------------------------------------------------------------------------------------

  async connect() {
    if (this.stopped || this.connecting) return;
    clearTimeout(this.timer);
    this.connecting = true;
    try {
      if (!this.session) await this.open();
      if (this.socketTries < SOCKET_TRIES) await this.overSocket();
      else await this.overStream();
    } catch (error) {
      if (error instanceof Refused && error.status !== 429 && error.status < 500) {
        this.stopped = true;
        this.dispatchEvent(new CustomEvent("refused", { detail: error.reason }));
      }
    }
    this.connecting = false;
    this.turn("offline");
    if (this.stopped) return;
    const wait = BACKOFF_MS[Math.min(this.failures++, BACKOFF_MS.length - 1)];
    this.timer = setTimeout(() => this.connect(), wait * (0.7 + 0.6 * Math.random()));
  }

  overSocket() {
    this.socketTries++; // until it has let something through
    const generation = this.generation;
    return new Promise((resolve) => {
      const url = new URL("socket", this.base);
      url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      const socket = (this.socket = new WebSocket(url));
      let heard = Date.now();
      const beat = setInterval(() => {
        if (Date.now() - heard > SILENT_MS) socket.close();
        else if (socket.readyState === OPEN) socket.send('{"t":"ping"}');
      }, PING_MS);
      socket.onopen = () => socket.send(JSON.stringify({ t: "hello", token: this.session.token, after: this.last }));
      socket.onmessage = (event) => {
        heard = Date.now();
        this.socketTries = 0;
        if (generation === this.generation) this.hear(JSON.parse(event.data));
      };
      socket.onclose = (event) => {
        clearInterval(beat);
        if (event.code === 4401 && generation === this.generation) this.session = null;
        if (this.socket === socket) this.socket = null;
        resolve();
      };
    });
  }

  /** Where sockets are not let through. */
  async overStream() {
    this.aborter = new AbortController();
    const generation = this.generation;
    const headers = this.last === null ? {} : { "last-event-id": String(this.last) };
    let response;
    try {
      response = await this.fetch("events", { headers, signal: this.aborter.signal });
    } catch (error) {
      if (error.status !== 401) throw error;
      this.session = null;
      return;
    } finally {
      this.socketTries = 0; // the next time a socket may be let through
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done || generation !== this.generation) break;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const data = event.split("\n").find((line) => line.startsWith("data: "));
        if (data) this.hear(JSON.parse(data.slice(6)));
      }
    }
  }

  hear(frame) {
    if (frame.n) {
      if (this.last !== null && frame.n <= this.last) return;
      this.last = frame.n;
      this.dispatchEvent(new CustomEvent("entry", { detail: frame }));
    } else if (frame.t === "welcome") {
      this.failures = 0;
      this.last ??= frame.last === 0 ? 0 : null;
      this.turn("online");
      this.pump();
    } else if (frame.t === "ack") this.settle(frame.id, true);
    else if (frame.t === "nak") this.refused(frame);
    else if (frame.t === "typing") this.dispatchEvent(new CustomEvent("signal", { detail: frame }));
  }

  refused(frame) {
    if (frame.retry_after_s === undefined) return this.settle(frame.id, false, frame.reason);
    if (this.sending !== frame.id) return;
    this.pause = setTimeout(() => {
      this.pause = this.sending = null;
      this.pump();
    }, frame.retry_after_s * 1000 + 200);
  }

  settle(id, ok, reason = "") {
    if (this.sending === id) this.sending = null;
    this.shelf.remove(`q.${id}`);
    if (this.queue.delete(id)) this.dispatchEvent(new CustomEvent("settled", { detail: { id, ok, reason } }));
    this.pump();
  }

  /** One after the other, so that they arrive in the order they were written. */
  async pump() {
    if (this.status !== "online" || this.sending || this.pause) return;
    const [item] = this.queue.values();
    if (!item) return;
    this.sending = item.id;
    if (this.socket?.readyState === OPEN) return this.socket.send(JSON.stringify(item));
    try {
      this.hear(await this.json("say", { method: "POST", body: JSON.stringify(item) }));
    } catch (error) {
      const later = !error.status || error.status === 401 || error.status === 429 || error.status >= 500;
      this.refused({ id: item.id, reason: error.reason, ...(later ? { retry_after_s: 3 } : {}) });
    }
  }

  turn(status) {
    if (this.status === status) return;
    this.status = status;
    if (status === "offline") {
      clearTimeout(this.pause);
      this.sending = this.pause = null;
    }
    this.dispatchEvent(new CustomEvent("status", { detail: status }));
  }

  hurry() {
    if (this.stopped || this.connecting || this.status === "online") return;
    this.failures = 0;
    this.connect();
  }

  drop() {
    this.socket?.close();
    this.aborter?.abort();
  }
}
