// Colours for code: one pass of one pattern per language, made of a few common pieces.
//
// A piece that is opened and never closed reaches to the end of the line or of the text, so no
// text makes the pattern look twice at the same place. What no piece knows stays plain.

import { make } from "./nodes.js";

const LONGEST = 50_000; // characters; what is longer stays plain

const END = String.raw`(?![\s\S])`;
const DOUBLE = String.raw`"(?:[^"\\\n]|\\[\s\S])*"?`;
const SINGLE = String.raw`'(?:[^'\\\n]|\\[\s\S])*'?`;
const STRINGS = `${DOUBLE}|${SINGLE}`;
const TEMPLATE = "`(?:[^`\\\\]|\\\\[\\s\\S])*`?";
const BLOCK_COMMENT = String.raw`/\*[\s\S]*?(?:\*/|${END})`;
const SLASH_COMMENT = String.raw`//[^\n]*|${BLOCK_COMMENT}`;
const HASH_COMMENT = String.raw`(?<![^\s;])#[^\n]*`;
const NUMBER = String.raw`\b0[xob][\da-f_]+\b|(?<![\w.])\d[\d_]*(?:\.\d[\d_]*)?(?:e[+-]?\d+)?\w{0,3}\b`;
const WORD = String.raw`[\p{L}_$][\p{L}\p{N}_$]*`;
const CALL = String.raw`[\p{L}_$][\p{L}\p{N}_$]*(?=\()`;
const TRIPLE = String.raw`[rbfu]{0,2}(?:"""[\s\S]*?(?:"""|${END})|'''[\s\S]*?(?:'''|${END}))`;
const TAG = String.raw`</?[a-z!?][^<>]*>?`;

const words = (text) => new Set(text.split(" "));
const code = (comment, strings, keywords, more = {}) => ({
  comment,
  string: strings,
  number: NUMBER,
  ...more,
  call: CALL,
  word: WORD,
  keywords: words(keywords),
});

const C_WORDS =
  "abstract alignas as async auto await base bool boolean break byte case catch chan char class " +
  "const constexpr continue crate decltype default defer delete do double dyn else enum event " +
  "explicit export extends extern false final finally float fn for foreach friend func get go " +
  "goto if impl implements import in inline instanceof int interface internal is let lock long " +
  "loop map match mod move mut mutable namespace new nil noexcept null nullptr operator out " +
  "override package params private protected pub public range readonly record ref register " +
  "return sealed select self set short signed sizeof static string struct super switch template " +
  "this throw throws trait transient true try type typedef typename union unsafe unsigned use " +
  "using var virtual void volatile when where while with yield";
const JS_WORDS =
  "abstract any as async await boolean break case catch class const continue debugger declare " +
  "default delete do else enum export extends false finally for from function get if implements " +
  "import in instanceof interface keyof let never new null number object of private protected " +
  "public readonly return satisfies set static string super switch symbol this throw true try " +
  "type typeof undefined unknown var void while with yield";
const PYTHON_WORDS =
  "False None True and as assert async await break case class continue def del elif else except " +
  "finally for from global if import in is lambda match nonlocal not or pass raise return self " +
  "try type while with yield";
const BASH_WORDS =
  "alias break case cd continue declare do done echo elif else esac eval exec exit export fi " +
  "for function if in local printf read readonly return set shift source sudo then trap unset " +
  "until while";
const SQL_WORDS =
  "add all alter and as asc avg begin between bigint blob boolean by cascade case cast check " +
  "coalesce column commit constraint count create cross database default delete desc distinct " +
  "drop else end except exists foreign from full group having if in index inner insert int " +
  "integer intersect into is join key left like limit max min not null numeric offset on or " +
  "order outer over partition primary real references returning right rollback select set " +
  "strict sum table text then timestamp transaction trigger union unique update using values " +
  "varchar view when where with without";

const QUOTES_IN_SQL = `'(?:[^']|'')*'?|"[^"\\n]*"?`;
const BASH_STRINGS = String.raw`"(?:[^"\\]|\\[\s\S])*"?|'[^']*'?`;
const ATTRIBUTES = {
  string: STRINGS,
  name: String.raw`(?<=\s)[\w:@.-]+`,
  keyword: String.raw`[<>/!?]+[\w:-]*`,
};

