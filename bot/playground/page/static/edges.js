// What stands above the first message and below the last one.

import { el, icon } from "./dom.js";
import { waiting } from "./message.js";
import { avatar } from "./people.js";
import { isThread } from "./state.js";

/** Returns the words with which a place begins. */
export function beginning(state, here) {
  const name = state.placeName(here);
  const isDirect = Boolean(here.recipients);
  const what = isThread(here) || isDirect ? name : `#${name}`;
  return el(
    "div",
    { class: "beginning" },
    el("span", { class: "emblem" }, icon(isThread(here) ? "thread" : isDirect ? "at" : "hash")),
    el("h2", {}, what),
    el(
      "p",
      {},
      isDirect ? `Here ${name} and you talk alone.` : `This is where ${what} begins.`,
      here.topic ? ` ${here.topic}` : "",
    ),
  );
}

/** Returns what is told while older messages are fetched, or why they cannot be. */
export function loading({ trouble }) {
  if (!trouble) return el("div", { class: "loading" }, "Loading messages…");
  const again = { type: "button", class: "plain-link", "data-action": "load-again" };
  return el("div", { class: "loading" }, `${trouble} `, el("button", again, "Try again"));
}

/** Returns the commands that were used here and have no answer yet. */
export function waits(state, here) {
  return [...state.asked.values()]
    .filter((asked) => asked.channel_id === here.id && !asked.message_id)
    .map((asked) => wait(state, asked));
}

function wait(state, asked) {
  const command = el("span", { class: "command" }, asked.summary);
  return el(
    "div",
    { class: "wait", "data-key": asked.id, "data-interaction-id": asked.id },
    avatar(state.me, state.name(state.me)),
    el("div", {}, el("div", { class: "hint" }, "You used ", command), waiting(asked, state)),
  );
}
