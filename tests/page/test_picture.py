"""The picture of the page: it is there, small, and can be made anew."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from playwright.async_api import Browser

from bot.playground.local_openai import LocalOpenAI, Say, in_turn
from tests.page.picture import ANSWERS, PICTURE, make
from tests.page.town import open_town

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group("second page")]

MOST_BYTES = 200_000
BEGINNING = b"\x89PNG\r\n\x1a\n"


def size_of(picture: bytes) -> tuple[int, int]:
    """Return the width and height that a PNG tells of itself."""
    assert picture.startswith(BEGINNING)
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


async def test_the_picture_can_be_made_anew(
    browser: Browser, model: LocalOpenAI, tmp_path: Path
) -> None:
    model.answer = in_turn(*([Say(text)] for text in ANSWERS))

    async with open_town(tmp_path, model) as playground:
        await make(browser, playground, tmp_path / "anew.png")

    for picture in (PICTURE, tmp_path / "anew.png"):
        data = picture.read_bytes()
        assert size_of(data) == (1280, 800)
        assert len(data) < MOST_BYTES
