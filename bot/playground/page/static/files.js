// Files that hang on a message: pictures, sound, film, and cards for everything else.

import { highlight } from "./highlight.js";
import { link, make, ownAddress, webAddress } from "./nodes.js";

const LARGEST_PREVIEW = 60_000; // bytes
const LONGEST_PREVIEW = 8_000; // characters
const TEXT = /^text\/|^application\/(?:json|xml|javascript|x-sh|sql|toml|yaml|x-yaml)\b/;
const UNITS = ["bytes", "KB", "MB", "GB"];

/** The attachments of a message below each other, or null when there are none. */
export function attachments(list) {
  if (!list?.length) return null;
  const pictures = list.filter((file) => kindOf(file) === "image");
  const others = list.filter((file) => !pictures.includes(file));
  return make(
    "div",
    { className: "part-files" },
    pictures.length > 0 && gallery(pictures.map(picture)),
    ...others.map(shown),
  );
}

/** Pictures beside each other. */
export function gallery(pictures) {
  const className = pictures.length > 1 ? "part-gallery part-gallery-many" : "part-gallery";
  return make("div", { className }, ...pictures);
}

/**
 * A picture that opens in full when it is pressed; its file's card when it cannot be seen.
 * @param {{url: string, filename: string, description?: string, width?: number,
 *          height?: number}} file
 */
export function picture(file) {
  const address = ownAddress(file.url);
  if (!address) return card(file);
  const words = file.description || file.filename;
  const image = make("img", { alt: words, loading: "lazy", decoding: "async" });
  if (file.width && file.height) Object.assign(image, { width: file.width, height: file.height });
  image.src = address;
  const button = make(
    "button",
    {
      type: "button",
      className: "part-picture",
      title: words,
      ariaLabel: `Open picture: ${words}`,
    },
    image,
  );
  button.addEventListener("click", () => openPicture(address, words));
  image.addEventListener("error", () => button.replaceWith(card(file)));
  return isSpoiler(file) ? covered(button) : button;
}

function covered(content) {
  const cover = make("button", { type: "button", className: "part-cover" }, "Spoiler");
  const box = make("div", { className: "part-covered" }, content, cover);
  content.inert = true;
  cover.addEventListener("click", () => {
    content.inert = false;
    cover.remove();
  });
  return box;
}

function openPicture(address, words) {
  const close = make(
    "button",
    { type: "button", className: "part-close", ariaLabel: "Close" },
    "✕",
  );
  const box = make(
    "dialog",
    { className: "part-viewer", ariaLabel: words },
    close,
    make("img", { src: address, alt: words }),
    link(address, words, "Open in a new tab"),
  );
  box.addEventListener("click", (event) => {
    if (event.target === box || event.target === close) box.close();
  });
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
}

function kindOf(file) {
  const kind = String(file.content_type ?? "").split("/", 1)[0];
  return ["image", "audio", "video"].includes(kind) && ownAddress(file.url) ? kind : "file";
}

function isSpoiler(file) {
  return file.spoiler || file.filename.startsWith("SPOILER_");
}

function shown(file) {
  const kind = kindOf(file);
  if (kind === "file") return isPreviewed(file) ? withPreview(file) : card(file);
  const player = make(kind, { controls: true, preload: "metadata", className: `part-${kind}` });
  player.ariaLabel = file.description || file.filename;
  player.src = ownAddress(file.url);
  return make("div", { className: "part-player" }, card(file), player);
}

/** A file's name and size, and a link that fetches it. */
export function card(file) {
  const own = ownAddress(file.url);
  const address = own ?? webAddress(file.url);
  const name = address
    ? link(address, file.filename, file.filename)
    : make("span", {}, file.filename);
  if (own) name.download = file.filename;
  name.classList.add("part-file-name");
  const about = [size(file.size), file.description].filter(Boolean).join(" · ");
  return make(
    "div",
    { className: "part-card" },
    make("span", { className: "part-file-mark", ariaHidden: "true" }, extension(file.filename)),
    make(
      "span",
      { className: "part-file-words" },
      name,
      make("span", { className: "part-faint" }, about),
    ),
  );
}

function extension(name) {
  const found = /\.([A-Za-z0-9]{1,4})$/.exec(name);
  return found ? found[1].toLowerCase() : "file";
}

function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  if (bytes === 1) return "1 byte";
  const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** step;
  return `${step ? value.toFixed(value < 10 ? 1 : 0) : value} ${UNITS[step]}`;
}

function isPreviewed(file) {
  return TEXT.test(file.content_type ?? "") && file.size <= LARGEST_PREVIEW && ownAddress(file.url);
}

function withPreview(file) {
  const text = make("pre", { className: "part-preview md-pre", tabIndex: 0 }, "Loading …");
  text.ariaLabel = `What ${file.filename} holds`;
  const box = make("details", { className: "part-details" }, make("summary", {}, "Preview"), text);
  box.addEventListener("toggle", () => loadPreview(file, text), { once: true });
  return make("div", { className: "part-previewed" }, card(file), box);
}

async function loadPreview(file, place) {
  try {
    const answer = await fetch(ownAddress(file.url));
    if (!answer.ok) throw new Error(`the server says ${answer.status}`);
    const text = await answer.text();
    const rest = text.length > LONGEST_PREVIEW ? "\n… the rest is in the file" : "";
    place.replaceChildren(
      highlight(text.slice(0, LONGEST_PREVIEW), extension(file.filename)),
      rest,
    );
  } catch (failure) {
    place.textContent = `The file cannot be shown: ${failure.message}.`;
  }
}
