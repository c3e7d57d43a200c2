// What this browser remembers between visits. A browser that forbids it simply forgets.

const PREFIX = "parley.";

/** Returns what was kept under this name, or `otherwise`. */
export function recall(name, otherwise = null) {
  try {
    const kept = localStorage.getItem(PREFIX + name);
    return kept === null ? otherwise : JSON.parse(kept);
  } catch {
    return otherwise;
  }
}

export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage is off or full: the page works all the same, until it is closed.
  }
}
