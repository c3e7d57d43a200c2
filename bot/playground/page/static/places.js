// Where one can go: servers, channels with their threads, and direct messages.

import { byId, el, icon, oncePerFrame, onActions, renew } from "./dom.js";
import { avatar, presence } from "./people.js";
import { DIRECT, isArchived, isCategory, isThread } from "./state.js";
import { initials, plural } from "./words.js";

const PRIVATE_THREAD = 12;
const ICONS = { 0: "hash", 1: "at", 2: "speaker", 5: "megaphone", 12: "lock", 15: "forum" };
const THREADS_SHOWN = 8;

export function iconOf(channel) {
  if (isThread(channel))
    return isArchived(channel) ? "archive" : channel.type === PRIVATE_THREAD ? "lock" : "thread";
  return ICONS[channel.type] ?? "hash";
}

/** The channels that one can go to, in the order in which they are shown. */
export function orderedChannels(guild) {
  const byPosition = (one, other) => (one.position ?? 0) - (other.position ?? 0);
  const inside = (parent) =>
    guild.channels
      .filter((channel) => !isCategory(channel) && (channel.parent_id ?? null) === parent)
      .sort(byPosition);
  const categories = guild.channels.filter(isCategory).sort(byPosition);
  return [
    { category: null, channels: inside(null) },
    ...categories.map((category) => ({ category, channels: inside(category.id) })),
  ];
}

export class PlacesView {
  #unfolded = new Set();

  constructor(world) {
    Object.assign(this, { world, state: world.state, deeds: world.deeds });
    this.schedule = oncePerFrame(() => this.render());
    this.state.on("ready places place unread bot", this.schedule);
    const actions = {
      "open-guild": (source) => this.world.goGuild(source.dataset.guildId),
      "open-channel": (source) => this.deeds.open(source.dataset.channelId),
      unfold: (source) => this.#unfold(source.dataset.targetId),
    };
    for (const list of [byId("rail"), byId("channels")]) {
      onActions(list, actions);
      list.addEventListener("keydown", (event) => walkList(list, event));
    }
  }

  render() {
    if (!this.state.me) return;
    renew(byId("rail"), this.#rail());
    renew(byId("channels"), this.#channels());
  }

  #rail() {
    const { guilds, dms } = this.state;
    const places = (guild) => [...guild.channels, ...guild.threads];
    return [
      this.#railButton(DIRECT, "Direct messages", icon("parley"), dms),
      el("hr"),
      guilds.map((guild) =>
        this.#railButton(guild.id, guild.name, initials(guild.name), places(guild)),
      ),
    ].flat();
  }

  #railButton(id, name, drawing, channels) {
    const { state } = this;
    const isUnread = channels.some((channel) => state.isUnread(channel));
    const mentions = channels.reduce((sum, channel) => sum + state.mentionsIn(channel.id), 0);
    return el(
      "button",
      {
        type: "button",
        class: "server",
        title: name,
        "aria-label":
          name + (mentions ? `, ${plural(mentions, "mention")}` : isUnread ? ", unread" : ""),
        "aria-current": state.place.guild === id ? "true" : null,
        "data-key": id,
        "data-action": "open-guild",
        "data-guild-id": id,
        "data-state": isUnread ? "unread" : "read",
      },
      drawing,
      mentions > 0 && el("span", { class: "badge" }, mentions),
    );
  }

  #channels() {
    const { guild, dms } = this.state;
    if (!guild) {
      return [
        el("h2", { class: "side-title" }, "Direct messages"),
        el(
          "ul",
          { class: "channel-list" },
          dms.map((channel) => this.#item(channel)),
        ),
      ];
    }
    return [
      el("h2", { class: "side-title" }, guild.name),
      orderedChannels(guild)
        .filter(({ channels }) => channels.length)
        .map(({ category, channels }) => [
          category && el("h3", { class: "category", "data-key": category.id }, category.name),
          el(
            "ul",
            { class: "channel-list", "data-key": `in-${category?.id}` },
            channels.map((channel) => this.#withThreads(channel)),
          ),
        ]),
    ].flat(3);
  }

  #withThreads(channel) {
    const threads = this.state.threadsOf(channel.id);
    const isOpen = this.#unfolded.has(channel.id);
    const shown = threads.filter(
      (thread, index) =>
        isOpen ||
        thread.id === this.state.place.channel ||
        this.state.isUnread(thread) ||
        (index < THREADS_SHOWN && !isArchived(thread)),
    );
    const hidden = threads.length - shown.length;
    const fold = isOpen ? "Show fewer" : `${plural(hidden, "more thread")}`;
    const inside =
      threads.length > 0 &&
      el(
        "ul",
        { class: "thread-list", "aria-label": `Threads in ${channel.name}` },
        shown.map((thread) => this.#item(thread)),
        (hidden > 0 || isOpen) &&
          el(
            "li",
            { "data-key": "fold" },
            el(
              "button",
              {
                type: "button",
                class: "fold",
                "data-action": "unfold",
                "data-target-id": channel.id,
                "aria-expanded": String(isOpen),
              },
              fold,
            ),
          ),
      );
    return this.#item(channel, inside);
  }

  #item(channel, inside = false) {
    const { state } = this;
    const name = state.placeName(channel);
    const isUnread = state.isUnread(channel);
    const mentions = state.mentionsIn(channel.id);
    const other = channel.recipients?.find(({ id }) => id !== state.me.id);
    const says = [
      name,
      isArchived(channel) && "archived",
      mentions ? plural(mentions, "mention") : isUnread && "unread",
    ];
    return el(
      "li",
      { "data-key": channel.id },
      el(
        "button",
        {
          type: "button",
          class: other ? "channel direct" : "channel",
          "aria-label": says.filter(Boolean).join(", "),
          "aria-current": state.place.channel === channel.id ? "page" : null,
          "data-action": "open-channel",
          "data-channel-id": channel.id,
          "data-state": isArchived(channel) ? "archived" : isUnread ? "unread" : "read",
        },
        other ? presence(avatar(other, name), !other.bot || state.isBotUp) : icon(iconOf(channel)),
        el("span", { class: "channel-name" }, name),
        mentions > 0 && el("span", { class: "badge" }, mentions),
      ),
      inside,
    );
  }

  #unfold(id) {
    if (!this.#unfolded.delete(id)) this.#unfolded.add(id);
    this.schedule();
  }
}

function walkList(list, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.altKey) return;
  event.preventDefault();
  const stops = [...list.querySelectorAll("button")];
  stops[stops.indexOf(document.activeElement) + step]?.focus();
}
