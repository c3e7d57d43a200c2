"""A messenger that posts on boards which anyone can read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import count

from bot.domain.errors import MessengerBusy, PlaceGone, PostGone, PostRefused, Silenced
from bot.domain.reply import Mark, Page, Post
from bot.domain.session import Place
from bot.ports import Clock

NONCE_WINDOW = 180.0  # seconds; Discord says “the past few minutes”
FIRST_ID = 1_000_000
LIMIT = 2000


@dataclass(frozen=True, slots=True)
class _Row:
    place: Place
    post: Post
    nonce: str
    reply_to: int | None


class Board:
    """Forgets its nonces after some minutes, strips what it is given, and refuses what is too long.

    A nonce whose post was deleted meanwhile is refused, as Discord does it.
    """

    def __init__(
        self, clock: Clock, *, nonce_window: float = NONCE_WINDOW, first_id: int = FIRST_ID
    ) -> None:
        self.rows: dict[int, _Row] = {}
        self.gone: set[Place] = set()  # places that were deleted
        self.silent: set[Place] = set()  # places where nothing new may be said
        self.locked: set[Place] = set()  # places where nothing may be changed either
        self.is_away = False  # nothing gets through
        self.hides_history = False  # as without the permission to read it
        self.refused_words: set[str] = set()  # what a filter does not let pass
        self.takes_files = True
        self.created: list[Mark] = []  # of every post there ever was, deleted ones included
        self.typed: list[Place] = []
        self.nods: list[int] = []
        self.takes_nods = True
        self.said: list[tuple[Place, str]] = []  # beside all replies
        self.names: dict[Place, str] = {}  # of the threads that we opened
        self.put_away: set[Place] = set()  # of them
        self.takes_names = True
        self._said_under: set[str] = set()
        self.edits = 0
        self._clock = clock
        self._window = nonce_window
        self._nonces: dict[str, tuple[float, int]] = {}
        self._ids = count(first_id)

    async def post(
        self, place: Place, page: Page, *, mark: Mark, nonce: str, reply_to: int | None
    ) -> int:
        self._enter(place)
        if place in self.silent | self.locked:
            raise Silenced(str(place))
        made, known = self._nonces.get(nonce, (-self._window - 1, 0))
        if self._clock.monotonic() - made < self._window:
            if known not in self.rows:
                raise PostGone(nonce)
            return known
        post = self._shown(next(self._ids), page, mark)
        self.rows[post.id] = _Row(place, post, nonce, reply_to)
        self._nonces[nonce] = (self._clock.monotonic(), post.id)
        self.created.append(mark)
        return post.id

    async def edit(
        self,
        place: Place,
        post: int,
        page: Page,
        *,
        mark: Mark,
        is_passing: bool = False,  # noqa: ARG002  # there is always room on a board
    ) -> None:
        if await self.read(place, post) is None:
            raise PostGone(str(post))
        if place in self.locked:
            raise Silenced(str(place))
        self.edits += 1
        self.rows[post] = replace(self.rows[post], post=self._shown(post, page, mark))

    async def delete(self, place: Place, post: int) -> None:
        if await self.read(place, post) is not None:
            del self.rows[post]

    async def find(self, place: Place, *anchors: int) -> list[Post]:
        self._enter(place)
        if self.hides_history:
            return []
        later = [post for post in self.posts_at(place) if post.id > min(anchors)]
        return [post for post in later if post.mark.anchor in anchors]

    async def read(self, place: Place, post: int) -> Post | None:
        self._enter(place)
        row = self.rows.get(post)
        return row.post if row and row.place == place else None

    async def nod(self, place: Place, message: int) -> None:
        self._enter(place)
        if not self.takes_nods:
            raise PlaceGone("no permission")
        self.nods.append(message)

    async def say(self, place: Place, words: str, *, nonce: str) -> None:
        self._enter(place)
        if nonce not in self._said_under:
            self._said_under.add(nonce)
            self.said.append((place, words))

    async def rename(self, place: Place, *, old: str, new: str) -> None:
        self._enter(place)
        if place in self.locked or not self.takes_names:
            raise Silenced(str(place))
        if self.names.get(place) == old and place not in self.put_away:
            self.names[place] = new

    async def typing(self, place: Place) -> bool:
        self.typed.append(place)
        return True

    def posts_at(self, place: Place) -> list[Post]:
        """Return what people see at a place, oldest first."""
        return [row.post for _, row in sorted(self.rows.items()) if row.place == place]

    def read_aloud(self, place: Place) -> list[str]:
        """Return the texts that people see at a place."""
        return [post.text for post in self.posts_at(place)]

    def forget_nonces(self) -> None:
        """Have some minutes gone by."""
        self._nonces.clear()

    def _enter(self, place: Place) -> None:
        if self.is_away:
            raise MessengerBusy("away")
        if place in self.gone:
            raise PlaceGone(str(place))

    def _shown(self, post: int, page: Page, mark: Mark) -> Post:
        text = page.text.strip()
        if not text or len(text) > LIMIT:
            raise PostRefused(f"a text of {len(text)} characters")
        if any(word in text for word in self.refused_words):
            raise PostRefused("a filter")
        if page.file and not self.takes_files:
            raise PostRefused("no files here")
        return Post(post, mark, text, page.controls, page.file is not None, page.standing)
