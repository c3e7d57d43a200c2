// What one does here, in the words of the server. Whatever it refuses is told to the person.

import { el } from "./dom.js";
import { ask, toast } from "./dialogs.js";
import { Refused } from "./feed.js";
import { DIRECT, isEphemeral } from "./state.js";

const TYPING_EVERY = 8000; // milliseconds

export class Deeds {
  #typedAt = 0;

  /**
   * @param {{state: import("./state.js").State, server: import("./feed.js").Server,
   *   go: Function, meant: Function}} world
   */
  constructor({ state, server, go, meant }) {
    Object.assign(this, { state, server, go, meant });
  }

  /** Tell the person why something did not work. */
  complain(error) {
    if (!(error instanceof Refused)) throw error;
    toast(error.message, "error");
  }

  /** Do something; null: it was refused, and the person knows. */
  async act(verb, about, files = []) {
    try {
      return await this.server.act(verb, about, files);
    } catch (error) {
      this.complain(error);
      return null;
    }
  }

  /** Go to a channel, thread or DM, wherever it belongs. */
  open(id) {
    const channel = this.state.channel(id);
    if (channel) this.go(channel.guild_id ?? DIRECT, id);
    else toast("That place is not there any more, or not for you.", "error");
  }

  typing(channel) {
    if (Date.now() - this.#typedAt < TYPING_EVERY) return;
    this.#typedAt = Date.now();
    this.server.act("typing", { channel }).catch(() => {
      this.#typedAt = 0;
    });
  }

  edit({ channel_id: channel, id: message }, text) {
    return this.act("edit", { channel, message, text });
  }

  /** Take a message back, once the person has said that they mean it. */
  async delete(message, { isSure = false, quote = null } = {}) {
    const question = {
      title: "Delete this message?",
      text: "It goes for everybody, and out of the bot's memory too. (With Shift held, this is not asked.)",
      quote: quote && el("blockquote", { class: "quoted" }, quote),
      confirm: "Delete",
      isDangerous: true,
    };
    if (isSure || (await ask(question))) this.dismiss(message);
  }

  /** Put a message out of sight without asking. Of what only one sees the feed tells no end. */
  async dismiss(gone) {
    const { channel_id: channel, id: message } = gone;
    const done = await this.act("delete", { channel, message });
    if (done && isEphemeral(gone)) {
      this.state.hear("MESSAGE_DELETE", { channel_id: channel, ids: [message] });
    }
  }

  react({ channel_id: channel, id: message, reactions = [] }, emoji) {
    const isGiven = reactions.some(({ emoji: { name }, me }) => me && name === emoji);
    return this.act("react", { channel, message, emoji, on: !isGiven });
  }

  /** Open a thread in a channel, under a message or not, and go there. */
  async openThread(channel, message = null) {
    const fields = [{ name: "name", label: "Name", value: threadName(message), required: true }];
    if (!message)
      fields.push({
        name: "private",
        label: "Private: only who is mentioned in it can come in",
        kind: "check",
      });
    const filled = await ask({ title: "New thread", confirm: "Create thread", fields });
    if (!filled) return;
    const about = message ? { message: message.id } : { private: filled.private };
    const done = await this.act("thread", { channel, name: filled.name, ...about });
    if (done) this.#openSoon(done.id);
  }

  /** Open a post in a forum, and go there. */
  async openPost(channel) {
    const filled = await ask({
      title: "New post",
      confirm: "Post",
      fields: [
        { name: "title", label: "Title", required: true },
        { name: "text", label: "Message", kind: "text", longest: 2000 },
        { name: "files", label: "Files", kind: "files" },
      ],
    });
    if (!filled) return;
    const done = await this.act(
      "post",
      { channel, title: filled.title, text: this.meant(filled.text) },
      filled.files,
    );
    if (done) this.#openSoon(done.id);
  }

  archive(channel, on) {
    return this.act("archive", { channel, on });
  }

  press({ channel_id: channel, id: message }, customId) {
    return this.act("press", { channel, message, custom_id: customId });
  }

  select({ channel_id: channel, id: message }, customId, values) {
    return this.act("select", { channel, message, custom_id: customId, values });
  }

  use({ channel_id: channel, id: message }, name) {
    return this.act("use", { channel, message, name });
  }

  async copy(text, what) {
    try {
      await navigator.clipboard.writeText(text);
      toast(`${what} copied`);
    } catch {
      toast("This browser does not let the page copy.", "error");
    }
  }

  /** The feed tells of a new place only a moment after it was made. */
  #openSoon(id) {
    if (this.state.channel(id)) this.open(id);
    else this.state.once("places", () => this.#openSoon(id));
  }
}

function threadName(message) {
  return (message?.content ?? "")
    .replace(/<[^>]*>|[*_`~|#>]/g, "")
    .trim()
    .split("\n")[0]
    .slice(0, 60);
}
