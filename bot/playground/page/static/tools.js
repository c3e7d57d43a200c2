// The developer menu: what can be made to go wrong, the bot's life, and who one is.

import { byId, el, icon, iconButton, onActions, renew } from "./dom.js";
import { closeFromOutside } from "./dialogs.js";
import { keep, recall } from "./keep.js";
import { openMenu } from "./menus.js";
import { avatar, presence } from "./people.js";

const THEMES = ["dark", "light"];
const KEYS = [
  ["Ctrl K", "go to a place"],
  ["F6, Shift F6", "next region, the one before"],
  ["Alt ↑, Alt ↓", "channel above, channel below"],
  ["↑", "in an empty message box: rewrite your last message"],
  ["R E I + Enter Del", "on a message: reply, edit, inspect, react, menu, delete"],
  ["Shift Enter", "a new line"],
  ["/ and @", "commands and mentions"],
  ["Escape", "close what is open, then go to the present"],
];

/** Takes the colours that were chosen, if any were. */
export function applyTheme() {
  const theme = recall("theme");
  if (THEMES.includes(theme)) document.documentElement.dataset.theme = theme;
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** The strip in the corner: who one is, and the colours. */
export class SelfView {
  constructor({ state, become }) {
    Object.assign(this, { state, become });
    state.on("ready", () => this.render());
    onActions(byId("self"), {
      "switch-person": (source) => this.#choose(source),
      theme: () => this.#turn(),
    });
  }

  render() {
    const { state } = this;
    const name = state.name(state.me);
    renew(
      byId("self"),
      el(
        "button",
        {
          type: "button",
          class: "who",
          "data-action": "switch-person",
          "data-user-id": state.me.id,
          "aria-haspopup": "menu",
          "aria-label": `You are ${name}. Be somebody else`,
        },
        presence(avatar(state.me, name), true),
        el("span", { class: "who-words" }, el("strong", {}, name), el("span", {}, "switch person")),
      ),
      iconButton(isDark() ? "sun" : "moon", isDark() ? "Light colours" : "Dark colours", "theme"),
    );
  }

  #choose(source) {
    const { state } = this;
    openMenu(
      source,
      "Be somebody",
      state.people.map((user) => ({
        name: "become",
        label: state.name(user),
        isChecked: user.id === state.me.id,
        run: () => this.become(user.id),
      })),
    );
  }

  #turn() {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    keep("theme", theme);
    this.render();
  }
}

export class Tools {
  constructor({ state, deeds }) {
    Object.assign(this, { state, deeds });
    this.content = el("div", { class: "tools-content" });
    this.dialog = el(
      "dialog",
      { class: "dialog tools", "aria-labelledby": "tools-title" },
      el(
        "div",
        { class: "panel-head" },
        el("h2", { id: "tools-title" }, "Developer menu"),
        iconButton("close", "Close", "close-tools"),
      ),
      this.content,
    );
    document.body.append(this.dialog);
    closeFromOutside(this.dialog);
    state.on("ready faults bot", () => this.render());
    onActions(this.dialog, {
      "close-tools": () => this.dialog.close(),
      "switch-fault": (source) => this.#set(source, source.getAttribute("aria-checked") !== "true"),
      "push-fault": (source) => this.#set(source, true),
      "bot-up": () => deeds.act("bot", { up: true }),
      "bot-kill": () => deeds.act("bot", { up: false }),
    });
  }

  open() {
    this.render();
    this.dialog.showModal();
  }

  render() {
    const { state } = this;
    if (!state.me) return;
    renew(
      this.content,
      this.#bot(),
      el(
        "section",
        {},
        el("h3", {}, "Faults"),
        el("p", { class: "hint" }, "Break something and watch what is promised being kept."),
        el(
          "ul",
          { class: "faults" },
          state.faults.map((fault) => this.#fault(fault)),
        ),
      ),
      keysHelp(),
    );
  }

  #bot() {
    const { bot, isBotUp, model } = this.state;
    return el(
      "section",
      { class: "bot-life", "data-state": isBotUp ? "up" : "down" },
      el("h3", {}, bot.username),
      el(
        "p",
        {},
        el("span", { class: "light", "data-state": isBotUp ? "online" : "offline" }),
        isBotUp ? "Running. " : "Not running. ",
        el("span", { class: "hint" }, model),
      ),
      el(
        "div",
        { class: "buttons" },
        el(
          "button",
          { type: "button", class: "button danger", "data-action": "bot-kill", disabled: !isBotUp },
          icon("bolt"),
          "Kill it at once",
        ),
        el(
          "button",
          { type: "button", class: "button primary", "data-action": "bot-up", disabled: isBotUp },
          icon("power"),
          "Start it",
        ),
      ),
    );
  }

  #fault({ name, label, hint, on, kind }) {
    const id = `fault-${name}`;
    const isSwitch = kind === "switch";
    return el(
      "li",
      { class: "fault", "data-key": name },
      el(
        "span",
        { class: "fault-words" },
        el("span", { id }, label),
        el("span", { class: "hint", id: `${id}-hint` }, hint),
      ),
      el(
        "button",
        {
          type: "button",
          class: isSwitch ? "switch" : "button",
          role: isSwitch ? "switch" : null,
          "aria-checked": isSwitch ? String(on) : null,
          "aria-labelledby": id,
          "aria-describedby": `${id}-hint`,
          "data-action": isSwitch ? "switch-fault" : "push-fault",
          "data-fault": name,
          "data-state": on ? "on" : "off",
        },
        isSwitch ? el("span", { class: "knob" }) : "Do it",
      ),
    );
  }

  #set(source, on) {
    return this.deeds.act("fault", { name: source.dataset.fault, on });
  }
}

function keysHelp() {
  return el(
    "details",
    { class: "keys" },
    el("summary", {}, icon("keyboard"), "Keys"),
    el("dl", {}, KEYS.map(([keys, what]) => [el("dt", {}, keys), el("dd", {}, what)]).flat()),
  );
}
