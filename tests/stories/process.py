"""The bot as a process of its own, so that it can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from tests.stories.home import Home
from tests.stories.terminal import ROOT, settings_at

LONGEST_START = 60.0  # seconds, on a machine that is busy with other things


class BotProcess:
    """Starts `python -m bot` in front of a home, and ends it one way or the other.

    It does not outlive the home.
    """

    def __init__(
        self, home: Home, log: str = "bot.log", within: Sequence[str] = (), **environ: str
    ) -> None:
        """Know how to start it; `within` is the command that runs it, if it is not run as it is."""
        self._home = home
        self._within = within
        self._environ = environ
        self._process: asyncio.subprocess.Process | None = None
        self.log = home.folder / log
        home.ending.push_async_callback(self.kill)

    async def start(self) -> None:
        """Start the process; return once it is connected to Discord."""
        identified = self._home.discord.gateway.identifies
        await self.launch()
        await self._home.discord.until(
            lambda: self._home.discord.gateway.identifies > identified, timeout=LONGEST_START
        )
        await self._home.discord.bot_ready()

    async def launch(self) -> None:
        """Start the process and wait for nothing."""
        settings = {**settings_at(self._home), "PYTHONPATH": str(ROOT)}
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(*self._within, sys.executable, "-m", "bot"),
                cwd=self._home.folder,
                env={**os.environ, **settings, **self._environ},
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """The process that is there."""
        assert self._process is not None
        return self._process.pid

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        """Return its exit code, once it has ended by itself."""
        assert self._process is not None
        async with asyncio.timeout(30):
            return await self._process.wait()

    async def kill(self) -> None:
        """End it as a power cut would; nothing if it has ended."""
        if self._process is not None and self._process.returncode is None:
            await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, number: signal.Signals) -> int:
        self.send(number)
        return await self.ended()
