// What the command picker looks like: a list, and below it the command with its options.

import { make } from "./nodes.js";

let boxes = 0;

export class SlashBox {
  #box;
  #list;
  #command = make("div", { className: "slash-command" });
  #hint = make("p", { className: "slash-hint", role: "status" });
  #fault = make("p", { className: "slash-fault", role: "alert" });
  #input;

  /**
   * @param {HTMLElement} anchor the box stands on its upper edge
   * @param {HTMLTextAreaElement} input keeps the focus and tells which entry is meant
   * @param {{pick(index: number): void, hover(index: number): void,
   *          turnTo(name: string): void}} deeds
   */
  constructor(anchor, input, { pick, hover, turnTo }) {
    const id = `slash-list-${++boxes}`;
    this.#input = input;
    this.#list = make("div", {
      className: "slash-list",
      role: "listbox",
      id,
      ariaLabel: "Commands and choices",
    });
    const foot = make("div", { className: "slash-foot" }, this.#command, this.#hint, this.#fault);
    this.#box = make("div", { className: "slash-box", hidden: true }, this.#list, foot);
    this.#box.addEventListener("mousedown", (event) => event.preventDefault());
    this.#list.addEventListener("click", ({ target }) => this.#indexOf(target, pick));
    this.#list.addEventListener("mousemove", ({ target }) => this.#indexOf(target, hover));
    this.#command.addEventListener("click", ({ target }) => {
      const option = target.closest("[data-option]");
      if (option) turnTo(option.dataset.option);
    });
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-autocomplete", "list"],
      ["aria-haspopup", "listbox"],
    ]) {
      input.setAttribute(name, value);
    }
    input.setAttribute("aria-controls", id);
    input.ariaExpanded = "false";
    anchor.classList.add("slash-anchor");
    anchor.append(this.#box);
  }

  #indexOf(target, act) {
    const index = [...this.#list.children].indexOf(target.closest(".slash-item"));
    if (index >= 0) act(index);
  }

  hide() {
    this.#box.hidden = true;
    this.#list.replaceChildren();
    this.#input.ariaExpanded = "false";
    this.#input.removeAttribute("aria-activedescendant");
  }

  /**
   * @param {{items: {label: string, description?: string, more?: string}[], active: number,
   *          command: ?string, pills: object[], hint: string, fault: string, isBusy: boolean}} picture
   */
  show({ items, active, command, pills, hint, fault, isBusy }) {
    this.#box.hidden = false;
    this.#box.ariaBusy = String(isBusy);
    this.#list.hidden = !items.length;
    this.#list.replaceChildren(...items.map((item, index) => this.#item(item, index)));
    this.#command.hidden = !command;
    this.#command.replaceChildren(make("strong", {}, `/${command}`), ...pills.map(pill));
    this.#hint.textContent = hint;
    this.#fault.textContent = fault;
    this.#input.ariaExpanded = String(items.length > 0);
    this.#input.ariaInvalid = String(Boolean(fault));
    this.activate(active);
  }

  activate(active) {
    this.#input.removeAttribute("aria-activedescendant");
    [...this.#list.children].forEach((item, index) => {
      item.ariaSelected = String(index === active);
      if (index !== active) return;
      this.#input.setAttribute("aria-activedescendant", item.id);
      item.scrollIntoView({ block: "nearest" });
    });
  }

  #item({ label, description, more }, index) {
    return make(
      "div",
      { className: "slash-item", role: "option", id: `${this.#list.id}-${index}` },
      make("span", { className: "slash-label" }, label),
      more && make("span", { className: "slash-more" }, more),
      description && make("span", { className: "slash-about" }, description),
    );
  }
}

function pill({ name, text, isCurrent, isRequired, isWrong }) {
  const state = { current: isCurrent, given: text, wrong: isWrong };
  const classes = Object.keys(state)
    .filter((each) => state[each])
    .map((each) => `slash-pill-${each}`);
  const button = make(
    "button",
    {
      type: "button",
      tabIndex: -1,
      className: ["slash-pill", ...classes].join(" "),
      ariaPressed: String(isCurrent),
    },
    make("span", { className: "slash-pill-name" }, isRequired ? `${name} *` : name),
    text && make("span", { className: "slash-pill-text" }, text),
  );
  button.dataset.option = name;
  return button;
}
