// Forms: what a bot asks for in a dialog of its own.

import { ChoiceMenu } from "./choosing.js";
import { fixedChoices } from "./components.js";
import { render } from "./markdown.js";
import { make } from "./nodes.js";

const [ROW, SELECT, INPUT, TEXT, LABEL] = [1, 3, 4, 10, 18];
const PARAGRAPH = 2;
const LONGEST = 4000;
const NOBODY = { user: () => null, role: () => null, channel: () => null };

let forms = 0;

/**
 * Opens the form; it is gone once it was sent or left.
 * @param {object} modal
 * @param {{submit(values: object): Promise<void>, cancel(): void}} deeds values by custom id: a
 *   text, or for a menu a list of texts; when `submit` is refused the form stays, with the reason
 * @returns {HTMLDialogElement}
 */
export function openForm(modal, { submit, cancel }) {
  const id = `part-form-${++forms}`;
  const fields = modal.components
    .flatMap(partsOf)
    .map((part, index) => field(part, `${id}-${index}`));
  const problem = make("p", { className: "part-error", role: "alert" });
  const send = make(
    "button",
    { type: "submit", className: "part-button part-button-primary" },
    "Submit",
  );
  const leave = make(
    "button",
    { type: "button", className: "part-button part-button-secondary" },
    "Cancel",
  );
  const form = make(
    "form",
    { className: "part-form", noValidate: true },
    make("h2", { id, className: "part-form-title" }, modal.title),
    ...fields.map(({ element }) => element),
    problem,
    make("div", { className: "part-form-deeds" }, leave, send),
  );
  const dialog = make("dialog", { className: "part-dialog" }, form);
  dialog.setAttribute("aria-labelledby", id);

  const gone = () => (dialog.close(), dialog.remove());
  const left = () => (gone(), cancel());
  leave.addEventListener("click", left);
  dialog.addEventListener("cancel", (event) => {
    if (event.target !== dialog) return;
    event.preventDefault();
    left();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = fields.filter((each) => !each.check());
    if (wrong.length) return wrong[0].control.focus();
    problem.textContent = "";
    send.disabled = true;
    try {
      await submit(
        Object.fromEntries(
          fields.filter(({ name }) => name).map(({ name, value }) => [name, value()]),
        ),
      );
      gone();
    } catch (failure) {
      problem.textContent = failure.message;
      send.disabled = false;
    }
  });
  document.body.append(dialog);
  dialog.showModal();
  (fields.find(({ control }) => control)?.control ?? send).focus();
  return dialog;
}

/** The fields of a row or a label, each with what stands about it. */
function partsOf(part) {
  if (part.type === ROW) return part.components;
  if (part.type === LABEL)
    return [{ ...part.component, label: part.label, description: part.description }];
  return [part];
}

function field(part, id) {
  switch (part.type) {
    case INPUT:
      return textField(part, id);
    case SELECT:
      return menuField(part, id);
    case TEXT:
      return plain(make("div", { className: "part-text" }, render(part.content, NOBODY)));
    default:
      return plain(
        make("p", { className: "part-faint" }, "Here is a field that this page does not know."),
      );
  }
}

function plain(element) {
  return { element, name: null, control: null, check: () => true };
}

function textField(part, id) {
  const isLong = part.style === PARAGRAPH;
  const most = part.max_length ?? LONGEST;
  const control = make(isLong ? "textarea" : "input", {
    id,
    className: "part-input",
    value: part.value ?? "",
    placeholder: part.placeholder ?? "",
    maxLength: most,
    required: part.required ?? true,
    autocomplete: "off",
  });
  const least = part.min_length ?? 0;
  const counter = make("span", { className: "part-counter", ariaHidden: "true" });
  const count = () => (counter.textContent = `${control.value.length} / ${most}`);
  count();
  control.addEventListener("input", count);
  const faultOf = (text) => {
    if (!text.trim()) return control.required ? "This has to be filled in." : "";
    if (text.length < least)
      return `At least ${least} characters are needed; these are ${text.length}.`;
    return text.length > most ? `At most ${most} characters fit; these are ${text.length}.` : "";
  };
  return framed(part, control, control, {
    counter,
    value: () => control.value,
    faultOf: () => faultOf(control.value),
  });
}

function menuField(part, id) {
  const { choices, picked } = fixedChoices(part);
  const isRequired = part.required ?? true;
  const menu = new ChoiceMenu({
    choices,
    picked,
    least: isRequired ? (part.min_values ?? 1) : 0,
    most: part.max_values ?? 1,
    label: part.label ?? "",
    placeholder: part.placeholder || "Make a selection",
  });
  menu.button.id = id;
  return framed(part, menu.element, menu.button, {
    value: () => menu.values,
    faultOf: () => (isRequired && !menu.values.length ? "Something has to be chosen." : ""),
  });
}

/** A field with its label above and, after a vain try to send it, its fault below. */
function framed(part, body, control, { counter, value, faultOf }) {
  const isRequired = part.required ?? true;
  const fault = make("span", { className: "part-error", id: `${control.id}-fault`, role: "alert" });
  const about = make(
    "span",
    { className: "part-faint", id: `${control.id}-about` },
    part.description ?? "",
  );
  const mark = isRequired && make("span", { className: "part-required", ariaHidden: "true" }, " *");
  const label = make(
    "label",
    { htmlFor: control.id, className: "part-label" },
    part.label ?? "",
    mark,
  );
  const foot = make("div", { className: "part-field-foot" }, fault, counter);
  control.setAttribute("aria-describedby", `${about.id} ${fault.id}`);
  const check = () => {
    fault.textContent = faultOf();
    control.ariaInvalid = String(Boolean(fault.textContent));
    return !fault.textContent;
  };
  control.addEventListener("input", () => fault.textContent && check());
  const element = make(
    "div",
    { className: "part-form-field" },
    label,
    part.description && about,
    body,
    foot,
  );
  return { element, control, name: part.custom_id, value, check };
}
