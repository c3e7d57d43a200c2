"""What people pin is shown though it is old, and what they leave out is not."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.completion import Usage
from bot.domain.context import estimate
from bot.domain.marks import Marks
from bot.domain.session import TurnId
from bot.domain.turn import Turn
from bot.domain.window import Window, window
from tests.samples import turn

BEGIN = "[Pinned, from earlier in this conversation:]"
END = "[That was pinned. The conversation goes on here:]"
FRAME = 19 + 21  # tokens of these two


def marks(
    pinned: tuple[int, ...] = (), left_out: tuple[int, ...] = (), *, changed_after: int = 1
) -> Marks:
    """Return marks on turns, which are named by their depths."""
    return Marks(
        frozenset(TurnId(depth + 1) for depth in pinned),
        frozenset(TurnId(depth + 1) for depth in left_out),
        TurnId(changed_after),
    )


def talk(depths: range) -> list[Turn]:
    """Return turns that cost 20 and 34 tokens each, by the words that name them."""
    return [turn(d, f"q{d}".ljust(28), f"a{d}".ljust(88)) for d in depths]


def look(
    history: list[Turn],
    on: Marks,
    *pins: Turn,
    budget: int = 16000,
    hop: bool = False,
) -> Window:
    now = turn(len(history) + 20, "now")
    told = "Be kind."
    return window(
        history, now, instructions=told, budget=budget, direct=True, hop=hop, marks=on, pins=pins
    )


def texts(shown: Window) -> list[str]:
    return [message.text.rpartition("]\n")[2].strip() for message in shown.messages]


def test_what_is_left_out_is_passed_over_with_its_answer() -> None:
    shown = look(talk(range(3)), marks(left_out=(1,)))

    assert texts(shown) == ["q0", "a0", "q2", "a2", "now"]
    assert [t.depth for t in shown.turns] == [0, 1, 2]
    assert shown.floor == 0


def test_what_is_pinned_above_the_floor_stays_where_it_is() -> None:
    history = talk(range(3))

    shown = look(history, marks(pinned=(1,)))

    assert shown.messages == look(history, marks()).messages
    assert shown.pins.shown == ()


def test_what_is_pinned_below_the_floor_comes_first_in_a_frame_of_our_own() -> None:
    pins = talk(range(2))

    shown = look(talk(range(5, 7)), marks(pinned=(0, 1)), *pins)

    assert texts(shown) == [BEGIN, "q0", "a0", "q1", "a1", END, "q5", "a5", "q6", "a6", "now"]
    assert shown.pins.shown == tuple(pins)
    assert shown.floor == 5


def test_a_pin_that_the_floor_hops_over_comes_first() -> None:
    history = talk(range(10))

    shown = look(history, marks(pinned=(1,)), budget=400)

    assert texts(shown) == [BEGIN, "q1", "a1", END, "q9", "a9", "now"]
    assert shown.floor == 9


def test_without_its_pin_the_floor_hops_less_far() -> None:
    shown = look(talk(range(10)), marks(), budget=400)

    assert shown.floor == 7


def test_pins_have_a_quarter_of_the_budget_and_the_newest_have_it_first() -> None:
    pins = talk(range(4))
    room_for_two = 4 * (FRAME + 2 * 54)

    shown = look(talk(range(5, 6)), marks(pinned=(0, 1, 2, 3)), *pins, budget=room_for_two)

    assert [t.depth for t in shown.pins.shown] == [2, 3]
    assert [t.depth for t in shown.pins.unfit] == [0, 1]
    assert shown.pins.size == FRAME + 2 * 54


def test_a_pin_that_is_too_long_keeps_no_other_out() -> None:
    long = turn(1, "x" * 9000, "long")
    short = talk(range(1))[0]

    shown = look(talk(range(5, 6)), marks(pinned=(0, 1)), short, long, budget=1000)

    assert shown.pins.shown == (short,)
    assert shown.pins.unfit == (long,)


def test_where_no_pin_fits_there_is_no_frame() -> None:
    shown = look(talk(range(5, 6)), marks(pinned=(1,)), turn(1, "x" * 9000, "long"), budget=1000)

    assert texts(shown) == ["q5", "a5", "now"]


def test_what_was_measured_before_the_marks_changed_says_nothing_any_more() -> None:
    history = [
        replace(one, usage=Usage(1000 * (1 + one.depth), 500), floor=0) for one in talk(range(2))
    ]

    trusted = look(history, marks(changed_after=1))
    stale = look(history, marks(changed_after=2))

    assert (trusted.size, trusted.is_measured) == (
        2500 + estimate("[2026-01-02 09:30Z]\nnow"),
        True,
    )
    assert (stale.size, stale.is_measured) == (7 + 4 * 27 + 12, False)


def test_a_context_that_is_too_long_by_what_was_left_out_since_is_not_cut() -> None:
    history = [replace(one, usage=Usage(9000, 5), floor=0) for one in talk(range(2))]

    shown = look(history, marks(left_out=(0,), changed_after=2), budget=400)

    assert texts(shown) == ["q1", "a1", "now"]
    assert shown.floor == 0


def test_the_size_of_a_window_is_that_of_its_messages_and_the_instructions() -> None:
    shown = look(talk(range(5, 7)), marks(pinned=(0,)), *talk(range(1)))

    assert shown.size == estimate("Be kind.") + sum(estimate(m.text) for m in shown.messages)


depths = st.sets(st.integers(0, 29), max_size=20)


@given(pinned=depths, left_out=depths, budget=st.integers(100, 3000))
def test_each_context_begins_with_the_bytes_of_the_one_before(
    pinned: set[int], left_out: set[int], budget: int
) -> None:
    """As long as neither marks nor floor change, which hops now and then."""
    turns = talk(range(30))
    on = marks(tuple(pinned - left_out), tuple(left_out))
    floor = 0
    before: Window | None = None
    for depth, now in enumerate(turns):
        pins = [t for t in turns[:floor] if t.id in on.pinned]
        shown = window(
            turns[floor:depth],
            now,
            instructions="",
            budget=budget,
            direct=True,
            marks=on,
            pins=pins,
        )
        assert shown.floor >= floor
        if before is not None and shown.floor == floor and turns[depth - 1].id not in on.left_out:
            assert shown.messages[: len(before.messages)] == before.messages
        floor, before = shown.floor, shown
        said_first = [t.depth for t in shown.pins.shown]
        assert said_first == sorted(said_first)
        assert set(said_first) <= {d for d in pinned - left_out if d < floor}
        assert shown.pins.size <= budget // 4
