"""`python -m bot`: runs the bot, checks it, invites it, or plays with it."""

from __future__ import annotations

import argparse
import asyncio
import io
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import __version__, app, checkup
from bot.domain.errors import BotError, StoreTaken
from bot.logs import set_up_logs
from bot.playground.choosing import ModelChoice
from bot.playground.people.speaking import LONGEST_TYPED
from bot.playground.playing import DEFAULT_PORT, Wishes, play
from bot.playground.saying import say
from bot.playground.troubles import Trouble
from bot.settings import SettingsWrong, read_discord_settings, read_settings

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop  # a turn costs it a seventh less of CPU

log = logging.getLogger(__name__)

WRONG_USAGE = 2  # what argparse exits with as well
OVERTAKEN = 3  # another process goes on in our place: not to be started again
LARGEST_PORT = 65_535


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks for; return the exit code."""
    options = _parser().parse_args(arguments)
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
            return await _play(options)
        case _:
            settings = read_settings()
            set_up_logs(settings.log_level, secrets=settings.secrets)
            await app.run(settings)
            return 0


def _parser() -> argparse.ArgumentParser:
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
    _add_playground(commands.add_parser("playground", help="talk with the bot in a browser"))
    return parser


def _add_playground(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Serve a local Discord with the bot in it, to be seen in a browser on this machine."
    )
    parser.add_argument(
        "--say",
        action="append",
        type=_words,
        metavar="TEXT",
        help="no page: say this to the bot and print its answer; may be given more than once",
    )
    parser.add_argument(
        "--model",
        choices=[choice.value for choice in ModelChoice],
        help="what answers; by default what OPENAI_API_KEY or OPENAI_BASE_URL stand for, else a "
        "small model on this machine, else a script that says that it is none",
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        choices=[trouble.value for trouble in Trouble],
        help="what is wrong from the beginning; may be given more than once",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=DEFAULT_PORT,
        metavar="NUMBER",
        help=f"where the page is served on 127.0.0.1 (default {DEFAULT_PORT}; 0: any that is free)",
    )
    parser.add_argument(
        "--folder", type=Path, help="where its conversations are kept (default: this user's data)"
    )
    parser.add_argument("--no-browser", action="store_true", help="open no browser")


async def _play(options: argparse.Namespace) -> int:
    _end_on_interrupt()
    model = ModelChoice(options.model) if options.model else None
    troubles = [Trouble(name) for name in options.fault]
    if options.say:
        return await say(options.say, model=model, troubles=troubles)
    wishes = Wishes(
        folder=options.folder,
        port=options.port,
        troubles=troubles,
        shows_page=not options.no_browser,
    )
    return await play(wishes, model=model)


def _end_on_interrupt() -> None:
    """Have the loop itself hear a Ctrl-C, and cancel what runs now."""
    task = asyncio.current_task()
    if task is not None and sys.platform != "win32":
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, task.cancel)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > LARGEST_PORT:
        raise argparse.ArgumentTypeError(f"a port is a number from 0 to {LARGEST_PORT}")
    return int(text)


def _words(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("there is nothing to say")
    if len(text.strip()) > LONGEST_TYPED:
        raise argparse.ArgumentTypeError(f"Discord takes at most {LONGEST_TYPED} characters")
    return text


if __name__ == "__main__":
    sys.exit(main())
