// Embeds: the boxes with a coloured edge that bots put below their words.

import { gallery, picture } from "./files.js";
import { render } from "./markdown.js";
import { link, make, ownAddress, webAddress } from "./nodes.js";

const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** The embeds of a message below each other, or null when there are none. */
export function embeds(list, names) {
  if (!list?.length) return null;
  return make("div", { className: "part-embeds" }, ...list.map((embed) => shown(embed, names)));
}

/** A colour as Discord writes it, a number, on the element's edge. */
export function paintEdge(element, colour) {
  if (!Number.isInteger(colour)) return;
  const hex = (colour & 0xffffff).toString(16).padStart(6, "0");
  element.style.setProperty("--part-edge", `#${hex}`);
}

function shown(embed, names) {
  const box = make(
    "article",
    { className: "part-embed" },
    icon(embed.thumbnail, "part-thumbnail"),
    embed.provider?.name && make("div", { className: "part-faint" }, embed.provider.name),
    author(embed.author),
    title(embed, names),
    embed.description && make("div", { className: "part-text" }, render(embed.description, names)),
    fields(embed.fields, names),
    image(embed.image),
    footer(embed),
  );
  paintEdge(box, embed.color);
  return box;
}

function author(author) {
  if (!author?.name) return null;
  const name = linked(author.url, author.name);
  return make(
    "div",
    { className: "part-author" },
    icon({ url: author.icon_url }, "part-icon"),
    name,
  );
}

function title({ title: text, url }, names) {
  if (!text) return null;
  const words = render(text, names, { inline: true });
  return make("div", { className: "part-title" }, linked(url, words));
}

function linked(url, words) {
  const address = url && webAddress(url);
  return address ? link(address, address, words) : make("span", {}, words);
}

function fields(list, names) {
  if (!list?.length) return null;
  const field = ({ name, value, inline }) =>
    make(
      "div",
      { className: inline ? "part-field part-field-inline" : "part-field" },
      make("div", { className: "part-field-name" }, render(name, names, { inline: true })),
      make("div", { className: "part-text" }, render(value, names)),
    );
  return make("div", { className: "part-fields" }, ...list.map(field));
}

function image(image) {
  if (!image?.url) return null;
  return gallery([picture({ ...image, filename: lastName(image.url) })]);
}

/** What an address ends with, as people would name it. */
export function lastName(url) {
  return String(url).split(/[?#]/, 1)[0].split("/").pop() || "picture";
}

function icon(image, className) {
  const address = image?.url && ownAddress(image.url);
  return address ? make("img", { className, src: address, alt: "" }) : null;
}

function footer({ footer: foot, timestamp }) {
  const moment = new Date(timestamp ?? NaN);
  const time = Number.isNaN(moment.getTime()) ? null : MOMENT.format(moment);
  if (!foot?.text && !time) return null;
  const words = [foot?.text, time].filter(Boolean).join(" • ");
  return make(
    "footer",
    { className: "part-footer" },
    icon({ url: foot?.icon_url }, "part-icon"),
    words,
  );
}
