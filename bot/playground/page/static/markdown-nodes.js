// The things inside a text that are more than formatted words: code, spoilers, mentions, times.

import { highlight } from "./highlight.js";
import { make, onPress } from "./nodes.js";

const COPIED_FOR = 1500; // milliseconds

const format = (dateStyle, timeStyle) =>
  new Intl.DateTimeFormat(undefined, { dateStyle, timeStyle });
const FULL = format("full", "short");
const STYLES = {
  t: format(undefined, "short"),
  T: format(undefined, "medium"),
  d: format("short"),
  D: format("long"),
  f: format("long", "short"),
  F: FULL,
  s: format("short", "short"),
  S: format("short", "medium"),
};
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "always" });
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** Code in a box of its own, with a button that copies it. */
export function codeBlock(code, language) {
  const copy = make("button", { type: "button", className: "md-copy" }, "Copy");
  const text = make("code", {}, highlight(code, language));
  copy.addEventListener("click", () => copyText(copy));
  if (language) text.dataset.language = language;
  return make("div", { className: "md-code" }, make("pre", { className: "md-pre" }, text), copy);
}

/** Copies what stands beside the button now: while an answer is written it grows. */
async function copyText(button) {
  const code = button.previousElementSibling;
  try {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(code);
    button.textContent = "Selected: press Ctrl+C";
  }
  setTimeout(() => (button.textContent = "Copy"), COPIED_FOR);
}

/** The element covered until somebody wants to see it. */
export function spoiler(words) {
  words.inert = true;
  const cover = make(
    "span",
    { className: "md-spoiler", role: "button", tabIndex: 0, ariaLabel: "Spoiler, press to show" },
    words,
  );
  onPress(cover, () => {
    words.inert = false;
    cover.classList.add("md-spoiler-open");
    for (const name of ["role", "tabindex", "aria-label"]) cover.removeAttribute(name);
  });
  return cover;
}

/** Somebody's, some role's or some command's name as a pill. */
export function pill(text, { isMe = false } = {}) {
  return make("span", { className: isMe ? "md-mention md-mention-me" : "md-mention" }, text);
}

/** A channel's name as a pill that leads there, or to a message in it. */
export function channelPill(channel, message = null) {
  if (!channel) return pill("#unknown");
  const name = `${channel.sign ?? "#"}${channel.name}`;
  const words = message ? `${name} 💬` : name;
  const button = make("button", { type: "button", className: "md-mention" }, words);
  button.addEventListener("click", () => channel.open(message));
  return button;
}

/** A moment in the reader's own time, or null when there is no such moment. */
export function timestamp(seconds, style = "f") {
  const moment = new Date(seconds * 1000);
  if (Number.isNaN(moment.getTime())) return null;
  const text = style === "R" ? relative(moment) : STYLES[style].format(moment);
  return make(
    "time",
    { className: "md-time", dateTime: moment.toISOString(), title: FULL.format(moment) },
    text,
  );
}

function relative(moment) {
  const seconds = Math.round((moment - Date.now()) / 1000);
  const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? UNITS.at(-1);
  return RELATIVE.format(Math.trunc(seconds / length), unit);
}
