// The head of the open place: its name and topic, and what can be done there.

import { byId, el, icon, iconButton, oncePerFrame, onActions, renew } from "./dom.js";
import { openMenu } from "./menus.js";
import { iconOf } from "./places.js";
import { isArchived, isForum, isThread } from "./state.js";

export class HeadView {
  constructor(world) {
    Object.assign(this, { world, state: world.state, deeds: world.deeds });
    this.schedule = oncePerFrame(() => this.render());
    this.state.on("ready places place unread", this.schedule);
    onActions(byId("head"), {
      "open-channel": (source) => this.deeds.open(source.dataset.channelId),
      "place-menu": (source) => this.#openMenu(source),
    });
  }

  render() {
    const { state } = this;
    if (!state.me) return;
    renew(byId("head"), this.#head());
    const name = state.here ? state.placeName(state.here) : "Parley";
    document.title = `${this.#unreadTitle()}${name} · Playground`;
  }

  #unreadTitle() {
    const count = this.state.channels.reduce((sum, { id }) => sum + this.state.mentionsIn(id), 0);
    return count ? `(${count}) ` : "";
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
}
