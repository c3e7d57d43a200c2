// Behind a message: its session, its turn, what it cost, and what the model was shown.

import { byId, el, iconButton, onActions, renew } from "./dom.js";
import { Refused } from "./feed.js";
import { moment, number, plural } from "./words.js";

const KINDS = [
  ["input", "Input"],
  ["cached", "of it cached"],
  ["cache_written", "of it written to the cache"],
  ["output", "Output"],
  ["reasoning", "of it reasoning"],
];
const MARKS = { pinned: "pinned", left_out: "left out" };
const ANEW_AFTER = 600; // milliseconds after the last change of the message

export class Inspector {
  #shown = null;
  #timer = null;

  constructor({ state, server, deeds, talk, plain }) {
    Object.assign(this, { state, server, deeds, plain, panel: byId("inspector") });
    state.on("inspected", () => this.#open());
    state.on("ready", () => state.inspected && this.#load());
    state.on("messages", (about) => this.#onMessages(about));
    onActions(this.panel, {
      "close-inspector": () => state.inspect(null),
      "copy-session": (source) => deeds.copy(source.dataset.targetId, "Session id"),
      jump: (source) => talk.jump(source.dataset.targetId),
    });
  }

  #open() {
    const { inspected } = this.state;
    const hadFocus = this.panel.contains(document.activeElement);
    this.panel.hidden = !inspected;
    if (!inspected) {
      if (hadFocus) byId("input").focus();
      return;
    }
    this.#render(el("p", { class: "hint" }, "Looking…"));
    this.#load();
  }

  /** What is inspected may still be growing. */
  #onMessages(about) {
    const { inspected } = this.state;
    if (!inspected || about?.channel !== inspected.channel) return;
    const message = this.state.talk(inspected.channel).find(inspected.message);
    if (message === this.#shown) return;
    this.#shown = message;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#load(), ANEW_AFTER);
  }

  async #load() {
    const { inspected } = this.state;
    if (!inspected) return;
    this.#shown = this.state.talk(inspected.channel).find(inspected.message);
    try {
      const found = await this.server.inspect(inspected.channel, inspected.message);
      if (inspected === this.state.inspected) this.#render(this.#sections(found));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (inspected === this.state.inspected)
        this.#render(el("p", { class: "empty" }, error.message));
    }
  }

  #render(content) {
    const message =
      this.#shown ??
      this.state.talk(this.state.inspected.channel).find(this.state.inspected.message);
    const head = el(
      "div",
      { class: "panel-head" },
      el("h2", {}, "Inspector"),
      iconButton("close", "Close the inspector", "close-inspector"),
    );
    const about =
      message &&
      el(
        "button",
        {
          type: "button",
          class: "about",
          "data-action": "jump",
          "data-target-id": message.id,
          "data-key": "about",
        },
        el("strong", {}, this.state.name(message.author)),
        ` ${this.plain(message.content).slice(0, 120) || "a message without text"}`,
      );
    renew(this.panel, [head, about, content].flat());
  }

  #sections({ session, turn, usage, context }) {
    return [
      section(
        "Session",
        identity(session),
        facts([
          ["Title", session.title ?? "none yet"],
          ["Persona", session.persona ?? "default"],
          ["Model", session.model ?? "default"],
          ["Opened", moment(session.opened_at)],
          ["State", session.is_open ? "open" : "closed"],
          ["Turns", session.turns],
        ]),
      ),
      section(
        "Turn",
        facts([
          ["Id", turn.id],
          ["State", el("span", { class: "state", "data-state": turn.state }, turn.state)],
          ["Attempt", turn.attempt],
          ["Version", turn.standing],
          ["After turn", turn.parent ?? "none: the first"],
          ["Depth", turn.depth],
          ["Mark", MARKS[turn.mark]],
          ["Taken back", takenBack(turn)],
          ["Ending", turn.ending],
          ["Fault", turn.fault],
          ["Posts", turn.posts?.join(", ")],
        ]),
      ),
      section(
        "Tokens",
        usage ? tokens(usage) : el("p", { class: "empty" }, "Nothing was billed yet."),
      ),
      section(
        "Context",
        ...(context ? contextOf(context) : [el("p", { class: "empty" }, "No model was asked.")]),
      ),
    ];
  }
}

function takenBack({ is_undone: isUndone, is_retracted: isRetracted, is_withdrawn: isWithdrawn }) {
  const ways = [
    isUndone && "with /undo",
    isWithdrawn && "what was asked was deleted",
    isRetracted && "the answer was deleted",
  ];
  return ways.filter(Boolean).join("; ");
}

function section(title, ...content) {
  return el("section", { class: "facts", "data-key": title }, el("h3", {}, title), ...content);
}

function identity({ id }) {
  return el(
    "div",
    { class: "identity" },
    el("code", {}, id),
    iconButton("copy", "Copy the session id", "copy-session", { "data-target-id": id }),
  );
}

function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return el(
    "dl",
    {},
    known
      .map(([name, value]) => [
        el("dt", {}, name),
        el("dd", {}, value instanceof Node ? value : String(value)),
      ])
      .flat(),
  );
}

function tokens(usage) {
  return el(
    "table",
    { class: "tokens" },
    el(
      "tbody",
      {},
      KINDS.filter(([kind]) => usage[kind] !== null && usage[kind] !== undefined).map(
        ([kind, name]) =>
          el(
            "tr",
            { class: name.startsWith("of") ? "part-of" : null },
            el("th", { scope: "row" }, name),
            el("td", {}, number(usage[kind])),
          ),
      ),
    ),
  );
}

function contextOf(context) {
  const { model, instructions, messages, tokens: sum, tokens_are: how, floor } = context;
  return [
    el("p", { class: "hint" }, howItStands(context)),
    facts([
      ["Model", model],
      ["Tokens", `${number(sum)} ${how}`],
      ["Floor", floor],
      ["Left out", context.left_out ? plural(context.left_out, "turn") : null],
    ]),
    instructions &&
      el(
        "details",
        { class: "sent", "data-role": "instructions" },
        el("summary", {}, el("strong", {}, "instructions")),
        el("pre", {}, instructions),
      ),
    ...messages.map(({ role, text, images, tokens: count }, index) =>
      el(
        "details",
        { class: "sent", "data-role": role, open: index >= messages.length - 2 },
        el(
          "summary",
          {},
          el("strong", {}, role),
          el("span", { class: "hint" }, `${imagesIn(images)}${plural(count ?? 0, "token")}`),
        ),
        el("pre", {}, text),
      ),
    ),
  ];
}

/** Of what was sent there is no copy: words that people delete are to be gone from here too. */
function howItStands({ was_sent: wasSent, is_remarked: isRemarked }) {
  if (!wasSent) return "As it is sent, or would be now.";
  const marks = isRemarked ? "marks were changed since, and " : "";
  return `Composed as it was sent; ${marks}what was edited, deleted or chosen since is as it is now.`;
}

const imagesIn = (count) => (count ? `${plural(count, "image")} · ` : "");
