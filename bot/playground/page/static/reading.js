// Reading messages out to those who cannot see them: each one once, when it has stopped growing.

import { byId } from "./dom.js";
import { plain } from "./mentions.js";

const QUIET = 1500; // milliseconds without an edit
const LONGEST = 300; // characters

export class Reading {
  #growing = new Map();

  /** @param {import("./state.js").State} state */
  constructor(state) {
    this.state = state;
    state.on("arrived", (message) => this.#hearOf(message));
    state.on("failed", () => say("The application did not respond."));
  }

  #hearOf({ id, channel_id: channel, author }) {
    if (channel !== this.state.place.channel || author.id === this.state.me.id) return;
    this.#growing.set(id, null);
    this.#look(channel, id);
  }

  #look(channel, id) {
    const message = this.state.talk(channel).find(id);
    if (message && message === this.#growing.get(id)) this.#read(message);
    if (!message || message === this.#growing.get(id) || channel !== this.state.place.channel) {
      this.#growing.delete(id);
      return;
    }
    this.#growing.set(id, message);
    setTimeout(() => this.#look(channel, id), QUIET);
  }

  #read(message) {
    const words = plain(message.content, this.state).replace(/[*_`~|>#]+/g, "").slice(0, LONGEST);
    const said = words || "a message without text";
    say(`${this.state.name(message.author)}: ${said}`);
  }
}

function say(words) {
  byId("announcer").textContent = words;
}
