// Where one writes: text that grows, files that come along, what one answers, and commands.

import { byId, el, icon, iconButton, onActions, renew } from "./dom.js";
import { toast } from "./dialogs.js";
import { Luggage } from "./luggage.js";
import { MentionPicker } from "./mentions.js";
import { SlashPicker } from "./slash.js";
import { isArchived, isForum } from "./state.js";

const LONGEST = 2000; // https://docs.discord.com/developers/resources/message#create-message
const NEAR_LONGEST = 1800;
const SLASH = 1;
const GROWS_ITSELF = CSS.supports("field-sizing", "content");

export class Composer {
  #drafts = new Map();
  #channel = null;

  constructor(world) {
    Object.assign(this, { world, state: world.state, deeds: world.deeds });
    this.luggage = new Luggage(() => this.focus());
    this.#build();
    this.mentions = new MentionPicker({
      input: this.input,
      anchor: this.popups,
      state: this.state,
      isBusy: () => this.slash.active,
    });
    this.slash = this.#openSlash();
    this.input.addEventListener("keydown", (event) => this.#onKey(event));
    this.input.addEventListener("input", () => this.#onInput());
    this.luggage.acceptFrom(
      this.input,
      byId("main"),
      () => !this.input.disabled && !byId("write").hidden,
    );
    onActions(byId("write"), {
      attach: () => this.luggage.choose(),
      send: () => this.#send(),
      "remove-file": (source) => this.luggage.remove(Number(source.dataset.index)),
      "cancel-reply": () => this.#cancelReply(),
      "toggle-ping": () => this.#togglePing(),
      "start-bot": () => this.deeds.act("bot", { up: true }),
    });
    this.state.on("ready places place", () => this.#settle());
    this.state.on("reply", (channel) => {
      this.#renderReply();
      if (this.state.replyIn(channel)) this.focus();
    });
    this.state.on("ready place typing bot", () => this.#renderTyping());
  }

  focus() {
    this.input.focus();
  }

  #build() {
    this.input = el("textarea", {
      id: "input",
      class: "input",
      rows: 1,
      autocomplete: "off",
      "aria-describedby": "typing",
    });
    this.popups = el("div", { class: "popups" });
    this.replyBar = el("div", { class: "reply-bar", hidden: true });
    this.counter = el("span", { class: "counter", hidden: true });
    this.typing = el("div", { class: "typing", id: "typing" });
    this.box = el(
      "div",
      { class: "box" },
      this.replyBar,
      this.luggage.chips,
      el(
        "div",
        { class: "line" },
        iconButton("plus", "Add files", "attach"),
        this.input,
        this.counter,
        iconButton("send", "Send", "send"),
        this.luggage.picker,
      ),
    );
    byId("write").append(this.popups, this.box, this.typing);
  }

  #openSlash() {
    const { state, world } = this;
    const about = (name, rest) => ({ channel: state.place.channel, name, ...rest });
    return new SlashPicker({
      input: this.input,
      anchor: this.box,
      commands: () => state.commands.filter(({ type = SLASH }) => type === SLASH),
      complete: (name, option, typed, options) =>
        world.server
          .act("autocomplete", about(name, { option, typed, options }))
          .then(({ choices }) => choices),
      run: (name, options, files) => world.server.act("command", about(name, { options }), files),
      things: world.names.things,
    });
  }

  #onKey(event) {
    if (event.isComposing || this.slash.handleKey(event) || this.mentions.handleKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "ArrowUp" && !this.input.value && !event.shiftKey) {
      if (this.world.toolbar.editLast()) event.preventDefault();
    } else if (event.key === "Escape" && this.state.replyIn(this.#channel)) {
      event.stopPropagation();
      this.#cancelReply();
    }
  }

  #onInput() {
    this.#measure();
    const { value } = this.input;
    if (value && !this.slash.active && !value.startsWith("/")) this.deeds.typing(this.#channel);
  }

  #measure() {
    const { length } = this.input.value;
    this.counter.hidden = length < NEAR_LONGEST;
    this.counter.textContent = String(LONGEST - length);
    this.counter.dataset.state = length > LONGEST ? "over" : "near";
    if (!GROWS_ITSELF) {
      this.input.style.height = "auto";
      this.input.style.height = `${this.input.scrollHeight}px`;
    }
  }

  async #send() {
    if (this.slash.active) {
      this.slash.handleKey(new KeyboardEvent("keydown", { key: "Enter" }));
      return;
    }
    const text = this.world.meant(this.input.value.trim());
    if (!text && !this.luggage.files.length) return;
    if (text.length > LONGEST) {
      toast(`A message has at most ${LONGEST} characters; this one has ${text.length}.`, "error");
      return;
    }
    const channel = this.#channel;
    const reply = this.state.replyIn(channel);
    const draft = { text: this.input.value, files: this.luggage.files };
    this.#write({ text: "", files: [] });
    this.state.reply(channel, null);
    const about = reply ? { reply_to: reply.id, ping: reply.ping } : {};
    this.world.talk.toPresent();
    const said = await this.deeds.act("say", { channel, text, ...about }, draft.files);
    if (!said) this.#giveBack(channel, draft, reply);
  }

