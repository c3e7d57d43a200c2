// The reader's place in a list that changes above, below and under their eyes: at the bottom, or
// at the row that is at the top edge. Only the reader's own scrolling changes it.

const AT_BOTTOM = 40; // pixels

export class Anchor {
  /** Whether the reader is at the bottom and means to stay there. */
  isStuck = true;
  #row = null;
  #offset = 0;
  #top = 0;

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} list  holds the rows, one below the other
   */
  constructor(scroller, list) {
    Object.assign(this, { scroller, list });
  }

  /** How many pixels are below what is seen. */
  get gap() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight;
  }

  /** Call before the list changes; the browser tells of scrolling late. */
  hold(hasMoreBelow) {
    if (Math.abs(this.scroller.scrollTop - this.#top) > 1) this.note(hasMoreBelow);
  }

  /** The place is where the reader is now. */
  note(hasMoreBelow) {
    this.#top = this.scroller.scrollTop;
    this.isStuck = !hasMoreBelow && this.gap < AT_BOTTOM;
    this.#row = this.#rowAt(this.#top);
    this.#offset = (this.#row?.offsetTop ?? 0) - this.#top;
  }

  /** Call after the list has changed. */
  restore() {
    if (this.isStuck) this.scroller.scrollTop = this.scroller.scrollHeight;
    else if (this.#row?.isConnected) {
      const top = this.#row.offsetTop - this.#offset;
      if (Math.abs(top - this.scroller.scrollTop) > 1) this.scroller.scrollTop = top;
    }
    this.#top = this.scroller.scrollTop;
  }

  /** Hold on to no row until the place is noted again. */
  release() {
    this.isStuck = false;
    this.#row = null;
  }

  #rowAt(top) {
    const rows = this.list.children;
    let low = 0;
    let high = rows.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (rows[middle].offsetTop + rows[middle].offsetHeight <= top) low = middle + 1;
      else high = middle;
    }
    return rows[low] ?? null;
  }
}
