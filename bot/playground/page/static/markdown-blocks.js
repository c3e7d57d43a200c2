// What begins at the start of a line: quotes, headings, small print, lists; and fenced code.
//
// Each function looks at one place of a source and returns what it found there, with `end`, the
// place behind it, or null. Nothing is looked at twice, however nasty the text is.

const QUOTE = / *> /y;
const QUOTED_REST = / *>>> /y;
const HEADING = / *(-#|#{1,3})[ \t]+(?=[^\s#])/y;
const ITEM = /( *)([*-]|\d{1,10}\.) +(?=\S)/y;
const LANGUAGE = /([a-z0-9_+\-.#]*)(?:\n|$)/iy;
const FENCE = "```";

function matchAt(pattern, source, at) {
  pattern.lastIndex = at;
  return pattern.exec(source);
}

/** The place of the next line end, or of the source's end. */
function lineEnd(source, at) {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}

/** `text` without what stands at its end and is one of `characters`. */
export function trimEndOf(text, characters) {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1])) end--;
  return text.slice(0, end);
}

/** A quote of some lines, or of all that follows. */
export function quote(source, at) {
  const rest = matchAt(QUOTED_REST, source, at);
  if (rest) return { content: source.slice(at + rest[0].length), end: source.length };
  const lines = [];
  for (let mark; (mark = matchAt(QUOTE, source, at));) {
    const end = lineEnd(source, at);
    lines.push(source.slice(at + mark[0].length, end));
    at = end + 1;
    if (end === source.length) break;
  }
  return lines.length ? { content: lines.join("\n"), end: Math.min(at, source.length) } : null;
}

/** A heading of the levels 1 to 3, or small print, which has level 0. */
export function heading(source, at) {
  const mark = matchAt(HEADING, source, at);
  if (!mark) return null;
  const end = lineEnd(source, at);
  const words = trimEndOf(source.slice(at + mark[0].length, end), " \t");
  const bare = trimEndOf(words, "#");
  const isClosed = mark[1] !== "-#" && bare !== words && /\s$/.test(bare);
  return {
    level: mark[1] === "-#" ? 0 : mark[1].length,
    content: isClosed ? trimEndOf(bare, " \t") : words,
    end: Math.min(end + 1, source.length),
  };
}

/** A list: its items' texts, in which lists inside them are lists again. */
export function list(source, at) {
  const first = matchAt(ITEM, source, at);
  if (!first) return null;
  const isOrdered = /\d/.test(first[2]);
  const items = [];
  let item = null;
  let isInCode = false;
  while (at < source.length) {
    const end = lineEnd(source, at);
    const found = isInCode ? null : matchAt(ITEM, source, at);
    const line = source.slice(at, end);
    if (found && found[1].length <= first[1].length) {
      if (found[1].length < first[1].length || /\d/.test(found[2]) !== isOrdered) break;
      item = { width: found[0].length, lines: [line.slice(found[0].length)] };
      items.push(item);
    } else if (isInCode || /^ +\S/.test(line)) {
      item.lines.push(dedented(line, item.width));
    } else {
      break;
    }
    isInCode = isInCode !== (line.split(FENCE).length % 2 === 0);
    at = end + 1;
  }
  while (source[at] === "\n") at++;
  const texts = items.map(({ lines }) => lines.join("\n"));
  return {
    isOrdered,
    start: parseInt(first[2], 10),
    items: texts,
    end: Math.min(at, source.length),
  };
}

function dedented(line, most) {
  let spaces = 0;
  while (spaces < most && line[spaces] === " ") spaces++;
  return line.slice(spaces);
}

/**
 * Fenced code, which may begin and end anywhere in a line.
 *
 * A fence that nothing closes is shown as code, too, although Discord would not: it is an answer
 * that is still being written.
 */
export function fence(source, at) {
  if (!source.startsWith(FENCE, at)) return null;
  const named = matchAt(LANGUAGE, source, at + FENCE.length);
  const begins = named && named[0].endsWith("\n") ? at + FENCE.length + named[0].length : -1;
  return (
    (begins >= 0 && closed(source, begins, named[1])) ||
    closed(source, at + FENCE.length, "") ||
    unclosed(source, at, named)
  );
}

function closed(source, begins, language) {
  while (source[begins] === "\n") begins++;
  const stop = source.indexOf(FENCE, begins + 1);
  if (stop < 0) return null;
  const end = stop + FENCE.length;
  return { language, content: trimEndOf(source.slice(begins, stop), "\n"), end };
}

function unclosed(source, at, named) {
  const begins = at + FENCE.length;
  const before = trimEndOf(source.slice(source.lastIndexOf("\n", at) + 1, at), " ");
  const isAlone = before === "" && source[begins] !== "`";
  if (!isAlone && !named?.[0].endsWith("\n")) return null;
  const content = source.slice(begins + (named ? named[0].length : 0));
  return { language: named?.[1] ?? "", content: withoutHalfFence(content), end: source.length };
}

function withoutHalfFence(content) {
  const bare = trimEndOf(trimEndOf(content, "`"), " ");
  const isHalf = content.endsWith("`") && /\n$|^$/.test(bare.slice(-1));
  return trimEndOf(isHalf ? bare : content, "\n");
}