const LANGUAGES = {
  python: code(HASH_COMMENT, `${TRIPLE}|[rbfu]{0,2}(?:${STRINGS})`, PYTHON_WORDS, {
    name: String.raw`@[\w.]+`,
  }),
  javascript: code(SLASH_COMMENT, `${STRINGS}|${TEMPLATE}`, JS_WORDS, { name: String.raw`@\w+` }),
  c: code(SLASH_COMMENT, String.raw`${DOUBLE}|'(?:[^'\\\n]|\\.){1,8}'|${TEMPLATE}`, C_WORDS, {
    name: String.raw`^[ \t]*#[^\n]*|@\w+|\b\w+!(?=[(\[{])`,
  }),
  json: {
    comment: SLASH_COMMENT,
    name: `${DOUBLE.slice(0, -1)}(?=\\s*:)`,
    string: DOUBLE,
    number: `-?${NUMBER}`,
    keyword: "\\b(?:true|false|null)\\b",
  },
  html: { comment: `<!--[\\s\\S]*?(?:-->|${END})`, tag: TAG, number: String.raw`&#?\w{1,31};` },
  css: {
    comment: BLOCK_COMMENT,
    string: STRINGS,
    keyword: String.raw`@[\w-]+|!important`,
    number: String.raw`#[\da-f]{3,8}\b|-?(?<![\w-])\d[\d.]*(?:%|[a-z]+)?`,
    name: String.raw`--[\w-]+|(?<![\w-])[\w-]+(?=\s*:)`,
    call: String.raw`(?<![\w-])[\w-]+(?=\()|[.#][a-z_-][\w-]*`,
  },
  bash: code(HASH_COMMENT, BASH_STRINGS, BASH_WORDS, {
    name: String.raw`\$(?:\w+|\{[^}\n]*\}?|[?#@*!$-])|\b\w+(?==)`,
    flag: String.raw`(?<=\s)--?[a-z][\w-]*`,
  }),
  sql: {
    ...code(String.raw`--[^\n]*|${BLOCK_COMMENT}`, QUOTES_IN_SQL, SQL_WORDS),
    isCaseless: true,
  },
  yaml: {
    comment: String.raw`(?<!\S)[#;][^\n]*`,
    keyword: String.raw`^[ \t]*\[[^\]\n]*\]+|\b(?:true|false|null|yes|no|on|off)\b`,
    name: String.raw`(?=[\w."'/$-])(?<=^[ \t]*(?:- +)?)[\w."'/$-]+(?=[ \t]*[:=])`,
    string: STRINGS,
    number: NUMBER,
  },
  diff: {
    comment: String.raw`^(?:@@|diff|index|---|\+\+\+)[^\n]*`,
    insert: String.raw`^\+[^\n]*`,
    delete: String.raw`^-[^\n]*`,
  },
  markdown: {
    keyword: String.raw`^#{1,6} [^\n]*|^[ \t]*(?:[*+-]|\d+\.)(?= )`,
    string: "^[ \\t]*```[^\\n]*|`[^`\\n]+`",
    comment: String.raw`^[ \t]*>[^\n]*`,
    name: String.raw`\[[^[\]\n]*\]\([^()\n]*\)`,
    number: String.raw`\*\*[^*\n]+\*\*|__[^_\n]+__`,
  },
};

const ALIASES = {
  python: "py python3 pyi pycon gyp",
  javascript: "js mjs cjs jsx ts mts tsx typescript node",
  c: "h cpp c++ cc cxx hpp java cs csharp c# go golang rs rust kotlin kt swift php scala dart arduino ino proto",
  json: "json5 jsonc jsonl ndjson geojson",
  html: "xml svg xhtml htm rss vue svelte",
  css: "scss less sass",
  bash: "sh shell zsh console shellsession dockerfile docker make makefile fish ps1 powershell",
  sql: "sqlite postgres postgresql mysql plsql pgsql",
  yaml: "yml toml ini cfg conf env properties dotenv",
  diff: "patch",
  markdown: "md mdx",
};

const NAMES = new Map(
  Object.entries(ALIASES).flatMap(([name, aliases]) =>
    [name, ...aliases.split(" ")].map((each) => [each, name]),
  ),
);
const COMPILED = new Map();

/** Coloured pieces of `code`, or all of it plain when the language is not known. */
export function highlight(text, language) {
  const name = NAMES.get(String(language ?? "").toLowerCase());
  const parts = document.createDocumentFragment();
  if (!name || text.length > LONGEST) parts.append(text);
  else colour(parts, text, LANGUAGES[name]);
  return parts;
}

function colour(parent, text, rules) {
  const { kinds, pattern } = compiled(rules);
  let told = 0;
  pattern.lastIndex = 0;
  for (let found; (found = pattern.exec(text));) {
    const { index, 0: words } = found;
    const end = pattern.lastIndex;
    const kind = kindOf(found, kinds, rules);
    if (!kind) continue;
    parent.append(text.slice(told, index));
    if (kind === "tag") colour(parent, words, ATTRIBUTES);
    else parent.append(make("span", { className: `tok-${kind}` }, words));
    told = pattern.lastIndex = end;
  }
  parent.append(text.slice(told));
}

function kindOf(found, kinds, rules) {
  const kind = kinds[found.indexOf(found[0], 1) - 1];
  if (kind !== "word" && kind !== "call") return kind;
  const word = rules.isCaseless ? found[0].toLowerCase() : found[0];
  if (rules.keywords?.has(word)) return "keyword";
  return kind === "call" ? "call" : null;
}

/** One group for each kind; every piece is at least one character long. */
function compiled(rules) {
  if (!COMPILED.has(rules)) {
    const pieces = Object.entries(rules).filter(([, piece]) => typeof piece === "string");
    const source = pieces.map(([, piece]) => `(${piece})`).join("|");
    const kinds = pieces.map(([kind]) => kind);
    COMPILED.set(rules, { kinds, pattern: new RegExp(source, "gimu") });
  }
  return COMPILED.get(rules);
}
