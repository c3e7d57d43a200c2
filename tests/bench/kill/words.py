"""What people ask in a trial, and what the model answers: known to the letter beforehand."""

from __future__ import annotations

from dataclasses import dataclass

from bot.playground.local_openai import Asked, Begin, Hold, Pause, Say, Script

PIECES = 24  # of an answer
SILENCE = 0.2  # seconds until the first word
POISON = "poison"
NOTICE = (
    "⚠️ I tried this three times and failed each time, so I have stopped trying. The "
    "operator's log says why. Press Retry to have another go."
)


@dataclass(frozen=True, slots=True)
class Topic:
    """Something to be asked about once in all trials; its name says how long the answer is."""

    trial: int
    number: int
    lines: int

    @property
    def name(self) -> str:
        """The word by which the model knows it again."""
        return f"t{self.trial}-{self.number}x{self.lines}"


def text_about(name: str) -> str:
    """Return the whole answer about a topic."""
    lines = int(name.rpartition("x")[2])
    return "\n".join(
        f"This is sentence number {number:03} about {name}, and there may be more."
        for number in range(lines)
    )


def topics_of(asked: Asked) -> list[str]:
    """Return what was asked since the model spoke last: the last word of each message."""
    names: list[str] = []
    for message in reversed(asked.messages):
        if message.role != "user":
            break
        names.append(message.text.split()[-1])
    return [name for name in reversed(names) if name != POISON or name == names[0]]


def script(asked: Asked, *, seconds: float) -> Script:
    """Answer all that was asked, in so many seconds; for poison be silent for ever."""
    names = topics_of(asked)
    if names[-1] == POISON:
        return [Hold()]
    text = "\n".join(map(text_about, names))
    size = len(text) // PIECES + 1
    return [Begin(), Pause(SILENCE), Say(text, size=size, delay=seconds / PIECES)]
