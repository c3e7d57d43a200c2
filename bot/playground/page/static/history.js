// What is known of one place's messages: a row without gaps up to the newest, oldest first.

const KEPT_WHEN_LEFT = 200; // messages that stay known of a place that nobody looks at

/** Orders two ids by age: snowflakes grow with time, and these are decimal strings. */
export function byAge(one, other) {
  return one.length - other.length || (one < other ? -1 : Number(one > other));
}

export class Talk {
  messages = [];
  /** Whether the newest messages have been fetched; before that only news is known. */
  isLoaded = false;
  isLoading = false;
  /** Why they could not be fetched, in words; or null. */
  trouble = null;
  /** Whether the server has older ones. */
  hasMore = true;
  #gone = new Set();

  get newest() {
    return this.messages.at(-1) ?? null;
  }

  get oldest() {
    return this.messages[0] ?? null;
  }

  /** Returns where the message stands, or where it would. */
  indexOf(id) {
    let low = 0;
    let high = this.messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (byAge(this.messages[middle].id, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  find(id) {
    const found = this.messages[this.indexOf(id)];
    return found?.id === id ? found : null;
  }

  /** Put in a message, or what has become of it. */
  put(message) {
    const index = this.indexOf(message.id);
    if (this.messages[index]?.id === message.id) this.messages[index] = message;
    else if (index > 0 || !this.isLoaded || !this.hasMore) this.messages.splice(index, 0, message);
  }

  /** Take out messages, and their words above those that answer them. */
  remove(ids) {
    for (const id of ids) {
      const index = this.indexOf(id);
      if (this.messages[index]?.id === id) this.messages.splice(index, 1);
      if (this.isLoading) this.#gone.add(id);
    }
    this.messages = this.messages.map((message) =>
      ids.includes(message.referenced_message?.id)
        ? { ...message, referenced_message: null }
        : message,
    );
  }

  /** Take in a page of the history. What the feed told meanwhile is newer than the page. */
  addHistory(page, hasMore) {
    const known = new Set(this.messages.map((message) => message.id));
    const found = page.filter(({ id }) => !known.has(id) && !this.#gone.has(id));
    this.messages = [...this.messages, ...found].sort((one, other) => byAge(one.id, other.id));
    this.hasMore = hasMore;
    this.isLoaded = true;
    this.isLoading = false;
    this.#gone.clear();
  }

  /** Forget what can be fetched again. */
  shorten() {
    const surplus = this.messages.length - KEPT_WHEN_LEFT;
    if (surplus <= 0) return;
    this.messages.splice(0, surplus);
    this.hasMore = true;
  }
}
