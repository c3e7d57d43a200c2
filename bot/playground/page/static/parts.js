// What a message has beside its words, and the forms that it can lead to.

export { components } from "./components.js";
export { embeds } from "./embeds.js";
export { attachments } from "./files.js";
export { openForm } from "./forms.js";
