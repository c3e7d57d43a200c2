"""Who the bot is and where the gateway is."""

from __future__ import annotations

from bot.playground.gateway.intents import application_flags
from bot.playground.rest.call import Answer, Call
from bot.playground.wire.accounts import own_user_json, user_json
from bot.playground.wire.places import channel_json
from bot.playground.world.permission import permissions_of
from bot.playground.world.refusal import Code, Refused
from bot.playground.world.world import World

DAY_MS = 86_400_000


def own_user(call: Call) -> Answer:
    """The bot's account."""
    return Answer(own_user_json(call.bot))


def user(call: Call) -> Answer:
    """Anyone's account."""
    found = call.world.users.get(call.id("user_id"))
    if found is None:
        raise Refused(Code.UNKNOWN_USER)
    return Answer(user_json(found))


def own_guilds(call: Call) -> Answer:
    """The guilds that the bot is in."""
    guilds = [each for each in call.world.guilds.values() if call.bot.id in each.members]
    return Answer(
        [
            {
                "id": str(guild.id),
                "name": guild.name,
                "icon": None,
                "banner": None,
                "owner": guild.owner_id == call.bot.id,
                "permissions": str(int(permissions_of(guild, guild.members[call.bot.id]))),
                "features": [],
            }
            for guild in guilds
        ]
    )


def open_direct_messages(call: Call) -> Answer:
    """The DM channel with somebody, made if there was none."""
    form = call.form
    recipient = call.world.users.get(form.snowflake("recipient_id") or 0)
    call.complaints.settle()
    if recipient is None or recipient is call.bot:
        raise Refused(Code.CANNOT_DM)
    return Answer(channel_json(call.world.direct_messages(recipient), call.bot))


def application(call: Call) -> Answer:
    """The bot's application with its owner."""
    return Answer(application_json(call.world))


def gateway(call: Call) -> Answer:
    """Where the websocket is."""
    return Answer({"url": _gateway_url(call)})


def gateway_bot(call: Call) -> Answer:
    """Where the websocket is, how many shards to use, how many starts are left."""
    rules = call.world.rules
    limit = {
        "total": rules.identifies_per_day,
        "remaining": max(0, rules.identifies_per_day - call.world.identifies),
        "reset_after": DAY_MS,
        "max_concurrency": rules.max_concurrency,
    }
    return Answer({"url": _gateway_url(call), "shards": rules.shards, "session_start_limit": limit})


def application_json(world: World) -> dict[str, object]:
    """The application as it sees itself."""
    bot = world.bot
    return {
        "id": str(bot.id),
        "name": bot.name,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "flags": application_flags(world.rules),
        "flags_new": str(application_flags(world.rules)),
        "eligible_oauth2_scopes": [],
        "verify_key": "0" * 64,
        "bot": user_json(bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "owner": user_json(world.owner),
        "team": None,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
        "explicit_content_filter": 0,
        "max_participants": None,
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "integration_types_config": {"0": {}},
        "tags": [],
        "hook": True,
    }


def _gateway_url(call: Call) -> str:
    return f"ws://{call.host}/gateway"
