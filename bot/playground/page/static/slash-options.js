// What commands take: finding a command, reading what was typed for it, and what is wrong with it.

import { choicesOf } from "./things.js";

const SLASH = 1;
const [SUBCOMMAND, GROUP, TEXT, WHOLE, YES_OR_NO, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
];
export const FILE = 11;
const THINGS = {
  [USER]: ["users"],
  [CHANNEL]: ["channels"],
  [ROLE]: ["roles"],
  [MENTIONABLE]: ["users", "roles"],
};
const LARGEST = 2 ** 53;
const LONGEST = 6000;

/** @typedef {{name: string, description: string, options: object[]}} Leaf a command one can use */
/** @typedef {{text: string, value?: unknown, file?: File}} Entry what an option was given */
/** @typedef {{label: string, value: unknown, description?: string}} Choice */

/** The slash commands one can use, each subcommand under its full name. */
export function leavesOf(commands) {
  return commands
    .filter(({ type }) => (type ?? SLASH) === SLASH)
    .flatMap((each) => below(each, ""));
}

function below({ name, description, options = [] }, path) {
  const full = path + name;
  const inner = options.filter(({ type }) => type === SUBCOMMAND || type === GROUP);
  if (!inner.length) return [{ name: full, description, options }];
  return inner.flatMap((each) => below(each, `${full} `));
}

/** The commands whose name holds what was typed; those that begin so come first. */
export function matching(leaves, typed) {
  const text = typed.toLowerCase().trimEnd();
  const rank = ({ name }) => {
    if (name.startsWith(text)) return 0;
    if (name.split(" ").some((word) => word.startsWith(text))) return 1;
    return name.includes(text) ? 2 : 3;
  };
  return leaves.filter((leaf) => rank(leaf) < 3).sort((a, b) => rank(a) - rank(b));
}

/** The command that a line names in full, and what follows; null while it is not complete. */
export function namedIn(leaves, line) {
  for (const leaf of leaves) {
    const rest = line.slice(leaf.name.length + 1);
    if (line.startsWith(`/${leaf.name}`) && /^\s/.test(rest)) return { leaf, rest: rest.slice(1) };
  }
  return null;
}

/** What a line like `prompt:hello persona:coder` gives to which option. */
export function entriesIn(line, { options }, things) {
  const entries = new Map();
  const names = options.map(({ name }) => name).join("|");
  if (!names || !line.trim()) return entries;
  const [loose, ...pairs] = line.split(new RegExp(`(?:^|\\s)(${names}):`, "u"));
  if (loose.trim()) entries.set(options[0].name, { text: loose.trim() });
  for (let at = 0; at < pairs.length; at += 2) {
    const option = options.find(({ name }) => name === pairs[at]);
    const text = pairs[at + 1].trim();
    const found = meant(option, text, things);
    entries.set(option.name, found ? { text: found.label, value: found.value } : { text });
  }
  return entries;
}

/** All that an option can be, or null when it is free or known only to the bot. */
export function fixedChoices(option, things) {
  if (option.choices?.length)
    return option.choices.map(({ name, value }) => ({ label: name, value }));
  if (option.type === YES_OR_NO)
    return [
      { label: "True", value: true },
      { label: "False", value: false },
    ];
  const kinds = THINGS[option.type];
  return kinds ? choicesOf(things, kinds, option.channel_types) : null;
}

/** Those choices that hold what was typed. */
export function fitting(choices, typed) {
  const text = plain(typed);
  return choices.filter(({ label, description }) =>
    plain(`${label} ${description ?? ""}`).includes(text),
  );
}

function meant(option, text, things) {
  const wanted = plain(text.replace(/^<[@#][!&]?(\d+)>$/, "$1"));
  const isIt = ({ label, value, description }) =>
    [label, value, description].some((each) => plain(each) === wanted);
  return fixedChoices(option, things)?.find(isIt);
}

function plain(text) {
  return String(text ?? "")
    .toLowerCase()
    .trim()
    .replace(/^[@#]/, "");
}

/**
 * What an entry is worth.
 * @returns {{value?: unknown, file?: File, fault?: string}} nothing of it when nothing was given
 */
export function worth(option, entry, things) {
  if (entry?.file) return { file: entry.file };
  if (entry?.value !== undefined) return { value: entry.value };
  const text = entry?.text ?? "";
  if (!text.trim()) return option.required ? { fault: `${option.name} is required.` } : {};
  if (fixedChoices(option, things)) {
    const found = meant(option, text, things);
    return found ? { value: found.value } : { fault: `${option.name}: choose one from the list.` };
  }
  if (option.type === FILE) return { fault: `${option.name}: choose a file.` };
  return option.type === TEXT ? textWorth(option, text) : numberWorth(option, text.trim());
}

function textWorth({ name, min_length: least = 0, max_length: most = LONGEST }, text) {
  const length = [...text].length;
  if (length < least)
    return { fault: `${name} needs at least ${least} characters; these are ${length}.` };
  if (length > most)
    return { fault: `${name} takes at most ${most} characters; these are ${length}.` };
  return { value: text };
}

function numberWorth({ name, type, min_value: least = -LARGEST, max_value: most = LARGEST }, text) {
  const value = Number(text);
  if (type === WHOLE && !/^[+-]?\d+$/.test(text)) return { fault: `${name} takes a whole number.` };
  if (type === NUMBER && !Number.isFinite(value)) return { fault: `${name} takes a number.` };
  if (value < least) return { fault: `${name} takes nothing below ${least}.` };
  return value > most ? { fault: `${name} takes nothing above ${most}.` } : { value };
}

/** In a few words, what an option takes. */
export function limitsOf(option) {
  const { min_length: shortest, max_length: longest, min_value: least, max_value: most } = option;
  const words = [option.required ? "required" : "optional"];
  if (option.type === WHOLE) words.push("a whole number");
  if (option.type === NUMBER) words.push("a number");
  if (least !== undefined) words.push(`from ${least}`);
  if (most !== undefined) words.push(`up to ${most}`);
  if (shortest > 1) words.push(`at least ${shortest} characters`);
  if (longest !== undefined) words.push(`up to ${longest} characters`);
  return words.join(", ");
}
