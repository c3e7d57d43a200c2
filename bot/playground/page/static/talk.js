// The messages of the open place. However many are known, only some hundred of them are on the
// screen: a window which moves with the reader. Whatever changes, the reader's place is kept:
// the newest message for whoever is at the bottom, for anybody else the one at the top edge.

import { Anchor } from "./anchor.js";
import { byId, el, icon, oncePerFrame, renew, renewElement } from "./dom.js";
import { beginning, loading, waits } from "./edges.js";
import { byAge } from "./history.js";
import { continues, picture } from "./message.js";
import { isForum } from "./state.js";
import { ago, isSameDay, plural } from "./words.js";

const MOST_ROWS = 250;
const STEP = 50; // messages by which the window moves
const NEAR = 900; // pixels to an edge at which it moves

export class TalkView {
  #rows = new Map();
  #channel = null;
  #first = null; // id of the first message in the window
  #last = null; // id of the last one, or null: the newest, whichever it is
  #goal = null; // {channel, id} of a message to go to once its place is shown
  #anchor;
  #seen = null; // the newest message when the reader was last at the bottom

  /**
   * @param {{state: import("./state.js").State, server: import("./feed.js").Server,
   *   names: object, deeds: import("./deeds.js").Deeds, plain: Function}} world
   */
  constructor(world) {
    this.world = world;
    this.log = byId("log");
    this.scroller = byId("scroller");
    this.#anchor = new Anchor(this.scroller, this.log);
    this.schedule = oncePerFrame(() => this.render());
    const { state } = world;
    state.on("ready place places count asked", this.schedule);
    state.on(
      "messages",
      (about) => (!about || about.channel === state.place.channel) && this.schedule(),
    );
    this.scroller.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    document.addEventListener("visibilitychange", this.schedule);
    const sizes = new ResizeObserver(() => this.#restore());
    sizes.observe(this.log);
    sizes.observe(this.scroller);
  }

  render() {
    const { state } = this.world;
    const here = state.here;
    byId("stage").hidden = !here || isForum(here);
    if (byId("stage").hidden) return;
    if (here.id !== this.#channel) this.#enter(here);
    const talk = state.talk(here.id);
    if (!talk.isLoaded && !talk.isLoading && !talk.trouble) this.#load(talk);
    if (!talk.isLoaded && this.#rows.size) return;
    this.#anchor.hold(this.#last !== null);
    this.#paint(talk, ...this.#window(talk));
    this.#paintEdges(here, talk);
    this.#restore();
    this.#keepRoving();
    this.#fill(talk);
    this.#reach(talk);
  }

  /** Go to a message of any place as soon as that is shown. */
  aim(channel, id) {
    this.#goal = { channel, id };
    this.schedule();
  }

  #reach(talk) {
    const goal = this.#goal;
    if (goal?.channel !== this.#channel || !talk.isLoaded) return;
    this.#goal = null;
    this.jump(goal.id);
  }

  /** Go to the newest message and stay with it. */
  toPresent() {
    this.#first = null;
    this.#last = null;
    this.#anchor.isStuck = true;
    this.render();
  }

  /** Go to a message, wherever in the history it is; false: it cannot be found. */
  async jump(id) {
    const channel = this.#channel;
    const talk = this.world.state.talk(channel);
    while (!talk.find(id) && talk.hasMore && byAge(talk.oldest.id, id) > 0) {
      if (!(await this.#load(talk, talk.oldest.id))) return false;
    }
    if (channel !== this.#channel || !talk.find(id)) return false;
    if (!this.#rows.has(id)) this.#moveTo(talk, talk.indexOf(id));
    this.#point(this.#rows.get(id).row);
    return true;
  }

  /** Show the message that was read last, or what came first after it. */
  toNews() {
    this.log.querySelector(".news")?.scrollIntoView({ block: "center" });
  }

  /** Put the focus on a message near the one that has it: -1 the one before, 1 the one after. */
  walk(from, step) {
    const next = step < 0 ? from.previousElementSibling : from.nextElementSibling;
    if (next) this.focusRow(next);
  }

  focusRow(row = this.log.lastElementChild) {
    this.log.querySelector('.message[tabindex="0"]')?.setAttribute("tabindex", "-1");
    row?.setAttribute("tabindex", "0");
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  #enter(here) {
    if (this.#goal?.channel !== here.id) this.#goal = null;
    this.#channel = here.id;
    for (const { row } of this.#rows.values()) row.remove();
    this.#rows.clear();
    this.#first = null;
    this.#last = null;
    this.#anchor.isStuck = true;
    this.#seen = null;
    this.log.setAttribute("aria-label", `Messages in ${this.world.state.placeName(here)}`);
  }

  async #load(talk, before = null) {
    const { state, server, deeds } = this.world;
    const channel = this.#channel;
    talk.isLoading = true;
    try {
      const { messages, more } = await server.history(channel, before);
      if (talk !== state.talk(channel)) return false;
      state.addHistory(channel, messages, more);
      return true;
    } catch (error) {
      talk.isLoading = false;
      talk.trouble = error.message;
      deeds.complain(error);
      this.schedule();
      return false;
    }
  }

  /** Returns from where to where the messages are shown, and moves the window if need be. */
  #window(talk) {
    const all = talk.messages;
    let end = this.#last ? Math.min(talk.indexOf(this.#last) + 1, all.length) : all.length;
    let start = this.#first ? talk.indexOf(this.#first) : Math.max(0, end - 2 * STEP);
    if (end - start > MOST_ROWS) {
      if (this.#anchor.isStuck) start = end - 2 * STEP;
      else end = start + MOST_ROWS;
    }
    this.#first = all[start]?.id ?? null;
    this.#last = end < all.length ? all[end - 1].id : null;
    return [start, end];
  }

  #paint({ messages }, start, end) {
    const shown = new Set(messages.slice(start, end).map(({ id }) => id));
    for (const [id, { row }] of this.#rows) {
      if (shown.has(id)) continue;
      row.remove();
      this.#rows.delete(id);
    }
    let at = this.log.firstChild;
    for (let index = start; index < end; index += 1) {
      const row = this.#row(messages[index], messages[index - 1]);
      if (row === at) at = at.nextSibling;
      else this.log.insertBefore(row, at);
    }
  }

  #row(message, before) {
    const setting = this.#setting(message, before);
    const shape = JSON.stringify(setting);
    const entry = this.#rows.get(message.id);
    if (entry?.message === message && entry.shape === shape) return entry.row;
    const wanted = picture(message, setting, this.world);
    if (entry) renewElement(entry.row, wanted);
    const row = entry?.row ?? wanted;
    this.#rows.set(message.id, { row, message, shape });
    if (setting.isEdited && entry?.shape !== shape) row.querySelector("textarea").focus();
    return row;
  }

  /** @returns {import("./message.js").Setting} */
  #setting(message, before) {
    const { state } = this.world;
    const isNewDay = !before || !isSameDay(before.timestamp, message.timestamp);
    const isNew = ({ id }) => state.readBefore !== null && byAge(id, state.readBefore) > 0;
    const isFirstNew = isNew(message) && !(before && isNew(before));
    return {
      isCompact: continues(message, before) && !isFirstNew,
      isNewDay,
      isFirstNew,
      isEdited: state.edited === message.id,
      thread: message.thread ? threadNow(state, message.thread) : null,
      asked: [...state.asked.values()].find(({ message_id: id }) => id === message.id) ?? null,
    };
  }

  #paintEdges(here, talk) {
    const { state } = this.world;
    const isAtStart = talk.isLoaded && !talk.hasMore;
    renew(byId("opening"), isAtStart ? beginning(state, here) : loading(talk));
    renew(byId("waits"), waits(state, here));
  }

  /** Take up again what could not be fetched. */
  loadAgain() {
    const talk = this.world.state.talk(this.#channel);
    talk.trouble = null;
    this.#load(talk, talk.oldest?.id);
  }

  #onScroll() {
    this.#anchor.hold(this.#last !== null);
    const talk = this.world.state.talk(this.#channel);
    if (talk.isLoaded) this.#fill(talk);
    this.#paintBars(talk);
  }

  /** Move the window, or fetch more, when the reader comes near one of its edges. */
  #fill(talk) {
    if (this.scroller.scrollTop < NEAR && this.#rows.size < MOST_ROWS + STEP) this.#showOlder(talk);
    if (this.#last !== null && this.#anchor.gap < NEAR) this.#showNewer(talk);
  }

  #showOlder(talk) {
    const start = this.#first ? talk.indexOf(this.#first) : 0;
    if (start === 0) {
      if (talk.hasMore && !talk.isLoading && !talk.trouble && talk.oldest)
        this.#load(talk, talk.oldest.id);
      return;
    }
    if (this.#anchor.isStuck && this.#rows.size + STEP > MOST_ROWS) return;
    const from = Math.max(0, start - STEP);
    this.#first = talk.messages[from].id;
    if (this.#rows.size + start - from > MOST_ROWS)
      this.#last = talk.messages[from + MOST_ROWS - 1].id;
    this.schedule();
  }

  #showNewer(talk) {
    const all = talk.messages;
    const end = Math.min(all.length, talk.indexOf(this.#last) + 1 + STEP);
    this.#last = end < all.length ? all[end - 1].id : null;
    if (end - talk.indexOf(this.#first) > MOST_ROWS) this.#first = all[end - MOST_ROWS].id;
    this.schedule();
  }

  #moveTo(talk, index) {
    this.#first = talk.messages[Math.max(0, index - STEP)].id;
    this.#last = talk.messages[Math.min(talk.messages.length - 1, index + 2 * STEP)].id;
    this.#anchor.release();
    this.render();
  }

  #point(row) {
    this.#anchor.release();
    row.scrollIntoView({ block: "center" });
    this.#anchor.note(this.#last !== null);
    this.focusRow(row);
    row.classList.remove("pointed");
    requestAnimationFrame(() => row.classList.add("pointed"));
  }

  #restore() {
    this.#anchor.restore();
    if (this.#channel) this.#paintBars(this.world.state.talk(this.#channel));
  }

  #paintBars(talk) {
    const { state } = this.world;
    if (this.#anchor.isStuck) this.#seen = talk.newest?.id ?? null;
    if (this.#anchor.isStuck && document.visibilityState === "visible" && talk.isLoaded)
      state.markRead(this.#channel);
    const unseen = this.#seen ? talk.messages.length - talk.indexOf(this.#seen) - 1 : 0;
    const present = byId("present");
    present.hidden =
      this.#anchor.isStuck || (this.#last === null && this.#anchor.gap < 300 && unseen <= 0);
    renew(
      present,
      unseen > 0 ? plural(unseen, "new message") : "Jump to the present",
      icon("down"),
    );
    this.#paintNews(talk);
  }

  #paintNews(talk) {
    const bar = byId("unread-bar");
    const line = this.log.querySelector(".news");
    bar.hidden =
      !line || line.getBoundingClientRect().bottom > this.scroller.getBoundingClientRect().top;
    if (bar.hidden) return;
    const row = line.closest(".message");
    const { message } = this.#rows.get(row.dataset.messageId);
    const count = talk.messages.length - talk.indexOf(message.id);
    renew(
      bar,
      el(
        "button",
        { type: "button", "data-action": "to-news" },
        `${plural(count, "new message")} since ${ago(message.timestamp)}`,
      ),
      el("button", { type: "button", "data-action": "clear-news" }, "Mark as read"),
    );
  }

  #keepRoving() {
    const rows = this.log.querySelectorAll('.message[tabindex="0"]');
    const focused = document.activeElement?.closest?.(".message");
    if (focused && this.log.contains(focused)) focused.setAttribute("tabindex", "0");
    else if (!rows.length) this.log.lastElementChild?.setAttribute("tabindex", "0");
  }
}

/** Returns what a card tells of a thread; the message that it hangs on is not told of every change. */
function threadNow(state, thread) {
  const { id, name, message_count: count, thread_metadata: about } = state.channel(thread.id) ?? thread;
  return { id, name, count, isArchived: Boolean(about?.archived) };
}
