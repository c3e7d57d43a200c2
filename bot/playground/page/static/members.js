// Who can be met in the open place, and whether they are there.

import { byId, el, iconButton, oncePerFrame, renew } from "./dom.js";
import { avatar, presence } from "./people.js";

export class MembersView {
  constructor({ state }) {
    this.state = state;
    state.on(
      "ready places place bot",
      oncePerFrame(() => this.render()),
    );
  }

  render() {
    const { state } = this;
    if (!state.me) return;
    const isOnline = (user) => !user.bot || state.isBotUp;
    const company = state.company;
    renew(
      byId("members"),
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
    );
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
