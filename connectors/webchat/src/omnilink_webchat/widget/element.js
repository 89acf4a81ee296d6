// <omnilink-chat>: the button, the panel, the log, the form. Everything a person sees; what goes over the line is line.js.

import { Composer } from "./compose.js";
import { Line } from "./line.js";
import { element, hidden, icon, part } from "./show.js";

const SEEN_MS = 300;
const TYPING_SHOWN_MS = 6000;

/** Called by widget.js: puts the chat where the page wants it. */
export async function mount(options, base, script) {
  const chat = document.createElement("omnilink-chat");
  const texts = await readTexts(options, base);
  chat.begin({ ...options, base, ...texts });
  const place = options.inline ? document.getElementById(options.inline) : null;
  (place || document.body).append(chat);
  if (options.lang === "auto") {
    Object.assign(document.documentElement, { lang: texts.language, dir: texts.texts.dir });
    document.title = texts.texts.title;
  }
  window.omnilinkChat = chat;
  script.dispatchEvent(new CustomEvent("omnilink-ready", { bubbles: true, detail: chat }));
}

/** The texts of the page's language, the page's own on top (data-texts: JSON, or the address of some). */
async function readTexts(options, base) {
  const all = await (await fetch(new URL("texts.json", base), { credentials: "omit" })).json();
  const asked = options.lang === "auto" ? navigator.languages
    : [options.lang || document.documentElement.lang, ...navigator.languages].filter(Boolean).slice(0, 1);
  const names = asked.flatMap((name) => [name.toLowerCase(), name.toLowerCase().split("-")[0]]);
  const language = names.find((name) => all[name]) || "en";
  let own = {};
  if (options.texts) {
    const text = options.texts.trim().startsWith("{") ? options.texts : await (await fetch(options.texts)).text();
    own = JSON.parse(text);
  }
  return { texts: { ...all.en, dir: "ltr", ...all[language], ...own }, language: options.texts ? names[0] : language };
}

class Chat extends HTMLElement {
  begin(options) {
    this.options = options;
    this.texts = options.texts;
    this.inline = Boolean(options.inline);
    this.line = new Line(options.base, options.identity || null);
    this.forget();
    this.attachShadow({ mode: "open" });
    this.build();
    this.listen();
  }

  connectedCallback() {
    if (this.inline) this.open({ focus: false });
    else if (this.line.known) this.line.start();
  }

  // --- what a page may call --------------------------------------------------------------------------------------

  open({ focus = true } = {}) {
    this.panel.hidden = false;
    this.opener.setAttribute("aria-expanded", "true");
    this.line.start();
    this.showUnread(0);
    this.log.scrollTop = this.log.scrollHeight;
    if (focus) this.composer.focus();
    this.markRead();
  }

  close() {
    if (this.inline || this.panel.hidden) return;
    this.panel.hidden = true;
    this.opener.setAttribute("aria-expanded", "false");
    this.opener.focus();
  }

  /** Who is logged in now: a token signed by the site, or null after a logout. */
  identify(identity) {
    this.forget();
    this.list.replaceChildren();
    this.empty.hidden = false;
    this.more.hidden = true;
    this.composer.clear();
    this.someone(false);
    this.showUnread(0);
    this.tell("");
    this.line.identify(identity);
  }

  /** What is known of the person at the page. */
  forget() {
    clearTimeout(this.telling);
    this.messages = new Map();
    this.first = null;
    this.unread = 0;
    this.seen = { delivered: new Set(), read: new Set() };
  }

  // --- building --------------------------------------------------------------------------------------------------

  say(name, values = {}) {
    return this.texts[name].replace(/\{(\w+)\}/g, (_, key) => values[key]);
  }

