"""Moving between the versions of an answer, whatever dies or happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.domain.errors import StoreBusy
from bot.domain.reply import Controls, Page, Standing
from bot.engine.sessions import Change
from tests.engine.faults import DEADLY, Plan, Trouble
from tests.engine.house import House, World
from tests.fakes.scripted_model import Script
from tests.samples import ADA, BOB, CHANNEL, OTHER_CHANNEL

LONG: Script = ["a" * 1999, "\n", "b" * 1999, "\n", "c" * 10]
LONG_PAGES = ["a" * 1999, "b" * 1999, "c" * 10]
SHORT: Script = ["Short."]
FIRST, SECOND = Standing(1, 2, None, 1), Standing(2, 2, 0, None)


async def nothing(_: House) -> None:
    return None


def two_versions(*more: Script) -> World:
    """Return a world with a long answer, and a short one which is shown in its place."""
    world = World(LONG, SHORT, *more)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        await house.sessions.retry(CHANNEL, ADA)

    world.live(story)
    return world


async def show_first(house: House) -> Change:
    return await house.sessions.show_version(CHANNEL, ADA, 1000, 0)


async def show_second(house: House) -> Change:
    return await house.sessions.show_version(CHANNEL, BOB, 1000, 1)


def is_shown(world: World, pages: list[str], standing: Standing, where: object = None) -> None:
    """Assert that Discord shows exactly one version, and that the store knows it."""
    posts = world.board.posts_at(CHANNEL)
    assert [post.text for post in posts] == pages, where
    assert [post.mark.page for post in posts] == list(range(len(pages))), where
    assert (posts[-1].controls, posts[-1].standing) == (Controls.RETRY, standing), where
    assert all(post.standing is None for post in posts[:-1]), where
    assert all(turn.is_settled for turn in world.turns()), where
    (session,) = world.store.sessions.values()
    (holder,) = [turn for turn in world.turns() if turn.posts]
    assert holder.posts == tuple(post.id for post in posts), where
    assert session.head == holder.id, where


def test_the_buttons_come_with_the_second_version() -> None:
    world = two_versions()

    is_shown(world, ["Short."], SECOND)


def test_the_context_follows_the_version_that_is_shown() -> None:
    world = two_versions(SHORT)

    async def story(house: House) -> None:
        assert await show_first(house) is Change.STARTED
        house.say(1001, "go on")

    world.live(story)

    texts = [m.text.rpartition("]\n")[2] for m in world.model.seen[-1].messages]
    assert texts == ["hello", "\n".join(LONG_PAGES), "go on"]


def test_a_page_that_was_taken_back_comes_again_while_discord_remembers_its_nonce() -> None:
    world = two_versions()

    async def story(house: House) -> None:
        for show in (show_first, show_second, show_first):
            assert await show(house) is Change.STARTED
            await house.settled()

    world.live(story)

    is_shown(world, LONG_PAGES, FIRST)


Flip = Callable[[House], Awaitable[Change]]


@pytest.mark.parametrize("down", [1.0, 400.0])
@pytest.mark.parametrize("trouble", DEADLY)
@pytest.mark.parametrize("show", [show_first, show_second])
def test_death_at_any_call_of_it_leaves_one_whole_version(
    show: Flip, trouble: Trouble, down: float
) -> None:
    async def flip(house: House) -> None:
        if show is show_second:
            await show_first(house)
            await house.settled()
        plan.calls.clear()
        plan.at = at
        await show(house)

    async def again(house: House) -> None:
        await show(house)

    for at in range(1, 40):
        plan = Plan(trouble=trouble, seed=at)
        world = two_versions()
        survived = world.live(flip, plan)
        if survived:
            break
        world.rest(down)
        world.live(again)  # nobody knows whether it was meant

        pages, standing = (LONG_PAGES, FIRST) if show is show_first else (["Short."], SECOND)
        is_shown(world, pages, standing, at)
    else:
        pytest.fail("the process never got to the end")
    assert at > 8


@pytest.mark.parametrize("trouble", [Trouble.FAILS, Trouble.ANSWER_LOST, Trouble.LANDS_LATE])
def test_trouble_at_any_call_of_it_leaves_one_whole_version(trouble: Trouble) -> None:
    async def flip(house: House) -> None:
        plan.calls.clear()
        plan.at = at
        while await _surely(show_first, house) is not Change.STARTED:
            pass

    for at in range(3, 16):
        plan = Plan(trouble=trouble, seed=at)
        world = two_versions()

        assert world.live(flip, plan)

        is_shown(world, LONG_PAGES, FIRST, at)


async def _surely(show: Flip, house: House) -> Change | None:
    try:
        return await show(house)
    except StoreBusy:
        return None


def test_two_people_who_want_the_same_version_at_once_both_get_it() -> None:
    world = two_versions()

    async def story(house: House) -> None:
        came = await asyncio.gather(*(show_first(house) for _ in range(3)))
        assert came == [Change.STARTED] * 3

    world.live(story)

    is_shown(world, LONG_PAGES, FIRST)


def test_who_flips_back_at_once_gets_back() -> None:
    world = two_versions()

    async def story(house: House) -> None:
        assert await show_first(house) is Change.STARTED
        assert await show_second(house) is Change.STARTED

    world.live(story)

    is_shown(world, ["Short."], SECOND)


def test_a_version_that_is_put_away_on_its_way_is_shown_whole_all_the_same() -> None:
    world = two_versions()

    async def story(house: House) -> None:
        await show_first(house)
        await house.sessions.reset(CHANNEL, ADA)
        await house.settled()
        assert await show_second(house) is Change.NOT_NEWEST

    world.live(story)

    posts = world.board.posts_at(CHANNEL)
    assert [post.text for post in posts] == LONG_PAGES


def test_a_flip_while_another_version_is_being_written_says_so() -> None:
    world = two_versions([asyncio.Event()])

    async def story(house: House) -> None:
        await house.sessions.retry(CHANNEL, ADA)
        assert await show_first(house) is Change.BUSY
        await house.sessions.stop(CHANNEL, ADA)

    world.live(story)


def test_there_is_no_other_version_of_what_was_never_asked() -> None:
    world = two_versions()

    async def story(house: House) -> None:
        sessions = house.sessions
        assert await sessions.show_version(CHANNEL, ADA, 1001, 0) is Change.NOTHING
        assert await sessions.show_version(CHANNEL, ADA, 1000, 2) is Change.NOTHING

    world.live(story)

    is_shown(world, ["Short."], SECOND)


def test_a_message_that_comes_with_the_flip_is_answered_with_one_of_both_in_its_context() -> None:
    world = two_versions(SHORT)

    async def story(house: House) -> None:
        house.say(1001, "go on")
        await show_first(house)

    world.live(story)

    texts = [m.text.rpartition("]\n")[2] for m in world.model.seen[-1].messages]
    assert texts in (["hello", "\n".join(LONG_PAGES), "go on"], ["hello", "Short.", "go on"])
    head = next(turn for turn in world.turns() if turn.anchor == 1001)
    shown = next(turn for turn in world.turns() if turn.anchor == 1000 and turn.posts)
    assert head.parent == shown.id


def test_a_page_that_somebody_deleted_comes_again_with_the_version_that_is_asked_for() -> None:
    world = World(LONG, ["d" * 1999, "\n", "e" * 10])

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        await house.sessions.retry(CHANNEL, ADA)
        await house.settled()
        await world.board.delete(CHANNEL, world.board.posts_at(CHANNEL)[0].id)
        await show_first(house)

    world.live(story)

    texts = sorted(post.text for post in world.board.posts_at(CHANNEL))
    assert texts == LONG_PAGES


def test_a_late_edit_that_says_it_were_the_other_version_is_repaired() -> None:
    world = World(SHORT, SHORT)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        await house.sessions.retry(CHANNEL, ADA)
        await house.settled()
        await show_first(house)
        await house.until(lambda: world.board.posts_at(CHANNEL)[0].standing == FIRST)
        (post,) = world.board.posts_at(CHANNEL)
        late = Page("Short.", Controls.RETRY, standing=SECOND)
        await world.board.edit(CHANNEL, post.id, late, mark=post.mark)

    world.live(story)

    is_shown(world, ["Short."], FIRST)


def test_an_answer_that_waits_in_line_to_be_given_again_stays_when_it_is_put_away() -> None:
    world = World(["One."], ["Busy.", asyncio.Event()], ["Three."], places=1)

    async def story(house: House) -> None:
        house.say(1000, "hello")
        await house.settled()
        house.say(1001, "elsewhere", OTHER_CHANNEL)
        await house.until(lambda: bool(world.board.posts_at(OTHER_CHANNEL)))
        before = await house.sessions.all(CHANNEL, ADA)
        assert await house.sessions.retry(CHANNEL, ADA) is Change.STARTED
        house.say(1002, "what waits")
        await house.clock.sleep(1)
        await house.sessions.reset(CHANNEL, BOB)
        await house.sessions.resume(CHANNEL, ADA, before[0].session.id)
        await house.sessions.stop(OTHER_CHANNEL, BOB)
        await house.settled()
        house.say(1003, "go on")

    world.live(story)

    assert world.board.read_aloud(CHANNEL) == ["One.", "Three."]
    texts = [m.text.rpartition("]\n")[2] for m in world.model.seen[-1].messages]
    assert texts == ["hello", "One.", "what waits", "go on"]
