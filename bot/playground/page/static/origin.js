// What a message came from: another message that it answers, or a command that somebody used.

import { el, icon } from "./dom.js";
import { render as markdown } from "./markdown.js";
import { avatar } from "./people.js";

const LONGEST_EXCERPT = 200; // characters
const THREAD_STARTER = 21;
const COMMAND = 2;
const APP_ON_MESSAGE = 3;

/** Returns the line above a message, or null where there is nothing to tell. */
export function origin(message, { state, names }) {
  const used = message.interaction_metadata;
  if (message.referenced_message !== undefined && message.type !== THREAD_STARTER) {
    return answered(message.referenced_message, { state, names });
  }
  if (!used || (used.type !== COMMAND && !used.interacted_message_id)) return null;
  const name = state.name(used.user);
  const command = used.name
    ? `${used.command_type === APP_ON_MESSAGE ? "" : "/"}${used.name}`
    : "an app";
  return el(
    "div",
    { class: "origin" },
    avatar(used.user, name),
    el("strong", {}, name),
    " used ",
    el("span", { class: "command" }, command),
  );
}

function answered(target, { state, names }) {
  if (!target)
    return el("div", { class: "origin" }, icon("reply"), el("em", {}, "This message was deleted."));
  const name = state.name(target.author);
  return el(
    "button",
    {
      type: "button",
      class: "origin origin-link",
      "data-action": "jump",
      "data-target-id": target.id,
      "aria-label": `Answers ${name}: go to that message`,
    },
    avatar(target.author, name),
    el("strong", {}, name),
    el("span", { class: "excerpt" }, excerpt(target, names)),
  );
}

function excerpt(target, names) {
  const line = target.content.replace(/\s+/g, " ").slice(0, LONGEST_EXCERPT);
  if (line) return markdown(line, names, { inline: true });
  return el("em", {}, target.attachments.length ? "a file" : "a message without text");
}
