// The command picker: from a typed "/" to a command with all that it takes.
//
// It works inside the text field. While a command is looked for, the field holds its name; then
// it holds the value of one option after the other, and the box above shows all of them.

import { make } from "./nodes.js";
import { Asking } from "./slash-asking.js";
import { SlashBox } from "./slash-box.js";
import * as options from "./slash-options.js";

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
  /** @type {?options.Leaf} the command that is being filled in */
  #leaf = null;
  /** @type {Map<string, options.Entry>} */
  #entries = new Map();
  #option = null;
  #items = [];
  #active = -1;
  #note = "";
  #fault = "";
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
      turnTo: (name) => this.#turnTo(this.#leaf.options.find((option) => option.name === name)),
    });
    this.#input.addEventListener("input", () => this.#isWriting || this.#read());
  }

  /** Whether what is in the field is a command, no message. */
  get active() {
    return this.#leaf !== null || this.#items.length > 0;
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
    const wasFilling = this.#leaf !== null;
    this.#reset();
    if (wasFilling) this.#write("");
  }

  #reset() {
    this.#asking.drop();
    if (this.#leaf) this.#input.placeholder = this.#placeholder;
    this.#input.readOnly = false;
    this.#leaf = this.#option = null;
    this.#entries = new Map();
    this.#isBusy = false;
    this.#fault = "";
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
    this.#fault = "";
    if (this.#leaf) return this.#change(text);
    this.#isDismissed &&= text.startsWith("/");
    if (this.#isDismissed || !text.startsWith("/")) return this.#reset();
    const leaves = options.leavesOf(this.#host.commands());
    const named = options.namedIn(leaves, text);
    if (named) return this.#choose(named.leaf, named.rest);
    this.#list(options.matching(leaves, text.slice(1)).map(commandItem), { isChosen: true });
    if (this.#items.length) this.#show();
    else this.#box.hide();
  }

  #choose(leaf, rest = "") {
    this.#placeholder = this.#input.placeholder;
    this.#leaf = leaf;
    this.#entries = options.entriesIn(rest, leaf, this.#host.things);
    this.#turnTo(leaf.options.findLast(({ name }) => this.#entries.has(name)) ?? leaf.options[0]);
  }

  /** From now on the field holds the value of this option; without one it stays empty. */
  #turnTo(option = null) {
    this.#option = option;
    this.#fault = "";
    this.#input.placeholder = option ? option.description : "Enter uses the command";
    this.#write(this.#entry?.text ?? "");
    this.#suggest();
  }

  #turnBy(step) {
    const next = this.#leaf?.options[this.#leaf.options.indexOf(this.#option) + step];
    if (next) this.#turnTo(next);
    return Boolean(next);
  }

  /** To what is still needed, or else to the next option that is free. */
  #turnOn() {
    const all = this.#leaf.options;
    const isFree = ({ name }) => !this.#entries.has(name);
    const needed = all.find((option) => option.required && isFree(option));
    this.#turnTo(needed ?? all.slice(all.indexOf(this.#option)).find(isFree) ?? this.#option);
  }

  get #entry() {
    return this.#entries.get(this.#option?.name);
  }

  #give(entry) {
    this.#entries.set(this.#option.name, entry);
    this.#turnOn();
  }

  #change(text) {
    if (!this.#option) return this.#write("");
    if (!text) this.#entries.delete(this.#option.name);
    else if (this.#entry?.text !== text) this.#entries.set(this.#option.name, { text });
    this.#suggest();
  }

  #suggest() {
    this.#asking.drop();
    const { type, autocomplete } = this.#option ?? {};
    const typed = this.#isPicked ? "" : (this.#entry?.text ?? "");
    if (autocomplete && this.#isPicked) this.#list([]);
    else if (autocomplete) this.#ask(typed);
    else if (type === options.FILE) this.#offer([{ label: "Choose a file …", isFile: true }]);
    else this.#offerFixed(typed);
    this.#show();
  }

  get #isPicked() {
    return this.#entry?.value !== undefined || this.#entry?.file !== undefined;
  }

  #offerFixed(typed) {
    const choices = this.#option && options.fixedChoices(this.#option, this.#host.things);
    if (choices) this.#offer(options.fitting(choices, typed));
    else this.#list([]);
  }

  #ask(typed) {
    this.#list([], { note: LOADING });
    const question = [this.#leaf.name, this.#option.name, typed, this.#worths().options];
    const told = (choices) => {
      this.#offer(choices.map(({ name, value }) => ({ label: name, value })));
      this.#show();
    };
    const failed = (failure) => {
      this.#list([], { note: `The choices did not come: ${failure.message}` });
      this.#show();
    };
    this.#asking.ask(question, told, failed);
  }

  /** Nothing is chosen beforehand where somebody may want to give nothing. */
  #offer(items) {
    const isChosen = !this.#isPicked && Boolean(this.#entry || this.#option.required);
    this.#list(items, { isChosen, note: items.length ? "" : "No choice fits" });
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

  #pickFile() {
    const option = this.#option;
    const chooser = make("input", { type: "file" });
    chooser.addEventListener("change", () => {
      const [file] = chooser.files;
      if (file && option === this.#option) this.#give({ text: file.name, file });
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
        return value === "" && this.#takeBack();
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

  #tab(isBack) {
    if (isBack || this.#active < 0) return this.#turnBy(isBack ? -1 : 1);
    this.#pick(this.#items[this.#active]);
    return true;
  }

  #enter() {
    const isAwaited = this.#note === LOADING && (this.#entry || this.#option.required);
    if (this.#active >= 0) this.#pick(this.#items[this.#active]);
    else if (!isAwaited) this.#run();
    return true;
  }

  /** First the list goes, then the command; what was typed for it stays in the field. */
  #escape() {
    if (this.#leaf && this.#items.length) {
      this.#list([]);
      this.#show();
      return true;
    }
    const line = this.#entries.size ? options.lineOf(this.#leaf, this.#entries) : "";
    const text = this.#leaf ? line : this.#input.value;
    this.#reset();
    this.#isDismissed = true;
    this.#write(text);
    return true;
  }

  /** Takes back the last thing given, or the command itself. */
  #takeBack() {
    this.#entries.delete(this.#option?.name);
    const before = this.#leaf.options.findLast(({ name }) => this.#entries.has(name));
    if (before) {
      this.#turnTo(before);
    } else {
      const { name } = this.#leaf;
      this.#reset();
      this.#write(`/${name}`);
      this.#read();
    }
    return true;
  }

  /** What all options are worth, and the first one that is wrong. */
  #worths() {
    const found = { options: {}, files: [], wrong: null, fault: "" };
    for (const option of this.#leaf.options) {
      const { value, file, fault } = options.worth(option, this.#entries.get(option.name), this.#host.things);
      if (file) found.options[option.name] = { file: found.files.push(file) - 1 };
      else if (value !== undefined) found.options[option.name] = value;
      if (fault && !found.fault) Object.assign(found, { wrong: option, fault });
    }
    return found;
  }

  async #run() {
    const leaf = this.#leaf;
    const { options: values, files, wrong, fault } = this.#worths();
    if (wrong) {
      this.#turnTo(wrong);
      return this.#complain(fault);
    }
    this.#setBusy(true);
    try {
      await this.#host.run(leaf.name, values, files);
      if (this.#leaf === leaf) this.close();
    } catch (failure) {
      if (this.#leaf !== leaf) return;
      this.#setBusy(false);
      this.#complain(failure.message);
    }
  }

  #setBusy(isBusy) {
    this.#isBusy = this.#input.readOnly = isBusy;
    this.#show();
  }

  #complain(fault) {
    this.#fault = fault;
    this.#show();
  }

  #show() {
    const option = this.#option;
    const about = option && `${option.name}: ${option.description} (${options.limitsOf(option)})`;
    const hint = this.#leaf ? (about ?? "Enter uses the command, which takes no options.") : "";
    this.#box.show({
      items: this.#items,
      active: this.#active,
      command: this.#leaf?.name,
      pills: this.#pills(),
      hint: [hint, this.#note].filter(Boolean).join(" · "),
      fault: this.#fault,
      isBusy: this.#isBusy,
    });
  }

  #pills() {
    return (this.#leaf?.options ?? []).map((option) => ({
      name: option.name,
      text: this.#entries.get(option.name)?.text,
      isCurrent: option === this.#option,
      isRequired: option.required,
      isWrong: option === this.#option && Boolean(this.#fault),
    }));
  }
}

function commandItem(leaf) {
  const more = leaf.options.map(({ name, required }) => (required ? name : `[${name}]`)).join(" ");
  return { label: `/${leaf.name}`, description: leaf.description, more, leaf };
}
