"""Every route that there is, in one table."""

from __future__ import annotations

from dataclasses import dataclass

from bot.playground.rest import (
    about,
    callbacks,
    channels,
    commands,
    followups,
    guilds,
    limits,
    messages,
    threads,
)
from bot.playground.rest.call import Handler
from bot.playground.rest.limits import Bucket


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path template, who answers there, and what limits apply.

    Attributes:
        open_to_all: No token is asked for, because the path holds one, and the global limit
            does not count it.
    """

    method: str
    template: str
    handler: Handler
    bucket: Bucket | None = None
    open_to_all: bool = False

    @property
    def segments(self) -> tuple[str, ...]:
        """The template, cut at the slashes."""
        return tuple(self.template.strip("/").split("/"))


MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = f"{MESSAGES}/{{message_id}}"
REACTION = f"{MESSAGE}/reactions/{{emoji}}"
THREAD_MEMBERS = "/channels/{channel_id}/thread-members"
GUILD = "/guilds/{guild_id}"
GLOBAL_COMMANDS = "/applications/{application_id}/commands"
GUILD_COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"
WEBHOOK = "/webhooks/{application_id}/{token}"
ANSWER = f"{WEBHOOK}/messages/{{message_id}}"

ROUTES = (
    Route("GET", "/gateway", about.gateway, open_to_all=True),
    Route("GET", "/gateway/bot", about.gateway_bot),
    Route("GET", "/users/@me", about.own_user),
    Route("GET", "/users/@me/guilds", about.own_guilds),
    Route("POST", "/users/@me/channels", about.open_direct_messages, limits.OPEN_DM),
    Route("DELETE", "/users/@me/guilds/{guild_id}", guilds.leave),
    Route("GET", "/users/{user_id}", about.user),
    Route("GET", "/oauth2/applications/@me", about.application),
    Route("GET", "/applications/@me", about.application),
    Route("GET", "/channels/{channel_id}", channels.get_channel),
    Route("PATCH", "/channels/{channel_id}", channels.edit_channel, limits.EDIT_CHANNEL),
    Route("DELETE", "/channels/{channel_id}", channels.delete_channel),
    Route("GET", MESSAGES, messages.list_messages),
    Route("POST", MESSAGES, messages.create_message, limits.CREATE),
    Route("POST", f"{MESSAGES}/bulk-delete", messages.delete_messages, limits.BULK_DELETE),
    Route("GET", MESSAGE, messages.get_message),
    Route("PATCH", MESSAGE, messages.edit_message, limits.EDIT),
    Route("DELETE", MESSAGE, messages.delete_message, limits.DELETE),
    Route("PUT", f"{REACTION}/@me", messages.add_reaction, limits.REACT),
    Route("DELETE", f"{REACTION}/@me", messages.remove_own_reaction, limits.REACT),
    Route("DELETE", f"{REACTION}/{{user_id}}", messages.remove_reaction, limits.REACT),
    Route("POST", "/channels/{channel_id}/typing", messages.start_typing, limits.TYPING),
    Route("POST", f"{MESSAGE}/threads", threads.start_from_message, limits.START_THREAD),
    Route("POST", "/channels/{channel_id}/threads", threads.start, limits.START_THREAD),
    Route("GET", "/channels/{channel_id}/threads/archived/public", threads.archived_public),
    Route("GET", "/channels/{channel_id}/threads/archived/private", threads.archived_private),
    Route(
        "GET",
        "/channels/{channel_id}/users/@me/threads/archived/private",
        threads.archived_joined,
    ),
    Route("GET", THREAD_MEMBERS, threads.members),
    Route("PUT", f"{THREAD_MEMBERS}/@me", threads.join, limits.THREAD_MEMBER),
    Route("DELETE", f"{THREAD_MEMBERS}/@me", threads.leave, limits.THREAD_MEMBER),
    Route("GET", f"{THREAD_MEMBERS}/{{user_id}}", threads.member),
    Route("PUT", f"{THREAD_MEMBERS}/{{user_id}}", threads.add_member, limits.THREAD_MEMBER),
    Route("DELETE", f"{THREAD_MEMBERS}/{{user_id}}", threads.remove_member, limits.THREAD_MEMBER),
    Route("GET", GUILD, guilds.get_guild),
    Route("GET", f"{GUILD}/roles", guilds.roles),
    Route("GET", f"{GUILD}/channels", guilds.channels),
    Route("GET", f"{GUILD}/threads/active", threads.active),
    Route("GET", f"{GUILD}/members", guilds.members),
    Route("PATCH", f"{GUILD}/members/@me", guilds.rename_self),
    Route("GET", f"{GUILD}/members/{{user_id}}", guilds.member),
    Route("GET", GLOBAL_COMMANDS, commands.list_commands),
    Route("PUT", GLOBAL_COMMANDS, commands.put_commands, limits.COMMANDS),
    Route("POST", GLOBAL_COMMANDS, commands.create_command, limits.COMMANDS),
    Route("GET", f"{GLOBAL_COMMANDS}/{{command_id}}", commands.get_command),
    Route("DELETE", f"{GLOBAL_COMMANDS}/{{command_id}}", commands.delete_command),
    Route("GET", GUILD_COMMANDS, commands.list_commands),
    Route("PUT", GUILD_COMMANDS, commands.put_commands, limits.COMMANDS),
    Route("POST", GUILD_COMMANDS, commands.create_command, limits.COMMANDS),
    Route("GET", f"{GUILD_COMMANDS}/{{command_id}}", commands.get_command),
    Route("DELETE", f"{GUILD_COMMANDS}/{{command_id}}", commands.delete_command),
    Route(
        "POST",
        "/interactions/{interaction_id}/{token}/callback",
        callbacks.answer_interaction,
        open_to_all=True,
    ),
    Route("POST", WEBHOOK, followups.follow_up, limits.WEBHOOK, open_to_all=True),
    Route("GET", ANSWER, followups.get_answer, open_to_all=True),
    Route("PATCH", ANSWER, followups.edit_answer, limits.EDIT_WEBHOOK, open_to_all=True),
    Route("DELETE", ANSWER, followups.delete_answer, open_to_all=True),
)


class Table:
    """Finds the route for a method and path."""

    def __init__(self, routes: tuple[Route, ...] = ROUTES) -> None:
        self._by_shape: dict[tuple[str, int], list[Route]] = {}
        for route in sorted(routes, key=lambda each: each.template.count("{")):
            self._by_shape.setdefault((route.method, len(route.segments)), []).append(route)
        self._cut = {route.template: route.segments for route in routes}

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route and what its template's names stand for; literal segments come first."""
        steps = path.strip("/").split("/")
        for route in self._by_shape.get((method, len(steps)), ()):
            names = _match(self._cut[route.template], steps)
            if names is not None:
                return route, names
        return None


def _match(segments: tuple[str, ...], steps: list[str]) -> dict[str, str] | None:
    names: dict[str, str] = {}
    for segment, step in zip(segments, steps, strict=True):
        if segment.startswith("{"):
            names[segment[1:-1]] = step
        elif segment != step:
            return None
    return names
