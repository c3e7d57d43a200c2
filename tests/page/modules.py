"""The page's modules on a page of their own, under the same policy as the real one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

import bot.playground.page

STATIC = Path(bot.playground.page.__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
EMPTY = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Modules</title>
<link rel="stylesheet" href="/static/parts.css"><body><main id="main"></main></body></html>"""
DOT = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """Serve an empty page, the modules, a picture `/dot.gif` and a text `/note.py`."""
    app = web.Application()
    app.on_response_prepare.append(_protect)
    app.router.add_static("/static", STATIC)
    app.router.add_get("/", _empty)
    app.router.add_get("/dot.gif", _dot)
    app.router.add_get("/note.py", _note)
    app.router.add_get("/favicon.ico", _nothing)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def _protect(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Content-Security-Policy"] = POLICY


async def _empty(_: web.Request) -> web.Response:
    return web.Response(text=EMPTY, content_type="text/html")


async def _dot(_: web.Request) -> web.Response:
    return web.Response(body=DOT, content_type="image/gif")


async def _note(_: web.Request) -> web.Response:
    return web.Response(text="x = 1", content_type="text/x-python")


async def _nothing(_: web.Request) -> web.Response:
    return web.Response(status=204)
