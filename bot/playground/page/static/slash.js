// The command picker: from a typed "/" to a command with all that it takes.
//
// It works inside the text field. While a command is looked for, the field holds its name; then
// it holds the value of one option after the other, and the box above shows all of them.

import { make } from "./nodes.js";
import { Asking } from "./slash-asking.js";
import { SlashBox } from "./slash-box.js";
import { Filling } from "./slash-filling.js";
import { FILE, fitting, fixedChoices, leavesOf, matching, namedIn } from "./slash-options.js";

const MOST_SHOWN = 50;
const LOADING = "Loading choices …";

/**
 * @typedef {object} Host
 * @property {HTMLTextAreaElement} input
 * @property {HTMLElement} anchor
 * @property {() => object[]} commands
 * @property {(name: string, option: string, typed: string, options: object) =>
 *   Promise<{name: string, value: unknown}[]>} complete
 * @property {(name: string, options: object, files: File[]) => Promise<unknown>} run
 * @property {import("./things.js").Things} things
 */

export class SlashPicker {
  #host;
  #input;
  #box;
  #asking;
  #placeholder = "";
  /** @type {?Filling} */
  #filling = null;
  #items = [];
  #active = -1;
  #note = "";
  #fault = "";
  #wrong = null;
  #isBusy = false;
  #isDismissed = false;
  #isWriting = false;

