"""One websocket: frames out in order, compressed if asked, and control over its end."""

from __future__ import annotations

import asyncio
import zlib

from aiohttp import web


class Connection:
    """Writes queued frames to one websocket until it is closed or cut."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.silent = False
        self.frames_sent = 0
        self._socket = socket
        self._transport = request.transport
        self._queue: asyncio.Queue[str | int] = asyncio.Queue()
        compressed = request.query.get("compress") == "zlib-stream"
        self._deflate = zlib.compressobj() if compressed else None

    @property
    def compressed(self) -> bool:
        """Whether frames go out as one zlib stream."""
        return self._deflate is not None

    def send(self, text: str) -> None:
        """Queue one frame."""
        self._queue.put_nowait(text)

    def close(self, code: int) -> None:
        """End the connection with this code, after what is queued."""
        self._queue.put_nowait(code)

    def abort(self) -> None:
        """Cut the connection at once, as a failing network does."""
        if self._transport:
            self._transport.abort()

    async def write(self) -> None:
        """Write what is queued until a close is; a peer that is gone ends it too."""
        while True:
            frame = await self._queue.get()
            if isinstance(frame, int):
                await self._socket.close(code=frame)
                return
            if self.silent:
                continue
            try:
                await self._put(frame)
            except ConnectionError:
                return

    async def _put(self, text: str) -> None:
        self.frames_sent += 1
        if self._deflate is None:
            await self._socket.send_str(text)
            return
        deflate = self._deflate
        squeezed = deflate.compress(text.encode()) + deflate.flush(zlib.Z_SYNC_FLUSH)
        await self._socket.send_bytes(squeezed)
