// A menu from which one or several things are chosen: a button and the list that it opens.
//
// The list is a popover, so nothing cuts it off, neither the message list nor a dialog. The
// focus stays on the button, which tells the option that is meant, as a combobox does.

import { make } from "./nodes.js";

const TALLEST = 320; // pixels
const TYPED_TOGETHER = 700; // milliseconds between the letters of one word
const MOVES = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity };

let menus = 0;

/** @typedef {{label: string, value: string, description?: string, emoji?: string}} Choice */

export class ChoiceMenu {
  #menu;
  #given;
  #picked;
  #active = -1;
  #typed = "";
  #typedAt = 0;
  #list;
  #options;

  /**
   * @param {{choices: Choice[], picked: string[], least: number, most: number, label: string,
   *          placeholder: string, disabled?: boolean, changed?: (values: string[]) => void}} menu
   *   `changed` is called with what is chosen, when the list closes and it is something else
   */
  constructor(menu) {
    this.#menu = menu;
    this.#given = menu.picked;
    this.#picked = new Set(menu.picked);
    const id = `part-options-${++menus}`;
    this.#options = menu.choices.map((choice, index) => this.#option(choice, index, id));
    this.#list = this.#makeList(id);
    this.button = this.#makeButton(id);
    this.element = make("div", { className: "part-select" }, this.button, this.#list);
    this.#tell();
  }

  /** What is chosen, in the order of the list. */
  get values() {
    return this.#menu.choices.map(({ value }) => value).filter((value) => this.#picked.has(value));
  }

  #makeButton(id) {
    const { label, disabled = false } = this.#menu;
    const properties = {
      type: "button",
      className: "part-select-button",
      role: "combobox",
      disabled,
    };
    const button = make("button", { ...properties, ariaHasPopup: "listbox", ariaLabel: label });
    button.setAttribute("aria-controls", id);
    button.popoverTargetElement = this.#list;
    button.addEventListener("keydown", (event) => this.#press(event));
    return button;
  }

  #makeList(id) {
    const { label, choices, most } = this.#menu;
    const hint = choices.length ? most > 1 && this.#bounds() : "There is nothing to choose from";
    const list = make(
      "div",
      { className: "part-options", role: "listbox", ariaLabel: label, id, popover: "auto" },
      hint && make("div", { className: "part-hint" }, hint),
      ...this.#options,
    );
    list.ariaMultiSelectable = String(most > 1);
    list.addEventListener("beforetoggle", ({ newState }) => newState === "open" && this.#open());
    list.addEventListener("toggle", ({ newState }) => this.#toggled(newState === "open"));
    return list;
  }

  #option({ label, description, emoji }, index, id) {
    const words = make("span", { className: "part-option-words" }, make("span", {}, label));
    if (description) words.append(make("span", { className: "part-faint" }, description));
    const option = make(
      "div",
      { className: "part-option", role: "option", id: `${id}-${index}` },
      emoji && make("span", { className: "part-option-emoji" }, emoji),
      words,
    );
    option.addEventListener("mousedown", (event) => event.preventDefault());
    option.addEventListener("mousemove", () => this.#activate(index));
    option.addEventListener("click", () => this.#pick(index));
    return option;
  }

  #bounds() {
    const { least, most } = this.#menu;
    if (least === most) return `Choose ${least}`;
    return least ? `Choose ${least} to ${most}` : `Choose up to ${most}`;
  }

  #open() {
    this.#activate(this.#menu.choices.findIndex(({ value }) => this.#picked.has(value)));
    this.#place();
  }

  #place() {
    const { left, top, bottom, width } = this.button.getBoundingClientRect();
    const below = innerHeight - bottom;
    const isBelow = below >= Math.min(TALLEST, top);
    Object.assign(this.#list.style, {
      left: `${left}px`,
      width: `${width}px`,
      maxHeight: `${Math.min(TALLEST, (isBelow ? below : top) - 12)}px`,
      top: isBelow ? `${bottom + 4}px` : "auto",
      bottom: isBelow ? "auto" : `${innerHeight - top + 4}px`,
    });
  }

  #toggled(isOpen) {
    this.#tell(isOpen);
    if (isOpen) return;
    const values = this.values;
    const { least, most, changed } = this.#menu;
    if (values.length < least || values.length > most) this.#picked = new Set(this.#given);
    else if (String(values) !== String(this.#given)) changed?.((this.#given = values));
    this.#tell();
  }

  #press(event) {
    const isOpen = this.#list.matches(":popover-open");
    if (event.key in MOVES) {
      event.preventDefault();
      if (isOpen) this.#activate(this.#active + MOVES[event.key]);
      else this.#list.showPopover();
    } else if (isOpen && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      this.#pick(this.#active);
    } else if (isOpen && event.key === "Tab") {
      this.#list.hidePopover();
    } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
      this.#seek(event);
    }
  }

  #seek({ key, timeStamp }) {
    const isSameWord = timeStamp - this.#typedAt < TYPED_TOGETHER;
    this.#typed = (isSameWord ? this.#typed : "") + key.toLowerCase();
    this.#typedAt = timeStamp;
    const found = this.#menu.choices.findIndex(({ label }) =>
      label.toLowerCase().startsWith(this.#typed),
    );
    if (found >= 0) this.#activate(found);
  }

  #activate(index) {
    if (!this.#options.length) return;
    this.#options[this.#active]?.classList.remove("part-option-active");
    this.#active = Math.max(0, Math.min(index, this.#options.length - 1));
    const option = this.#options[this.#active];
    option.classList.add("part-option-active");
    option.scrollIntoView({ block: "nearest" });
    this.button.setAttribute("aria-activedescendant", option.id);
  }

  #pick(index) {
    const choice = this.#menu.choices[index];
    if (!choice) return;
    const { least, most } = this.#menu;
    const isPicked = this.#picked.has(choice.value);
    if (most === 1) {
      this.#picked = new Set(isPicked && least === 0 ? [] : [choice.value]);
      this.#list.hidePopover();
    } else if (isPicked) {
      this.#picked.delete(choice.value);
    } else if (this.#picked.size < most) {
      this.#picked.add(choice.value);
    }
    this.#tell(most > 1);
  }

  #tell(isOpen = false) {
    const { choices, placeholder } = this.#menu;
    const picked = choices.filter(({ value }) => this.#picked.has(value));
    const words = picked.map(({ label }) => label).join(", ");
    this.button.textContent = words || placeholder;
    this.button.classList.toggle("part-select-empty", !words);
    this.button.ariaExpanded = String(isOpen);
    this.button.ariaLabel = `${this.#menu.label}: ${words || "nothing chosen"}`;
    if (!isOpen) this.button.removeAttribute("aria-activedescendant");
    this.#options.forEach((option, index) => {
      option.ariaSelected = String(this.#picked.has(choices[index].value));
    });
  }
}
