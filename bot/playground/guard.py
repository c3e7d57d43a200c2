"""The guard: this server is for this machine, and for its own page in a browser.

A web page from elsewhere can make a browser knock at 127.0.0.1, under a name of its own
choosing. Such a request says where it comes from; it is refused whatever it asks for.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import web
from aiohttp.typedefs import Handler

NAMES = frozenset({"127.0.0.1", "localhost"})
SAME_SITE = frozenset({"same-origin", "none"})

HARMLESS: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)
"""Headers of whatever people upload: a browser may show it, but runs nothing in it."""


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what comes under another name, or from another page."""
    host = request.headers.get("Host", "")
    if _name(host) not in NAMES:
        raise web.HTTPForbidden(text="This server answers at 127.0.0.1 only.")
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        raise web.HTTPForbidden(text="This server is for its own page only.")
    if request.headers.get("Sec-Fetch-Site", "none") not in SAME_SITE:
        raise web.HTTPForbidden(text="This server is for its own page only.")
    return await handler(request)


def _name(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if port.isdecimal() else host
