// A forum: its posts, the one spoken in last first.

import { byId, el, icon, oncePerFrame, onActions, renew } from "./dom.js";
import { iconOf } from "./places.js";
import { avatar } from "./people.js";
import { isArchived, isForum } from "./state.js";
import { moment, plural } from "./words.js";

export class ForumView {
  constructor({ state, deeds }) {
    Object.assign(this, { state, deeds });
    const schedule = oncePerFrame(() => this.render());
    state.on("ready places place unread count", schedule);
    onActions(byId("forum"), {
      "new-post": () => deeds.openPost(state.place.channel),
      "open-place": (source) => deeds.open(source.dataset.targetId),
    });
  }

  render() {
    const { here } = this.state;
    const forum = byId("forum");
    forum.hidden = !here || !isForum(here);
    if (forum.hidden) return;
    const posts = this.state.threadsOf(here.id);
    renew(
      forum,
      el(
        "div",
        { class: "forum-top" },
        el("p", {}, here.topic || "Posts are threads of their own."),
        here.may_send &&
          el(
            "button",
            { type: "button", class: "button primary", "data-action": "new-post" },
            "New post",
          ),
      ),
      posts.length
        ? el(
            "ul",
            { class: "posts" },
            posts.map((post) => this.#post(post)),
          )
        : el("p", { class: "empty" }, "Nobody has posted here yet."),
    );
  }

  #post(post) {
    const { state } = this;
    const owner = state.company.find(({ id }) => id === post.owner_id);
    return el(
      "li",
      { "data-key": post.id },
      el(
        "button",
        {
          type: "button",
          class: "post",
          "data-action": "open-place",
          "data-target-id": post.id,
          "data-channel-id": post.id,
          "data-state": isArchived(post) ? "archived" : state.isUnread(post) ? "unread" : "read",
        },
        owner ? avatar(owner, state.name(owner)) : icon(iconOf(post)),
        el(
          "span",
          { class: "post-words" },
          el("strong", {}, post.name),
          el(
            "span",
            {},
            [
              owner && state.name(owner),
              moment(post.thread_metadata.create_timestamp),
              plural(post.message_count, "message"),
              isArchived(post) && "archived",
            ]
              .filter(Boolean)
              .join(" · "),
          ),
        ),
        icon("chevron"),
      ),
    );
  }
}
