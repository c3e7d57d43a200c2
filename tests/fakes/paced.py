"""A messenger whose requests pass a governor, as those to Discord do."""

from __future__ import annotations

from bot.domain.errors import NoRoom
from bot.domain.reply import Mark, Page, Post
from bot.domain.session import Place
from bot.engine.pacing import Governor, Urgency
from bot.ports import Messenger


class PacedMessenger:
    """Makes each call of the messenger behind it one request."""

    def __init__(self, messenger: Messenger, governor: Governor) -> None:
        self._messenger = messenger
        self._governor = governor

    async def post(
        self, place: Place, page: Page, *, mark: Mark, nonce: str, reply_to: int | None
    ) -> int:
        async with self._governor.request(Urgency.FIRST):
            return await self._messenger.post(
                place, page, mark=mark, nonce=nonce, reply_to=reply_to
            )

    async def edit(
        self, place: Place, post: int, page: Page, *, mark: Mark, is_passing: bool = False
    ) -> None:
        async with self._governor.request(Urgency.SPARE if is_passing else Urgency.MUST):
            await self._messenger.edit(place, post, page, mark=mark)

    async def delete(self, place: Place, post: int) -> None:
        async with self._governor.request(Urgency.MUST):
            await self._messenger.delete(place, post)

    async def find(self, place: Place, *anchors: int) -> list[Post]:
        async with self._governor.request(Urgency.MUST):
            return await self._messenger.find(place, *anchors)

    async def read(self, place: Place, post: int) -> Post | None:
        async with self._governor.request(Urgency.MUST):
            return await self._messenger.read(place, post)

    async def nod(self, place: Place, message: int) -> None:
        async with self._governor.request(Urgency.SPARE):
            await self._messenger.nod(place, message)

    async def say(self, place: Place, words: str, *, nonce: str) -> None:
        async with self._governor.request(Urgency.FIRST):
            await self._messenger.say(place, words, nonce=nonce)

    async def rename(self, place: Place, *, old: str, new: str) -> None:
        async with self._governor.request(Urgency.SPARE):
            await self._messenger.rename(place, old=old, new=new)

    async def typing(self, place: Place) -> bool:
        try:
            async with self._governor.request(Urgency.SPARE):
                return await self._messenger.typing(place)
        except NoRoom:
            return False
