// The form: what a visitor writes and attaches before it is said.

import { element, icon, size } from "./show.js";

const TEXT_CHARS = 8000;
const TYPING_MS = 4000;
const CLIP = "M8 12.5 14.5 6a2.5 2.5 0 0 1 3.5 3.5l-8 8a4.5 4.5 0 0 1-6.4-6.4L11 3.7l1.4 1.4-7.4 7.4a2.5 2.5 0 0 0 3.6 3.6" +
  "l8-8a.5.5 0 0 0-.7-.7L9.4 13.9z";

export class Composer {
  /** `submit(text, files)` says it; `line` uploads and tells that somebody is typing. */
  constructor({ line, texts, language, say, submit }) {
    Object.assign(this, { line, texts, language, say, submit });
    this.uploads = new Map();
    this.limit = null; // not told yet
    this.form = this.build();
  }

  build() {
    const { texts } = this;
    this.field = element("textarea", { id: "field", rows: "2", dir: "auto", autocomplete: "off",
      "aria-describedby": "problem", onkeydown: (event) => this.key(event), oninput: () => this.wrote() });
    this.problem = element("p", { id: "problem", class: "problem", role: "alert", dir: "auto" });
    this.chips = element("ul", { class: "chips", role: "list" });
    this.picker = element("input", { type: "file", multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true",
      onchange: () => { [...this.picker.files].forEach((file) => this.attach(file)); this.picker.value = ""; } });
    this.attacher = element("button", { type: "button", class: "attach", "aria-label": texts.attach,
      onclick: () => this.picker.click() }, icon(CLIP));
    const form = element("form", { onsubmit: (event) => { event.preventDefault(); this.send(); } },
      element("label", { for: "field" }, texts.write), this.field, this.problem, this.chips,
      element("div", { class: "actions" }, this.picker, this.attacher,
        element("button", { type: "submit", class: "send" }, texts.send)));
    form.addEventListener("paste", (event) => [...(event.clipboardData?.files || [])].forEach((f) => this.attach(f)));
    return form;
  }

  /** What the agency takes. */
  allow({ max_bytes, types }) {
    this.limit = max_bytes;
    this.attacher.hidden = !max_bytes;
    // A browser knows whole types and `image/*` only.
    this.picker.accept = types.filter((type) => !/[^/]\*$/.test(type)).join(",");
  }

  focus() {
    this.field.focus();
  }

  key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  wrote() {
    const over = this.field.value.length - TEXT_CHARS;
    this.complain(over > 0 ? this.say("too_long", { n: over }) : "");
    if (Date.now() - (this.typedAt || 0) < TYPING_MS) return;
    this.typedAt = Date.now();
    this.line.whisper({ t: "typing", on: true });
  }

  complain(text) {
    this.problem.textContent = text;
    this.field.setAttribute("aria-invalid", text ? "true" : "false");
  }

  send() {
    const text = this.field.value.trim();
    const files = [...this.uploads.values()];
    this.focus();
    if (text.length > TEXT_CHARS || files.some((kept) => !kept.file) || (!text && !files.length)) return;
    this.submit(text, files.map((kept) => kept.file));
    this.clear();
  }

  /** Nothing is written and nothing attached. */
  clear() {
    this.field.value = "";
    this.typedAt = 0;
    this.uploads.clear();
    this.chips.replaceChildren();
    this.complain("");
  }

  /** Uploads at once, so that sending is quick and a file that is not taken is told before. */
  async attach(file) {
    const { name } = file;
    const limit = size(this.limit, this.language);
    if (this.limit !== null && file.size > this.limit) return this.complain(this.say("too_large", { name, size: limit }));
    const key = {};
    const label = element("span", { role: "status", dir: "auto" }, this.say("uploading", { name }));
    const remove = () => { this.uploads.delete(key); chip.remove(); this.focus(); };
    const chip = element("li", {}, label, element("button", { type: "button", onclick: remove,
      "aria-label": this.say("remove", { name }) }, "✕"));
    this.chips.append(chip);
    this.uploads.set(key, {});
    try {
      const kept = await this.line.upload(file);
      if (!this.uploads.has(key)) return;
      this.uploads.set(key, kept);
      label.textContent = `${kept.name} (${size(kept.size, this.language)})`;
      this.complain("");
    } catch (error) {
      if (!this.uploads.has(key)) return;
      remove();
      const told = { "file-type": "file_type", "too-large": "too_large" }[error.reason] || "upload_failed";
      this.complain(this.say(told, { name, size: limit }));
    }
  }
}