  /** @param {Host} host */
  constructor(host) {
    this.#host = host;
    this.#input = host.input;
    this.#asking = new Asking(host.complete);
    this.#box = new SlashBox(host.anchor, host.input, {
      pick: (index) => this.#pick(this.#items[index]),
      hover: (index) => this.#activate(index),
      turnTo: (name) => {
        this.#filling.turnTo(name);
        this.#turned();
      },
    });
    this.#input.addEventListener("input", () => this.#isWriting || this.#read());
  }

  /** Whether what is in the field is a command, no message. */
  get active() {
    return this.#filling !== null || this.#items.length > 0;
  }

  /** Whether the key was meant for the picker; then nobody else may act on it. */
  handleKey(event) {
    if (!this.active) return false;
    if (event.isComposing) return true;
    const isMeant = this.#isBusy || this.#press(event);
    if (isMeant) event.preventDefault();
    return isMeant;
  }

  /** Forgets the command that is being filled in, if there is one. */
  close() {
    const wasFilling = this.#filling !== null;
    this.#reset();
    if (wasFilling) this.#write("");
  }

  #reset() {
    this.#asking.drop();
    if (this.#filling) this.#input.placeholder = this.#placeholder;
    this.#input.readOnly = false;
    this.#filling = null;
    this.#isBusy = false;
    this.#complain("");
    this.#list([]);
    this.#box.hide();
  }

  /** Puts a text into the field, and tells those who adapt themselves to it. */
  #write(text) {
    this.#isWriting = true;
    this.#input.value = text;
    this.#input.setSelectionRange(text.length, text.length);
    this.#input.dispatchEvent(new Event("input", { bubbles: true }));
    this.#isWriting = false;
  }

  #read() {
    const text = this.#input.value;
    this.#complain("");
    if (this.#filling) this.#change(text);
    else this.#seek(text);
  }

  #change(text) {
    if (!this.#filling.option) return this.#write("");
    this.#filling.change(text);
    this.#suggest();
  }

  #seek(text) {
    this.#isDismissed &&= text.startsWith("/");
    if (this.#isDismissed || !text.startsWith("/")) return this.#reset();
    const leaves = leavesOf(this.#host.commands());
    const named = namedIn(leaves, text);
    if (named) return this.#choose(named.leaf, named.rest);
    this.#list(matching(leaves, text.slice(1)).map(commandItem), { isChosen: true });
    if (this.#items.length) this.#show();
    else this.#box.hide();
  }

  #choose(leaf, rest = "") {
    this.#placeholder = this.#input.placeholder;
    this.#filling = new Filling(leaf, rest, this.#host.things);
    this.#turned();
  }

  /** From now on the field holds the value of the option that is meant. */
  #turned() {
    this.#complain("");
    this.#input.placeholder = this.#filling.option?.name ?? "Enter uses the command";
    this.#write(this.#filling.entry?.text ?? "");
    this.#suggest();
  }

  #suggest() {
    this.#asking.drop();
    const { option, isPicked, typed } = this.#filling;
    if (option?.autocomplete && !isPicked) this.#ask(typed);
    else if (option?.type === FILE) this.#offer([{ label: "Choose a file …", isFile: true }]);
    else this.#offerFixed(option, typed);
    this.#show();
  }

  #offerFixed(option, typed) {
    const choices = option && fixedChoices(option, this.#host.things);
    if (choices) this.#offer(fitting(choices, typed));
    else this.#list([]);
  }

  #ask(typed) {
    this.#list([], { note: LOADING });
    const { name, option } = this.#filling;
    const told = (choices) => {
      this.#offer(choices.map((choice) => ({ label: choice.name, value: choice.value })));
      this.#show();
    };
    const failed = (failure) => {
      this.#list([], { note: `The choices did not come: ${failure.message}` });
      this.#show();
    };
    const others = this.#filling.worths().values;
    delete others[option.name];
    this.#asking.ask([name, option.name, typed, others], told, failed);
  }

  /** Nothing is chosen beforehand where somebody may want to give nothing. */
  #offer(items) {
    const note = items.length ? "" : "No choice fits";
    this.#list(items, { isChosen: this.#filling.isAwaited, note });
  }

  #list(items, { isChosen = false, note = "" } = {}) {
    this.#items = items.slice(0, MOST_SHOWN);
    this.#active = isChosen && items.length ? 0 : -1;
    this.#note = note;
  }

  #activate(index) {
    this.#active = index;
    this.#box.activate(index);
  }

  #pick(item) {
    if (this.#isBusy) return;
    if (item.leaf) this.#choose(item.leaf);
    else if (item.isFile) this.#pickFile();
    else this.#give({ text: item.label, value: item.value });
  }

  #give(entry) {
    this.#filling.give(entry);
    this.#turned();
  }

  #pickFile() {
    const { option } = this.#filling;
    const chooser = make("input", { type: "file" });
    chooser.addEventListener("change", () => {
      const [file] = chooser.files;
      if (file && this.#filling?.option === option) this.#give({ text: file.name, file });
      this.#input.focus();
    });
    chooser.click();
  }

  #press(event) {
    const { selectionStart: from, selectionEnd: to, value } = this.#input;
    switch (event.key) {
      case "ArrowDown":
        return this.#move(1);
      case "ArrowUp":
        return this.#move(-1);
      case "ArrowLeft":
        return to === 0 && this.#turnBy(-1);
      case "ArrowRight":
        return from === value.length && this.#turnBy(1);
      case "Tab":
        return this.#tab(event.shiftKey);
      case "Enter":
        return !event.shiftKey && this.#enter();
      case "Escape":
        return this.#escape();
      case "Backspace":
        return value === "" && this.#filling !== null && this.#takeBack();
      default:
        return false;
    }
  }

  #move(step) {
    const count = this.#items.length;
    if (!count) return false;
    const from = this.#active < 0 && step < 0 ? 0 : this.#active;
    this.#activate((from + step + count) % count);
    return true;
  }

  #turnBy(step) {
    if (!this.#filling?.turnBy(step)) return false;
    this.#turned();
    return true;
  }

  #tab(isBack) {
    if (isBack || this.#active < 0) return this.#turnBy(isBack ? -1 : 1);
    this.#pick(this.#items[this.#active]);
    return true;
  }

  #enter() {
    if (this.#active >= 0) this.#pick(this.#items[this.#active]);
    else if (this.#note !== LOADING || !this.#filling.isAwaited) this.#run();
    return true;
  }

  /** First the list goes, then the command; what was typed for it stays in the field. */
  #escape() {
    if (this.#filling && this.#items.length) {
      this.#list([]);
      this.#show();
      return true;
    }
    const text = this.#filling ? this.#filling.line() : this.#input.value;
    this.#reset();
    this.#isDismissed = true;
    this.#write(text);
    return true;
  }

  /** Takes back the last thing given, or the command itself. */
  #takeBack() {
    const { name } = this.#filling;
    if (this.#filling.takeBack()) {
      this.#turned();
    } else {
      this.#reset();
      this.#write(`/${name}`);
      this.#read();
    }
    return true;
  }

  async #run() {
    const filling = this.#filling;
    const { values, files, wrong, fault } = filling.worths();
    if (wrong) {
      filling.turnTo(wrong);
      this.#turned();
      this.#complain(fault, wrong);
      return this.#show();
    }
    this.#setBusy(true);
    try {
      await this.#host.run(filling.name, values, files);
      if (this.#filling === filling) this.close();
    } catch (failure) {
      if (this.#filling !== filling) return;
      this.#complain(failure.message);
      this.#setBusy(false);
    }
  }

  #setBusy(isBusy) {
    this.#isBusy = this.#input.readOnly = isBusy;
    this.#show();
  }

  #complain(fault, wrong = null) {
    this.#fault = fault;
    this.#wrong = wrong;
  }

  #show() {
    this.#box.show({
      items: this.#items,
      active: this.#active,
      command: this.#filling?.name,
      pills: this.#filling?.pills(this.#wrong) ?? [],
      hint: [this.#filling?.hint(), this.#note].filter(Boolean).join(" · "),
      fault: this.#fault,
      isBusy: this.#isBusy,
    });
  }
}

function commandItem(leaf) {
  const more = leaf.options.map(({ name, required }) => (required ? name : `[${name}]`)).join(" ");
  return { label: `/${leaf.name}`, description: leaf.description, more, leaf };
}
