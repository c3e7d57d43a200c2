// Brings everything together: the line to the server, the address, the panes and the keys.

import { byId, onActions } from "./dom.js";
import { Composer } from "./composer.js";
import { Deeds } from "./deeds.js";
import { Feed, Server } from "./feed.js";
import { ForumView } from "./forum.js";
import { HeadView } from "./head.js";
import { Inspector } from "./inspector.js";
import { keep, recall } from "./keep.js";
import { MembersView } from "./members.js";
import { meant, plain } from "./mentions.js";
import { openForm } from "./parts.js";
import { PlacesView, orderedChannels } from "./places.js";
import { Reading } from "./reading.js";
import { DIRECT, State, isCategory, userName } from "./state.js";
import { openSwitcher } from "./switcher.js";
import { TalkView } from "./talk.js";
import { Toolbar } from "./toolbar.js";
import { SelfView, Tools, applyTheme } from "./tools.js";

const NARROW = matchMedia("(max-width: 1080px)");
const REGIONS = [
  "servers",
  "channels",
  "header",
  "messages",
  "posts",
  "composer",
  "members",
  "inspector",
];

class App {
  #visited = new Map(); // where one was last in each server

  constructor() {
    const { state, feed } = this.#connect();
    Object.assign(this, { state, feed });
    const world = this.#world(state);
    Object.assign(this, world);
    state.on("ready", () => this.#begin());
    state.on("places", () => this.#settle());
    state.on("connection ready", () => this.#showConnection());
    state.on("modal", (interaction) => this.#openForm(interaction));
    window.addEventListener("hashchange", () => this.#follow());
    document.addEventListener("keydown", (event) => this.#onKey(event));
    onActions(document.body, this.#actions());
    byId("frame").dataset.members = recall("members", true) ? "shown" : "hidden";
    feed.follow(recall("person"));
  }

  #connect() {
    const state = new State();
    const feed = new Feed({
      hear: (name, about) => state.hear(name, about),
      lost: () => state.lose(),
    });
    return { state, feed };
  }

  #world(state) {
    const server = new Server(() => state.me.id);
    const world = {
      state,
      server,
      names: namesOf(state, (id, message) => this.#open(id, message)),
      plain: (text) => plain(text, state),
      meant: (text) => meant(text, state),
      go: (guild, channel) => this.#go(guild, channel),
      goGuild: (guild) => this.#go(guild, this.#visited.get(guild) ?? firstIn(state, guild)),
      become: (person) => this.feed.follow(person),
      isShown: (panel) => this.#isShown(panel),
    };
    world.deeds = new Deeds(world);
    world.talk = new TalkView(world);
    world.toolbar = new Toolbar(world, world.talk);
    world.places = new PlacesView(world);
    world.head = new HeadView(world);
    world.members = new MembersView(world);
    world.forum = new ForumView(world);
    world.composer = new Composer(world);
    world.reading = new Reading(state);
    world.inspector = new Inspector(world);
    world.self = new SelfView(world);
    world.tools = new Tools(world);
    return world;
  }

  #begin() {
    keep("person", this.state.me.id);
    this.#follow();
  }

  /** The open place may have gone. */
  #settle() {
    if (!this.state.here) this.#follow();
  }

  /** Go to a place, or to a message in it. */
  #open(channel, message) {
    if (message) this.talk.aim(channel, message);
    this.deeds.open(channel);
  }

  #go(guild, channel) {
    this.#closeDrawer();
    const hash = channel ? `#/${guild}/${channel}` : `#/${guild}`;
    if (location.hash === hash) this.#follow();
    else location.hash = hash;
    if (!NARROW.matches) this.composer.focus();
  }

  /** Stand where the address says; where that is no place of this person's, go to the first one. */
  #follow() {
    const { state } = this;
    const [, guild, channel] = location.hash.split("/");
    const known = state.channel(channel);
    if (known && (known.guild_id ?? DIRECT) === guild) this.#stand(guild, channel);
    else if (guild === DIRECT) this.#replace(DIRECT, firstIn(state, DIRECT));
    else {
      const home = state.guilds.find(({ id }) => id === guild) ?? state.guilds[0];
      this.#replace(home?.id ?? DIRECT, firstIn(state, home?.id ?? DIRECT));
    }
  }

  #replace(guild, channel) {
    history.replaceState(null, "", channel ? `#/${guild}/${channel}` : `#/${guild}`);
    this.#stand(guild, channel);
  }

