// What one can do with a message: the tools that appear on it, its menu, and its keys.

import { byId, el, iconButton, onActions } from "./dom.js";
import { openEmoji, openMenu, quickEmoji } from "./menus.js";
import { isOrdinary } from "./message.js";
import { isEphemeral, isThread } from "./state.js";

const APP_ON_MESSAGE = 3;
const TEXT_CHANNELS = new Set([0, 5]);

export class Toolbar {
  #row = null;

  constructor(world, talk) {
    Object.assign(this, { world, talk, state: world.state, deeds: world.deeds });
    this.log = byId("log");
    this.bar = el("div", {
      class: "toolbar",
      role: "toolbar",
      "aria-label": "What to do with this message",
      "data-guest": true,
    });
    this.log.addEventListener("pointerover", ({ target }) =>
      this.#show(target.closest(".message")),
    );
    this.log.addEventListener("focusin", ({ target }) =>
      this.#show(target.closest(".message"), true),
    );
    this.log.addEventListener("keydown", (event) => this.#onKey(event));
    this.log.addEventListener("contextmenu", (event) => this.#onContext(event));
    this.log.addEventListener("click", (event) => this.#inspectIfOpen(event));
    onActions(byId("scroller"), this.#actions());
  }

  /** The last message of one's own that can be rewritten. */
  editLast() {
    const { messages } = this.state.talk(this.state.place.channel);
    const last = messages.findLast((message) => this.#isOwn(message));
    if (last) this.state.edit(last.id);
    return Boolean(last);
  }

  #actions() {
    const { state, deeds, talk } = this;
    return {
      react: (source) => deeds.react(this.#messageOf(source), source.dataset.emoji),
      "pick-emoji": (source) =>
        openEmoji(source, (emoji) => deeds.react(this.#messageOf(source), emoji)),
      reply: (source) => this.#reply(this.#messageOf(source)),
      edit: (source) => state.edit(this.#messageOf(source).id),
      thread: (source) => deeds.openThread(state.place.channel, this.#messageOf(source)),
      inspect: (source) => state.inspect(this.#messageOf(source)),
      more: (source) => this.#openMenu(source, this.#messageOf(source)),
      "open-place": (source) => deeds.open(source.dataset.targetId),
      jump: async (source) =>
        (await talk.jump(source.dataset.targetId)) || deeds.open(state.place.channel),
      dismiss: (source) => deeds.dismiss(this.#messageOf(source)),
      forget: (source) => state.settle(source.dataset.targetId),
      "save-edit": () => this.#save(),
      "cancel-edit": () => this.#stopEditing(),
      "load-again": () => talk.loadAgain(),
    };
  }

  #messageOf(element) {
    const { channelId, messageId } = element.closest(".message").dataset;
    return this.state.talk(channelId).find(messageId);
  }

  #isOwn(message) {
    return (
      message.author.id === this.state.me.id &&
      isOrdinary(message) &&
      !isEphemeral(message) &&
      !message.interaction_metadata
    );
  }

  /** Who manages messages takes those of others back too. */
  #mayDelete(message) {
    return (
      this.#isOwn(message) ||
      (this.state.here.may_tidy && isOrdinary(message) && !isEphemeral(message))
    );
  }

  #show(row, byFocus = false) {
    if (!row || (row === this.#row && this.bar.isConnected)) return;
    if (!byFocus && this.bar.contains(document.activeElement)) return;
    const message = this.#messageOf(row);
    if (!message || !isOrdinary(message)) return;
    this.#row = row;
    this.bar.replaceChildren(...this.#tools(message));
    row.append(this.bar);
  }

  #tools(message) {
    const mine = this.#isOwn(message);
    const own = isEphemeral(message);
    return [
      !own && iconButton("smile", "Add a reaction", "pick-emoji"),
      mine && iconButton("edit", "Edit (E)", "edit"),
      !own && !mine && iconButton("reply", "Reply (R)", "reply"),
      this.#canOpenThread(message) && iconButton("thread", "Create a thread", "thread"),
      !own && iconButton("lens", "Inspect (I)", "inspect"),
      iconButton("more", "More", "more", { "aria-haspopup": "menu" }),
    ].filter(Boolean);
  }

  #canOpenThread(message) {
    const { here } = this.state;
    return (
      !isEphemeral(message) && !message.thread && TEXT_CHANNELS.has(here.type) && !isThread(here)
    );
  }

  #openMenu(anchor, message) {
    const { deeds, state } = this;
    const isPublic = !isEphemeral(message);
    const mine = this.#isOwn(message);
    const item = (name, label, icon, run, isDangerous = false) => ({
      name,
      label,
      icon,
      run,
      isDangerous,
    });
    const apps = state.commands.filter(({ type }) => type === APP_ON_MESSAGE);
    const row = quickEmoji((emoji) => {
      menu.hidePopover();
      deeds.react(message, emoji);
    });
    const menu = openMenu(
      anchor,
      "Message",
      [
        isPublic ? row : undefined,
        isPublic && item("reply", "Reply", "reply", () => this.#reply(message)),
        mine && item("edit", "Edit", "edit", () => state.edit(message.id)),
        this.#canOpenThread(message) &&
          item("thread", "Create a thread", "thread", () =>
            deeds.openThread(state.place.channel, message),
          ),
        item("copy-text", "Copy text", "copy", () => deeds.copy(message.content, "Text")),
        item("copy-id", "Copy id", "id", () => deeds.copy(message.id, "Id")),
        isPublic && item("inspect", "Inspect", "lens", () => state.inspect(message)),
        ...(isPublic && apps.length ? [null, "Apps"] : []),
        ...(isPublic
          ? apps.map(({ name }) => item("use", name, "apps", () => deeds.use(message, name)))
          : []),
        ...(this.#mayDelete(message)
          ? [
              null,
              item(
                "delete",
                "Delete",
                "trash",
                (event) => this.#delete(message, event.shiftKey),
                true,
              ),
            ]
          : []),
      ].filter((each) => each !== undefined && each !== false),
    );
  }

  #delete(message, isSure) {
    return this.deeds.delete(message, {
      isSure,
      quote: this.world.plain(message.content).slice(0, 300),
    });
  }

  #reply(message) {
    const ping = message.author.id !== this.state.me.id;
    this.state.reply(message.channel_id, { id: message.id, author: message.author, ping });
  }

  #onContext(event) {
    const row = event.target.closest(".message");
    const message = row && this.#messageOf(row);
    if (
      !message ||
      !isOrdinary(message) ||
      event.target.closest("a, textarea, img") ||
      String(getSelection())
    )
      return;
    event.preventDefault();
    const isByKey = event.clientX === 0 && event.clientY === 0;
    this.#openMenu(isByKey ? row : { x: event.clientX, y: event.clientY }, message);
  }

  /** While the inspector is open it shows whatever message is clicked. */
  #inspectIfOpen({ target }) {
    const row = target.closest(".message");
    if (
      !this.state.inspected ||
      !row ||
      target.closest("button, a, textarea") ||
      String(getSelection())
    )
      return;
    const message = this.#messageOf(row);
    if (isOrdinary(message)) this.state.inspect(message);
  }

  #onKey(event) {
    if (event.target.dataset.rewrite) return this.#onEditKey(event);
    const row = event.target.closest(".message");
    if (event.target !== row || event.ctrlKey || event.metaKey || event.altKey) return;
    const message = this.#messageOf(row);
    const act = this.#keys(row, message, event)[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #keys(row, message, event) {
    const walk = {
      ArrowUp: () => this.talk.walk(row, -1),
      ArrowDown: () => this.talk.walk(row, 1),
      Home: () => this.talk.focusRow(this.log.firstElementChild),
      End: () => this.talk.focusRow(),
    };
    if (!isOrdinary(message)) return walk;
    const own = this.#isOwn(message) && { e: () => this.state.edit(message.id) };
    const deletable = this.#mayDelete(message) && {
      Delete: () => this.#delete(message, event.shiftKey),
    };
    const shared = !isEphemeral(message) && {
      r: () => this.#reply(message),
      i: () => this.state.inspect(message),
      "+": () => openEmoji(row, (emoji) => this.deeds.react(message, emoji)),
    };
    return { ...walk, ...own, ...deletable, ...shared, Enter: () => this.#openMenu(row, message) };
  }

  #onEditKey(event) {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      this.#stopEditing();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.#save();
    }
  }

  async #save() {
    const { state, deeds } = this;
    const message = state.talk(state.place.channel).find(state.edited);
    const text = this.world.meant(
      this.log.querySelector(`[data-rewrite="${state.edited}"]`).value.trim(),
    );
    this.#stopEditing();
    if (!text) await this.#delete(message, false);
    else if (text !== message.content) await deeds.edit(message, text);
  }

  #stopEditing() {
    this.state.edit(null);
    byId("input")?.focus();
  }
}
