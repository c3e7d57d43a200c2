// Going somewhere by typing a part of its name.

import { el, icon, renew } from "./dom.js";
import { closeFromOutside } from "./dialogs.js";
import { iconOf } from "./places.js";
import { isCategory } from "./state.js";

const MOST_FOUND = 12;

/** Opens the list of all places; `open` is called with the id of the one that is chosen. */
export function openSwitcher(state, open) {
  if (document.querySelector("dialog.switcher")) return;
  const list = el("ul", { class: "found", role: "listbox", id: "found", "aria-label": "Places" });
  const input = el("input", {
    type: "text",
    class: "switch-input",
    placeholder: "Where to?",
    "aria-label": "Where to?",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "found",
    autocomplete: "off",
  });
  const dialog = el(
    "dialog",
    { class: "dialog switcher", "aria-label": "Go to a place" },
    input,
    list,
    el("p", { class: "hint" }, "↑ ↓ to choose · Enter to go · Escape to stay"),
  );
  let at = 0;
  const point = (index) => {
    at = index;
    [...list.children].forEach((item, each) =>
      item.setAttribute("aria-selected", String(each === at)),
    );
    input.setAttribute("aria-activedescendant", list.children[at]?.id ?? "");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const look = () => {
    renew(
      list,
      matches(state, input.value).map((channel) => option(state, channel)),
    );
    point(0);
  };
  const take = (item) => {
    if (!item) return;
    dialog.close();
    open(item.dataset.channelId);
  };
  input.addEventListener("input", look);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) point((at + step + list.children.length) % Math.max(1, list.children.length));
    else if (event.key === "Enter") take(list.children[at]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", ({ target }) => take(target.closest("[data-channel-id]")));
  dialog.addEventListener("close", () => dialog.remove());
  closeFromOutside(dialog);
  document.body.append(dialog);
  dialog.showModal();
  look();
}

function matches(state, typed) {
  const words = typed.trim().toLowerCase().replace(/^[#@]/, "");
  const rank = (channel) => {
    const name = state.placeName(channel).toLowerCase();
    return (name.startsWith(words) ? 0 : 2) + (state.isUnread(channel) ? 0 : 1);
  };
  return state.channels
    .filter(
      (channel) =>
        !isCategory(channel) && state.placeName(channel).toLowerCase().includes(words),
    )
    .sort((one, other) => rank(one) - rank(other))
    .slice(0, MOST_FOUND);
}

function option(state, channel) {
  const parent = state.channel(channel.parent_id);
  const where =
    parent && !isCategory(parent)
      ? parent.name
      : state.guilds.find(({ id }) => id === channel.guild_id)?.name;
  return el(
    "li",
    {
      id: `place-${channel.id}`,
      role: "option",
      class: "place",
      "data-key": channel.id,
      "data-channel-id": channel.id,
      "data-state": state.isUnread(channel) ? "unread" : "read",
    },
    icon(iconOf(channel)),
    el("span", { class: "channel-name" }, state.placeName(channel)),
    el("span", { class: "hint" }, where ?? "Direct message"),
  );
}
