// What is known, and where one stands. The feed and the person change it by a few verbs; whoever
// shows something of it listens for the topics that concern them, and reads.

import { Talk, byAge } from "./history.js";
import { recall, keep } from "./keep.js";

export const DIRECT = "@me"; // stands in the place of a server for direct messages
const FORUM = 15;
const CATEGORY = 4;
const THREAD_STARTER = 21; // a message type
const TYPING_LASTS = 10_000; // milliseconds
const DISCORD_EPOCH = 1_420_070_400_000n; // https://docs.discord.com/developers/reference#snowflakes

export const isThread = (channel) => channel.type >= 10 && channel.type <= 12;
export const isForum = (channel) => channel.type === FORUM;
export const isCategory = (channel) => channel.type === CATEGORY;
export const isArchived = (channel) => Boolean(channel.thread_metadata?.archived);
export const isEphemeral = (message) => Boolean(message.flags & 64);
export const isThinking = (message) => Boolean(message.flags & 128);

/** Returns the name by which everybody knows a user, where no server gives another. */
export const userName = (user) => user.global_name ?? user.username;

export class State {
  me = null;
  people = [];
  bot = null;
  isBotUp = false;
  model = "";
  guilds = [];
  dms = [];
  commands = [];
  faults = [];
  isConnected = false;
  place = { guild: null, channel: null };
  /** The message under the inspector's lens: {channel, message}, or null. */
  inspected = null;
  /** The message that is being rewritten, or null. */
  edited = null;
  /** What the viewer asked of the bot and has no answer to yet, by interaction id. */
  asked = new Map();
  /** The last message that was read before this place was opened, or null. */
  readBefore = null;
  #channels = new Map();
  #talks = new Map();
  #typing = new Map();
  #replies = new Map();
  #read = {};
  #mentions = new Map();
  #listeners = [];

  /** Calls `listener(about)` whenever one of the topics, divided by spaces, has changed. */
  on(topics, listener) {
    for (const topic of topics.split(" ")) this.#listeners.push([topic, listener]);
  }

  /** The same, for the next time only. */
  once(topic, listener) {
    const entry = [
      topic,
      (about) => {
        this.#listeners.splice(this.#listeners.indexOf(entry), 1);
        listener(about);
      },
    ];
    this.#listeners.push(entry);
  }

