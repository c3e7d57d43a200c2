// The two ways to the server: the feed, on which it tells what happens, and what one asks of it.

const FIRST_WAIT = 500; // milliseconds before the first try to connect again; doubled each time
const LONGEST_WAIT = 10_000;
const PAGE = 50; // messages fetched at once

/** The server said no, in words for a person. */
export class Refused extends Error {}

/** Follows everything that one person may see, and begins anew when the line breaks. */
export class Feed {
  #socket = null;
  #timer = null;
  #wait = FIRST_WAIT;
  #person = null;
  #isKnown = false;

  /** @param {{hear(name: string, about: unknown): void, lost(): void}} listener */
  constructor(listener) {
    this.listener = listener;
  }

  /** Become this person; null lets the server choose one. */
  follow(person) {
    this.#person = person;
    this.#isKnown = false;
    this.#wait = FIRST_WAIT;
    this.#connect();
  }

  #connect() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#socket?.close();
    const url = new URL("/page/feed", location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (this.#person) url.searchParams.set("as", this.#person);
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#hear(socket, JSON.parse(data));
    socket.onclose = () => this.#lose(socket);
  }

  #hear(socket, { t: name, d: about }) {
    if (socket !== this.#socket) return;
    if (name === "READY") {
      this.#wait = FIRST_WAIT;
      this.#person = about.me.id;
      this.#isKnown = true;
    }
    this.listener.hear(name, about);
  }

  #lose(socket) {
    if (socket !== this.#socket) return;
    this.listener.lost();
    // A person kept from another playground may not live in this one.
    if (!this.#isKnown) this.#person = null;
    this.#timer = setTimeout(() => this.#connect(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }
}

/** Asks in the name of whoever `person()` says one is. */
export class Server {
  constructor(person) {
    this.person = person;
  }

  /** Returns the messages before this one, or the newest, oldest first, and whether there are more. */
  history(channel, before = null) {
    return this.#get("/page/messages", { channel, before, limit: PAGE });
  }

  /** Returns what is behind a message. */
  inspect(channel, message) {
    return this.#get("/page/inspect", { channel, message });
  }

  /**
   * Do something; `files` go along with it.
   * @param {string} verb
   * @param {Record<string, unknown>} about
   * @param {File[]} files
   */
  act(verb, about, files = []) {
    const payload = JSON.stringify({ as: this.person(), do: verb, ...about });
    const headers = { "X-Playground": "1" };
    if (!files.length) {
      headers["Content-Type"] = "application/json";
      return answer("/page/do", { method: "POST", headers, body: payload });
    }
    const body = new FormData();
    body.append("payload_json", payload);
    files.forEach((file, index) => body.append(`files[${index}]`, file, file.name));
    return answer("/page/do", { method: "POST", headers, body });
  }

  #get(path, query) {
    const url = new URL(path, location.href);
    url.searchParams.set("as", this.person());
    for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
    return answer(url, {});
  }
}

async function answer(url, request) {
  let response;
  try {
    response = await fetch(url, request);
  } catch {
    throw new Refused("The playground does not answer. Is it still running?");
  }
  const body = await response.json().catch(() => ({}));
  if (!response.ok || body.error)
    throw new Refused(body.error ?? `The server answered ${response.status}.`);
  return body;
}
