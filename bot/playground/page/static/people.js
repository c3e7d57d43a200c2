// People as they are seen beside what they say, and in lists.

import { el, icon } from "./dom.js";
import { hueOf, initials } from "./words.js";

/** The round picture of a user; the bot has the mark of Parley. */
export function avatar(user, name) {
  if (user.bot)
    return el("span", { class: "avatar avatar-bot", "aria-hidden": "true" }, icon("parley"));
  return el(
    "span",
    { class: `avatar avatar-${hueOf(user.id)}`, "aria-hidden": "true" },
    initials(name),
  );
}

/** A picture of somebody with a mark that says whether they are there. */
export function presence(picture, isOnline) {
  return el(
    "span",
    { class: "presence", "data-state": isOnline ? "online" : "offline" },
    picture,
    el("span", { class: "unseen" }, isOnline ? "online" : "offline"),
  );
}