  build() {
    const { texts } = this;
    this.composer = new Composer({ line: this.line, texts, language: this.options.language,
      say: (name, values) => this.say(name, values), submit: (text, files) => this.submit(text, files) });
    const style = element("link", { rel: "stylesheet", href: new URL("widget.css", this.options.base).href });
    this.badge = element("span", { class: "badge", hidden: true });
    this.opener = element("button", {
      type: "button", class: "opener", "aria-expanded": "false", "aria-controls": "panel",
      onclick: () => (this.panel.hidden ? this.open() : this.close()),
    }, icon(BUBBLE), hidden(texts.open), this.badge);
    this.heading = element(this.options.lang === "auto" ? "h1" : "h2", { id: "heading", dir: "auto" }, texts.title);
    const close = element("button", { type: "button", class: "close", "aria-label": texts.close,
      onclick: () => this.close() }, "✕");
    this.notice = element("p", { class: "notice", dir: "auto", hidden: true });
    this.state = element("p", { class: "state", role: "status", dir: "auto" });
    this.more = element("button", { type: "button", class: "more", hidden: true, onclick: () => this.earlier() },
      texts.earlier);
    this.empty = element("p", { class: "empty" }, texts.empty);
    this.list = element("ol", { role: "list" });
    this.log = element("div", { class: "log", role: "log", "aria-live": "off", "aria-label": texts.log, tabindex: "0" },
      this.more, this.empty, this.list);
    this.typing = element("p", { class: "typing", role: "status" });
    this.panel = element("section", {
      id: "panel", role: this.inline ? "region" : "dialog", "aria-labelledby": "heading", hidden: !this.inline,
      onkeydown: (event) => event.key === "Escape" && !event.isComposing && this.close(),
    }, element("header", {}, this.heading, this.inline ? null : close), this.notice, this.log, this.typing, this.state,
    this.composer.form);
    const root = element("div", { class: this.inline ? "root inline" : "root", dir: texts.dir,
      lang: this.options.language }, this.inline ? null : this.opener, this.panel);
    this.shadowRoot.append(style, root);
  }

  listen() {
    const on = (name, work) => this.line.addEventListener(name, (event) => work(event.detail));
    on("session", (session) => {
      if (session.title) this.heading.textContent = session.title;
      this.notice.textContent = session.notice;
      this.notice.hidden = !session.notice;
      this.composer.allow(session.files);
    });
    on("status", (status) => this.turned(status));
    on("entry", (entry) => this.entry(entry));
    on("signal", (signal) => this.someone(signal.on));
    on("settled", (outcome) => this.settled(outcome));
    on("refused", () => {
      this.tell(this.texts.refused);
      this.dispatchEvent(new CustomEvent("omnilink-identity-needed", { bubbles: true, composed: true }));
    });
    document.addEventListener("visibilitychange", () => this.markRead());
  }

  turned(status) {
    clearTimeout(this.quiet);
    if (status === "online") {
      this.tell(this.wasOffline ? this.texts.online : "");
      this.wasOffline = false;
      // What was said before is not read out; what comes from now on is.
      setTimeout(() => this.log.setAttribute("aria-live", "polite"), 1000);
      for (const item of this.line.queue.values()) if (item.t === "say") this.pending(item.id, item);
    } else {
      // A short break is nobody's concern.
      this.quiet = setTimeout(() => { this.wasOffline = true; this.tell(this.texts.offline); }, 1500);
    }
  }

  tell(text) {
    this.state.textContent = text;
  }

  // --- writing ---------------------------------------------------------------------------------------------------

  submit(text, files) {
    const frame = { t: "say", text, files, page: location.href };
    this.pending(this.line.say(frame), frame);
  }

  /** Shows what is on its way. */
  pending(id, frame) {
    if (this.messages.has(`i.${id}`)) return;
    const parts = frame.text ? [{ type: "text", text: frame.text, marks: [] }] : [];
    this.show({ id: `i.${id}`, from: "visitor", at: new Date().toISOString(), parts }, this.texts.sending);
    this.messages.get(`i.${id}`).frame = frame;
  }

  settled({ id, ok }) {
    const message = this.messages.get(`i.${id}`);
    if (!message || ok) return;
    const again = element("button", { type: "button", onclick: () => {
      message.item.remove();
      this.messages.delete(`i.${id}`);
      this.pending(this.line.say(message.frame), message.frame);
      this.composer.focus();
    } }, this.texts.again);
    message.foot.replaceChildren(this.texts.failed, " ", again);
    message.item.classList.add("failed");
  }

  // --- what is said ----------------------------------------------------------------------------------------------

  entry(entry) {
    const target = entry.of && this.messages.get(entry.of);
    if (entry.t === "message") {
      this.show(entry, this.time(entry.at));
      if (entry.from === "agency") this.arrived(entry);
    } else if (target && entry.t === "edit") {
      target.body.replaceChildren(...this.parts({ ...entry, id: entry.of }));
      target.foot.textContent = `${this.time(target.at)} · ${this.texts.edited}`;
    } else if (target && entry.t === "delete") {
      target.body.replaceChildren(element("p", { class: "text" }, this.texts.withdrawn));
      target.item.classList.add("withdrawn");
    } else if (target && entry.t === "reaction") {
      target.reaction.textContent = entry.reaction;
      target.reaction.hidden = !entry.reaction;
      target.reaction.setAttribute("aria-label", this.say("reaction", { emoji: entry.reaction }));
    }
  }

