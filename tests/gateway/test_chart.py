"""The chart of `/usage`: what can be seen in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from io import BytesIO
from itertools import pairwise

import pytest
from PIL import Image, ImageColor

from bot.gateway.chart import BAR, GROUND, HEIGHT, INK, WIDTH, bar_chart, end_of_scale

FIRST = date(2026, 11, 1)


def drawn(*amounts: int, label: str = "$1.00") -> Image.Image:
    days = [(FIRST + timedelta(days=number), amount) for number, amount in enumerate(amounts)]
    png = bar_chart("Cost per day", days, label=lambda _: label)
    image = Image.open(BytesIO(png))
    assert image.format == "PNG"
    return image


def heights(image: Image.Image) -> list[int]:
    """Return how many pixels of bar there are in each column that has some."""
    bar = ImageColor.getrgb(BAR)
    columns = [
        sum(image.getpixel((x, y)) == bar for y in range(image.height)) for x in range(image.width)
    ]
    return [column for column in columns if column]


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    channels = [value / 255 for value in ImageColor.getrgb(colour)[:3]]
    red, green, blue = (math.pow((c + 0.055) / 1.055, 2.4) for c in channels)  # none is very dark
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_it_brings_its_own_ground_for_both_of_discords_modes() -> None:
    image = drawn(1, 2)

    assert (image.mode, image.size) == ("RGB", (WIDTH, HEIGHT))
    assert image.getpixel((0, 0)) == ImageColor.getrgb(GROUND)
    assert contrast(INK, GROUND) > 7
    assert contrast(BAR, GROUND) > 4.5


def test_bars_are_as_high_as_what_they_show() -> None:
    bars = sorted(set(heights(drawn(10, 5, 0, 1))))

    assert bars == [22, 104, 207]


def test_a_little_is_seen_and_nothing_is_not() -> None:
    little = heights(drawn(1, *[0] * 88, 1_000_000))

    assert min(little) == 3
    assert heights(drawn(0, 0)) == []


@pytest.mark.parametrize("amounts", [[7], [1] * 90])
def test_all_days_are_shown_however_many(amounts: Sequence[int]) -> None:
    image = drawn(*amounts, label="under $0.0001")

    row = [image.getpixel((x, 268)) == ImageColor.getrgb(BAR) for x in range(WIDTH)]
    begins = [not before and is_bar for before, is_bar in pairwise(row)]
    assert sum(begins) == len(amounts)


@pytest.mark.parametrize(
    ("largest", "end"),
    [(0, 1), (1, 1), (3, 5), (5, 5), (6, 10), (10, 10), (11, 20), (999, 1000), (2001, 5000)],
)
def test_a_scale_ends_at_a_round_number(largest: int, end: int) -> None:
    assert max(end_of_scale(largest), 1) == end
