// Elements in one call. Whatever people wrote becomes text nodes and checked links, never markup.

/**
 * @param {string} tag
 * @param {object} properties set on the element as they are; never names taken from data
 * @param {...(Node|string|null|undefined|false)} children those that are nothing are left out
 */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  Object.assign(element, properties);
  element.append(...children.filter(Boolean));
  return element;
}

/** The address if it is one that a link may open, else null. */
export function webAddress(text) {
  const address = URL.canParse(text) ? new URL(text) : null;
  return address && /^https?:$/.test(address.protocol) ? address.href : null;
}

/** The address if the page may show what is there: its own server's, or a blob of its own. */
export function ownAddress(text) {
  const full = URL.canParse(text, document.baseURI) ? new URL(text, document.baseURI) : null;
  return full && full.origin === location.origin && /^(https?|blob):$/.test(full.protocol)
    ? full.href
    : null;
}

/** A link that tells the other side nothing about this page. */
export function link(address, title, ...children) {
  return make(
    "a",
    {
      className: "md-link",
      href: address,
      title,
      target: "_blank",
      rel: "noopener noreferrer nofollow",
    },
    ...children,
  );
}

/** Calls `act` for a click and for the keys that press a button. */
export function onPress(element, act) {
  element.addEventListener("click", act);
  element.addEventListener("keydown", (event) => {
    if (event.target !== element || (event.key !== "Enter" && event.key !== " ")) return;
    event.preventDefault();
    act(event);
  });
}
