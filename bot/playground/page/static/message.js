// One message as it is seen: who, when, what it answers, its text and what hangs on it.
// Everything here only builds a picture; `talk.js` brings it onto the screen.

import { el, icon, iconButton } from "./dom.js";
import { render as markdown } from "./markdown.js";
import { origin } from "./origin.js";
import { attachments, components, embeds } from "./parts.js";
import { avatar } from "./people.js";
import { isEphemeral, isThinking } from "./state.js";
import { clock, dayName, fullTime, isSameDay, moment, plural } from "./words.js";

const GROUPED_WITHIN = 7 * 60_000; // milliseconds
const RENAMED = 4;
const JOINED = 7;
const THREAD_CREATED = 18;
const THREAD_STARTER = 21;
const SYSTEM = new Set([RENAMED, JOINED, THREAD_CREATED]);
const COMPONENTS_V2 = 1 << 15;

/**
 * What a picture of a message depends on besides the message itself.
 * @typedef {object} Setting
 * @property {boolean} isCompact  it goes on where the one before left off
 * @property {boolean} isNewDay
 * @property {boolean} isFirstNew  it is the first that has not been read
 * @property {boolean} isEdited  it is being rewritten
 * @property {{id: string, name: string, count: number, isArchived: boolean} | null} thread
 * @property {object | null} asked  what was asked of the bot through it
 */

/** Whether a message needs no head of its own after the one before. */
export function continues(message, before) {
  return (
    Boolean(before) &&
    before.author.id === message.author.id &&
    !message.referenced_message &&
    !message.interaction_metadata &&
    !SYSTEM.has(before.type) &&
    !SYSTEM.has(message.type) &&
    isEphemeral(before) === isEphemeral(message) &&
    new Date(message.timestamp) - new Date(before.timestamp) < GROUPED_WITHIN &&
    isSameDay(message.timestamp, before.timestamp)
  );
}

/** Whether it holds somebody's words, which can be answered, quoted and so on. */
export const isOrdinary = (message) => !SYSTEM.has(message.type);

/**
 * Returns the picture of a message.
 * @param {object} message
 * @param {Setting} setting
 * @param {{state: import("./state.js").State, names: object, deeds: object}} world
 */
export function picture(message, setting, world) {
  const name = world.state.name(message.author);
  const isOwn = message.mentions.some(({ id }) => id === world.state.me.id);
  return el(
    "div",
    {
      class: classes(message, setting, isOwn),
      role: "article",
      tabindex: "-1",
      "aria-label": `${name}, ${moment(message.timestamp)}`,
      "data-message-id": message.id,
      "data-channel-id": message.channel_id,
      "data-author-id": message.author.id,
      "data-state": stateOf(message, setting),
    },
    setting.isNewDay &&
      el("div", { class: "day", role: "separator" }, el("span", {}, dayName(message.timestamp))),
    setting.isFirstNew && el("div", { class: "news", role: "separator" }, el("span", {}, "New")),
    SYSTEM.has(message.type)
      ? event(message, name)
      : [origin(message, world), content(message, name, setting, world)],
  );
}

function classes(message, setting, isOwn) {
  return [
    "message",
    setting.isCompact && "compact",
    isEphemeral(message) && "ephemeral",
    isOwn && "to-me",
    setting.isEdited && "rewriting",
  ]
    .filter(Boolean)
    .join(" ");
}

function stateOf(message, { isEdited }) {
  if (isEdited) return "editing";
  if (isThinking(message)) return "thinking";
  return isEphemeral(message) ? "ephemeral" : "sent";
}

function event(message, name) {
  const [sign, what] = happened(message);
  return el(
    "div",
    { class: "event" },
    icon(sign),
    el("span", {}, el("strong", {}, name), what),
    time(message.timestamp),
  );
}

function happened({ type, content: said, message_reference: pointer }) {
  if (type === JOINED) return ["people", [" came in."]];
  if (type === RENAMED) return ["edit", [" changed the name: ", el("strong", {}, said)]];
  return ["thread", [" started a thread: ", threadLink(pointer?.channel_id, said)]];
}

function threadLink(id, name) {
  return el(
    "button",
    { type: "button", class: "plain-link", "data-action": "open-place", "data-target-id": id },
    name,
  );
}

function content(message, name, setting, world) {
  const { state } = world;
  return el(
    "div",
    { class: "row" },
    el(
      "div",
      { class: "gutter" },
      setting.isCompact ? time(message.timestamp, clock) : avatar(message.author, name),
    ),
    el(
      "div",
      { class: "body" },
      !setting.isCompact && byline(message, name),
      setting.isEdited ? rewriting(message, world) : words(message, world),
      parts(message, world),
      reactions(message, state),
      setting.thread && threadCard(setting.thread),
      isEphemeral(message) && dismissal(message),
      setting.asked && waiting(setting.asked, state),
    ),
  );
}

