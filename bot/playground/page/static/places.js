// Where one is and where one can go: servers, channels with their threads, direct messages, the
// head of the open place, and who is here.

import { byId, el, icon, iconButton, oncePerFrame, onActions, renew } from "./dom.js";
import { openMenu } from "./menus.js";
import { avatar } from "./message.js";
import { DIRECT, isArchived, isCategory, isForum, isThread } from "./state.js";
import { initials, plural } from "./words.js";

const PRIVATE_THREAD = 12;
const VOICE = 2;
const ICONS = { 0: "hash", 1: "at", 5: "megaphone", 12: "lock", 15: "forum" };
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
      .filter(
        (channel) =>
          !isCategory(channel) && channel.type !== VOICE && (channel.parent_id ?? null) === parent,
      )
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
      "new-post": () => this.deeds.openPost(this.state.place.channel),
      "place-menu": (source) => this.#openMenu(source),
    };
    for (const id of ["rail", "channels", "head", "members", "forum"]) onActions(byId(id), actions);
    for (const id of ["rail", "channels"])
      byId(id).addEventListener("keydown", (event) => walkList(byId(id), event));
  }

  render() {
    if (!this.state.me) return;
    renew(byId("rail"), this.#rail());
    renew(byId("channels"), this.#channels());
    renew(byId("head"), this.#head());
    renew(byId("members"), this.#members());
    document.title = `${this.#unreadTitle()}${this.state.here ? this.state.placeName(this.state.here) : "Parley"} · Playground`;
  }

  #unreadTitle() {
    const count = this.state.channels.reduce((sum, { id }) => sum + this.state.mentionsIn(id), 0);
    return count ? `(${count}) ` : "";
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

  #head() {
    const { here } = this.state;
    return [
      iconButton("menu", "Servers and channels", "show-places", {
        class: "icon-button narrow-only",
      }),
      here && this.#title(here),
      el(
        "div",
        { class: "head-tools" },
        here &&
          !here.recipients &&
          iconButton("more", "What to do here", "place-menu", { "aria-haspopup": "menu" }),
        iconButton("lens", "Go to a place (Ctrl+K)", "switcher"),
        iconButton("people", "Members", "show-members", {
          "aria-pressed": String(this.world.isShown("members")),
        }),
        iconButton("wrench", "Developer menu", "show-tools", { "aria-haspopup": "dialog" }),
      ),
    ];
  }

  #title(here) {
    const { state } = this;
    const parent = isThread(here) ? state.channel(here.parent_id) : null;
    return el(
      "div",
      { class: "title" },
      parent &&
        el(
          "button",
          {
            type: "button",
            class: "crumb",
            "data-action": "open-channel",
            "data-channel-id": parent.id,
          },
          icon(iconOf(parent)),
          el("span", {}, parent.name),
        ),
      parent && icon("chevron"),
      icon(iconOf(here)),
      el("h1", {}, state.placeName(here)),
      isArchived(here) && el("span", { class: "tag quiet" }, "archived"),
      here.topic && el("span", { class: "topic", title: here.topic }, here.topic),
    );
  }

  #openMenu(anchor) {
    const { here } = this.state;
    const { deeds } = this;
    const thread = [
      {
        name: "archive",
        label: isArchived(here) ? "Bring back from the archive" : "Archive this thread",
        icon: "archive",
        run: () => deeds.archive(here.id, !isArchived(here)),
      },
    ];
    const channel = [
      {
        name: "new-thread",
        label: "New thread",
        icon: "thread",
        run: () => deeds.openThread(here.id),
      },
    ];
    openMenu(anchor, this.state.placeName(here), [
      ...(isThread(here) ? thread : isForum(here) ? [] : channel),
      {
        name: "mark-read",
        label: "Mark as read",
        icon: "check",
        run: () => this.state.markRead(here.id),
      },
      { name: "copy-id", label: "Copy id", icon: "id", run: () => deeds.copy(here.id, "Id") },
    ]);
  }

  #members() {
    const { state } = this;
    const isOnline = (user) => !user.bot || state.isBotUp;
    const company = state.company;
    return [
      el(
        "div",
        { class: "panel-head" },
        el("h2", {}, "Members"),
        iconButton("close", "Close", "close-panel", { class: "icon-button narrow-only" }),
      ),
      this.#group("Online", company.filter(isOnline), true),
      this.#group(
        "Offline",
        company.filter((user) => !isOnline(user)),
        false,
      ),
    ];
  }

  #group(title, users, isOnline) {
    if (!users.length) return null;
    const { state } = this;
    return el(
      "section",
      { "data-key": title },
      el("h3", { class: "category" }, `${title} · ${users.length}`),
      el(
        "ul",
        { class: "member-list" },
        users.map((user) =>
          el(
            "li",
            {
              class: "member",
              "data-key": user.id,
              "data-user-id": user.id,
              "data-state": isOnline ? "online" : "offline",
            },
            presence(avatar(user, state.name(user)), isOnline),
            el(
              "span",
              { class: "member-words" },
              el(
                "span",
                { class: "member-name" },
                state.name(user),
                user.bot && el("span", { class: "tag" }, "BOT"),
              ),
              user.bot &&
                el("span", { class: "member-note" }, isOnline ? state.model : "not running"),
            ),
          ),
        ),
      ),
    );
  }
}

/** A picture of somebody with a mark that says whether they are there. */
export function presence(picture, isOnline) {
  return el(
    "span",
    { class: "presence", "data-state": isOnline ? "online" : "offline" },
    picture,
    el("span", { class: "unseen" }, isOnline ? "online" : "offline"),
  );
}

function walkList(list, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.altKey) return;
  event.preventDefault();
  const stops = [...list.querySelectorAll("button")];
  stops[stops.indexOf(document.activeElement) + step]?.focus();
}
