// What interrupts: a question in a dialog, and words that appear for a moment.

import { byId, el, iconButton } from "./dom.js";

const TOAST_LASTS = 7000; // milliseconds

/**
 * Asks something and returns what was filled in, or null when it was called off.
 * @param {{title: string, text?: string, quote?: Node, confirm: string, isDangerous?: boolean,
 *          fields?: {name: string, label: string, value?: string, kind?: "line"|"text"|"check"|"files",
 *                    required?: boolean, longest?: number}[]}} question
 * @returns {Promise<Record<string, string | boolean | File[]> | null>}
 */
export function ask({ title, text, quote, confirm, isDangerous = false, fields = [] }) {
  const form = el(
    "form",
    { method: "dialog" },
    el("h2", { id: "dialog-title" }, title),
    text && el("p", {}, text),
    quote,
    fields.map(fieldOf),
    el(
      "div",
      { class: "dialog-buttons" },
      el("button", { type: "button", class: "button", "data-action": "cancel" }, "Cancel"),
      el(
        "button",
        {
          type: "submit",
          class: `button ${isDangerous ? "danger" : "primary"}`,
          "data-action": "confirm",
        },
        confirm,
      ),
    ),
  );
  const dialog = el("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, form);
  document.body.append(dialog);
  form
    .querySelector("[data-action=cancel]")
    .addEventListener("click", () => dialog.close("cancel"));
  form.addEventListener("submit", () => dialog.close("confirm"));
  closeFromOutside(dialog);
  dialog.showModal();
  form.querySelector("[name], [data-action=confirm]").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "confirm" ? valuesOf(form, fields) : null);
    });
  });
}

/** A press on what lies behind a dialog closes it. */
export function closeFromOutside(dialog) {
  dialog.addEventListener("mousedown", (event) => event.target === dialog && dialog.close());
}

function fieldOf({ name, label, value = "", kind = "line", required = false, longest = 100 }) {
  const shared = { name, id: `field-${name}`, required };
  if (kind === "check") {
    return el(
      "label",
      { class: "field check" },
      el("input", { ...shared, type: "checkbox" }),
      label,
    );
  }
  const input = {
    line: () =>
      el("input", { ...shared, type: "text", maxlength: longest, value, autocomplete: "off" }),
    text: () => el("textarea", { ...shared, rows: 6, maxlength: longest }, value),
    files: () => el("input", { ...shared, type: "file", multiple: true }),
  }[kind]();
  return el("label", { class: "field" }, el("span", {}, label), input);
}

function valuesOf(form, fields) {
  const value = (input, kind) => {
    if (kind === "check") return input.checked;
    return kind === "files" ? [...input.files] : input.value.trim();
  };
  return Object.fromEntries(
    fields.map(({ name, kind }) => [name, value(form.elements[name], kind)]),
  );
}

/** Shows words for a moment; `kind` is "error" or "done". */
export function toast(words, kind = "done") {
  const note = el(
    "div",
    { class: "toast", "data-state": kind },
    el("span", {}, words),
    iconButton("close", "Dismiss", "dismiss-toast"),
  );
  const take = () => note.remove();
  note.querySelector("button").addEventListener("click", take);
  byId("toasts").append(note);
  setTimeout(take, TOAST_LASTS);
}
