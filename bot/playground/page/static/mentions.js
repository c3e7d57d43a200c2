// Mentions as one writes them, "@Ada" and "#general", and as Discord keeps them, "<@1>" and "<#2>".
// While one writes, a list offers the names that fit.

import { el, renew } from "./dom.js";
import { avatar } from "./people.js";
import { isCategory, isThread } from "./state.js";

const CODE = /(```[\s\S]*?```|`[^`\n]*`)/;
const MENTION = /<(@!?|@&|#)(\d+)>/g;
const MOST_OFFERED = 8;

/** Returns what can be mentioned here: {sign, name, id, code, user?}, the longest name first. */
function mentionable(state) {
  const people = state.company.map((user) => ({
    sign: "@",
    name: state.name(user),
    code: `<@${user.id}>`,
    user,
  }));
  const roles = (state.guild?.roles ?? [])
    .filter(({ name }) => name !== "@everyone")
    .map(({ name, id }) => ({ sign: "@", name, code: `<@&${id}>` }));
  const channels = state.channels
    .filter(
      (channel) =>
        channel.guild_id === state.place.guild && !isCategory(channel) && !isThread(channel),
    )
    .map(({ name, id }) => ({ sign: "#", name, code: `<#${id}>` }));
  return [...people, ...roles, ...channels].sort(
    (one, other) => other.name.length - one.name.length,
  );
}

/** Returns the text as Discord keeps it; code stays as it is. */
export function meant(text, state) {
  const known = mentionable(state);
  return text
    .split(CODE)
    .map((part, index) => (index % 2 ? part : encode(part, known)))
    .join("");
}

function encode(text, known) {
  return text.replace(/(?<![\w<])[@#][^\n]+/g, (rest) => {
    const found = known.find(({ sign, name }) => startsWith(rest, sign + name));
    return found
      ? found.code + encode(rest.slice(found.name.length + 1), known)
      : rest[0] + encode(rest.slice(1), known);
  });
}

function startsWith(text, name) {
  return (
    text.slice(0, name.length).toLowerCase() === name.toLowerCase() &&
    !/^[\w]/.test(text.slice(name.length))
  );
}

/** Returns the text as one writes it. */
export function plain(text, state) {
  const names = new Map(mentionable(state).map(({ sign, name, code }) => [code, sign + name]));
  return text.replace(MENTION, (code) => names.get(code.replace("!", "")) ?? code);
}

/** Offers names while "@" or "#" and their beginning are being typed. */
export class MentionPicker {
  #offers = [];
  #at = 0;

  constructor({ input, anchor, state, isBusy }) {
    Object.assign(this, { input, state, isBusy });
    this.list = el("div", {
      class: "mentions",
      role: "listbox",
      id: "mentions",
      "aria-label": "Names",
      hidden: true,
    });
    anchor.append(this.list);
    input.addEventListener("input", () => this.#look());
    input.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[data-index]");
      if (option) this.#take(this.#offers[option.dataset.index]);
    });
  }

  get active() {
    return !this.list.hidden;
  }

  close() {
    this.#offer([]);
  }

  /** Returns whether the key was for the list. */
  handleKey(event) {
    if (!this.active || event.shiftKey) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#point((this.#at + step + this.#offers.length) % this.#offers.length);
    else if (event.key === "Enter" || event.key === "Tab") this.#take(this.#offers[this.#at]);
    else if (event.key === "Escape") this.close();
    else return false;
    event.preventDefault();
    return true;
  }

  #look() {
    const before = this.input.value.slice(0, this.input.selectionStart);
    const typed = /(?:^|\s)([@#])([^\s@#]{0,30})$/.exec(before);
    if (!typed || this.isBusy() || before.startsWith("/")) return this.close();
    const [, sign, start] = typed;
    const fits = ({ name }) => name.toLowerCase().startsWith(start.toLowerCase());
    return this.#offer(
      mentionable(this.state)
        .filter((each) => each.sign === sign && fits(each))
        .slice(0, MOST_OFFERED)
        .reverse(),
    );
  }

  #offer(offers) {
    this.#offers = offers;
    this.list.hidden = !offers.length;
    renew(
      this.list,
      offers.map(({ sign, name, user }, index) =>
        el(
          "div",
          {
            class: "mention-option",
            role: "option",
            id: `mention-${index}`,
            "data-index": index,
            "aria-selected": "false",
          },
          user ? avatar(user, name) : el("span", { class: "sign" }, sign),
          name,
        ),
      ),
    );
    if (offers.length) this.#point(0);
    else if (this.input.getAttribute("aria-controls") === "mentions") this.#release();
  }

  #point(index) {
    this.#at = index;
    [...this.list.children].forEach((option, each) =>
      option.setAttribute("aria-selected", String(each === index)),
    );
    this.input.setAttribute("aria-controls", "mentions");
    this.input.setAttribute("aria-activedescendant", `mention-${index}`);
  }

  #release() {
    this.input.removeAttribute("aria-controls");
    this.input.removeAttribute("aria-activedescendant");
  }

  #take({ sign, name }) {
    const { value, selectionStart: end } = this.input;
    const start = value.lastIndexOf(sign, end - 1);
    this.input.setRangeText(`${sign}${name} `, start, end, "end");
    this.close();
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
  }
}
