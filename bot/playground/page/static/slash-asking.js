// Asking the bot for choices: not at every key, and only the newest answer counts.

const PAUSE = 150; // milliseconds without a key

export class Asking {
  #complete;
  #number = 0;
  #timer = 0;

  /** @param {(...question) => Promise<{name: string, value: unknown}[]>} complete */
  constructor(complete) {
    this.#complete = complete;
  }

  /** Calls one of `told` and `failed` later, unless something else is asked or it is dropped. */
  ask(question, told, failed) {
    this.drop();
    const number = this.#number;
    const unlessStale = (act) => (answer) => number === this.#number && act(answer);
    this.#timer = setTimeout(() => {
      this.#complete(...question).then(unlessStale(told), unlessStale(failed));
    }, PAUSE);
  }

  /** What was asked is of no interest any more. */
  drop() {
    this.#number++;
    clearTimeout(this.#timer);
  }
}