  /** Tell those who listen for it. */
  tell(topic, about = null) {
    for (const [heard, listener] of [...this.#listeners]) if (heard === topic) listener(about);
  }

  /** The feed said something. */
  hear(name, about) {
    const verb = {
      READY: () => this.#begin(about),
      PLACES: () => this.#settle(about),
      MESSAGE_CREATE: () => this.#take(about, true),
      MESSAGE_UPDATE: () => this.#take(about, false),
      MESSAGE_DELETE: () => this.#drop(about),
      TYPING_START: () => this.#type(about),
      INTERACTION: () => this.#follow(about),
      BOT: () => this.#set({ isBotUp: about.up }, "bot"),
      COMMANDS: () => this.#set({ commands: about }, "commands"),
      FAULTS: () => this.#set({ faults: about }, "faults"),
    }[name];
    verb?.();
  }

  /** The line to the server broke. */
  lose() {
    this.#set({ isConnected: false }, "connection");
  }

  /** Stand in another place; what is left behind is kept short. */
  open(guild, channel) {
    if (this.place.channel && this.place.channel !== channel)
      this.#talks.get(this.place.channel)?.shorten();
    this.place = { guild, channel };
    this.edited = null;
    this.readBefore =
      channel && this.isUnread(this.channel(channel)) ? this.#readIn(channel) : null;
    this.tell("place");
  }

  /** A page of history has come. */
  addHistory(channel, page, hasMore) {
    this.talk(channel).addHistory(page, hasMore);
    this.tell("messages", { channel });
  }

  /** Everything in this place has been seen. */
  markRead(channel) {
    const newest = this.talk(channel).newest?.id ?? this.channel(channel)?.last_message_id;
    if (!newest || (byAge(newest, this.#readIn(channel)) <= 0 && !this.#mentions.get(channel)))
      return;
    this.#read[channel] = newest;
    this.#mentions.delete(channel);
    keep(`read.${this.me.id}`, this.#read);
    this.tell("unread");
  }

  /** Lets go of the line between old and new messages. */
  clearNews() {
    this.#set({ readBefore: null }, "messages");
  }

  inspect(message) {
    this.#set(
      { inspected: message && { channel: message.channel_id, message: message.id } },
      "inspected",
    );
  }

  edit(messageId) {
    this.#set({ edited: messageId }, "messages");
  }

  /** Answer this message with what is written next here; null: answer none. */
  reply(channel, reply) {
    if (reply) this.#replies.set(channel, reply);
    else this.#replies.delete(channel);
    this.tell("reply", channel);
  }

  /** Something asked of the bot needs no telling any more. */
  settle(interactionId) {
    if (this.asked.delete(interactionId)) this.tell("asked");
  }

  /** @returns {Talk} */
  talk(channel) {
    if (!this.#talks.has(channel)) this.#talks.set(channel, new Talk());
    return this.#talks.get(channel);
  }

  channel(id) {
    return this.#channels.get(id) ?? null;
  }

  get here() {
    return this.channel(this.place.channel);
  }

  get guild() {
    return this.guilds.find(({ id }) => id === this.place.guild) ?? null;
  }

  get channels() {
    return [...this.#channels.values()];
  }

  replyIn(channel) {
    return this.#replies.get(channel) ?? null;
  }

  /** Returns the threads of a channel, the one spoken in last first. */
  threadsOf(channel) {
    const age = ({ id, last_message_id: last }) => last ?? id;
    return this.channels
      .filter((each) => each.parent_id === channel && isThread(each))
      .sort((one, other) => isArchived(one) - isArchived(other) || byAge(age(other), age(one)));
  }

  /** Returns how one calls a user in the server where one stands. */
  name(user) {
    const member = this.guild?.members.find((each) => each.user.id === user.id);
    return member?.nick ?? userName(user);
  }

  placeName(channel) {
    if (channel.name) return channel.name;
    return (channel.recipients ?? [])
      .filter(({ id }) => id !== this.me.id)
      .map(userName)
      .join(", ");
  }

  /** Returns everybody whom one may meet here. */
  get company() {
    if (this.guild) return this.guild.members.map(({ user }) => user);
    return [this.me, ...(this.here?.recipients ?? []).filter(({ id }) => id !== this.me.id)];
  }

  /** Whether something new is in this very place; a forum's posts are places of their own. */
  isUnread(channel) {
    const newest = channel?.last_message_id;
    if (!newest || isForum(channel) || isArchived(channel)) return false;
    return byAge(newest, this.#readIn(channel.id)) > 0;
  }

  mentionsIn(channel) {
    return this.#mentions.get(channel) ?? 0;
  }

  /** Returns who else is typing in the open place. */
  get typists() {
    const now = Date.now();
    return [...(this.#typing.get(this.place.channel)?.values() ?? [])]
      .filter(({ until }) => until > now)
      .map(({ user }) => user);
  }

  #set(values, topic) {
    Object.assign(this, values);
    this.tell(topic);
  }

  #begin({ me, people, bot, bot_up: isBotUp, model, places, commands, faults }) {
    Object.assign(this, { me, people, bot, isBotUp, model, commands, faults, isConnected: true });
    this.#talks.clear();
    this.#typing.clear();
    this.#replies.clear();
    this.#mentions.clear();
    this.asked.clear();
    this.edited = null;
    this.#read = recall(`read.${me.id}`, null) ?? { since: snowflakeNow() };
    keep(`read.${me.id}`, this.#read);
    this.#know(places);
    this.tell("ready");
  }

  #settle(places) {
    this.#know(places);
    this.tell("places");
  }

  #know({ guilds, dms }) {
    Object.assign(this, { guilds, dms });
    const inGuilds = guilds.flatMap(({ channels, threads }) => [...channels, ...threads]);
    this.#channels = new Map([...inGuilds, ...dms].map((channel) => [channel.id, channel]));
  }

  #take(message, isNew) {
    const talk = this.talk(message.channel_id);
    if (isNew || talk.find(message.id) || talk.isLoaded) talk.put(message);
    if (message.channel_id !== this.place.channel) talk.shorten();
    this.asked.delete(message.interaction_metadata?.id);
    if (isNew) this.#notice(message);
    this.tell("messages", { channel: message.channel_id });
  }

  #notice(message) {
    const { channel_id: channel, author } = message;
    if (author.id === this.me.id) this.#readOwn(message);
    else if (message.mentions.some(({ id }) => id === this.me.id)) {
      this.#mentions.set(channel, this.mentionsIn(channel) + 1);
    }
    const known = this.channel(channel);
    if (known && !isEphemeral(message)) known.last_message_id = message.id;
    if (isCounted(message)) this.#count(known, 1);
    if (this.#typing.get(channel)?.delete(author.id)) this.tell("typing");
    this.tell("arrived", message);
    this.tell("unread");
  }

  /** Whoever writes somewhere has read what is there. */
  #readOwn({ id, channel_id: channel }) {
    this.#read[channel] = id;
    if (channel === this.place.channel) this.readBefore = null;
  }

  #drop({ channel_id: channel, ids }) {
    const talk = this.talk(channel);
    const gone = ids.filter((id) => isCounted(talk.find(id) ?? { id, channel_id: channel }));
    this.#count(this.channel(channel), -gone.length);
    talk.remove(ids);
    if (ids.includes(this.edited)) this.edited = null;
    if (ids.includes(this.replyIn(channel)?.id)) this.reply(channel, null);
    this.tell("messages", { channel });
  }

  /** What is said in a thread is counted where one comes in to it. */
  #count(channel, change) {
    if (!channel || !isThread(channel) || !change) return;
    channel.message_count = Math.max(0, channel.message_count + change);
    this.tell("count", channel);
  }

  #type({ channel_id: channel, user }) {
    if (user.id === this.me.id) return;
    if (!this.#typing.has(channel)) this.#typing.set(channel, new Map());
    this.#typing.get(channel).set(user.id, { user, until: Date.now() + TYPING_LASTS });
    setTimeout(() => this.tell("typing"), TYPING_LASTS + 100);
    this.tell("typing");
  }

  #follow(interaction) {
    if (interaction.state === "answered") this.asked.delete(interaction.id);
    else this.asked.set(interaction.id, interaction);
    if (interaction.state === "failed") this.tell("failed", interaction);
    if (interaction.modal) this.tell("modal", interaction);
    this.tell("asked");
  }

  #readIn(channel) {
    return this.#read[channel] ?? this.#read.since;
  }
}

/** Whether a message counts as said in a thread, which was not opened with it. */
function isCounted(message) {
  const { id, channel_id: channel, type } = message;
  return !isEphemeral(message) && id !== channel && type !== THREAD_STARTER;
}

function snowflakeNow() {
  return String((BigInt(Date.now()) - DISCORD_EPOCH) << 22n);
}