function byline(message, name) {
  return el(
    "div",
    { class: "byline" },
    el("strong", { class: "author" }, name),
    message.author.bot && el("span", { class: "tag" }, "BOT"),
    time(message.timestamp, moment),
  );
}

function time(iso, format = moment) {
  return el("time", { datetime: iso, title: fullTime(iso) }, format(iso));
}

function words(message, { names, state }) {
  if (message.flags & COMPONENTS_V2) return null;
  if (isThinking(message)) return thinking(`${state.name(message.author)} is thinking`);
  const told =
    message.type === THREAD_STARTER ? (message.referenced_message?.content ?? "") : message.content;
  if (!told && !message.edited_timestamp) return null;
  return el(
    "div",
    { class: "text" },
    markdown(told, names),
    message.edited_timestamp &&
      el("span", { class: "edited", title: fullTime(message.edited_timestamp) }, "(edited)"),
  );
}

/** Returns three moving dots with words to them. */
export function thinking(said) {
  return el(
    "div",
    { class: "thinking" },
    el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
    `${said}…`,
  );
}

function rewriting(message, { plain }) {
  const field = el("textarea", {
    class: "rewrite",
    "aria-label": "Rewrite your message",
    "data-rewrite": message.id,
    maxlength: 2000,
  });
  field.value = plain(message.content);
  return el(
    "div",
    {},
    field,
    el(
      "div",
      { class: "hint" },
      "Escape to ",
      el("button", { type: "button", class: "plain-link", "data-action": "cancel-edit" }, "cancel"),
      " · Enter to ",
      el("button", { type: "button", class: "plain-link", "data-action": "save-edit" }, "save"),
    ),
  );
}

function parts(message, { names, deeds }) {
  const doing = {
    press: (customId) => deeds.press(message, customId),
    select: (customId, values) => deeds.select(message, customId, values),
  };
  return [
    whole(
      message.attachments.map(({ id }) => id),
      () => attachments(message.attachments),
    ),
    whole(message.embeds, () => embeds(message.embeds, names)),
    whole(message.components, () => components(message, doing, names)),
  ];
}

/** What brings its own listeners is kept as it is until what it shows has changed. */
function whole(list, build) {
  const built = list.length ? build() : null;
  return built && el("div", { class: "part", "data-print": JSON.stringify(list) }, built);
}

function reactions(message, state) {
  if (!message.reactions?.length) return null;
  return el(
    "div",
    { class: "reactions" },
    message.reactions.map(({ emoji, count, me }) =>
      el(
        "button",
        {
          type: "button",
          class: "reaction",
          "data-key": emoji.name,
          "data-action": "react",
          "data-emoji": emoji.name,
          "aria-pressed": String(me),
          "aria-label": `${emoji.name}, ${count}${me ? ", yours too" : ""}`,
        },
        el("span", {}, emoji.name),
        el("span", { class: "count" }, count),
      ),
    ),
    iconButton("smile", "Add a reaction", "pick-emoji", {
      class: "reaction reaction-add",
      "data-key": "+",
    }),
  );
}

function threadCard(thread) {
  return el(
    "button",
    {
      type: "button",
      class: "thread-card",
      "data-action": "open-place",
      "data-target-id": thread.id,
    },
    icon(thread.isArchived ? "archive" : "thread"),
    el("strong", {}, thread.name),
    el("span", {}, threadNote(thread)),
    icon("chevron"),
  );
}

function threadNote(thread) {
  return thread.isArchived ? "archived" : plural(thread.count, "message");
}

function dismissal(message) {
  return el(
    "div",
    { class: "hint" },
    icon("eye"),
    "Only you can see this · ",
    el(
      "button",
      {
        type: "button",
        class: "plain-link",
        "data-action": "dismiss",
        "data-target-id": message.id,
      },
      "Dismiss message",
    ),
  );
}

/** How something stands that was asked of the bot. */
export function waiting(asked, state) {
  if (asked.state === "failed") {
    return el(
      "div",
      { class: "failed", "data-state": "failed" },
      "The application did not respond. ",
      el(
        "button",
        {
          type: "button",
          class: "plain-link",
          "data-action": "forget",
          "data-target-id": asked.id,
        },
        "Dismiss",
      ),
    );
  }
  return el("div", { "data-state": "waiting" }, thinking(`Waiting for ${state.bot.username}`));
}
