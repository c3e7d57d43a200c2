"""The stand-in: answers where no model is set up, and says that it is none."""

from __future__ import annotations

import re

from bot.domain.summary import REQUEST_BEGINS
from bot.playground.local_openai.asking import Asked, Said
from bot.playground.local_openai.metering import prompt_tokens
from bot.playground.local_openai.script import Say, Script

DELAY = 0.02  # seconds between words, about as fast as a model
QUOTE = 200  # characters of the last message repeated at most
OPENING_WORDS = 8  # of the instructions
NO_SUMMARY = "A scripted stand-in sums nothing up: nobody knows any more what stood here."

# How `bot.domain.message.render` writes the line above what a person said.
_LABEL = re.compile(r"\[(?P<label>[^\[\]\n]*\d\d:\d\dZ)\]\n")


def stand_in(asked: Asked, *, delay: float = DELAY) -> Script:
    """Return an answer that reports what the model would have been shown."""
    if _is_for_summary(asked):
        return [Say(NO_SUMMARY, delay=delay)]
    heard = [said for said in asked.messages if said.role == "user" and _LABEL.match(said.text)]
    people = {label for said in heard if (label := _speaker(said))}
    lines = [
        "**I am a scripted stand-in, not a model.** Nobody has thought about what you wrote.",
        "This is what a model would have been shown:",
        "",
        f"- **Messages:** {len(asked.messages)}, of which {len(heard)} from people",
        f"- **Speakers:** {', '.join(sorted(people)) or 'not named'}",
        f"- **Size:** about {prompt_tokens(asked)} tokens, instructions included",
        f"- **Instructions begin:** “{_first_words(asked.instructions)} …”",
        "",
        *_last(heard),
        "",
        "Set `OPENAI_API_KEY`, or `OPENAI_BASE_URL` for a server of your own, to talk to a model.",
    ]
    return [Say("\n".join(lines), delay=delay)]


def _is_for_summary(asked: Asked) -> bool:
    """Whether the bot itself asks, as it does at a hop: not for an answer, and nobody reads one."""
    return bool(asked.messages) and asked.messages[-1].text.startswith(REQUEST_BEGINS)


def _last(heard: list[Said]) -> list[str]:
    if not heard:
        return ["No message was shown."]
    said = heard[-1].text
    label = _LABEL.match(said)
    quote = said[label.end() :] if label else said
    shortened = quote if len(quote) <= QUOTE else f"{quote[:QUOTE].rstrip()} …"
    by = f", labelled `{label['label']}`" if label else ""
    return [f"The last message{by}:", *(f"> {line}" for line in shortened.splitlines() or [""])]


def _speaker(said: Said) -> str | None:
    label = _LABEL.match(said.text)
    name, dot, _ = label["label"].partition(" · ") if label else ("", "", "")
    return name if dot else None


def _first_words(text: str) -> str:
    return " ".join(text.split()[:OPENING_WORDS])
