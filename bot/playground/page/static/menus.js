// Menus that open beside something: they take the focus, are walked with the arrows, and give
// the focus back.

import { el, icon } from "./dom.js";

const EMOJI = Object.freeze([
  "👍",
  "❤️",
  "😂",
  "🎉",
  "👀",
  "🤔",
  "✅",
  "❌",
  "🙏",
  "🔥",
  "😢",
  "🚀",
]);
const QUICK = 6;
const MARGIN = 8; // pixels to the edge of the window

/**
 * @typedef {object} Item
 * @property {string} label
 * @property {string} [icon]
 * @property {string} [name]  for `data-action`
 * @property {boolean} [isDangerous]
 * @property {boolean} [isChecked]  makes it one of several that can be chosen
 * @property {(event: Event) => void} run
 */

/**
 * Opens a menu beside an element or at a point.
 * @param {Element | {x: number, y: number}} anchor
 * @param {string} label
 * @param {(Item | string | null | Element)[]} items  a string is a heading, null a line
 */
export function openMenu(anchor, label, items) {
  const menu = el(
    "div",
    { class: "menu", role: "menu", popover: "auto", "aria-label": label },
    items.map((item) => entry(item, () => menu.hidePopover())),
  );
  const before = document.activeElement;
  document.body.append(menu);
  menu.addEventListener("keydown", (event) => walk(menu, event));
  menu.addEventListener("toggle", ({ newState }) => {
    if (newState !== "closed") return;
    const hadFocus =
      menu.contains(document.activeElement) || document.activeElement === document.body;
    menu.remove();
    if (hadFocus && before?.isConnected) before.focus({ preventScroll: true });
  });
  menu.showPopover();
  putBeside(menu, anchor);
  menu.querySelector("[role^=menuitem]")?.focus();
  return menu;
}

function entry(item, close) {
  if (item === null) return el("hr");
  if (typeof item === "string")
    return el("div", { class: "menu-heading", role: "presentation" }, item);
  if (item instanceof Element) return item;
  const button = el(
    "button",
    {
      type: "button",
      role: item.isChecked === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": item.isChecked === undefined ? null : String(item.isChecked),
      class: item.isDangerous ? "menu-item danger-text" : "menu-item",
      "data-action": item.name,
      tabindex: "-1",
    },
    el("span", {}, item.label),
    item.isChecked ? icon("check") : item.icon && icon(item.icon),
  );
  button.addEventListener("click", (event) => {
    close();
    item.run(event);
  });
  return button;
}

/** Opens a small choice of emoji; `pick` is called with one of them. */
export function openEmoji(anchor, pick) {
  const menu = openMenu(anchor, "Reactions", [
    emojiRow(EMOJI, (emoji) => {
      menu.hidePopover();
      pick(emoji);
    }),
  ]);
}

/** Returns a row with the emoji that are used most, for the head of a menu. */
export function quickEmoji(pick) {
  return emojiRow(EMOJI.slice(0, QUICK), pick);
}

function emojiRow(choice, pick) {
  const row = el(
    "div",
    { class: "emoji-row", role: "group", "aria-label": "Reactions" },
    choice.map((emoji) =>
      el(
        "button",
        {
          type: "button",
          role: "menuitem",
          tabindex: "-1",
          class: "emoji",
          "data-emoji": emoji,
          "aria-label": `React with ${emoji}`,
        },
        emoji,
      ),
    ),
  );
  row.addEventListener("click", ({ target }) => {
    const emoji = target.closest("[data-emoji]")?.dataset.emoji;
    if (emoji) pick(emoji);
  });
  return row;
}

function walk(menu, event) {
  const items = [...menu.querySelectorAll("[role^=menuitem]")];
  const next = { Home: items[0], End: items.at(-1) }[event.key] ?? neighbour(items, event.key);
  if (event.key === "Tab") menu.hidePopover();
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** Up and down a row of emoji is one stop among the others; left and right go through it. */
function neighbour(items, key) {
  const here = document.activeElement;
  const row = rowOf(here);
  const isAcross = key === "ArrowRight" || key === "ArrowLeft";
  const step = { ArrowDown: 1, ArrowUp: -1, ArrowRight: 1, ArrowLeft: -1 }[key];
  if (!step || (isAcross && !row)) return null;
  const isOnlyRow = row && items.every((item) => rowOf(item) === row);
  const stops = items.filter((item) => {
    if (isAcross || isOnlyRow) return rowOf(item) === row;
    return item === here || !rowOf(item) || (rowOf(item) !== row && !item.previousElementSibling);
  });
  return stops[(stops.indexOf(here) + step + stops.length) % stops.length];
}

const rowOf = (item) => item.closest(".emoji-row");

function putBeside(menu, anchor) {
  const box =
    anchor instanceof Element
      ? anchor.getBoundingClientRect()
      : new DOMRect(anchor.x, anchor.y, 0, 0);
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.min(box.left, innerWidth - width - MARGIN);
  const below = box.bottom + 4;
  const top = below + height + MARGIN > innerHeight ? box.top - height - 4 : below;
  menu.style.left = `${Math.max(MARGIN, left)}px`;
  menu.style.top = `${Math.min(Math.max(MARGIN, top), Math.max(MARGIN, innerHeight - height - MARGIN))}px`;
}
