// A command that is being filled in: what its options were given, and which of them is meant now.

import { entriesIn, limitsOf, worth } from "./slash-options.js";

/** @typedef {import("./slash-options.js").Entry} Entry */

export class Filling {
  #options;
  #things;
  /** @type {Map<string, Entry>} */
  #entries;

  /**
   * @param {import("./slash-options.js").Leaf} leaf
   * @param {string} line what was written behind the command's name
   * @param {import("./things.js").Things} things
   */
  constructor(leaf, line, things) {
    this.name = leaf.name;
    this.#options = leaf.options;
    this.#things = things;
    this.#entries = entriesIn(line, leaf, things);
    /** The option that is meant now; null in a command that takes none. */
    this.option = this.#lastGiven ?? this.#options[0] ?? null;
  }

  get #lastGiven() {
    return this.#options.findLast(({ name }) => this.#entries.has(name));
  }

  /** @returns {Entry|undefined} */
  get entry() {
    return this.#entries.get(this.option?.name);
  }

  /** Whether the option has a value that was chosen, not typed. */
  get isPicked() {
    return this.entry?.value !== undefined || this.entry?.file !== undefined;
  }

  /** What choices are to be looked for by. */
  get typed() {
    return this.isPicked ? "" : (this.entry?.text ?? "");
  }

  /** Whether something should be chosen, rather than could be. */
  get isAwaited() {
    return !this.isPicked && Boolean(this.entry || this.option?.required);
  }

  turnTo(name) {
    this.option = this.#options.find((option) => option.name === name);
  }

  /** Turns to a neighbour, if there is one; whether there was. */
  turnBy(step) {
    const next = this.#options[this.#options.indexOf(this.option) + step];
    this.option = next ?? this.option;
    return Boolean(next);
  }

  /** The option has a value; turns to what is still needed, or else to the next free one. */
  give(entry) {
    this.#entries.set(this.option.name, entry);
    const isFree = ({ name }) => !this.#entries.has(name);
    const needed = this.#options.find((option) => option.required && isFree(option));
    const rest = this.#options.slice(this.#options.indexOf(this.option));
    this.option = needed ?? rest.find(isFree) ?? this.option;
  }

  /** The option's text is now this; what was chosen stays chosen while its text stays. */
  change(text) {
    if (!text) this.#entries.delete(this.option.name);
    else if (this.entry?.text !== text) this.#entries.set(this.option.name, { text });
  }

  /** Empties the option and turns to the last one that is not empty; whether there is one. */
  takeBack() {
    this.#entries.delete(this.option?.name);
    this.option = this.#lastGiven ?? this.option;
    return this.#entries.size > 0;
  }

  /** What all options are worth, and the first one that is wrong. */
  worths() {
    const found = { values: {}, files: [], wrong: null, fault: "" };
    for (const option of this.#options) {
      const { value, file, fault } = worth(option, this.#entries.get(option.name), this.#things);
      if (file) found.values[option.name] = { file: found.files.push(file) - 1 };
      else if (value !== undefined) found.values[option.name] = value;
      if (fault && !found.wrong) Object.assign(found, { wrong: option.name, fault });
    }
    return found;
  }

  /** The line that says the same, or nothing when nothing was given. */
  line() {
    const given = [...this.#entries].map(([name, { text }]) => `${name}:${text}`);
    return given.length ? [`/${this.name}`, ...given].join(" ") : "";
  }

  hint() {
    if (!this.option) return "Enter uses the command, which takes no options.";
    return `${this.option.name}: ${this.option.description} (${limitsOf(this.option)})`;
  }

  /** The options as they are shown above the field. */
  pills(wrong) {
    return this.#options.map((option) => ({
      name: option.name,
      text: this.#entries.get(option.name)?.text,
      isCurrent: option === this.option,
      isRequired: option.required,
      isWrong: option.name === wrong,
    }));
  }
}
