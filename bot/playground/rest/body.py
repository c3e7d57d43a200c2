"""Bodies: what comes with a request, as plain JSON or in a form with files."""

from __future__ import annotations

import json

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import BadHttpMessage

from bot.playground.world.files import LARGEST_FILE
from bot.playground.world.parts import Upload

PIECE = 64 * 1024  # bytes


async def read_body(request: web.Request) -> tuple[bytes, dict[str, Upload]]:
    """Return the JSON as it came, empty if none did, and the files by the names of their parts.

    Of a file that is larger than any may be, one byte more than that is returned: enough to
    refuse it, and not so much that it fills the memory.

    Raises:
        web.HTTPException: it is no form, or the JSON is too large.
    """
    if request.content_type != "multipart/form-data":
        return await request.read(), {}
    try:
        return await _read_form(request)
    except (ValueError, BadHttpMessage) as error:
        raise web.HTTPBadRequest(text="This is no form.") from error


def parse(raw: bytes) -> object:
    """Return what the JSON says.

    Raises:
        ValueError: it is none, or says what nobody can write down.
    """
    try:
        parsed: object = json.loads(raw)
        json.dumps(parsed, ensure_ascii=False).encode()  # not so for half of a surrogate pair
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return parsed


async def _read_form(request: web.Request) -> tuple[bytes, dict[str, Upload]]:
    raw = b""
    files: dict[str, Upload] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        name = part.name or ""
        data = await _read_part(part)
        if name == "payload_json":
            raw = data
        else:
            files[name] = Upload(part.filename or name, data, part.headers.get("Content-Type"))
    return raw, files


async def _read_part(part: BodyPartReader) -> bytes:
    data = bytearray()
    while piece := await part.read_chunk(PIECE):
        data += piece[: LARGEST_FILE + 1 - len(data)]
    return bytes(data)
