// Where emphasis, spoilers and inline code end.
//
// Discord pairs a mark with the first end that fits, blind to what lies between. Looking for it
// anew at every mark would be quadratic, so the runs of each mark are numbered once, and each
// run knows the next one that can end something.

const RUNS = { "`": /`+/g, "*": /\\[\s\S]|\*+/g, _: /\\[\s\S]|_+/g };

export class Marks {
  #source;
  #runs = new Map();
  #ticks = null;
  #brackets = null;
  #address = -1;

  constructor(source) {
    this.#source = source;
  }

  /**
   * The emphasis that opens at `at` by `*` or `_`: of a single and a double mark, the one that
   * reaches further.
   * @returns {{start: number, stop: number, end: number, width: 1|2}|null}
   */
  emphasis(at) {
    const mark = this.#source[at];
    const runs = this.#runsOf(mark);
    const run = runs.at[at];
    if (run < 0) return null;
    const single = this.#single(runs, run, at, mark);
    const double = this.#double(runs, run, at);
    return single && (!double || single.end >= double.end) ? single : double;
  }

  /** What lies between `at` and the next `mark` of two characters, around at least one. */
  pair(at, mark) {
    if (!this.#source.startsWith(mark, at)) return null;
    const stop = this.#source.indexOf(mark, at + 3);
    return stop < 0 ? null : { start: at + 2, stop, end: stop + 2 };
  }

  /** The inline code at `at`, or the whole run of backticks there as mere text. */
  code(at) {
    const runs = this.#runsOf("`");
    const stop = runs.ends[runs.at[at]];
    for (let width = stop - at; width > 0; width--) {
      const close = this.#ticksAfter(stop, width);
      if (close === undefined) continue;
      const content = this.#source.slice(at + width, close);
      return { content: withoutPadding(content), end: close + width };
    }
    return { content: null, end: stop };
  }

  /** Where the bracket that opens at `at` is closed, or undefined. */
  bracket(at) {
    this.#brackets ??= matchingBrackets(this.#source);
    return this.#brackets.get(at);
  }

  /** Where the next address begins, or infinity; only to be asked for places that rise. */
  addressFrom(at) {
    if (this.#address < at) {
      const found = this.#source.slice(at).search(/https?:\/\//);
      this.#address = found < 0 ? Infinity : at + found;
    }
    return this.#address;
  }

  #single(runs, run, at, mark) {
    const rest = runs.ends[run] - at - 1;
    const isOdd = rest % 2 === 1;
    if (isOdd && rest === 1) return null;
    if (mark === "*" && rest === 0 && /^\s?$/.test(this.#source.charAt(at + 1))) return null;
    const closing = isOdd ? run : runs.nextOdd[run + 1];
    if (closing === undefined) return null;
    const end = runs.ends[closing];
    if (!isOdd && !this.#closes(runs.starts[closing], end, mark)) return null;
    if (mark === "_" && /\w/.test(this.#source.charAt(end))) return null;
    return { start: at + 1, stop: end - 1, end, width: 1 };
  }

  #closes(start, end, mark) {
    return mark === "_" || end - start > 1 || !/\s/.test(this.#source[start - 1]);
  }

  #double(runs, run, at) {
    const width = runs.ends[run] - at;
    if (width < 2) return null;
    const closing = width >= 5 ? run : runs.nextWide[run + 1];
    if (closing === undefined) return null;
    const end = runs.ends[closing];
    return { start: at + 2, stop: end - 2, end, width: 2 };
  }

  #runsOf(mark) {
    if (!this.#runs.has(mark)) this.#runs.set(mark, runsOf(this.#source, mark));
    return this.#runs.get(mark);
  }

  #ticksAfter(place, width) {
    this.#ticks ??= startsByWidth(this.#runsOf("`"));
    const starts = this.#ticks.get(width) ?? [];
    return starts[firstFrom(starts, place)];
  }
}

/** The runs of a mark; an escaped one is none, but in code nothing is escaped. */
function runsOf(source, mark) {
  const runs = { starts: [], ends: [], at: new Int32Array(source.length).fill(-1) };
  for (const { 0: run, index } of source.matchAll(RUNS[mark])) {
    if (run[0] !== mark) continue;
    runs.at.fill(runs.starts.length, index, index + run.length);
    runs.starts.push(index);
    runs.ends.push(index + run.length);
  }
  const width = (each) => runs.ends[each] - runs.starts[each];
  runs.nextOdd = nextThat(runs.starts.length, (each) => width(each) % 2 === 1);
  runs.nextWide = nextThat(runs.starts.length, (each) => width(each) > 1);
  return runs;
}

/** For each index below `count` the first one from there on that fits, or undefined. */
function nextThat(count, fits) {
  const next = new Array(count);
  for (let each = count - 1; each >= 0; each--) next[each] = fits(each) ? each : next[each + 1];
  return next;
}

function startsByWidth(runs) {
  const byWidth = new Map();
  runs.starts.forEach((start, each) => {
    const width = runs.ends[each] - start;
    if (!byWidth.has(width)) byWidth.set(width, []);
    byWidth.get(width).push(start);
  });
  return byWidth;
}

/** The index of the first number that is not below `place`, in a list that rises. */
function firstFrom(numbers, place) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

function matchingBrackets(source) {
  const closedBy = new Map();
  const open = [];
  for (const { 0: bracket, index } of source.matchAll(/\\[\s\S]|[[\]]/g)) {
    if (bracket === "[") open.push(index);
    else if (bracket === "]" && open.length) closedBy.set(open.pop(), index);
  }
  return closedBy;
}

/** A backtick at the edge of code is held off by one space, which is not shown. */
function withoutPadding(content) {
  const from = /^ +`/.test(content) ? 1 : 0;
  const to = /` +$/.test(content) ? content.length - 1 : content.length;
  return content.slice(from, to);
}
