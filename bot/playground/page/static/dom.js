// Building elements, and renewing what is on the screen from a freshly built picture of it.
// Text only ever enters as text nodes. Renewing keeps the nodes that still fit, so that focus,
// selection and scroll positions outlive a change.

import { PATHS } from "./icons.js";

const SVG = "http://www.w3.org/2000/svg";
const INTERACTIVE = "a, button, input, select, textarea, details, audio, video, img, [tabindex]";

/**
 * Returns a new element. An attribute that is null, undefined or false is left out.
 * @param {string} tag
 * @param {Record<string, unknown>} attributes
 * @param {...(Node | string | null | undefined | false | Array)} children
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child || child === 0));
  return element;
}

/** Returns one of the drawings of `icons.js`; it says nothing to a screen reader. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Returns a button that shows only a drawing; `label` is its name and its tooltip. */
export function iconButton(name, label, action, attributes = {}) {
  const fixed = { type: "button", class: "icon-button", "data-action": action };
  return el("button", { ...fixed, "aria-label": label, title: label, ...attributes }, icon(name));
}

export function byId(id) {
  return document.getElementById(id);
}

/** Calls the action that the `data-action` of whatever was clicked in `root` names. */
export function onActions(root, actions) {
  root.addEventListener("click", (event) => {
    const source = event.target.closest("[data-action]");
    if (source && root.contains(source)) actions[source.dataset.action]?.(source, event);
  });
}

/** Calls `render` once per frame, however often the returned function is called. */
export function oncePerFrame(render) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      render();
    });
  };
}

/**
 * Makes the children of `parent` equal to `wanted`. Nodes with a `data-key` are found again by
 * it; the others by their position and kind.
 * @param {Element} parent
 * @param {Iterable<Node | string | null | false>} wanted
 */
export function renew(parent, ...wanted) {
  const picture = document.createDocumentFragment();
  picture.append(...wanted.flat().filter(Boolean));
  renewChildren(parent, picture);
}

function renewChildren(parent, picture) {
  const keyed = new Map();
  for (const child of parent.children) if (child.dataset.key) keyed.set(child.dataset.key, child);
  let at = afterGuests(parent.firstChild);
  for (const want of [...picture.childNodes]) {
    const have = want.dataset?.key ? keyed.get(want.dataset.key) : at;
    if (!have || !isAlike(have, want)) {
      parent.insertBefore(want, at);
      continue;
    }
    if (have === at) at = afterGuests(at.nextSibling);
    else parent.insertBefore(have, at);
    renewNode(have, want);
  }
  while (at) {
    const next = afterGuests(at.nextSibling);
    at.remove();
    at = next;
  }
}

/** A guest is put into an element by somebody else and is none of its picture. */
function afterGuests(node) {
  let at = node;
  while (at?.dataset?.guest !== undefined) at = at.nextSibling;
  return at;
}

function isAlike(have, want) {
  return (
    have.nodeName === want.nodeName &&
    have.dataset?.key === want.dataset?.key &&
    have.classList?.[0] === want.classList?.[0]
  );
}

function renewNode(have, want) {
  if (have.nodeType === Node.TEXT_NODE) renewText(have, want.data);
  else if (have.nodeType !== Node.ELEMENT_NODE) return;
  else if (isWhole(have) || isWhole(want)) renewWhole(have, want);
  else renewElement(have, want);
}

/** Makes an element equal to its picture, by as few changes as can be. */
export function renewElement(have, want) {
  renewAttributes(have, want);
  renewChildren(have, want);
}

/** Whether an element has listeners of its own, so that it is kept or replaced as it is. */
function isWhole(element) {
  if (element.dataset.print !== undefined) return true;
  return element.matches(INTERACTIVE) && !element.dataset.action && !element.dataset.messageId;
}

/** Growing a text in place keeps the reader's selection in it. */
function renewText(node, text) {
  if (node.data === text) return;
  if (text.startsWith(node.data)) node.appendData(text.slice(node.data.length));
  else node.data = text;
}

function renewWhole(have, want) {
  if (isSame(have, want)) return;
  const focused = have.contains(document.activeElement) ? document.activeElement : null;
  const position = focused ? [...have.querySelectorAll(INTERACTIVE)].indexOf(focused) : -1;
  have.replaceWith(want);
  if (focused) (want.querySelectorAll(INTERACTIVE)[position] ?? want).focus();
}

function isSame(have, want) {
  if (have.dataset.print !== want.dataset.print) return false;
  if (have.dataset.print !== undefined) return true;
  return (
    have.textContent === want.textContent &&
    ["href", "src"].every((name) => have.getAttribute(name) === want.getAttribute(name))
  );
}

function renewAttributes(have, want) {
  for (const { name } of [...have.attributes])
    if (!want.hasAttribute(name)) have.removeAttribute(name);
  for (const { name, value } of [...want.attributes]) {
    if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  }
}
