"""`python -m bot`: runs the bot, checks it, invites it, or plays with it."""

from __future__ import annotations

import argparse
import asyncio
import io
import logging
import sys
from collections.abc import Sequence

from bot import __version__, app, checkup
from bot.domain.errors import BotError, StoreTaken
from bot.logs import set_up_logs
from bot.settings import SettingsWrong, read_discord_settings, read_settings

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop  # a turn costs it a seventh less of CPU

log = logging.getLogger(__name__)

WRONG_USAGE = 2  # what argparse exits with as well
OVERTAKEN = 3  # another process goes on in our place: not to be started again
PLAYGROUND = "playground"


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return the exit code."""
    words = sys.argv[1:] if arguments is None else arguments
    options = _parser(words).parse_args(words)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that has no emoji gets a "?"
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner:
            return runner.run(_do(options))
    except SettingsWrong as error:
        print(f"{error}\nSee .env.example.", file=sys.stderr)  # noqa: T201  # for the operator
        return WRONG_USAGE
    except StoreTaken as error:
        print(error, file=sys.stderr)  # noqa: T201  # for the operator
        return OVERTAKEN
    except BotError as error:
        print(error, file=sys.stderr)  # noqa: T201  # for the operator
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130  # as shells have it: 128 + SIGINT
    except Exception:
        log.exception("event=bot_failed")
        return 1


async def _do(options: argparse.Namespace) -> int:
    match options.command:
        case "check":
            return 0 if await checkup.check(read_settings) else 1
        case "invite":
            print(await app.invitation(read_discord_settings()))  # noqa: T201  # what was asked for
            return 0
        case "playground":
            from bot.playground.command import play  # see _parser

            return await play(options)
        case _:
            settings = read_settings()
            set_up_logs(settings.log_level, secrets=settings.secrets)
            await app.run(settings)
            return 0


def _parser(words: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="Parley holds conversations with an OpenAI model on Discord. "
        "Without a command it runs until it is stopped.",
        epilog="Settings come from the environment and from .env; .env.example names them all.",
    )
    parser.add_argument("--version", action="version", version=f"parley {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("check", help="say what is wrong with the set-up and how to mend it")
    commands.add_parser("invite", help="print the link that adds the bot to a server")
    playground = commands.add_parser(PLAYGROUND, help="talk with the bot in a browser")
    if PLAYGROUND in words:
        # Only here: to load it is a fifth of what a start costs, and the bot has no use for it.
        from bot.playground.command import add_options

        add_options(playground)
    return parser


if __name__ == "__main__":
    sys.exit(main())