  #stand(guild, channel) {
    this.#visited.set(guild, channel);
    this.state.open(guild, channel);
  }

  #showConnection() {
    const { isConnected, me } = this.state;
    const strip = byId("strip");
    strip.hidden = isConnected;
    strip.textContent = isConnected
      ? ""
      : `${me ? "The connection to the playground is lost" : "The playground does not answer"}. Trying again…`;
    document.body.dataset.state = isConnected ? "connected" : "lost";
  }

  #openForm({ id, modal }) {
    const { state, server } = this;
    openForm(modal, {
      submit: (values) =>
        server.act("submit", { interaction: id, values }).then(() => state.settle(id)),
      cancel: () => state.settle(id),
    });
  }

  #actions() {
    return {
      skip: (_, event) => {
        event.preventDefault();
        this.composer.focus();
      },
      "show-places": () => this.#openDrawer("places"),
      "close-drawer": () => this.#closeDrawer(),
      "show-members": () => this.#toggleMembers(),
      "close-panel": () => this.#closeDrawer(),
      switcher: () => openSwitcher(this.state, (id) => this.deeds.open(id)),
      "show-tools": () => this.tools.open(),
      present: () => this.talk.toPresent(),
      "to-news": () => this.talk.toNews(),
      "clear-news": () => this.state.clearNews(),
    };
  }

  #isShown(panel) {
    const { drawer, members } = byId("frame").dataset;
    return NARROW.matches ? drawer === panel : members === "shown";
  }

  #toggleMembers() {
    const frame = byId("frame");
    if (NARROW.matches) this.#openDrawer("members");
    else {
      frame.dataset.members = frame.dataset.members === "shown" ? "hidden" : "shown";
      keep("members", frame.dataset.members === "shown");
    }
    this.head.schedule();
  }

  #openDrawer(name) {
    byId("frame").dataset.drawer = name;
    const panel = byId(name === "places" ? "channels" : "members");
    (panel.querySelector("[aria-current]") ?? panel.querySelector("button"))?.focus();
  }

  #closeDrawer() {
    const frame = byId("frame");
    if (!frame.dataset.drawer) return false;
    frame.dataset.drawer = "";
    byId("head").querySelector("button").focus();
    return true;
  }

  #onKey(event) {
    const { key, altKey, shiftKey, ctrlKey, metaKey } = event;
    if (event.defaultPrevented || event.isComposing) return;
    if ((ctrlKey || metaKey) && key.toLowerCase() === "k")
      this.#handle(event, () => openSwitcher(this.state, (id) => this.deeds.open(id)));
    else if (key === "F6") this.#handle(event, () => this.#walkRegions(shiftKey ? -1 : 1));
    else if (altKey && (key === "ArrowUp" || key === "ArrowDown"))
      this.#handle(event, () => this.#walkChannels(key === "ArrowUp" ? -1 : 1));
    else if (key === "Escape" && !document.querySelector("dialog[open], [popover]:popover-open"))
      this.#escape();
  }

  #handle(event, act) {
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) act();
  }

  /** Close the nearest thing that is open; with nothing open, all here is read. */
  #escape() {
    const { state } = this;
    if (this.#closeDrawer()) return;
    if (state.inspected) state.inspect(null);
    else if (state.edited) state.edit(null);
    else {
      state.clearNews();
      this.talk.toPresent();
      this.composer.focus();
    }
  }

  #walkRegions(step) {
    const regions = REGIONS.map((name) => document.querySelector(`[data-region="${name}"]`)).filter(
      (region) => region?.checkVisibility(),
    );
    const at = regions.findIndex((region) => region.contains(document.activeElement));
    const next = regions[(at + step + regions.length) % regions.length];
    if (next.dataset.region === "messages")
      this.talk.focusRow(next.querySelector('.message[tabindex="0"]') ?? undefined);
    else if (next.dataset.region === "composer") this.composer.focus();
    else {
      const stops = [...next.querySelectorAll("[aria-current], button, a, summary")].filter(
        (stop) => stop.checkVisibility(),
      );
      (stops.find((stop) => stop.ariaCurrent) ?? stops[0] ?? next).focus();
    }
  }

  #walkChannels(step) {
    const stops = [...byId("channels").querySelectorAll("[data-channel-id]")].map(
      ({ dataset }) => dataset.channelId,
    );
    const next = stops[stops.indexOf(this.state.place.channel) + step];
    if (next) this.deeds.open(next);
  }
}

function firstIn(state, guildId) {
  if (guildId === DIRECT) return state.dms[0]?.id ?? null;
  const guild = state.guilds.find(({ id }) => id === guildId);
  return guild ? (orderedChannels(guild).flatMap(({ channels }) => channels)[0]?.id ?? null) : null;
}

/** How the ids in a text are called. */
function namesOf(state, open) {
  const user = (id) => {
    const known = [...state.company, ...state.people, state.bot].find((each) => each?.id === id);
    return known ? { name: state.name(known) ?? userName(known), isMe: id === state.me.id } : null;
  };
  const role = (id) => state.guild?.roles.find((each) => each.id === id) ?? null;
  const channel = (id) => {
    const known = state.channel(id);
    if (!known) return null;
    const sign = known.guild_id ? "#" : "@";
    return { name: state.placeName(known), sign, open: (message) => open(id, message) };
  };
  return { user, role, channel, things: thingsOf(state) };
}

/** What can be chosen in menus and for the options of commands. */
function thingsOf(state) {
  return {
    users: () => state.guild?.members ?? state.company,
    roles: () => state.guild?.roles ?? [],
    channels: () =>
      state.channels.filter((each) => each.guild_id === state.place.guild && !isCategory(each)),
  };
}

applyTheme();
new App();
