// What is said, as elements. Text is only ever set as text: nothing anybody writes is read as markup.

const SAFE = /^(https?|mailto|tel):/i;
const ADDRESS = /https?:\/\/[^\s<>"]+[^\s<>"'.,;:!?)\]}]/g;
const TAGS = { bold: "strong", italic: "em", strike: "s", code: "code", pre: "pre", head: "strong" };

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function hidden(text) {
  return element("span", { class: "hidden" }, text);
}

export function icon(path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export function link(url, texts, ...children) {
  if (!SAFE.test(url)) return element("span", {}, ...children);
  const outside = /^https?:/i.test(url);
  return element(
    "a",
    { href: url, rel: "noopener noreferrer nofollow", target: outside ? "_blank" : null, referrerpolicy: "no-referrer" },
    ...children,
    outside ? hidden(` (${texts.new_tab})`) : null,
  );
}

/** Text with its marks, which nest; addresses between them become links. */
export function formatted(text, marks, texts) {
  const build = (from, to, inner, inLink) => {
    const nodes = [];
    let place = from;
    while (inner.length) {
      const mark = inner[0];
      const end = mark.at + mark.n;
      const within = inner.slice(1).filter((other) => other.at < end);
      inner = inner.slice(1).filter((other) => other.at >= end);
      if (mark.at < place || end > to) continue;
      nodes.push(...plain(text.slice(place, mark.at), texts, inLink));
      const isLink = mark.as === "link";
      const children = build(mark.at, end, within, inLink || isLink);
      nodes.push(isLink ? link(mark.url, texts, ...children) : element(TAGS[mark.as] || "span", {}, ...children));
      place = end;
    }
    nodes.push(...plain(text.slice(place, to), texts, inLink));
    return nodes;
  };
  return build(0, text.length, [...marks], false);
}

function plain(text, texts, inLink) {
  if (!text) return [];
  if (inLink) return [text];
  const nodes = [];
  let place = 0;
  for (const found of text.matchAll(ADDRESS)) {
    nodes.push(text.slice(place, found.index), link(found[0], texts, found[0]));
    place = found.index + found[0].length;
  }
  return [...nodes, text.slice(place)].filter((node) => node !== "");
}

export function size(bytes, language) {
  if (!bytes) return "";
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(value);
}

/** One part of a message. `choose(option)` is called for a button of an offer. */
export function part(given, { texts, language, base, choose }) {
  switch (given.type) {
    case "text":
      return element("p", { class: "text", dir: "auto" }, ...formatted(given.text, given.marks || [], texts));
    case "file":
      return file(given, texts, language, base);
    case "location":
      return place(given);
    case "card":
      return card(given, texts);
    case "offer":
      return offer(given, choose);
    case "choice":
      return element("p", { class: "text", dir: "auto" }, hidden(`${texts.chosen} `), given.label || given.value);
  }
  return null;
}

function file(given, texts, language, base) {
  const url = new URL(given.url, base);
  const own = url.href.startsWith(base);
  const name = given.name || texts.file;
  const caption = given.caption ? element("figcaption", { dir: "auto" }, given.caption) : null;
  const label = element("bdi", {}, name);
  const about = size(given.size, language);
  // Only our own pictures are shown: one from elsewhere would tell that other place who is reading.
  if (own && /^image\/(png|jpeg|gif|webp)$/.test(given.mime)) {
    const picture = element("img", { src: url.href, alt: name, loading: "lazy", referrerpolicy: "no-referrer" });
    return element("figure", {}, element("a", { href: url.href, download: name }, picture), caption);
  }
  const attributes = { href: url.href, download: own ? name : null, rel: "noopener noreferrer", class: "file" };
  return element("figure", {}, element("a", { ...attributes, target: own ? null : "_blank" },
    hidden(`${texts.file}: `), label, about ? ` (${about})` : null), caption);
}

function place({ latitude, longitude, name, address }) {
  const point = `${latitude},${longitude}`;
  const lines = [name, address].filter(Boolean).map((line) => element("span", { dir: "auto" }, line));
  return element("p", { class: "card" }, ...lines, element("a", { href: `geo:${point}`, dir: "ltr" }, point));
}

function card({ name, phones, emails }, texts) {
  const made = element("p", { class: "card" }, name ? element("span", { dir: "auto" }, name) : null);
  for (const phone of phones) made.append(link(`tel:${phone}`, texts, element("bdi", { dir: "ltr" }, phone)));
  for (const email of emails) made.append(link(`mailto:${email}`, texts, element("bdi", { dir: "ltr" }, email)));
  return made;
}

function offer({ title, options }, choose) {
  const group = element("div", { class: "offer", role: "group", "aria-label": title || null });
  if (title) group.append(element("p", { class: "text", dir: "auto", "aria-hidden": "true" }, title));
  for (const option of options) {
    const about = option.description ? element("small", { dir: "auto" }, option.description) : null;
    const press = () => choose(option);
    group.append(element("button", { type: "button", "data-value": option.value, onclick: press },
      element("span", { dir: "auto" }, option.label), about));
  }
  return group;
}