  /** What could not be said is not lost. */
  #giveBack(channel, draft, reply) {
    if (channel !== this.#channel) this.#drafts.set(channel, draft);
    else if (!this.input.value && !this.luggage.files.length) this.#write(draft);
    if (reply) this.state.reply(channel, reply);
  }

  /** Stand ready for the open place. */
  #settle() {
    const { here } = this.state;
    byId("write").hidden = !here || isForum(here);
    if (!here) return;
    if (here.id !== this.#channel) this.#change(here.id);
    const name = this.state.placeName(here);
    const call = here.recipients
      ? `Message ${name}`
      : `Message ${isArchived(here) ? "and reopen " : ""}${here.type < 10 ? "#" : ""}${name}`;
    this.input.disabled = !here.may_send;
    this.box.dataset.state = here.may_send ? "open" : "closed";
    this.#renderReply();
    if (this.slash.active) return;
    this.input.placeholder = here.may_send ? call : "You may not write here.";
    this.input.setAttribute("aria-label", this.input.placeholder);
  }

  #change(channel) {
    this.slash.close();
    this.mentions.close();
    if (this.#channel)
      this.#drafts.set(this.#channel, { text: this.input.value, files: this.luggage.files });
    this.#channel = channel;
    this.#write(this.#drafts.get(channel) ?? { text: "", files: [] });
  }

  #write({ text, files }) {
    this.input.value = text;
    this.luggage.files = files;
    this.#measure();
  }

  #renderReply() {
    const reply = this.state.replyIn(this.#channel);
    this.replyBar.hidden = !reply;
    if (!reply) return;
    renew(
      this.replyBar,
      icon("reply"),
      el(
        "span",
        { class: "reply-words" },
        "Replying to ",
        el("strong", {}, this.state.name(reply.author)),
      ),
      el(
        "button",
        {
          type: "button",
          class: "ping",
          "data-action": "toggle-ping",
          "aria-pressed": String(reply.ping),
          "aria-label": "Mention them",
        },
        reply.ping ? "@ on" : "@ off",
      ),
      iconButton("close", "Do not reply", "cancel-reply"),
    );
  }

  #cancelReply() {
    this.state.reply(this.#channel, null);
    this.focus();
  }

  #togglePing() {
    const reply = this.state.replyIn(this.#channel);
    this.state.reply(this.#channel, { ...reply, ping: !reply.ping });
  }

  #renderTyping() {
    const { state } = this;
    if (state.me && !state.isBotUp) {
      renew(
        this.typing,
        el(
          "span",
          { class: "off" },
          `${state.bot.username} is not running. What you write waits for it. `,
          el(
            "button",
            { type: "button", class: "plain-link", "data-action": "start-bot" },
            "Start it",
          ),
        ),
      );
      return;
    }
    const names = state.typists.map((user) => state.name(user));
    const said =
      names.length > 2
        ? "Several people are"
        : `${names.join(" and ")} ${names.length > 1 ? "are" : "is"}`;
    renew(
      this.typing,
      names.length > 0 &&
        el(
          "span",
          { class: "thinking" },
          el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
          `${said} typing…`,
        ),
    );
  }
}
