// Times, sizes and texts as people read them.

const MINUTE = 60_000;
const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat(undefined, {
  day: "numeric",
  month: "short",
  year: "numeric",
});
const DAY = new Intl.DateTimeFormat(undefined, {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const NUMBER = new Intl.NumberFormat();
const AVATARS = 8; // colours of avatars in app.css

export const clock = (iso) => TIME.format(new Date(iso));
export const fullTime = (iso) => FULL.format(new Date(iso));
export const dayName = (iso) => DAY.format(new Date(iso));
export const number = (value) => NUMBER.format(value);
export const plural = (count, one, many = `${one}s`) =>
  `${number(count)} ${count === 1 ? one : many}`;

export function isSameDay(one, other) {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** Returns "Today at 14:02", or with less as it is longer ago. */
export function moment(iso) {
  const now = new Date();
  if (isSameDay(iso, now)) return `Today at ${clock(iso)}`;
  now.setDate(now.getDate() - 1);
  if (isSameDay(iso, now)) return `Yesterday at ${clock(iso)}`;
  return `${DATE.format(new Date(iso))}, ${clock(iso)}`;
}

/** Returns how long ago it was: "3 min ago". */
export function ago(iso) {
  const minutes = Math.floor((Date.now() - new Date(iso)) / MINUTE);
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 60 * 24) return `${Math.floor(minutes / 60)} h ago`;
  return DATE.format(new Date(iso));
}

export function fileSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 ** 2) return `${(bytes / 1024).toFixed(0)} KB`;
  return `${(bytes / 1024 ** 2).toFixed(1)} MB`;
}

export function initials(name) {
  const words = name
    .trim()
    .split(/[\s_-]+/)
    .filter(Boolean);
  return words
    .slice(0, 2)
    .map((word) => [...word][0].toUpperCase())
    .join("");
}

/** Returns which of the avatars' colours an id has. */
export function hueOf(id) {
  return [...id].reduce((sum, digit) => (sum * 7 + Number(digit)) % 997, 0) % AVATARS;
}
