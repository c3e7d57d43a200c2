"""The ways in which Discord says no.

https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
"""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """Discord's JSON error codes, as far as this server gives them."""

    GENERAL = 0
    UNKNOWN_APPLICATION = 10002
    UNKNOWN_CHANNEL = 10003
    UNKNOWN_GUILD = 10004
    UNKNOWN_MEMBER = 10007
    UNKNOWN_MESSAGE = 10008
    UNKNOWN_ROLE = 10011
    UNKNOWN_USER = 10013
    UNKNOWN_EMOJI = 10014
    UNKNOWN_WEBHOOK = 10015
    UNKNOWN_INTERACTION = 10062
    UNKNOWN_COMMAND = 10063
    SLOWMODE = 20016
    TOO_MANY_OLD_EDITS = 30046
    TOO_MANY_COMMANDS = 30032
    REQUEST_TOO_LARGE = 40005
    ALREADY_ACKNOWLEDGED = 40060
    MISSING_ACCESS = 50001
    NOT_IN_DM = 50003
    NOT_YOUR_MESSAGE = 50005
    EMPTY_MESSAGE = 50006
    CANNOT_DM = 50007
    NOT_A_TEXT_CHANNEL = 50008
    MISSING_PERMISSIONS = 50013
    BULK_DELETE_COUNT = 50016
    NOT_ON_SYSTEM_MESSAGE = 50021
    WRONG_CHANNEL_TYPE = 50024
    INVALID_WEBHOOK_TOKEN = 50027
    BULK_DELETE_TOO_OLD = 50034
    INVALID_FORM = 50035
    THREAD_ARCHIVED = 50083
    INVALID_JSON = 50109
    THREAD_ALREADY_STARTED = 160004
    THREAD_LOCKED = 160005
    REPLY_NEEDS_HISTORY = 160002


MESSAGES = {
    Code.UNKNOWN_APPLICATION: "Unknown Application",
    Code.UNKNOWN_CHANNEL: "Unknown Channel",
    Code.UNKNOWN_GUILD: "Unknown Guild",
    Code.UNKNOWN_MEMBER: "Unknown Member",
    Code.UNKNOWN_MESSAGE: "Unknown Message",
    Code.UNKNOWN_ROLE: "Unknown Role",
    Code.UNKNOWN_USER: "Unknown User",
    Code.UNKNOWN_EMOJI: "Unknown Emoji",
    Code.UNKNOWN_WEBHOOK: "Unknown Webhook",
    Code.UNKNOWN_INTERACTION: "Unknown interaction",
    Code.UNKNOWN_COMMAND: "Unknown application command",
    Code.SLOWMODE: "This action cannot be performed due to slowmode rate limit",
    Code.TOO_MANY_OLD_EDITS: "Maximum number of edits to messages older than 1 hour reached.",
    Code.TOO_MANY_COMMANDS: "Maximum number of application commands reached",
    Code.REQUEST_TOO_LARGE: "Request entity too large",
    Code.ALREADY_ACKNOWLEDGED: "Interaction has already been acknowledged.",
    Code.MISSING_ACCESS: "Missing Access",
    Code.NOT_IN_DM: "Cannot execute action on a DM channel",
    Code.NOT_YOUR_MESSAGE: "Cannot edit a message authored by another user",
    Code.EMPTY_MESSAGE: "Cannot send an empty message",
    Code.CANNOT_DM: "Cannot send messages to this user",
    Code.NOT_A_TEXT_CHANNEL: "Cannot send messages in a non-text channel",
    Code.MISSING_PERMISSIONS: "Missing Permissions",
    Code.BULK_DELETE_COUNT: "Provided too few or too many messages to delete.",
    Code.NOT_ON_SYSTEM_MESSAGE: "Cannot execute action on a system message",
    Code.WRONG_CHANNEL_TYPE: "Cannot execute action on this channel type",
    Code.INVALID_WEBHOOK_TOKEN: "Invalid Webhook Token",
    Code.BULK_DELETE_TOO_OLD: "A message provided was too old to bulk delete",
    Code.INVALID_FORM: "Invalid Form Body",
    Code.THREAD_ARCHIVED: "Thread is archived",
    Code.INVALID_JSON: "The request body contains invalid JSON.",
    Code.THREAD_ALREADY_STARTED: "A thread has already been created for this message",
    Code.THREAD_LOCKED: "Thread is locked",
    Code.REPLY_NEEDS_HISTORY: "Cannot reply without permission to read message history",
}

STATUSES = {
    Code.MISSING_ACCESS: 403,
    Code.MISSING_PERMISSIONS: 403,
    Code.NOT_YOUR_MESSAGE: 403,
    Code.CANNOT_DM: 403,
    Code.NOT_ON_SYSTEM_MESSAGE: 403,
    Code.THREAD_LOCKED: 403,
    Code.INVALID_WEBHOOK_TOKEN: 401,
    Code.REQUEST_TOO_LARGE: 413,
    Code.SLOWMODE: 429,
    Code.TOO_MANY_OLD_EDITS: 429,
}
FIRST_UNKNOWN, LAST_UNKNOWN = 10001, 10999


class Refused(Exception):
    """Discord declines: `status` and `code` say why, `errors` names the fields."""

    def __init__(
        self,
        code: Code,
        *,
        errors: dict[str, object] | None = None,
        status: int | None = None,
        message: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.code = code
        self.status = status or status_of(code)
        self.message = message or MESSAGES.get(code, "404: Not Found")
        self.errors = errors
        self.retry_after = retry_after
        super().__init__(f"{self.status} {code.value}: {self.message}")


def status_of(code: Code) -> int:
    """The HTTP status that goes with an error code."""
    if FIRST_UNKNOWN <= code <= LAST_UNKNOWN:
        return 404
    return STATUSES.get(code, 400)
