"""The gateway: who is connected, which sessions live, and who is told what."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from itertools import chain

from bot.playground.gateway.about_messages import tell_of_messages
from bot.playground.gateway.about_places import guild_create, tell_of_places
from bot.playground.gateway.connection import Connection
from bot.playground.gateway.dispatch import SHAPING, Dispatch
from bot.playground.gateway.intents import Intent, application_flags
from bot.playground.gateway.session import Session, encode
from bot.playground.wire.accounts import own_user_json
from bot.playground.world.events import ConnectionChanged, Event
from bot.playground.world.places import Guild
from bot.playground.world.world import World

HEARTBEAT, RECONNECT, INVALID_SESSION = 1, 7, 9


class Gateway:
    """Turns events into dispatches for every session, and misbehaves when told to."""

    def __init__(self, world: World) -> None:
        self.url = ""
        self.connections: dict[Connection, Session | None] = {}
        self.sessions: dict[str, Session] = {}
        self.resumes = 0
        self._world = world
        self._refusing_until = 0.0
        self._identified_at: dict[int, float] = {}

    def hear(self, event: Event) -> None:
        """Tell every session that should know."""
        if not self.sessions:
            return
        self._forget_expired()
        about = (tell_of_messages(event, self._world), tell_of_places(event, self._world))
        for dispatch in chain(*about):
            self._tell(self.sessions.values(), dispatch)

    def _tell(self, sessions: Iterable[Session], dispatch: Dispatch) -> None:
        bodies: dict[Intent, str] = {}
        for session in sessions:
            if not session.wants(dispatch):
                continue
            shape = session.intents & SHAPING
            if shape not in bodies:
                bodies[shape] = encode(dispatch.data(shape))
            session.tell(dispatch.name, bodies[shape])

    def identify(self, connection: Connection, shard: tuple[int, int], intents: Intent) -> Session:
        """A new session that has been told READY and its guilds."""
        self._world.identifies += 1
        session = Session(secrets.token_hex(16), shard=shard, intents=intents, bot=self._world.bot)
        self.sessions[session.id] = session
        self.connections[connection] = session
        session.attach(connection)
        guilds = [guild for guild in self._own_guilds() if session.owns(guild)]
        session.tell("READY", encode(self._ready(session, guilds)))
        for guild in guilds:
            if not guild.unavailable:
                self._tell([session], guild_create(self._world, guild))
        self._world.emit(ConnectionChanged(shard[0], "ready"))
        return session

    def resume(self, connection: Connection, session_id: str, sequence: int) -> Session | None:
        """The session goes on over this connection, caught up; None if it is lost."""
        self._forget_expired()
        session = self.sessions.get(session_id)
        if session is None:
            return None
        session.attach(connection)
        if not session.replay(sequence):
            del self.sessions[session_id]
            return None
        self.resumes += 1
        self.connections[connection] = session
        session.tell("RESUMED", "{}")
        self._world.emit(ConnectionChanged(session.shard[0], "resumed"))
        return session

    def identifies_too_fast(self, shard: tuple[int, int]) -> bool:
        """Whether this shard's bucket has identified a moment ago; counts the attempt."""
        rules = self._world.rules
        key = shard[0] % rules.max_concurrency
        now = time.monotonic()
        if now - self._identified_at.get(key, -1e9) < rules.identify_every:
            return True
        self._identified_at[key] = now
        return False

    def left(self, connection: Connection, code: int | None) -> None:
        """The connection is over; 1000 and 1001 from the client end its session too."""
        session = self.connections.pop(connection, None)
        if session is None:
            return
        session.detach(connection)
        if code in {1000, 1001}:
            self.sessions.pop(session.id, None)
        self._world.emit(ConnectionChanged(session.shard[0], "closed"))

    @property
    def identifies(self) -> int:
        """How often a session was begun."""
        return self._world.identifies

    @property
    def is_refusing(self) -> bool:
        """Whether connections are turned away at the moment."""
        return time.monotonic() < self._refusing_until

    @property
    def shards_up(self) -> set[int]:
        """The shards that have a session with an open connection."""
        return {each.shard[0] for each in self.sessions.values() if each.outlet}

    def drop(self, *, shard: int | None = None, code: int | None = None) -> None:
        """Cut the connections, or close them with `code`; sessions can be resumed."""
        for connection in self._chosen(shard):
            if code is None:
                connection.abort()
            else:
                connection.close(code)

    def forget_sessions(self, *, shard: int | None = None) -> None:
        """Cut the connections and lose their sessions: what is missed stays missed."""
        for connection in self._chosen(shard):
            session = self.connections[connection]
            if session:
                self.sessions.pop(session.id, None)
            connection.abort()
        for session in list(self.sessions.values()):
            if session.outlet is None and shard in {None, session.shard[0]}:
                del self.sessions[session.id]

    def ask_for_heartbeat(self, *, shard: int | None = None) -> None:
        """Send HEARTBEAT (op 1): a client answers with its own at once."""
        for connection in self._chosen(shard):
            connection.send(encode({"op": HEARTBEAT, "d": None}))

    def ask_to_reconnect(self, *, shard: int | None = None) -> None:
        """Send RECONNECT (op 7)."""
        for connection in self._chosen(shard):
            connection.send(encode({"op": RECONNECT, "d": None}))

    def invalidate(self, *, resumable: bool, shard: int | None = None) -> None:
        """Send INVALID SESSION (op 9); unless resumable, the sessions are gone."""
        for connection in self._chosen(shard):
            session = self.connections[connection]
            if session and not resumable:
                self.sessions.pop(session.id, None)
            connection.send(encode({"op": INVALID_SESSION, "d": resumable}))

    def go_silent(self, *, shard: int | None = None) -> None:
        """The present connections say nothing more, not even acknowledgements."""
        for connection in self._chosen(shard):
            connection.silent = True

    def refuse(self, seconds: float) -> None:
        """Answer every new connection with 503 for this long (0 ends it)."""
        self._refusing_until = time.monotonic() + seconds

    def close(self) -> None:
        """Cut every connection and forget every session."""
        self.sessions.clear()
        for connection in list(self.connections):
            connection.abort()

    def _chosen(self, shard: int | None) -> list[Connection]:
        return [
            connection
            for connection, session in self.connections.items()
            if shard is None or (session and session.shard[0] == shard)
        ]

    def _own_guilds(self) -> list[Guild]:
        bot = self._world.bot.id
        return [guild for guild in self._world.guilds.values() if bot in guild.members]

    def _forget_expired(self) -> None:
        oldest = time.monotonic() - self._world.rules.session_life
        for session in list(self.sessions.values()):
            if session.outlet is None and session.lost_at < oldest:
                del self.sessions[session.id]

    def _ready(self, session: Session, guilds: list[Guild]) -> dict[str, object]:
        bot = self._world.bot
        return {
            "v": 10,
            "user": own_user_json(bot),
            "user_settings": {},
            "private_channels": [],
            "presences": [],
            "relationships": [],
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "guild_join_requests": [],
            "geo_ordered_rtc_regions": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "shard": list(session.shard),
            "application": {
                "id": str(bot.id),
                "flags": application_flags(self._world.rules),
            },
            "_trace": ["local"],
        }