  show(entry, foot, before = null) {
    const known = this.messages.get(entry.id);
    const mine = entry.from === "visitor";
    const stay = this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight > 80 && !mine;
    const message = known || { item: element("li"), body: element("div", { class: "body" }),
      foot: element("p", { class: "foot" }), reaction: element("span", { class: "reaction", role: "img", hidden: true }) };
    message.at = entry.at;
    message.body.replaceChildren(...this.parts(entry));
    message.foot.textContent = foot;
    if (!known) {
      message.item.className = mine ? "mine" : "theirs";
      const author = mine ? this.texts.you : this.options.agency || this.texts.agency;
      message.item.append(hidden(`${author}: `), message.body, message.reaction, message.foot);
      this.messages.set(entry.id, message);
    }
    // What is pending stays below what has its number; a number moves it to its place.
    if (before) this.list.insertBefore(message.item, before);
    else if (entry.n || !known) this.list.append(message.item);
    if (entry.n) this.first = Math.min(this.first ?? entry.n, entry.n);
    this.more.hidden = !(this.first > 1);
    this.empty.hidden = true;
    if (stay || before) return;
    const down = () => { this.log.scrollTop = this.log.scrollHeight; };
    for (const picture of message.body.querySelectorAll("img")) picture.addEventListener("load", down, { once: true });
    down();
  }

  parts(entry) {
    const context = { texts: this.texts, language: this.options.language, base: this.options.base };
    const quoted = entry.to && this.messages.get(entry.to)?.body.textContent.slice(0, 120);
    return [
      quoted ? element("blockquote", { dir: "auto" }, hidden(`${this.texts.reply_to} `), quoted) : null,
      entry.subject ? element("p", { class: "subject", dir: "auto" }, entry.subject) : null,
      ...entry.parts.map((given) => part(given, { ...context, choose: (option) => this.choose(entry.id, option) })),
    ].filter(Boolean);
  }

  choose(id, { value, label }) {
    const offer = this.messages.get(id).body.querySelector(".offer");
    for (const button of offer.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.value === value));
    }
    this.line.say({ t: "choose", of: id, value, label });
  }

  time(at) {
    const moment = new Date(at);
    const today = moment.toDateString() === new Date().toDateString();
    return new Intl.DateTimeFormat(this.options.language, { timeStyle: "short", dateStyle: today ? undefined : "medium" })
      .format(moment);
  }

  someone(writes) {
    clearTimeout(this.typingEnds);
    this.typing.textContent = writes ? this.texts.typing : "";
    if (writes) this.typingEnds = setTimeout(() => this.someone(false), TYPING_SHOWN_MS);
  }

  async earlier() {
    const anchor = this.list.firstElementChild;
    const entries = await this.line.earlier(this.first).catch(() => []);
    if (anchor && !anchor.isConnected) return; // somebody else has come to the page
    const height = this.log.scrollHeight;
    for (const entry of entries) if (entry.t === "message") this.show(entry, this.time(entry.at), anchor);
    for (const entry of entries) if (entry.t !== "message") this.entry(entry);
    if (entries.length) this.more.hidden = entries[0].n <= 1;
    this.log.scrollTop += this.log.scrollHeight - height;
    if (this.more.hidden) this.log.focus();
  }

  // --- receipts --------------------------------------------------------------------------------------------------

  arrived(entry) {
    this.someone(false);
    if (entry.n > this.line.marked("delivered")) this.seen.delivered.add(entry.id);
    if (entry.n > this.line.marked("read")) {
      this.seen.read.add(entry.id);
      if (this.panel.hidden) this.showUnread(this.unread + 1);
    }
    this.newest = entry.n;
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tellSeen(), SEEN_MS);
  }

  markRead() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.tellSeen(), SEEN_MS);
  }

  tellSeen() {
    const reads = !this.panel.hidden && document.visibilityState === "visible";
    const [delivered, read] = [[...this.seen.delivered], reads ? [...this.seen.read] : []];
    if (!delivered.length && !read.length) return;
    this.line.say({ t: "seen", delivered: delivered.slice(0, 100), read: read.slice(0, 100) });
    this.line.mark("delivered", this.newest);
    this.seen.delivered.clear();
    if (!reads) return;
    this.line.mark("read", this.newest);
    this.seen.read.clear();
  }

  showUnread(count) {
    this.unread = count;
    this.badge.hidden = count === 0;
    const spoken = count === 1 ? this.texts.unread_one : this.say("unread", { n: count });
    this.badge.replaceChildren(element("span", { "aria-hidden": "true" }, String(count)), hidden(` ${spoken}`));
  }
}

const BUBBLE = "M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z";

customElements.define("omnilink-chat", Chat);
