// The files that go along with what is being written: chosen, pasted or dropped.

import { toast } from "./dialogs.js";
import { el, icon, iconButton } from "./dom.js";
import { fileSize } from "./words.js";

const MOST_FILES = 10; // https://docs.discord.com/developers/resources/message#create-message

export class Luggage {
  #files = [];

  /** @param {() => void} changed  is called when the person has changed what goes along */
  constructor(changed) {
    this.changed = changed;
    this.chips = el("ul", { class: "chips", "aria-label": "Files that go along", hidden: true });
    this.picker = el("input", {
      type: "file",
      multiple: true,
      hidden: true,
      "aria-label": "Choose files",
    });
    this.picker.addEventListener("change", () => {
      this.#add(this.picker.files);
      this.picker.value = "";
    });
  }

  get files() {
    return this.#files;
  }

  set files(files) {
    this.#files = files;
    this.#render();
  }

  choose() {
    this.picker.click();
  }

  remove(index) {
    this.files = this.#files.filter((_, each) => each !== index);
    this.changed();
  }

  /** Take what is pasted into `input` and dropped onto `area`, while `isOpen()`. */
  acceptFrom(input, area, isOpen) {
    const take = (event, transfer) => {
      if (!transfer?.files.length || !isOpen()) return;
      event.preventDefault();
      this.#add(transfer.files);
    };
    input.addEventListener("paste", (event) => take(event, event.clipboardData));
    area.addEventListener("drop", (event) => take(event, event.dataTransfer));
    area.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      if (isOpen()) area.dataset.state = "dropping";
    });
    for (const name of ["dragleave", "drop"]) {
      area.addEventListener(name, () => delete area.dataset.state);
    }
  }

  #add(added) {
    const files = [...this.#files, ...added];
    if (files.length > MOST_FILES) toast(`At most ${MOST_FILES} files go with a message.`, "error");
    this.files = files.slice(0, MOST_FILES);
    this.changed();
  }

  #render() {
    for (const image of this.chips.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.chips.hidden = !this.#files.length;
    this.chips.replaceChildren(...this.#files.map(chip));
  }
}

function chip(file, index) {
  return el(
    "li",
    { class: "chip", "data-file-name": file.name },
    preview(file),
    el("span", { class: "chip-name" }, file.name),
    el("span", { class: "hint" }, fileSize(file.size)),
    iconButton("close", `Remove ${file.name}`, "remove-file", { "data-index": index }),
  );
}

function preview(file) {
  if (!file.type.startsWith("image/")) return icon("file");
  return el("img", { src: URL.createObjectURL(file), alt: "" });
}
