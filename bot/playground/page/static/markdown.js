// Discord's Markdown, as Discord shows it.
//
// One reader walks over the text once. At each place that may begin something it asks the rule
// for that character; what the rule finds is read again for what stands inside. Tables, rulers,
// images and formulas are none of Discord's and stay the text they are.

import * as blocks from "./markdown-blocks.js";
import { Marks } from "./markdown-marks.js";
import { channelPill, codeBlock, pill, spoiler, timestamp } from "./markdown-nodes.js";
import { link, make, webAddress } from "./nodes.js";

const DEEPEST = 16;
const DEEPEST_LIST = 11;
const MOST_JUMBO = 30;
const LONGEST_JUMBO = 600; // characters, so that long texts need not be looked at

const SPECIAL = /[\\`*_~|<[@¯\n]|https?:\/\//g;
const ANGLE = new RegExp(
  "<(?:" +
    [
      String.raw`@!?(?<user>\d{1,20})`,
      String.raw`@&(?<role>\d{1,20})`,
      String.raw`#(?<channel>\d{1,20})`,
      String.raw`a?:(?<emoji>\w{1,32}):\d{1,20}`,
      String.raw`t:(?<moment>-?\d{1,17})(?::(?<style>[tTdDfFsSR]))?`,
      String.raw`/(?<command>[^<>:\n]{1,100}):\d{1,20}`,
      String.raw`(?<url>https?://[^\s<>]{1,2000})`,
    ].join("|") +
    ")>",
  "y",
);
// How Discord writes the address of a message or a channel.
const PLACE = /^https:\/\/discord\.com\/channels\/(?:@me|\d{1,20})\/(\d{1,20})(?:\/(\d{1,20}))?$/;
const EVERYBODY = /@(?:everyone|here)/y;
const BARE_URL = /https?:\/\/[^\s<]+[^<.,:;"'\]\s]/y;
const TARGET =
  /\(\s*<?(https?:\/\/(?:[^\s()<>\\]|\\.|\([^\s()<>]*\))+)>?(?:\s+(?:"[^"\n]*"|'[^'\n]*'))?\s*\)/y;
const SHRUG = "¯\\_(ツ)_/¯";
const TAGS = { "*": ["em", "strong"], _: ["em", "u"] };
const EMOJI = new RegExp(
  String.raw`\p{RI}{2}|[0-9#*]\uFE0F?\u20E3|` +
    String.raw`(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F)` +
    String.raw`(?:\uFE0F|[\u{1F3FB}-\u{1F3FF}]|\u200D\p{Extended_Pictographic})*`,
  "gu",
);
const CUSTOM_EMOJI = /<a?:\w{1,32}:\d{1,20}>/g;

/**
 * What `text` looks like. It never throws, and it takes time in proportion to the text.
 * @param {string} text
 * @param {{user(id: string): ?{name: string, isMe: boolean}, role(id: string): ?{name: string},
 *          channel(id: string): ?{name: string, sign: ?string, open(message: ?string): void}}} names
 * @param {{inline?: boolean}} options inline: one line, without headings, lists, quotes and boxes
 */
export function render(text, names, { inline = false } = {}) {
  const source = String(text ?? "").replaceAll("\r\n", "\n");
  const found = document.createDocumentFragment();
  if (!inline && isJumbo(source)) {
    found.append(make("span", { className: "md-jumbo" }));
  }
  const scope = { names, inline, depth: 0, listDepth: 0, isTop: true, startsLine: true };
  read(found.firstChild ?? found, source, scope);
  return found;
}

function isJumbo(source) {
  if (source.length > LONGEST_JUMBO) return false;
  let count = 0;
  const none = () => (count++, "");
  const rest = source.replace(CUSTOM_EMOJI, none).replace(EMOJI, none);
  return count > 0 && count <= MOST_JUMBO && rest.trim() === "";
}

function read(parent, source, scope) {
  if (scope.depth > DEEPEST) return void parent.append(source);
  const place = { source, scope, marks: new Marks(source) };
  let at = 0;
  let told = 0;
  let startsLine = scope.startsLine;
  while (at < source.length) {
    const found = (startsLine && block(place, at)) || span(place, at);
    if (found) {
      const before = source.slice(told, at);
      const words = found.isBox ? blocks.trimEndOf(before, " ") : before;
      if (words) parent.append(words);
      parent.append(found.node);
      at = told = found.end;
    } else {
      at = nextSpecial(source, at);
    }
    startsLine = source[at - 1] === "\n";
  }
  if (told < source.length) parent.append(source.slice(told));
}

function nextSpecial(source, at) {
  if (source[at] === "\n") return at + 1;
  SPECIAL.lastIndex = at + 1;
  const found = SPECIAL.exec(source);
  if (!found) return source.length;
  return found.index + (found[0] === "\n" ? 1 : 0);
}

/** The element, now with what `source` looks like inside the present scope. */
function nested(element, source, scope, changes = {}) {
  const depth = scope.depth + 1;
  read(element, source, { ...scope, isTop: false, startsLine: false, depth, ...changes });
  return element;
}

function block({ source, scope }, at) {
  if (scope.inline) return null;
  return (
    (scope.isTop && quote(source, scope, at)) ||
    heading(source, scope, at) ||
    list(source, scope, at)
  );
}

function quote(source, scope, at) {
  const found = blocks.quote(source, at);
  if (!found) return null;
  const element = make("blockquote", { className: "md-quote" });
  const node = nested(element, found.content, scope, { startsLine: true });
  return { node, end: found.end };
}

function heading(source, scope, at) {
  const found = scope.isHeading ? null : blocks.heading(source, at);
  if (!found) return null;
  // The page itself has the first two levels.
  const [tag, className] = found.level
    ? [`h${found.level + 2}`, `md-heading md-heading-${found.level}`]
    : ["small", "md-subtext"];
  const node = nested(make(tag, { className }), found.content, scope, { isHeading: true });
  return { node, end: found.end };
}

function list(source, scope, at) {
  if (scope.listDepth >= DEEPEST_LIST || scope.isHeading) return null;
  const found = blocks.list(source, at);
  if (!found) return null;
  const node = make(found.isOrdered ? "ol" : "ul", { className: "md-list" });
  if (found.isOrdered) node.start = found.start;
  const changes = { startsLine: true, listDepth: scope.listDepth + 1 };
  node.append(...found.items.map((item) => nested(make("li"), item, scope, changes)));
  return { node, end: found.end };
}

function span(place, at) {
  switch (place.source[at]) {
    case "\\":
      return escaped(place, at);
    case "`":
      return code(place, at);
    case "*":
    case "_":
      return emphasis(place, at);
    case "~":
      return paired(place, at, "~~");
    case "|":
      return paired(place, at, "||");
    case "<":
      return angle(place, at);
    case "[":
      return maskedLink(place, at);
    case "@":
      return everybody(place, at);
    case "h":
      return bareLink(place, at);
    case "¯":
      return place.source.startsWith(SHRUG, at) ? { node: SHRUG, end: at + SHRUG.length } : null;
    default:
      return null;
  }
}

function escaped({ source }, at) {
  const character = source.charAt(at + 1);
  return /^[^0-9A-Za-z\s]$/.test(character) ? { node: character, end: at + 2 } : null;
}

function code({ source, scope, marks }, at) {
  const fenced = scope.inline ? null : blocks.fence(source, at);
  if (fenced) {
    const end = fenced.end + (source[fenced.end] === "\n" ? 1 : 0);
    return { node: codeBlock(fenced.content, fenced.language), end, isBox: true };
  }
  const { content, end } = marks.code(at);
  const node =
    content === null
      ? source.slice(at, end)
      : make("code", { className: "md-inline-code" }, content);
  return { node, end };
}

function emphasis({ source, scope, marks }, at) {
  const found = marks.emphasis(at);
  if (!found) return null;
  const tag = TAGS[source[at]][found.width - 1];
  const node = nested(make(tag), source.slice(found.start, found.stop), scope);
  return { node, end: found.end };
}

function paired({ source, scope, marks }, at, mark) {
  const found = marks.pair(at, mark);
  if (!found) return null;
  const element = mark === "~~" ? make("s") : make("span", { className: "md-spoiler-words" });
  const inside = nested(element, source.slice(found.start, found.stop), scope);
  return { node: mark === "~~" ? inside : spoiler(inside), end: found.end };
}

function angle({ source, scope }, at) {
  ANGLE.lastIndex = at;
  const found = ANGLE.exec(source);
  const node = found && meant(found.groups, scope);
  return node ? { node, end: ANGLE.lastIndex } : null;
}

function meant({ user, role, channel, emoji, moment, style, command, url }, { names, isLink }) {
  if (user) return person(names.user(user));
  if (role) return pill(`@${names.role(role)?.name ?? "unknown-role"}`);
  if (channel) return channelPill(names.channel(channel));
  if (emoji) return make("span", { className: "md-emoji" }, `:${emoji}:`);
  if (moment) return timestamp(Number(moment), style);
  if (command) return pill(`/${command}`);
  return isLink ? null : linkTo(url, names);
}

function person(user) {
  return user ? pill(`@${user.name}`, user) : pill("@unknown-user");
}

function everybody({ source }, at) {
  EVERYBODY.lastIndex = at;
  const found = EVERYBODY.exec(source);
  return found && { node: pill(found[0], { isMe: true }), end: EVERYBODY.lastIndex };
}

function bareLink({ source, scope }, at) {
  if (scope.isLink) return null;
  BARE_URL.lastIndex = at;
  const found = BARE_URL.exec(source);
  if (!found) return null;
  const url = withoutLooseBrackets(found[0]);
  return { node: linkTo(url, scope.names) ?? url, end: at + url.length };
}

/** A bracket at the end of an address belongs to it only if it was opened there. */
function withoutLooseBrackets(url) {
  let surplus = url.split(")").length - url.split("(").length;
  let end = url.length;
  for (; surplus > 0 && url[end - 1] === ")"; surplus--) end--;
  return url.slice(0, end);
}

function linkTo(url, names) {
  const [, channel, message] = PLACE.exec(url) ?? [];
  const place = channel && names.channel(channel);
  if (place) return channelPill(place, message);
  const address = webAddress(url);
  return address && link(address, address, url);
}

/** A link with words of its own; words that pretend to be another address are left as text. */
function maskedLink({ source, scope, marks }, at) {
  const close = marks.bracket(at);
  if (scope.isLink || close === undefined || source[close + 1] !== "(") return null;
  TARGET.lastIndex = close + 1;
  const target = TARGET.exec(source);
  const address = target && webAddress(target[1]);
  const pretends = marks.addressFrom(at) < close && source.slice(at + 1, close) !== target?.[1];
  if (!address || pretends) return null;
  const words = source.slice(at + 1, close);
  if (!words.trim()) return null;
  const end = close + 1 + target[0].length;
  return { node: nested(link(address, address), words, scope, { isLink: true }), end };
}
