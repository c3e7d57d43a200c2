"""The command `playground`: what it takes, and what it does."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from bot.playground.choosing import ModelChoice
from bot.playground.people.speaking import LONGEST_TYPED
from bot.playground.playing import DEFAULT_PORT, Wishes
from bot.playground.playing import play as serve
from bot.playground.saying import say
from bot.playground.troubles import Trouble

LARGEST_PORT = 65_535


def add_options(parser: argparse.ArgumentParser) -> None:
    """Have a parser know what the command takes."""
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


async def play(options: argparse.Namespace) -> int:
    """Do what was asked for; return the exit code."""
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
    return await serve(wishes, model=model)


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
