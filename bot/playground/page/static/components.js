// Components: buttons, menus of choice, and the layouts that can hold them.

import { ChoiceMenu } from "./choosing.js";
import { paintEdge, lastName } from "./embeds.js";
import { card, gallery, picture } from "./files.js";
import { render } from "./markdown.js";
import { link, make, webAddress } from "./nodes.js";
import { choicesOf } from "./things.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger" };
const LINK = 5;
const THINGS = { 5: ["users"], 6: ["roles"], 7: ["users", "roles"], 8: ["channels"] };
const SELECT_WORDS = {
  3: "Make a selection",
  5: "Select a user",
  6: "Select a role",
  7: "Select a user or a role",
  8: "Select a channel",
};

/**
 * What hangs below a message's words, or null.
 *
 * Once something is pressed or chosen all of it is busy: until the promise that came back is
 * settled, or without one until the caller shows the message anew. When it is refused the reason
 * stands below.
 * @param {object} message
 * @param {{press(id: string): ?Promise<void>,
 *          select(id: string, values: string[]): ?Promise<void>}} deeds
 * @param {object} names as for `render`; with `things`, as for `SlashPicker`, there are also menus
 *   of people, roles and channels
 */
export function components(message, deeds, names) {
  if (!message.components?.length) return null;
  const box = make("div", { className: "part-components" });
  const scope = { message, names, act: (control, deed) => act(box, control, deed), deeds };
  box.append(...message.components.map((part) => shown(part, scope)).filter(Boolean));
  return box;
}

async function act(box, control, deed) {
  const controls = [...box.querySelectorAll("button:not(:disabled)")];
  box.querySelector(":scope > .part-error")?.remove();
  const setBusy = (isBusy) => {
    for (const each of controls) each.disabled = isBusy;
    control.classList.toggle("part-busy", isBusy);
    box.ariaBusy = String(isBusy);
  };
  setBusy(true);
  try {
    const done = deed();
    if (!done) return;
    await done;
  } catch (failure) {
    box.append(make("p", { className: "part-error", role: "alert" }, failure.message));
  }
  setBusy(false);
  if (document.activeElement === document.body) control.focus();
}

const SHOWN = {
  1: (part, scope) => make("div", { className: "part-row" }, ...below(part, scope)),
  2: button,
  3: menu,
  5: menu,
  6: menu,
  7: menu,
  8: menu,
  9: section,
  10: (part, { names }) => make("div", { className: "part-text" }, render(part.content, names)),
  11: (part) => media(part),
  12: (part) => gallery((part.items ?? []).map(media)),
  13: file,
  14: separator,
  17: container,
};

function shown(part, scope) {
  return SHOWN[part.type]?.(part, scope) ?? null;
}

function below(part, scope) {
  return (part.components ?? []).map((each) => shown(each, scope));
}

/** An emoji as text. */
export function emojiText(emoji) {
  if (!emoji?.name) return "";
  return emoji.id ? `:${emoji.name}:` : emoji.name;
}

function button(part, { act, deeds }) {
  const words = [
    part.emoji && make("span", { className: "part-button-emoji" }, emojiText(part.emoji)),
    part.label && make("span", {}, part.label),
  ];
  const address = part.style === LINK && webAddress(part.url);
  if (address && !part.disabled) {
    const element = link(
      address,
      address,
      ...words.filter(Boolean),
      make("span", { ariaHidden: "true" }, "↗"),
    );
    element.className = "part-button part-button-link";
    return element;
  }
  const style = STYLES[part.style];
  const className = `part-button part-button-${style ?? "link"}`;
  const disabled = Boolean(part.disabled) || !style;
  const element = make("button", { type: "button", className, disabled }, ...words);
  element.addEventListener("click", () => act(element, () => deeds.press(part.custom_id)));
  return element;
}

function menu(part, { act, deeds, names }) {
  const { choices, picked } =
    part.type === 3 ? fixedChoices(part) : thingChoices(part, names.things);
  const words = part.placeholder || SELECT_WORDS[part.type];
  const chosen = new ChoiceMenu({
    choices,
    picked,
    least: part.min_values ?? 1,
    most: part.max_values ?? 1,
    label: words,
    placeholder: words,
    disabled: part.disabled,
    changed: (values) => act(chosen.button, () => deeds.select(part.custom_id, values)),
  });
  return chosen.element;
}

/** The options of a menu as choices, and which of them are chosen from the start. */
export function fixedChoices({ options = [] }) {
  const choices = options.map((option) => ({ ...option, emoji: emojiText(option.emoji) }));
  return { choices, picked: options.filter((each) => each.default).map(({ value }) => value) };
}

function thingChoices(part, things) {
  const choices = choicesOf(things, THINGS[part.type], part.channel_types);
  return { choices, picked: (part.default_values ?? []).map(({ id }) => id) };
}

function section(part, scope) {
  return make(
    "div",
    { className: "part-section" },
    make("div", { className: "part-section-words" }, ...below(part, scope)),
    part.accessory && shown(part.accessory, scope),
  );
}

function separator({ divider = true, spacing = 1 }) {
  const className = `part-separator part-separator-${spacing === 2 ? "large" : "small"}`;
  return make(divider ? "hr" : "div", { className });
}

function container(part, scope) {
  const box = make("div", { className: "part-container" }, ...below(part, scope));
  paintEdge(box, part.accent_color);
  return box;
}

function media({ media: { url, width, height }, description, spoiler }) {
  return picture({ url, width, height, description, spoiler, filename: lastName(url) });
}

function file(part, { message }) {
  const name = part.file.url.replace(/^attachment:\/\//, "");
  const found = message.attachments?.find(({ filename }) => filename === name);
  return card(
    found ?? { url: part.file.url, filename: part.name ?? lastName(name), size: part.size },
  );
}
