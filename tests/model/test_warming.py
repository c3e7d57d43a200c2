from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest

from bot.model.connecting import Api

# A process of its own: what is loaded once stays loaded.
STORY = """
import asyncio, sys
import aiohttp.web
from bot.model import warm_up
from bot.playground.local_openai import Say
from tests.model.stage import heard, playing

async def main(api):
    await warm_up()
    async with playing([Say("Yes")], api=api) as (model, _):
        loaded = set(sys.modules)
        await heard(model)
    print(sorted(set(sys.modules) - loaded))

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.parametrize("api", get_args(Api))
def test_the_first_answer_after_it_loads_nothing_any_more(api: Api) -> None:
    told = subprocess.run(  # noqa: S603 - our own interpreter and words
        [sys.executable, "-c", STORY, api], capture_output=True, text=True, check=True
    )

    assert told.stdout == "[]\n"
